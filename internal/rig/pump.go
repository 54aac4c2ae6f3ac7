package rig

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Flow is what one publisher sends, again and again.
type Flow struct {
	Topic       string
	Payload     []byte
	QoS         byte // 0 or 1
	Window      int  // messages under way at most
	Subscribers int  // who must all receive a message
	Limit       int  // messages in all, 0 for no end
}

// Pump is a publisher in a closed loop: it keeps a window of messages under way. A message is under way
// until the broker has acknowledged it (at QoS 1) and every subscriber has received
// it, so nothing piles up in the broker and nothing has to be dropped. It has no
// goroutine: the Readers that confirm messages send the next ones.
type Pump struct {
	flow  Flow
	conn  *Conn
	ring  []byte // encoded messages; each has its own packet id, and after the last the first comes again
	size  int    // of one
	slots int    // messages in the ring

	mu    sync.Mutex
	sent  int   // guarded by mu
	done  []int // guarded by mu: what each side has confirmed
	floor int   // guarded by mu: the least of them
}

// NewPump makes a publisher on a connection that is logged in.
func NewPump(c *Conn, f Flow) *Pump {
	sides := f.Subscribers
	if f.QoS > 0 {
		sides++
	}
	p := &Pump{flow: f, conn: c, slots: 2 * f.Window, done: make([]int, sides)}
	for i := range p.slots {
		p.ring = append(p.ring, Message{Topic: f.Topic, Payload: f.Payload, QoS: f.QoS, ID: uint16(i + 1)}.Packet()...)
	}
	p.size = len(p.ring) / p.slots
	return p
}

// Start sends the first window. Readers must run.
func (p *Pump) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sendLocked()
}

// Messages is the reader of one subscriber, numbered from 0. It acknowledges what it gets at QoS 1.
func (p *Pump) Messages(subscriber int, c *Conn) *Reader {
	return &Reader{conn: c, pump: p, side: subscriber}
}

// Acks is the reader of the publisher's own connection, for QoS 1.
func (p *Pump) Acks() *Reader {
	return &Reader{conn: p.conn, pump: p, side: p.flow.Subscribers, acks: true}
}

// confirm notes that a side has seen n more messages, and sends as many as there is room for.
func (p *Pump) confirm(side, n int) error {
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

// sendLocked fills the window. It may write with the lock held: a window is far smaller than a socket's buffer.
func (p *Pump) sendLocked() error {
	end := p.floor + p.flow.Window
	if p.flow.Limit > 0 {
		end = min(end, p.flow.Limit)
	}
	for p.sent < end {
		at := p.sent % p.slots
		k := min(end-p.sent, p.slots-at)
		if _, err := p.conn.Write(p.ring[at*p.size : (at+k)*p.size]); err != nil {
			return err
		}
		p.sent += k
	}
	return nil
}

// Reader reads what a broker sends to one client of a Pump: messages or acknowledgements.
type Reader struct {
	Count *atomic.Int64 // what it has read is added here too; may be nil

	conn *Conn
	pump *Pump
	side int
	acks bool
}

// Run reads until the pump's limit is reached or the connection ends.
func (r *Reader) Run() error {
	if err := r.conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	room := make([]byte, 64<<10)
	answers := make([]byte, 0, 4<<10)
	held, limit := 0, r.pump.flow.Limit
	for total := 0; limit == 0 || total < limit; {
		n, err := r.conn.Read(room[held:])
		if err != nil {
			return err
		}
		rest, count, err := r.take(room[:held+n], &answers)
		if err != nil {
			return err
		}
		held = copy(room, rest)
		total += count
		if err := r.confirm(count, answers); err != nil {
			return err
		}
	}
	return nil
}

// take reads the whole packets in b and collects the answers to them.
func (r *Reader) take(b []byte, answers *[]byte) (rest []byte, count int, err error) {
	*answers = (*answers)[:0]
	for {
		head, body, after, ok := Cut(b)
		if !ok {
			return b, count, nil
		}
		if !r.expects(head, body) {
			return b, count, fmt.Errorf("unexpected packet %X of %d bytes", head, len(body))
		}
		if head>>4 == 3 && head>>1&3 == 1 {
			at := len(body) - len(r.pump.flow.Payload) - 2
			*answers = append(*answers, Puback, 2, body[at], body[at+1])
		}
		b = after
		count++
	}
}

// expects tells whether a packet can be one of the pump's.
func (r *Reader) expects(head byte, body []byte) bool {
	if r.acks {
		return head == Puback && len(body) == 2
	}
	f := &r.pump.flow
	want := 2 + len(f.Topic) + len(f.Payload)
	if head>>1&3 > 0 {
		want += 2
	}
	return head>>4 == 3 && len(body) == want && int(binary.BigEndian.Uint16(body)) == len(f.Topic)
}

// confirm answers what was read, and tells the pump.
func (r *Reader) confirm(count int, answers []byte) error {
	if count == 0 {
		return nil
	}
	if len(answers) > 0 {
		if _, err := r.conn.Write(answers); err != nil {
			return err
		}
	}
	if r.Count != nil {
		r.Count.Add(int64(count))
	}
	return r.pump.confirm(r.side, count)
}
