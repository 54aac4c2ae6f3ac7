package mdns

import (
	"fmt"
	"net/netip"
	"strings"

	miekg "github.com/miekg/dns"
)

// The names without a number. The firmware's notes and tutorials speak of onenet.local, so this machine answers
// to both.
const (
	hostName  = "onelan"
	aliasName = "onenet"
	service   = "_mqtt._tcp.local."
	browse    = "_services._dns-sd._udp.local."
)

// Host is this machine's name, unless another machine has it.
const Host = hostName + ".local"

// How long records may be kept, in seconds: those with an address or a host name in them, and the others (RFC 6762 10).
const (
	hostTTL  = 120
	otherTTL = 4500
)

// cacheFlush marks a record as the only one of its name and type (RFC 6762 10.2). The same bit of a question
// asks for an answer to the asker alone (5.4).
const cacheFlush = 1 << 15

// numbered is a name as the n-th machine has it: onelan, onelan-2.
func numbered(name string, n int) string {
	if n > 1 {
		name += fmt.Sprintf("-%d", n)
	}
	return name
}

// records are all that this machine says on one interface.
type records struct {
	host, alias, instance string
	unique                []miekg.RR // of names that are ours alone
	shared                []miekg.RR // pointers, which others have as well
	none                  []miekg.RR // NSEC: which types our names have, and so which they have not
}

func newRecords(number int, addresses []netip.Addr, port uint16, txt []string) records {
	r := records{
		host: numbered(hostName, number) + ".local.", alias: numbered(aliasName, number) + ".local.",
		instance: numbered(hostName, number) + "." + service,
	}
	for _, name := range []string{r.host, r.alias} {
		var types []uint16
		for _, ip := range addresses {
			rr := addressRecord(name, ip)
			r.unique = append(r.unique, rr)
			if t := rr.Header().Rrtype; len(types) == 0 || types[len(types)-1] != t {
				types = append(types, t)
			}
		}
		r.none = append(r.none, nsec(name, types))
	}
	if len(txt) == 0 {
		txt = []string{""} // RFC 6763 6.1: never without a string
	}
	r.unique = append(r.unique,
		&miekg.SRV{Hdr: header(r.instance, miekg.TypeSRV, hostTTL), Port: port, Target: r.host},
		&miekg.TXT{Hdr: header(r.instance, miekg.TypeTXT, otherTTL), Txt: txt})
	r.none = append(r.none, nsec(r.instance, []uint16{miekg.TypeTXT, miekg.TypeSRV}))
	r.shared = []miekg.RR{
		&miekg.PTR{Hdr: header(service, miekg.TypePTR, otherTTL), Ptr: r.instance},
		&miekg.PTR{Hdr: header(browse, miekg.TypePTR, otherTTL), Ptr: service},
	}
	return r
}

func header(name string, rrtype uint16, ttl uint32) miekg.RR_Header {
	return miekg.RR_Header{Name: name, Rrtype: rrtype, Class: miekg.ClassINET, Ttl: ttl}
}

func addressRecord(name string, ip netip.Addr) miekg.RR {
	if ip.Is4() {
		return &miekg.A{Hdr: header(name, miekg.TypeA, hostTTL), A: ip.AsSlice()}
	}
	return &miekg.AAAA{Hdr: header(name, miekg.TypeAAAA, hostTTL), AAAA: ip.AsSlice()}
}

// nsec says that the name has these types and no others (RFC 6762 6.1), so that nobody waits for an AAAA
// that does not come. The types are in ascending order, as the addresses are IPv4 first.
func nsec(name string, types []uint16) miekg.RR {
	return &miekg.NSEC{Hdr: header(name, miekg.TypeNSEC, hostTTL), NextDomain: name, TypeBitMap: types}
}

// mine tells whether a name is one that this machine claims for itself.
func (r records) mine(name string) bool {
	return strings.EqualFold(name, r.host) || strings.EqualFold(name, r.alias) || strings.EqualFold(name, r.instance)
}

// of are the records of a name and type; TypeANY stands for all types.
func of(list []miekg.RR, name string, rrtype uint16) []miekg.RR {
	var found []miekg.RR
	for _, rr := range list {
		if h := rr.Header(); strings.EqualFold(h.Name, name) && (rrtype == miekg.TypeANY || rrtype == h.Rrtype) {
			found = append(found, rr)
		}
	}
	return found
}

// flush are copies of the records with their cache-flush bit set.
func flush(list []miekg.RR) []miekg.RR {
	return changed(list, func(h *miekg.RR_Header) { h.Class |= cacheFlush })
}

// changed are copies of the records with their headers changed: the records themselves may be part of another packet.
func changed(list []miekg.RR, change func(*miekg.RR_Header)) []miekg.RR {
	var copies []miekg.RR
	for _, rr := range list {
		rr = miekg.Copy(rr)
		change(rr.Header())
		copies = append(copies, rr)
	}
	return copies
}
