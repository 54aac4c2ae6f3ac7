package mdns

import (
	"bytes"
	"net/netip"
	"slices"
	"time"

	miekg "github.com/miekg/dns"
)

// The times of RFC 6762 8: three probes, a quarter of a second apart, and two announcements.
const (
	probes       = 3
	probeGap     = 250 * time.Millisecond
	announces    = 2
	announceGap  = time.Second
	afterRival   = time.Second
	patientAfter = 10 // names lost; from then on each attempt waits
	patience     = 5 * time.Second
	mostNumber   = 99
)

// claim begins to probe for the names, after a wait and a random moment more. What an
// earlier attempt left to do is dropped.
func (r *Responder) claim(wait time.Duration) {
	r.claiming++
	r.claimed = false
	clear(r.sent)
	if len(r.networks) > 0 {
		r.next(wait+time.Duration(r.random.Int64N(int64(probeGap))), func() { r.probe(1) })
	}
}

// next does something later, unless the names are claimed afresh before.
func (r *Responder) next(d time.Duration, do func()) {
	attempt := r.claiming
	r.jobs.after(d, func() {
		if attempt == r.claiming {
			do()
		}
	})
}

// probe asks whether somebody has the names, and says what they are to stand for.
func (r *Responder) probe(n int) {
	if n > probes {
		r.settle()
		return
	}
	for _, i := range r.networks {
		rec := r.records(i)
		m := &miekg.Msg{Compress: true, Ns: rec.unique}
		for _, name := range []string{rec.host, rec.alias, rec.instance} {
			m.Question = append(m.Question, miekg.Question{Name: name, Qtype: miekg.TypeANY, Qclass: miekg.ClassINET | cacheFlush})
		}
		r.group(m, i)
	}
	r.next(probeGap, func() { r.probe(n + 1) })
}

// settle takes the names, which nobody defended.
func (r *Responder) settle() {
	r.claimed = true
	r.announce(1)
	host := numbered(hostName, r.number) + ".local"
	if host != r.told && r.c.Claimed != nil {
		r.c.Claimed(host)
	}
	r.told = host
}

// announce tells all that is there, unasked.
func (r *Responder) announce(n int) {
	for _, i := range r.networks {
		rec := r.records(i)
		m := response(append(flush(rec.unique), rec.shared...))
		m.Extra = flush(rec.none)
		r.group(m, i)
	}
	if n < announces {
		r.next(announceGap, func() { r.announce(n + 1) })
	}
}

// goodbye tells all that nothing of it is there any more.
func (r *Responder) goodbye() {
	if !r.claimed {
		return
	}
	gone := func(h *miekg.RR_Header) { h.Ttl = 0 }
	for _, i := range r.networks {
		rec := r.records(i)
		r.group(response(append(changed(flush(rec.unique), gone), changed(rec.shared[:1], gone)...)), i) // the other pointer is everybody's
	}
}

// heard looks for our names in what others say. Who has them keeps them.
func (r *Responder) heard(m *miekg.Msg, rec records) {
	if !slices.ContainsFunc(append(slices.Clone(m.Answer), m.Extra...), func(rr miekg.RR) bool { return r.foreign(rr, rec) }) {
		return
	}
	if r.claimed { // RFC 6762 9: ask again; whoever has a better right to the name defends it then
		r.claim(0)
		return
	}
	r.number = r.number%mostNumber + 1
	r.lost++
	wait := time.Duration(0)
	if r.lost >= patientAfter {
		wait = patience
	}
	r.c.Log.Info("mDNS: the name is taken on this network", "name", rec.host, "next", numbered(hostName, r.number))
	r.claim(wait)
}

// foreign tells whether a record says something else of one of our names than we do. Our own packets
// come back to us, also by way of another interface on the same network, so all of this machine's addresses are ours.
func (r *Responder) foreign(rr miekg.RR, rec records) bool {
	h := rr.Header()
	if !rec.mine(h.Name) || h.Ttl == 0 || h.Class&^cacheFlush != miekg.ClassINET {
		return false
	}
	switch rr := rr.(type) {
	case *miekg.A:
		return !r.ownIP(rr.A)
	case *miekg.AAAA:
		return !r.ownIP(rr.AAAA)
	case *miekg.SRV, *miekg.TXT:
		plain := changed([]miekg.RR{rr}, func(h *miekg.RR_Header) { h.Class &^= cacheFlush })
		return !contains(rec.unique, plain[0])
	}
	return false
}

func (r *Responder) ownIP(ip []byte) bool {
	a, ok := netip.AddrFromSlice(ip)
	return ok && r.own[a.Unmap()]
}

// rival meets another machine that asks for the same names at the same moment. The one whose records are greater
// goes on; the other waits, and finds the names taken (RFC 6762 8.2).
func (r *Responder) rival(m *miekg.Msg, rec records) {
	for _, name := range []string{rec.host, rec.alias, rec.instance} {
		theirs := of(m.Ns, name, miekg.TypeANY)
		if slices.ContainsFunc(theirs, func(rr miekg.RR) bool { return r.foreign(rr, rec) }) &&
			slices.CompareFunc(sorted(theirs), sorted(of(rec.unique, name, miekg.TypeANY)), bytes.Compare) > 0 {
			r.claim(afterRival)
			return
		}
	}
}

// sorted are the records as RFC 6762 8.2 compares them: class, type and data, the least first.
func sorted(list []miekg.RR) [][]byte {
	var keys [][]byte
	for _, rr := range list {
		buf := make([]byte, miekg.Len(rr)+maxName)
		rr = miekg.Copy(rr)
		h := rr.Header()
		h.Class &^= cacheFlush
		end, err := miekg.PackRR(rr, buf, 0, nil, false)
		if err != nil {
			continue // the library unpacked it, so it packs it
		}
		_, start, err := miekg.UnpackDomainName(buf, 0)
		if err != nil {
			continue
		}
		const typeToLength = 10 // type, class, TTL, length
		key := append([]byte{byte(h.Class >> 8), byte(h.Class), byte(h.Rrtype >> 8), byte(h.Rrtype)}, buf[start+typeToLength:end]...)
		keys = append(keys, key)
	}
	slices.SortFunc(keys, bytes.Compare)
	return keys
}

// maxName is the room that a domain name may take.
const maxName = 256
