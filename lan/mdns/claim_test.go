package mdns_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	miekg "github.com/miekg/dns"

	"github.com/onelan/onelan/lan"
)

func TestSecondMachineTakesANumber(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, first *machine) {
		second := e.machine(2, "[::]:6002", iface(9, "wlan0", "192.168.1.20/24"))
		pass(settled)
		third := e.machine(3, "[::]:6002", iface(9, "wlan0", "192.168.1.30/24"))
		pass(settled)
		if first.name() != "onelan.local" || second.name() != "onelan-2.local" || third.name() != "onelan-3.local" {
			t.Fatalf("they are called %q, %q and %q", first.name(), second.name(), third.name())
		}
		for name, want := range map[string]string{
			"onelan.local.": "onelan.local. A 192.168.1.10", "onelan-2.local.": "onelan-2.local. A 192.168.1.20", "onenet-3.local.": "onenet-3.local. A 192.168.1.30",
		} {
			pass(2 * time.Second)
			got := e.ask("wlan0", asker, ask(name, miekg.TypeA), time.Second)
			if len(got) != 1 || !slices.Equal(texts(got[0].msg.Answer), []string{want}) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if got := e.ask("wlan0", asker, ask("_mqtt._tcp.local.", miekg.TypePTR), time.Second); len(got) != 3 {
			t.Errorf("a browser finds %d of three", len(got))
		}
	})
}

func TestTwoMachinesAtTheSameMoment(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			e := newEther(t)
			low := e.machine(seed, "[::]:6002", iface(3, "wlan0", "192.168.1.10/24"))
			high := e.machine(seed, "[::]:6002", iface(3, "wlan0", "192.168.1.20/24")) // the same seed: the same moments
			pass(settled)
			if high.name() != "onelan.local" || low.name() != "onelan-2.local" {
				t.Errorf("seed %d: 192.168.1.20 is %q, 192.168.1.10 is %q; the greater address wins (RFC 6762 8.2)", seed, high.name(), low.name())
			}
		})
	}
}

func TestNoConflict(t *testing.T) {
	t.Parallel()
	t.Run("with itself, on one network by two interfaces", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			e := newEther(t)
			// Both interfaces hear what either says: a laptop with cable and Wi-Fi at the same router.
			m := e.machine(1, "[::]:6002", iface(2, "lan/1", "192.168.1.10/24"), iface(3, "lan/2", "192.168.1.11/24"))
			pass(settled)
			if m.name() != "onelan.local" {
				t.Errorf("it is called %q", m.name())
			}
		})
	})
	for name, record := range map[string]string{
		"with its own address in another's mouth": "onelan.local. 120 IN A 192.168.1.10",
		"with a farewell":                         "onelan.local. 0 IN A 192.168.1.66",
		"with other names":                        "printer.local. 120 IN A 192.168.1.66",
		"with a pointer, which is everybody's":    "_mqtt._tcp.local. 120 IN PTR other._mqtt._tcp.local.",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, e *ether, m *machine) {
				if got := e.ask("wlan0", "192.168.1.66:5353", claimOf(record), settled); len(got) != 0 || m.name() != "onelan.local" {
					t.Errorf("it said %+v and is called %q", got, m.name())
				}
			})
		})
	}
}

func claimOf(records ...string) *miekg.Msg {
	m := new(miekg.Msg)
	m.Response, m.Authoritative = true, true
	for _, r := range records {
		m.Answer = append(m.Answer, mustRR(r))
	}
	return m
}

func TestNameThatSomebodyElseUses(t *testing.T) {
	t.Parallel()
	t.Run("is asked for again, and kept when nobody defends it", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, e *ether, m *machine) {
			got := e.ask("wlan0", "192.168.1.66:5353", claimOf("onelan.local. 120 IN A 192.168.1.66"), settled)
			if len(got) != 5 || got[0].msg.Response || m.name() != "onelan.local" || len(m.names) != 1 {
				t.Errorf("want three probes, two announcements and the old name; got %d packets and %v", len(got), m.names)
			}
		})
	})
	t.Run("is given up when it is defended", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, e *ether, m *machine) {
			taken := claimOf("onenet.local. 120 IN A 192.168.1.66")
			e.ask("wlan0", "192.168.1.66:5353", taken, 400*time.Millisecond) // it probes now
			e.ask("wlan0", "192.168.1.66:5353", taken, settled)
			if m.name() != "onelan-2.local" {
				t.Errorf("it is called %q", m.name())
			}
		})
	})
	t.Run("even if it is only the service's", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, e *ether, m *machine) {
			taken := claimOf("onelan._mqtt._tcp.local. 120 IN SRV 0 0 1883 mosquitto.local.")
			e.ask("wlan0", "192.168.1.66:5353", taken, 400*time.Millisecond)
			e.ask("wlan0", "192.168.1.66:5353", taken, settled)
			if m.name() != "onelan-2.local" {
				t.Errorf("it is called %q", m.name())
			}
		})
	})
	t.Run("is tried again on another network", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, e *ether, first *machine) {
			m := e.machine(2, "[::]:6002", iface(9, "wlan0", "192.168.1.20/24"))
			pass(settled)
			m.Update(lan.Networks{iface(8, "home", "192.168.5.20/24")})
			pass(settled)
			if !slices.Equal(m.names, []string{"onelan-2.local", "onelan.local"}) || first.name() != "onelan.local" {
				t.Errorf("it was called %v", m.names)
			}
		})
	})
}

func TestLiarCannotMakeItChatter(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, m *machine) {
		before := len(e.all())
		lies := []string{"onelan.local. 120 IN A 192.168.1.66"}
		for n := 2; n <= 99; n++ {
			lies = append(lies, fmt.Sprintf("onelan-%d.local. 120 IN A 192.168.1.66", n))
		}
		const minutes = 2
		for range minutes * 60 * 4 { // four times a second somebody claims all names
			e.ask("wlan0", "192.168.1.66:5353", claimOf(lies...), 250*time.Millisecond)
		}
		said := 0
		for _, p := range e.all()[before:] {
			if p.from.Addr().String() != "192.168.1.66" {
				said++
			}
		}
		if said > minutes*60 {
			t.Errorf("%d packets in %d minutes", said, minutes)
		}
		pass(time.Minute)
		if m.name() == "" {
			t.Error("when it is quiet again it has a name again")
		}
	})
}
