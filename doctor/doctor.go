// Package doctor looks at this machine as a board on its network would, and says what stands in the way and what to
// type about it: ports, addresses, the clock, the data directory, the firewall. It has the recipes as well for firmware that
// does not let its server be changed.
//
// A check is a function of an Environment, which tells it all that it may know of the outside; checks change nothing and
// decide by what they are told, so that tests can be on Windows, behind a firewall or in the year 1970. System, in
// this package too, is the Environment of this machine.
package doctor

import (
	"context"
	"net/netip"
	"time"

	"github.com/onelan/onelan/lan"
)

// Status is what a finding means for the user.
type Status string

// The statuses, from good to bad. Info is nothing to judge.
const (
	OK   Status = "ok"
	Info Status = "info"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Finding is one line of the report.
type Finding struct {
	Check  string   `json:"check"` // the group it stands in: "ports"
	Status Status   `json:"status"`
	Text   string   `json:"text"`
	Do     []string `json:"do,omitempty"` // what to do next
}

// Listener is a port of the platform.
type Listener struct {
	What    string // "MQTT"
	Network string // "tcp" or "udp"
	Addr    string // host:port
	Flag    string // that moves it, or turns it off; empty when it is of no use
	Shared  bool   // others may have it at the same time
	Later   bool   // not used as onelan is configured; told of all the same
}

// Running is the platform that runs already.
type Running struct {
	Version string
	Addrs   map[string]string // of the listeners that are on, by Listener.What
}

// Data is what the data directory looks like.
type Data struct {
	Dir      string // "" when everything is kept in memory
	Exists   bool
	Writable bool
	InUse    bool   // a platform has it
	Free     uint64 // bytes; 0 when not known
	Database bool   // there is one
	Size     int64  // of it
	Problem  error  // that was found
}

// Firewall is a firewall that is there: what of it could be read without rights.
type Firewall struct {
	Name   string // "ufw", "firewalld", "nftables", "iptables", "windows", "macos"
	Active bool
	Known  bool // whether it is active could be read
	Opens  bool // it names the MQTT port
}

// Environment is all that checks know of the outside.
type Environment struct {
	GOOS      string
	Now       func() time.Time
	Listeners []Listener
	Running   *Running // nil: none
	Networks  func() (lan.Networks, error)
	WayOut    func() netip.Addr
	Listen    func(ctx context.Context, network, addr string, shared bool) error // nil when the address can be had
	Holder    func(network string, port uint16) string                           // the program that has a port; "" when nobody tells
	Reach     func(ctx context.Context, ip netip.Addr, port uint16) error        // connect to an address; port 0: to a listener made for it
	Data      func(ctx context.Context) Data
	Firewalls func(ctx context.Context, port uint16) []Firewall

	Upstreams   []Upstream // of the bridge; none when it is off
	BridgeFault error      // what keeps the bridge from having any
	Upward      func(ctx context.Context, u Upstream) error
}

// Examine runs all checks, in the order in which a board would meet the trouble.
func Examine(ctx context.Context, e Environment) []Finding {
	var all []Finding
	for _, check := range []func(context.Context, Environment) []Finding{
		platform, addresses, ports, reach, firewall, clocks, data, upstreams,
	} {
		all = append(all, check(ctx, e)...)
	}
	return all
}

// Worst is the worst status among the findings.
func Worst(list []Finding) Status {
	rank := map[Status]int{OK: 0, Info: 0, Warn: 1, Fail: 2}
	worst := OK
	for _, f := range list {
		if rank[f.Status] > rank[worst] {
			worst = f.Status
		}
	}
	return worst
}

// note makes findings of one group.
type note string

func (n note) say(s Status, text string, do ...string) Finding {
	return Finding{Check: string(n), Status: s, Text: text, Do: do}
}

// platform tells whether one runs.
func platform(_ context.Context, e Environment) []Finding {
	const n = note("platform")
	if e.Running == nil {
		return []Finding{n.say(Info, "no onelan runs here", "start it with: onelan serve")}
	}
	return []Finding{n.say(OK, "onelan "+e.Running.Version+" runs")}
}

// mqttPort is the port that boards connect to: the one in force, or the one that will be.
func (e Environment) mqttPort() uint16 { return e.Port("MQTT") }

// Port is the port of a listener, where it is or would be; 0 when there is none.
func (e Environment) Port(what string) uint16 {
	for _, l := range e.Listeners {
		if l.What == what {
			return portOf(e.addr(l))
		}
	}
	return 0
}

// addr is where a listener is, or would be.
func (e Environment) addr(l Listener) string {
	if e.Running != nil && e.Running.Addrs[l.What] != "" {
		return e.Running.Addrs[l.What]
	}
	return l.Addr
}
