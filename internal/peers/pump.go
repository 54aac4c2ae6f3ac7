package main

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"github.com/onelan/onelan/internal/rig"
)

// pump is one publisher: it keeps a window of messages under way. A message is under way until the
// broker has acknowledged it (above QoS 0) and every subscriber has received it.
type pump struct {
	conn  *rig.Conn
	ring  []byte // the messages, encoded
	size  int    // of one
	slots int    // messages in the ring
	ahead int    // the window

	mu    sync.Mutex
	sent  int   // guarded by mu
	done  []int // guarded by mu: what each of those who must have a message has seen of them
	floor int   // guarded by mu: the least of them
}

// newPump makes a publisher whose messages are confirmed from so many sides.
func newPump(c *rig.Conn, l load, group int) *pump {
	sides := l.subs
	if l.qos > 0 {
		sides++
	}
	p := &pump{conn: c, ahead: l.window, done: make([]int, sides)}
	p.ring, p.slots = l.packets(group)
	p.size = len(p.ring) / p.slots
	return p
}

// confirm notes that a side has seen n more messages, and sends as many as there is room for.
func (p *pump) confirm(side, n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.done[side]
	p.done[side] += n
	if was > p.floor {
		return nil // others are behind
	}
	least := math.MaxInt
	for _, d := range p.done {
		least = min(least, d)
	}
	p.floor = least
	return p.sendLocked()
}

// start sends the first window.
func (p *pump) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sendLocked()
}

// sendLocked fills the window. It may write with the lock held: a window is far smaller than a socket's buffer.
func (p *pump) sendLocked() error {
	for n := p.floor + p.ahead - p.sent; n > 0; {
		at := p.sent % p.slots
		k := min(n, p.slots-at)
		if _, err := p.conn.Write(p.ring[at*p.size : (at+k)*p.size]); err != nil {
			return err
		}
		p.sent += k
		n -= k
	}
	return nil
}

// reader reads what a broker sends to one client. It counts and acknowledges messages, or counts acknowledgements.
type reader struct {
	conn  *rig.Conn
	pump  *pump
	side  int
	acks  bool          // PUBACKs are expected; else messages
	count *atomic.Int64 // all messages of the load; nil when these do not count
}

// run reads until the connection ends.
func (r *reader) run() error {
	room := make([]byte, 64<<10)
	answers := make([]byte, 0, 4<<10)
	held := 0
	for {
		n, err := r.conn.Read(room[held:])
		if err != nil {
			return err
		}
		have := room[:held+n]
		count := 0
		answers = answers[:0]
		for {
			head, body, rest, ok := rig.Cut(have)
			if !ok {
				break
			}
			have = rest
			if answers, err = r.take(answers, head, body); err != nil {
				return err
			}
			count++
		}
		held = copy(room, have)
		if len(answers) > 0 {
			if _, err := r.conn.Write(answers); err != nil {
				return err
			}
		}
		if count == 0 {
			continue
		}
		if r.count != nil {
			r.count.Add(int64(count))
		}
		if err := r.pump.confirm(r.side, count); err != nil {
			return err
		}
	}
}

// take checks one packet and appends the answer to it, if it wants one.
func (r *reader) take(answers []byte, head byte, body []byte) ([]byte, error) {
	switch {
	case r.acks && head == rig.Puback:
		return answers, nil
	case r.acks || head>>4 != 3 || len(body) < payloadSize:
		return nil, fmt.Errorf("unexpected packet %X of %d bytes", head, len(body))
	case head>>1&3 == 0:
		return answers, nil
	default:
		at := len(body) - payloadSize - 2
		return append(answers, rig.Puback, 2, body[at], body[at+1]), nil
	}
}
