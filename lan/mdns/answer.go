package mdns

import (
	"slices"
	"time"

	miekg "github.com/miekg/dns"

	"github.com/onelan/onelan/lan"
)

// Bounds on answers a second that go to one asker alone, and to all such.
const (
	perAsker = 50
	inAll    = 500
)

// answer is what is to be said to a question.
type answer struct {
	unique, shared []miekg.RR // the answers
	extra          []miekg.RR // what the asker will want to know next
}

func (a answer) empty() bool { return len(a.unique)+len(a.shared) == 0 }

// answerTo finds the records that a message asks for, without those that it says its sender knows.
func (r records) answerTo(q *miekg.Msg) answer {
	var a answer
	for _, ask := range q.Question {
		if class := ask.Qclass &^ cacheFlush; class != miekg.ClassINET && class != miekg.ClassANY {
			continue
		}
		found := of(r.unique, ask.Name, ask.Qtype)
		if len(found) == 0 && r.mine(ask.Name) {
			found = of(r.none, ask.Name, miekg.TypeANY)
		}
		a.unique = union(a.unique, found)
		a.shared = union(a.shared, of(r.shared, ask.Name, ask.Qtype))
	}
	a.unique, a.shared = unknown(a.unique, q.Answer), unknown(a.shared, q.Answer)
	a.extra = r.extra(a)
	return a
}

// extra follows the pointers (RFC 6763 12) and says which addresses there are not.
func (r records) extra(a answer) []miekg.RR {
	var extra []miekg.RR
	if len(of(a.shared, service, miekg.TypePTR)) > 0 {
		extra = union(extra, of(r.unique, r.instance, miekg.TypeANY))
	}
	if len(of(union(a.unique, extra), r.instance, miekg.TypeSRV)) > 0 {
		extra = union(extra, of(r.unique, r.host, miekg.TypeANY))
	}
	for _, name := range []string{r.host, r.alias} {
		if len(of(a.unique, name, miekg.TypeA)) > 0 {
			extra = union(extra, union(of(r.unique, name, miekg.TypeAAAA), of(r.none, name, miekg.TypeANY)))
		}
	}
	return slices.DeleteFunc(extra, func(rr miekg.RR) bool { return contains(a.unique, rr) })
}

func contains(list []miekg.RR, rr miekg.RR) bool {
	return slices.ContainsFunc(list, func(other miekg.RR) bool { return miekg.IsDuplicate(rr, other) })
}

func union(list, more []miekg.RR) []miekg.RR {
	for _, rr := range more {
		if !contains(list, rr) {
			list = append(list, rr)
		}
	}
	return list
}

// unknown leaves out what the asker knows for at least half of its time (RFC 6762 7.1).
func unknown(list, known []miekg.RR) []miekg.RR {
	return slices.DeleteFunc(list, func(rr miekg.RR) bool {
		return slices.ContainsFunc(known, func(k miekg.RR) bool {
			k = miekg.Copy(k)
			k.Header().Class &^= cacheFlush
			return miekg.IsDuplicate(rr, k) && k.Header().Ttl >= rr.Header().Ttl/2
		})
	})
}

// reply answers a question: to a plain resolver in the way of plain DNS, to who asks for it alone, and else to all.
func (r *Responder) reply(p packet, i lan.Interface) {
	a := r.records(i).answerTo(p.msg)
	if a.empty() {
		return
	}
	switch {
	case p.peer.From.Port() != Port:
		r.unicast(legacy(p.msg, a), p.peer)
	case len(p.msg.Ns) == 0 && alone(p.msg) && r.saidLately(i, a):
		m := response(append(flush(a.unique), a.shared...))
		m.Extra = flush(a.extra)
		r.unicast(m, p.peer)
	default:
		r.multicast(a, i, len(p.msg.Ns) > 0)
	}
}

// alone tells whether all questions ask for an answer to the asker only (RFC 6762 5.4).
func alone(q *miekg.Msg) bool {
	return !slices.ContainsFunc(q.Question, func(ask miekg.Question) bool { return ask.Qclass&cacheFlush == 0 })
}

