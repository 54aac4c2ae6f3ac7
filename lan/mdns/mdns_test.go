package mdns_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	miekg "github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/lan/mdns"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	cacheFlush = 1 << 15
	settled    = 10 * time.Second // probing, announcing and the quiet second after it are over
	asker      = "192.168.1.99:5353"
)

// bubble runs a test in virtual time with one laptop on one network.
func bubble(t *testing.T, f func(t *testing.T, e *ether, m *machine)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := newEther(t)
		m := e.machine(1, "[::]:6002", iface(3, "wlan0", "192.168.1.10/24", "fd00::10/64", "fe80::1/64"))
		pass(settled)
		f(t, e, m)
	})
}

func TestClaimingTheNames(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, m *machine) {
		packets := e.all()
		if len(packets) != 5 {
			t.Fatalf("%d packets, want three probes and two announcements", len(packets))
		}
		for i, p := range packets[:3] {
			if p.msg.Response || len(p.msg.Question) != 3 || len(p.msg.Ns) == 0 || p.msg.Question[0].Qtype != miekg.TypeANY || p.msg.Question[0].Qclass != miekg.ClassINET|cacheFlush {
				t.Errorf("probe %d is %s", i, p.msg)
			}
			if i > 0 && p.at-packets[i-1].at != 250*time.Millisecond {
				t.Errorf("probe %d came %s after the one before", i, p.at-packets[i-1].at)
			}
		}
		want := []string{
			"onelan.local. A 192.168.1.10", "onelan.local. AAAA fd00::10", "onenet.local. A 192.168.1.10", "onenet.local. AAAA fd00::10",
			"onelan._mqtt._tcp.local. SRV 0 0 6002 onelan.local.", `onelan._mqtt._tcp.local. TXT "rest=8080"`,
			"_mqtt._tcp.local. PTR onelan._mqtt._tcp.local.", "_services._dns-sd._udp.local. PTR _mqtt._tcp.local.",
		}
		for i, p := range packets[3:] {
			if diff := cmp.Diff(want, texts(p.msg.Answer)); diff != "" || !p.msg.Response || !p.msg.Authoritative || p.msg.Id != 0 || len(p.msg.Question) != 0 {
				t.Errorf("announcement %d (-want +got)\n%s\n%s", i, diff, p.msg)
			}
			for _, rr := range p.msg.Answer {
				if alone := rr.Header().Rrtype != miekg.TypePTR; alone != (rr.Header().Class&cacheFlush != 0) {
					t.Errorf("cache-flush bit of %s", rr)
				}
			}
		}
		if got := packets[4].at - packets[3].at; got != time.Second {
			t.Errorf("the announcements are %s apart", got)
		}
		if m.name() != mdns.Host {
			t.Errorf("it is called %q", m.name())
		}
	})
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		q             *miekg.Msg
		answer, extra []string
	}{
		"the host": {
			ask("onelan.local.", miekg.TypeA),
			[]string{"onelan.local. A 192.168.1.10"},
			[]string{"onelan.local. AAAA fd00::10", "onelan.local. NSEC onelan.local. A AAAA"},
		},
		"its other name, in any case": {
			ask("OneNET.Local.", miekg.TypeA),
			[]string{"onenet.local. A 192.168.1.10"},
			[]string{"onenet.local. AAAA fd00::10", "onenet.local. NSEC onenet.local. A AAAA"},
		},
		"IPv6, without the link-local address": {ask("onelan.local.", miekg.TypeAAAA), []string{"onelan.local. AAAA fd00::10"}, nil},
		"a type that there is not":             {ask("onelan.local.", miekg.TypeHINFO), []string{"onelan.local. NSEC onelan.local. A AAAA"}, nil},
		"who speaks MQTT": {
			ask("_mqtt._tcp.local.", miekg.TypePTR),
			[]string{"_mqtt._tcp.local. PTR onelan._mqtt._tcp.local."},
			[]string{
				"onelan._mqtt._tcp.local. SRV 0 0 6002 onelan.local.", `onelan._mqtt._tcp.local. TXT "rest=8080"`,
				"onelan.local. A 192.168.1.10", "onelan.local. AAAA fd00::10",
			},
		},
		"which services there are": {ask("_services._dns-sd._udp.local.", miekg.TypePTR), []string{"_services._dns-sd._udp.local. PTR _mqtt._tcp.local."}, nil},
		"the service": {
			ask("onelan._mqtt._tcp.local.", miekg.TypeSRV),
			[]string{"onelan._mqtt._tcp.local. SRV 0 0 6002 onelan.local."},
			[]string{"onelan.local. A 192.168.1.10", "onelan.local. AAAA fd00::10"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, e *ether, _ *machine) {
				got := e.ask("wlan0", asker, tt.q, 200*time.Millisecond)
				if len(got) != 1 || got[0].to.IsValid() {
					t.Fatalf("want one answer to all, got %d: %+v", len(got), got)
				}
				if diff := cmp.Diff([][]string{tt.answer, tt.extra}, [][]string{texts(got[0].msg.Answer), texts(got[0].msg.Extra)}); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	known := ask("onelan.local.", miekg.TypeA)
	known.Answer = []miekg.RR{mustRR("onelan.local. 100 IN A 192.168.1.10")}
	mentioned := ask("onelan.local.", miekg.TypeA)
	mentioned.Response = true
	chaos := ask("onelan.local.", miekg.TypeA)
	chaos.Question[0].Qclass = miekg.ClassCHAOS
	failed := ask("onelan.local.", miekg.TypeA)
	failed.Rcode = miekg.RcodeServerFailure
	update := ask("onelan.local.", miekg.TypeA)
	update.Opcode = miekg.OpcodeUpdate
	for name, tt := range map[string]struct {
		q    *miekg.Msg
		from string
	}{
		"to names of others":            {ask("printer.local.", miekg.TypeA), asker},
		"to other services":             {ask("_ipp._tcp.local.", miekg.TypePTR), asker},
		"to who knows the answer":       {known, asker},
		"to what is itself an answer":   {mentioned, asker},
		"to another class":              {chaos, asker},
		"to what is marked as an error": {failed, asker},
		"to another kind of message":    {update, asker},
		"to who is not on that network": {ask("onelan.local.", miekg.TypeA), "10.9.9.9:5353"},
		"to who is on the internet":     {ask("onelan.local.", miekg.TypeA), "203.0.113.4:40000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, e *ether, _ *machine) {
				if got := e.ask("wlan0", tt.from, tt.q, 5*time.Second); len(got) != 0 {
					t.Errorf("said %s", got[0].msg)
				}
			})
		})
	}
}

