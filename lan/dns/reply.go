package dns

import (
	"net/netip"
	"slices"
	"strings"

	miekg "github.com/miekg/dns"
)

// ttl is how long an answer may be kept, in seconds: a laptop moves from network to network, and its
// boards should not look for it where it was.
const ttl = 30

// Domains are the deployments of OneNET that the platform stands in for: the national one and the
// regional ones (reference section 0). Each has the hosts mqtt and api.
var Domains = []string{
	"heclouds.com",
	"zj.cmcconenet.com", "js.cmcconenet.com", "ln.cmcconenet.com", "fj.cmcconenet.com", "gd.cmcconenet.com", "ha.cmcconenet.com",
	"onenet.hk.chinamobile.com",
}

// Names lists all host names that are answered.
func Names() []string {
	var list []string
	for _, d := range Domains {
		list = append(list, "mqtt."+d, "api."+d)
	}
	return list
}

var names = Names()

// ours tells whether a name, in any case and with its final dot, is one of OneNET's.
func ours(name string) bool {
	return slices.Contains(names, strings.ToLower(strings.TrimSuffix(name, ".")))
}

// Reply is the answer to a question. address is what OneNET's names stand for; when it is not
// valid they have no address.
func Reply(q *miekg.Msg, address netip.Addr) *miekg.Msg {
	m := new(miekg.Msg).SetReply(q) // it copies the name as it was spelled: resolvers check its case
	echoEDNS(m, q)
	switch {
	case m.Rcode != miekg.RcodeSuccess:
		return m
	case q.Opcode != miekg.OpcodeQuery:
		m.Rcode = miekg.RcodeNotImplemented
		return m
	case len(q.Question) != 1:
		m.Rcode = miekg.RcodeFormatError
		return m
	}
	ask := q.Question[0]
	if !ours(ask.Name) || ask.Qclass != miekg.ClassINET || refusedType(ask.Qtype) {
		m.Rcode = miekg.RcodeRefused
		return m
	}
	m.Authoritative = true
	if ask.Qtype == miekg.TypeA && address.Is4() {
		m.Answer = []miekg.RR{&miekg.A{Hdr: header(ask.Name, miekg.TypeA), A: address.AsSlice()}}
	} else {
		m.Ns = []miekg.RR{nothing(ask.Name)} // without it nobody could keep the answer "there is none" (RFC 2308)
	}
	return m
}

// refusedType are the questions for everything at once; zone transfers among them.
func refusedType(t uint16) bool {
	return slices.Contains([]uint16{miekg.TypeANY, miekg.TypeAXFR, miekg.TypeIXFR, miekg.TypeMAILA, miekg.TypeMAILB}, t)
}

// echoEDNS answers EDNS with EDNS, as RFC 6891 wants; a version that nobody knows gets BADVERS.
func echoEDNS(m, q *miekg.Msg) {
	opt := q.IsEdns0()
	if opt == nil {
		return
	}
	m.SetEdns0(miekg.MinMsgSize, false)
	if opt.Version() != 0 {
		m.Rcode = miekg.RcodeBadVers
	}
}

func header(name string, rrtype uint16) miekg.RR_Header {
	return miekg.RR_Header{Name: name, Rrtype: rrtype, Class: miekg.ClassINET, Ttl: ttl}
}

// nothing is the record that says: the name is here, what was asked of it is not.
func nothing(name string) miekg.RR {
	return &miekg.SOA{
		Hdr: header(name, miekg.TypeSOA), Ns: "onelan.local.", Mbox: "nobody.onelan.local.",
		Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: ttl,
	}
}
