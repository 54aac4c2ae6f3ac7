package dns

import (
	"net/netip"
	"strings"
	"testing"

	miekg "github.com/miekg/dns"
)

var desk = netip.MustParseAddr("192.168.1.10")

func question(name string, rrtype uint16) *miekg.Msg {
	m := new(miekg.Msg)
	m.SetQuestion(miekg.Fqdn(name), rrtype)
	m.Id = 4711
	return m
}

func TestOneNETsNamesHaveThisMachinesAddress(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"mqtt.heclouds.com", "api.heclouds.com", "mqtt.zj.cmcconenet.com", "api.zj.cmcconenet.com", "mqtt.js.cmcconenet.com", "mqtt.ln.cmcconenet.com",
		"mqtt.fj.cmcconenet.com", "mqtt.gd.cmcconenet.com", "api.ha.cmcconenet.com", "mqtt.onenet.hk.chinamobile.com", "api.onenet.hk.chinamobile.com",
		"MqTt.HeClouds.COM",
	} {
		m := Reply(question(name, miekg.TypeA), desk)
		if m.Rcode != miekg.RcodeSuccess || len(m.Answer) != 1 || !m.Authoritative || m.RecursionAvailable || m.Id != 4711 {
			t.Errorf("%s: %s", name, m)
			continue
		}
		a, ok := m.Answer[0].(*miekg.A)
		if !ok || a.A.String() != "192.168.1.10" || a.Hdr.Ttl > 60 {
			t.Errorf("%s: %s", name, m.Answer[0])
		}
		if want := miekg.Fqdn(name); a.Hdr.Name != want || m.Question[0].Name != want {
			t.Errorf("asked for %s, answered for %s: resolvers that vary the case drop that", want, a.Hdr.Name)
		}
	}
}

func TestAllOtherNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		".", "com", "heclouds.com", "www.heclouds.com", "mqtts.heclouds.com", "open.iot.10086.cn", "jjfaedp.hedevice.com", "example.org",
		"mqtt.heclouds.com.evil.example", "x.mqtt.heclouds.com", "mqttxheclouds.com", "version.bind", "1.0.0.127.in-addr.arpa", "onelan.local",
		strings.Repeat("a.", 100) + "com",
	} {
		if m := Reply(question(name, miekg.TypeA), desk); m.Rcode != miekg.RcodeRefused || len(m.Answer)+len(m.Ns) != 0 {
			t.Errorf("%s: %s", name, m)
		}
	}
}

func TestTypesOfOurNames(t *testing.T) {
	t.Parallel()
	for _, rrtype := range []uint16{miekg.TypeAAAA, miekg.TypeTXT, miekg.TypeMX, miekg.TypeHTTPS, miekg.TypeSOA, miekg.TypeNS} {
		m := Reply(question("mqtt.heclouds.com", rrtype), desk)
		if m.Rcode != miekg.RcodeSuccess || len(m.Answer) != 0 || len(m.Ns) != 1 {
			t.Errorf("%s is not there, and the answer must say so and say that the name is: %s", miekg.TypeToString[rrtype], m)
		}
	}
	for _, rrtype := range []uint16{miekg.TypeANY, miekg.TypeAXFR, miekg.TypeIXFR} {
		if m := Reply(question("mqtt.heclouds.com", rrtype), desk); m.Rcode != miekg.RcodeRefused {
			t.Errorf("%s must be refused: %s", miekg.TypeToString[rrtype], m)
		}
	}
}

func TestOddQuestions(t *testing.T) {
	t.Parallel()
	chaos := question("mqtt.heclouds.com", miekg.TypeA)
	chaos.Question[0].Qclass = miekg.ClassCHAOS
	two := question("mqtt.heclouds.com", miekg.TypeA)
	two.Question = append(two.Question, two.Question[0])
	notify := question("mqtt.heclouds.com", miekg.TypeSOA)
	notify.Opcode = miekg.OpcodeNotify
	future := question("mqtt.heclouds.com", miekg.TypeA)
	future.SetEdns0(4096, true)
	future.IsEdns0().SetVersion(7)
	for name, tt := range map[string]struct {
		q     *miekg.Msg
		rcode int
	}{
		"another class":              {chaos, miekg.RcodeRefused},
		"two questions":              {two, miekg.RcodeFormatError},
		"no question but a notice":   {notify, miekg.RcodeNotImplemented},
		"an unknown version of EDNS": {future, miekg.RcodeBadVers},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := Reply(tt.q, desk)
			if _, err := m.Pack(); err != nil || m.Rcode != tt.rcode || len(m.Answer) != 0 {
				t.Errorf("want %s, got %v %s", miekg.RcodeToString[tt.rcode], err, m)
			}
		})
	}
}

func TestEDNSIsAnsweredWithEDNS(t *testing.T) {
	t.Parallel()
	q := question("mqtt.heclouds.com", miekg.TypeA)
	if Reply(q, desk).IsEdns0() != nil {
		t.Error("nobody asked for EDNS")
	}
	q.SetEdns0(4096, true)
	if m := Reply(q, desk); m.IsEdns0() == nil || len(m.Answer) != 1 {
		t.Errorf("got %s", m)
	}
}

func TestNameWithoutAnAddressIsThereAllTheSame(t *testing.T) {
	t.Parallel()
	if m := Reply(question("mqtt.heclouds.com", miekg.TypeA), netip.Addr{}); m.Rcode != miekg.RcodeSuccess || len(m.Answer) != 0 || len(m.Ns) != 1 {
		t.Errorf("got %s", m)
	}
}

func FuzzReply(f *testing.F) {
	for _, q := range []*miekg.Msg{question("mqtt.heclouds.com", miekg.TypeA), question("example.org", miekg.TypeANY)} {
		b, _ := q.Pack()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		q := new(miekg.Msg)
		if q.Unpack(b) != nil {
			return
		}
		m := Reply(q, desk)
		packed, err := m.Pack()
		if err != nil {
			return // a question that cannot be written back
		}
		if len(q.Question) == 1 && len(packed) > len(b)+120 {
			t.Errorf("%d bytes get %d", len(b), len(packed))
		}
		if len(m.Answer) > 0 && !ours(m.Answer[0].Header().Name) {
			t.Errorf("answered for %s", m.Answer[0].Header().Name)
		}
	})
}