// legacyTTL is what a resolver that knows nothing of multicast may keep (RFC 6762 6.7): it hears of no change.
const legacyTTL = 10

// legacy answers like a DNS server: with the id and the question, and without the bit that such a resolver does not know.
func legacy(q *miekg.Msg, a answer) *miekg.Msg {
	brief := func(h *miekg.RR_Header) { h.Ttl = min(h.Ttl, legacyTTL) }
	m := response(changed(append(slices.Clone(a.unique), a.shared...), brief))
	m.Extra = changed(a.extra, brief)
	m.Id, m.RecursionDesired = q.Id, q.RecursionDesired
	for _, ask := range q.Question {
		ask.Qclass &^= cacheFlush
		m.Question = append(m.Question, ask)
	}
	return m
}

func response(answers []miekg.RR) *miekg.Msg {
	m := &miekg.Msg{Compress: true, Answer: answers}
	m.Response, m.Authoritative = true, true
	return m
}

func (r *Responder) unicast(m *miekg.Msg, to *lan.Peer) {
	if !r.limit.Allow(to.From.Addr()) {
		return
	}
	if b, err := m.Pack(); err != nil {
		r.c.Log.Error("mDNS: answer not packed", "err", err)
	} else if err := r.c.Link.Unicast(b, to); err != nil {
		r.c.Log.Debug("mDNS: answer not sent", "to", to.From, "err", err)
	}
}

// multicast answers to everybody. Pointers are sent after a random moment, because others may have the same to say
// (RFC 6762 6). A probe is answered at once: its sender waits no longer than a quarter of a second.
func (r *Responder) multicast(a answer, i lan.Interface, probe bool) {
	send := func() {
		quiet := time.Second
		if probe {
			quiet = probeGap
		}
		a.unique, a.shared = r.fresh(i, a.unique, quiet), r.fresh(i, a.shared, quiet)
		if !a.empty() {
			m := response(append(flush(a.unique), a.shared...))
			m.Extra = flush(a.extra)
			r.group(m, i)
		}
	}
	if len(a.shared) == 0 || probe {
		send()
		return
	}
	attempt := r.claiming
	r.jobs.after(20*time.Millisecond+time.Duration(r.random.Int64N(int64(100*time.Millisecond))), func() {
		if attempt == r.claiming {
			send()
		}
	})
}

// said names a record on an interface.
func said(i lan.Interface, rr miekg.RR) string { return i.Name + " " + rr.String() }

// fresh leaves out what the group heard a moment ago (RFC 6762 6).
func (r *Responder) fresh(i lan.Interface, list []miekg.RR, quiet time.Duration) []miekg.RR {
	now := r.c.Clock.Now()
	return slices.DeleteFunc(slices.Clone(list), func(rr miekg.RR) bool {
		at, ok := r.sent[said(i, rr)]
		return ok && now.Sub(at) < quiet
	})
}

// saidLately tells whether the group heard all of it within a quarter of its time, so that an asker may be answered alone.
func (r *Responder) saidLately(i lan.Interface, a answer) bool {
	now := r.c.Clock.Now()
	for _, rr := range append(slices.Clone(a.unique), a.shared...) {
		at, ok := r.sent[said(i, rr)]
		if !ok || now.Sub(at) > time.Duration(rr.Header().Ttl)*time.Second/4 {
			return false
		}
	}
	return true
}

// group sends a message to all on the interface, and remembers what it said.
func (r *Responder) group(m *miekg.Msg, i lan.Interface) {
	b, err := m.Pack()
	if err != nil {
		r.c.Log.Error("mDNS: message not packed", "err", err)
		return
	}
	if err := r.c.Link.Multicast(b, i); err != nil {
		r.c.Log.Debug("mDNS: message not sent", "interface", i.Name, "err", err)
		return
	}
	now := r.c.Clock.Now()
	for _, rr := range m.Answer {
		rr = miekg.Copy(rr)
		rr.Header().Class &^= cacheFlush
		r.sent[said(i, rr)] = now
	}
}
