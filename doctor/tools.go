package doctor

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// tools are the ways in which a system tells of its firewalls.
type tools struct {
	goos string
	read func(file string) ([]byte, error)
	run  func(ctx context.Context, name string, args ...string) (string, error)
}

const macFirewall = "/usr/libexec/ApplicationFirewall/socketfilterfw"

// firewalls lists those that are here, as far as a user without rights can see.
func (t tools) firewalls(ctx context.Context, port uint16) []Firewall {
	switch t.goos {
	case "windows":
		_, err := t.run(ctx, "netsh", "advfirewall", "firewall", "show", "rule", "name=onelan")
		return []Firewall{{Name: "windows", Opens: err == nil}}
	case "darwin":
		out, err := t.run(ctx, macFirewall, "--getglobalstate")
		return []Firewall{{Name: "macos", Known: err == nil, Active: strings.Contains(out, "enabled")}}
	case "linux":
		return t.linux(ctx, port)
	}
	return nil
}

// linux asks the two that people set up first: nftables and iptables are what they are made of.
func (t tools) linux(ctx context.Context, port uint16) []Firewall {
	var list []Firewall
	for _, ask := range []func(context.Context, uint16) (Firewall, bool){t.ufw, t.firewalld} {
		if f, ok := ask(ctx, port); ok {
			list = append(list, f)
			if f.Active {
				return list
			}
		}
	}
	for _, ask := range []func(context.Context, uint16) (Firewall, bool){t.nftables, t.iptables} {
		if f, ok := ask(ctx, port); ok {
			return append(list, f) // of these two each shows the rules of the other
		}
	}
	return list
}

func missing(err error) bool { return errors.Is(err, exec.ErrNotFound) }

func (t tools) ufw(_ context.Context, port uint16) (Firewall, bool) {
	conf, err := t.read("/etc/ufw/ufw.conf")
	if err != nil {
		return Firewall{}, false
	}
	rules, _ := t.read("/etc/ufw/user.rules") // root's alone on most systems
	return Firewall{Name: "ufw", Known: true, Active: strings.Contains(string(conf), "ENABLED=yes"), Opens: names(string(rules), port)}, true
}

func (t tools) firewalld(ctx context.Context, port uint16) (Firewall, bool) {
	out, err := t.run(ctx, "firewall-cmd", "--state")
	if missing(err) {
		return Firewall{}, false
	}
	f := Firewall{Name: "firewalld", Known: true, Active: err == nil && strings.HasPrefix(out, "running")}
	if f.Active {
		open, err := t.run(ctx, "firewall-cmd", "--list-ports")
		f.Opens = err == nil && names(open, port)
	}
	return f, true
}

func (t tools) nftables(ctx context.Context, port uint16) (Firewall, bool) {
	rules, err := t.run(ctx, "nft", "list", "ruleset")
	if missing(err) {
		return Firewall{}, false
	}
	return Firewall{Name: "nftables", Known: err == nil, Active: strings.Contains(rules, "hook input"), Opens: names(rules, port)}, true
}

func (t tools) iptables(ctx context.Context, port uint16) (Firewall, bool) {
	rules, err := t.run(ctx, "iptables", "-S", "INPUT")
	if missing(err) {
		return Firewall{}, false
	}
	return Firewall{
		Name: "iptables", Known: err == nil, Opens: names(rules, port),
		Active: strings.Contains(rules, "-P INPUT DROP") || strings.Contains(rules, "-j DROP") || strings.Contains(rules, "-j REJECT"),
	}, true
}

// names tells whether rules speak of a port, and of no other that has its digits in it.
func names(rules string, port uint16) bool {
	return regexp.MustCompile(fmt.Sprintf(`(^|\D)%d(\D|$)`, port)).MatchString(rules)
}