func TestKnownForTooLongIsToldAgain(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, _ *machine) {
		q := ask("onelan.local.", miekg.TypeA)
		q.Answer = []miekg.RR{mustRR("onelan.local. 59 IN A 192.168.1.10")}
		if got := e.ask("wlan0", asker, q, time.Second); len(got) != 1 {
			t.Errorf("a record with less than half of its time left must be told again, got %d packets", len(got))
		}
	})
}

func TestPlainResolverIsAnsweredInItsOwnWay(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, _ *machine) {
		q := ask("OneLAN.local.", miekg.TypeA)
		q.Id, q.RecursionDesired = 4711, true
		got := e.ask("wlan0", "192.168.1.99:40001", q, time.Second)
		if len(got) != 1 || got[0].to.String() != "192.168.1.99:40001" {
			t.Fatalf("want one answer, to the asker: %+v", got)
		}
		m := got[0].msg
		if m.Id != 4711 || !m.Response || len(m.Question) != 1 || m.Question[0].Name != "OneLAN.local." {
			t.Errorf("a resolver finds its question by id and text: %s", m)
		}
		for _, rr := range append(m.Answer, m.Extra...) {
			if rr.Header().Class != miekg.ClassINET || rr.Header().Ttl > 10 {
				t.Errorf("%s: want the plain class and a short time", rr)
			}
		}
	})
}

func TestWhoWantsTheAnswerAlone(t *testing.T) {
	t.Parallel()
	q := ask("onelan.local.", miekg.TypeA)
	q.Question[0].Qclass |= cacheFlush
	t.Run("gets it alone when the others heard it lately", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, e *ether, _ *machine) {
			if got := e.ask("wlan0", asker, q, time.Second); len(got) != 1 || got[0].to.String() != asker || got[0].msg.Id != 0 || len(got[0].msg.Question) != 0 {
				t.Errorf("got %+v", got)
			}
		})
	})
	t.Run("gets it with all others when they did not", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, e *ether, _ *machine) {
			pass(time.Minute)
			if got := e.ask("wlan0", asker, q, time.Second); len(got) != 1 || got[0].to.IsValid() {
				t.Errorf("got %+v", got)
			}
		})
	})
}

