package doctor

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
)

func TestFirewallsAsTheirToolsTellOfThem(t *testing.T) {
	t.Parallel()
	gone := exec.ErrNotFound
	type said struct {
		out string
		err error
	}
	for name, tt := range map[string]struct {
		goos  string
		files map[string]string
		says  map[string]said // by the name of the program
		want  []Firewall
	}{
		"none": {goos: "linux"},
		"ufw, rules readable": {
			goos:  "linux",
			files: map[string]string{"/etc/ufw/ufw.conf": "ENABLED=yes\n", "/etc/ufw/user.rules": "-A ufw-user-input -p tcp --dport 6002 -j ACCEPT"},
			says:  map[string]said{"nft": {"hook input", nil}},
			want:  []Firewall{{Name: "ufw", Active: true, Known: true, Opens: true}},
		},
		"ufw, rules for root only": {
			goos: "linux", files: map[string]string{"/etc/ufw/ufw.conf": "ENABLED=yes\n"}, want: []Firewall{{Name: "ufw", Active: true, Known: true}},
		},
		"ufw off, rules of nftables beside": {
			goos: "linux", files: map[string]string{"/etc/ufw/ufw.conf": "ENABLED=no\n"},
			says: map[string]said{"nft": {"table inet x { chain input { type filter hook input priority 0; tcp dport 60022 accept } }", nil}},
			want: []Firewall{{Name: "ufw", Known: true}, {Name: "nftables", Active: true, Known: true}},
		},
		"firewalld": {
			goos: "linux", says: map[string]said{"firewall-cmd": {"running\n6002/tcp 8080/tcp", nil}}, want: []Firewall{{Name: "firewalld", Active: true, Known: true, Opens: true}},
		},
		"firewalld, stopped": {
			goos: "linux", says: map[string]said{"firewall-cmd": {"not running", errors.New("exit status 252")}}, want: []Firewall{{Name: "firewalld", Known: true}},
		},
		"nftables, not for us":  {goos: "linux", says: map[string]said{"nft": {"Operation not permitted", errors.New("exit status 1")}}, want: []Firewall{{Name: "nftables"}}},
		"iptables that drops":   {goos: "linux", says: map[string]said{"iptables": {"-P INPUT DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT", nil}}, want: []Firewall{{Name: "iptables", Active: true, Known: true}}},
		"iptables that lets in": {goos: "linux", says: map[string]said{"iptables": {"-P INPUT ACCEPT", nil}}, want: []Firewall{{Name: "iptables", Known: true}}},
		"macOS":                 {goos: "darwin", says: map[string]said{macFirewall: {"Firewall is enabled. (State = 1)", nil}}, want: []Firewall{{Name: "macos", Active: true, Known: true}}},
		"Windows with the rule": {goos: "windows", says: map[string]said{"netsh": {"Rule Name: onelan", nil}}, want: []Firewall{{Name: "windows", Opens: true}}},
		"Windows without":       {goos: "windows", says: map[string]said{"netsh": {"No rules match", errors.New("exit status 1")}}, want: []Firewall{{Name: "windows"}}},
		"another system":        {goos: "plan9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tools := tools{
				tt.goos,
				func(file string) ([]byte, error) {
					if text, ok := tt.files[file]; ok {
						return []byte(text), nil
					}
					return nil, os.ErrNotExist
				},
				func(_ context.Context, name string, _ ...string) (string, error) {
					if s, ok := tt.says[name]; ok {
						return s.out, s.err
					}
					return "", gone
				},
			}
			if diff := cmp.Diff(tt.want, tools.firewalls(t.Context(), 6002)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestAMissingProgramIsNoFirewall(t *testing.T) {
	t.Parallel()
	if _, err := run(t.Context(), "onelan-no-such-program"); !missing(err) {
		t.Errorf("got %v", err)
	}
}

func TestHolderReadsProc(t *testing.T) {
	t.Parallel()
	proc := t.TempDir()
	mustWrite := func(name, text string) {
		t.Helper()
		path := filepath.Join(proc, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	mustWrite("net/tcp", head+
		"   0: 0300007F:1772 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4699 1 0 100 0 0 10 0\n"+
		"   0: 00000000:1772 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n"+
		"   1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0\n"+
		"   3: 0200007F:1772 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4700 1 0 100 0 0 10 0\n"+
		"   2: 00000000:1F9A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0\n")
	mustWrite("net/udp6", head+"   0: 00000000000000000000000000000000:1773 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4714 1 0 100 0 0 10 0\n")
	for pid, inode := range map[string]string{"812": "4711", "813": "4714"} {
		mustWrite(pid+"/comm", "prog"+pid+"\n")
		if err := os.MkdirAll(filepath.Join(proc, pid, "fd"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("socket:["+inode+"]", filepath.Join(proc, pid, "fd", "3")); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	for name, tt := range map[string]struct {
		network string
		port    uint16
		want    string
	}{
		"a listener":                      {"tcp", 6002, "prog812 (process 812)"},
		"a UDP socket, also of IPv6":      {"udp", 6003, "prog813 (process 813)"},
		"a connection is no listener":     {"tcp", 8080, ""},
		"a program of another user":       {"tcp", 8090, "a program of another user (sudo onelan doctor names it)"},
		"nobody":                          {"tcp", 1, ""},
		"the same port of another family": {"udp", 6002, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := holder(proc, tt.network, tt.port); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestThisMachine(t *testing.T) {
	t.Parallel()
	looked := ""
	dir := filepath.Join(t.TempDir(), "deep", "down")
	e := System(Options{Now: clock.System().Now, DataDir: dir, Database: func(_ context.Context, dir string) (DB, error) {
		looked = dir
		return DB{Exists: true, Size: 7}, nil
	}})
	local := netip.MustParseAddr("127.0.0.1")
	t.Run("its ports", func(t *testing.T) {
		ln, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		err = e.Listen(t.Context(), "tcp", ln.Addr().String(), false)
		if !inUse(err) {
			t.Errorf("a busy port gives %v", err)
		}
		port := netip.MustParseAddrPort(ln.Addr().String()).Port()
		if got := e.Holder("tcp", port); runtime.GOOS == "linux" && !strings.Contains(got, "doctor.test") {
			t.Errorf("it is held by %q, want this test", got)
		}
		if err := e.Reach(t.Context(), local, port); err != nil {
			t.Errorf("a listener cannot be reached: %v", err)
		}
		if err := e.Reach(t.Context(), local, 0); err != nil {
			t.Errorf("nor one made for it: %v", err)
		}
		_ = ln.Close()
		if err := e.Reach(t.Context(), local, port); err == nil {
			t.Error("a closed listener is reached")
		}
		for _, network := range []string{"tcp", "udp"} {
			if err := e.Listen(t.Context(), network, "127.0.0.1:0", false); err != nil {
				t.Errorf("a free %s port: %v", network, err)
			}
		}
		if err := e.Listen(t.Context(), "udp", ":5353", true); err != nil {
			t.Errorf("a shared port: %v", err)
		}
	})
	t.Run("its data directory", func(t *testing.T) {
		d := e.Data(t.Context())
		if d.Exists || !d.Writable || d.Database || looked != "" {
			t.Errorf("before the first start: %+v", d)
		}
		if runtime.GOOS == "linux" && d.Free == 0 {
			t.Error("the free space is not told")
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if d = e.Data(t.Context()); !d.Exists || !d.Writable || !d.Database || d.Size != 7 || looked != d.Dir {
			t.Errorf("after it: %+v", d)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("the look left %v", left)
		}
		if os.Geteuid() != 0 && runtime.GOOS != "windows" {
			_ = os.Chmod(dir, 0o500)
			if e.Data(t.Context()).Writable {
				t.Error("a directory that cannot be written")
			}
		}
	})
}
