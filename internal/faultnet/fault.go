package faultnet

import "time"

// Ending is how a connection is ended.
type Ending bool

// The two endings.
const (
	Reset  Ending = true  // RST towards the client: what is under way to it is lost
	Finish Ending = false // FIN: what was sent still arrives
)

// Verdict is what becomes of a frame.
type Verdict int

// The verdicts.
const (
	Pass      Verdict = iota
	Drop              // it is not passed on
	Kill              // the connection is reset instead
	PassKill          // it is passed on, and then the connection is reset
	PassClose         // it is passed on, and then the connection is closed
	Hush              // it is not passed on, and the connection is silent from here on: half-open
	refuse            // it is answered with a CONNACK, and the connection is closed
)

// Rule judges a frame. It is called with a lock held: it may count, and must not call the Proxy.
type Rule func(Frame) Verdict

type faults struct {
	silence bool
	delay   time.Duration
	rules   []Rule
	refuse  int // CONNACK code, 0 for none
}

// Cut ends every connection that stands.
func (p *Proxy) Cut(how Ending) {
	p.mu.Lock()
	conns := append([]*conn(nil), p.conns...)
	p.mu.Unlock()
	for _, c := range conns {
		c.end(how)
	}
}

// Silence makes the proxy take what comes and pass nothing on, without closing anything: the connections that stand, and those that
// come, are half-open. They stay so after Silence(false), as a peer that has vanished does not come back; new ones work again.
func (p *Proxy) Silence(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults.silence = on
	for _, c := range p.conns {
		c.silent = c.silent || on
	}
}

// Delay makes every frame arrive that much later, in both directions and in order.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults.delay = d
}

// Judge adds a rule. The first rule that does not say Pass decides.
func (p *Proxy) Judge(r Rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults.rules = append(p.faults.rules, r)
}

// Mend takes all rules, refusals and delays away, and ends the silence for new connections.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = faults{}
}

// CutAfter resets the connection on which the n-th frame of this kind from now on passes, once.
func (p *Proxy) CutAfter(d Direction, k Kind, n int) {
	seen := 0
	p.Judge(func(f Frame) Verdict {
		if f.Direction != d || f.Kind() != k {
			return Pass
		}
		if seen++; seen == n {
			return PassKill
		}
		return Pass
	})
}

// KillOn resets the connection whenever a frame comes that match chooses, and does not pass it on: as a platform does that cannot
// bear a particular message.
func (p *Proxy) KillOn(match func(Frame) bool) {
	p.Judge(func(f Frame) Verdict {
		if match(f) {
			return Kill
		}
		return Pass
	})
}

// DropAcks loses every PUBACK from the upstream.
func (p *Proxy) DropAcks() {
	p.Judge(func(f Frame) Verdict {
		if f.Direction == Down && f.Kind() == Puback {
			return Drop
		}
		return Pass
	})
}

// refusal is the code that RefuseLogin has set.
func (p *Proxy) refusal() byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return byte(p.faults.refuse)
}

// RefuseLogin answers every CONNECT itself, with this CONNACK code, and closes; 0 ends that.
func (p *Proxy) RefuseLogin(code byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults.refuse = int(code)
}