func TestTheGroupHearsARecordOnceASecond(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, _ *machine) {
		q := ask("onelan.local.", miekg.TypeA)
		first := e.ask("wlan0", asker, q, 100*time.Millisecond)
		again := e.ask("wlan0", asker, q, 100*time.Millisecond)
		pass(time.Second)
		later := e.ask("wlan0", asker, q, 100*time.Millisecond)
		if len(first) != 1 || len(again) != 0 || len(later) != 1 {
			t.Errorf("answers: %d, at once again %d, a second later %d; want 1, 0, 1", len(first), len(again), len(later))
		}
	})
}

func TestEachNetworkIsToldItsOwnAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEther(t)
		e.machine(1, "0.0.0.0:6002", iface(2, "eth0", "10.1.0.5/16"), iface(3, "wlan0", "192.168.1.10/24"))
		pass(settled)
		for cable, want := range map[string]struct{ from, a string }{
			"eth0":  {"10.1.77.1:5353", "onelan.local. A 10.1.0.5"},
			"wlan0": {"192.168.1.99:5353", "onelan.local. A 192.168.1.10"},
		} {
			got := e.ask(cable, want.from, ask("onelan.local.", miekg.TypeA), time.Second)
			if len(got) != 1 || got[0].cable != cable {
				t.Fatalf("on %s: %+v", cable, got)
			}
			if diff := cmp.Diff([]string{want.a}, texts(got[0].msg.Answer)); diff != "" {
				t.Errorf("on %s (-want +got)\n%s", cable, diff)
			}
		}
	})
}

func TestOnlyWhereMQTTListens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEther(t)
		e.machine(1, "10.1.0.5:6002", iface(2, "eth0", "10.1.0.5/16", "10.2.0.5/16"), iface(3, "wlan0", "192.168.1.10/24"), iface(4, "tun0"))
		pass(settled)
		for _, p := range e.all() {
			if p.cable != "eth0" || slices.Contains(texts(append(p.msg.Answer, p.msg.Ns...)), "onelan.local. A 10.2.0.5") {
				t.Errorf("on %s: %s", p.cable, p.msg)
			}
		}
	})
}

func TestAnAddressChanges(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, m *machine) {
		m.Update(lan.Networks{iface(3, "wlan0", "192.168.7.20/24")})
		pass(settled)
		got := e.ask("wlan0", "192.168.7.9:5353", ask("onelan.local.", miekg.TypeA), time.Second)
		if len(got) != 1 || !slices.Equal(texts(got[0].msg.Answer), []string{"onelan.local. A 192.168.7.20"}) {
			t.Errorf("got %+v", got)
		}
		if len(m.names) != 1 {
			t.Errorf("its name is the same, yet it told %v", m.names)
		}
	})
	t.Run("and all networks may go and come", func(t *testing.T) {
		bubble(t, func(t *testing.T, e *ether, m *machine) {
			m.Update(nil)
			if got := e.ask("wlan0", asker, ask("onelan.local.", miekg.TypeA), time.Second); len(got) != 0 {
				t.Errorf("without a network: %+v", got)
			}
			m.Update(lan.Networks{iface(3, "wlan0", "192.168.1.10/24")})
			pass(settled)
			if got := e.ask("wlan0", asker, ask("onelan.local.", miekg.TypeA), time.Second); len(got) != 1 {
				t.Errorf("back again: %+v", got)
			}
		})
	})
}

func TestClosingTakesTheNamesBack(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, e *ether, m *machine) {
		before := len(e.all())
		m.Close()
		m.Close()
		m.Update(nil) // nobody is there any more
		got := e.all()[before:]
		if len(got) != 1 || len(got[0].msg.Answer) != 7 {
			t.Fatalf("want one goodbye with the seven records that are ours, got %+v", got)
		}
		for _, rr := range got[0].msg.Answer {
			if rr.Header().Ttl != 0 {
				t.Errorf("%s must end at once", rr)
			}
		}
	})
}

func mustRR(text string) miekg.RR {
	rr, err := miekg.NewRR(text)
	if err != nil {
		panic(err)
	}
	return rr
}
