package rig_test

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/onelan/onelan/internal/rig"
)

// relay is the least a broker can be: it passes PUBLISH packets on to one client and
// acknowledges them, a few at a time, and notes how many were under way at most.
type relay struct {
	from, to *rig.Conn // its ends of the publisher's and the subscriber's connection
	limit    int
	most     int
}

func (r *relay) run() error {
	var held []rig.Message
	for got := 0; got < r.limit; {
		head, body, err := r.from.Next(rig.Patience)
		if err != nil {
			return err
		}
		m, ok := rig.Parse(head, body)
		if !ok {
			return fmt.Errorf("not a PUBLISH: %X % X", head, body)
		}
		m.Payload = append([]byte(nil), m.Payload...)
		held = append(held, m)
		got++
		r.most = max(r.most, len(held))
		if len(held) < 3 && got < r.limit {
			continue
		}
		if err := r.release(held); err != nil {
			return err
		}
		held = held[:0]
	}
	return nil
}

func (r *relay) release(held []rig.Message) error {
	for _, m := range held {
		_, err1 := r.to.Write(m.Packet())
		var err2, err3 error
		if m.QoS > 0 {
			_, err2 = r.from.Write(rig.Ack(rig.Puback, m.ID))
			_, err3 = r.to.Await(rig.Puback)
		}
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
	}
	return nil
}

func TestPumpKeepsItsWindowAndEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	for qos := range byte(2) {
		t.Run(fmt.Sprintf("at QoS %d", qos), func(t *testing.T) {
			t.Parallel()
			pub, from := mustPair(t)
			sub, to := mustPair(t)
			p := rig.NewPump(pub, rig.Flow{Topic: "a", Payload: []byte("xy"), QoS: qos, Window: 5, Subscribers: 1, Limit: 103})
			r := &relay{from: from, to: to, limit: 103}
			tasks := []func() error{r.run, p.Messages(0, sub).Run}
			if qos > 0 {
				tasks = append(tasks, p.Acks().Run)
			}
			var wg sync.WaitGroup
			for _, f := range tasks {
				wg.Go(func() {
					if err := f(); err != nil {
						t.Error(err)
					}
				})
			}
			if err := p.Start(); err != nil {
				t.Error(err)
			}
			wg.Wait()
			if r.most > 5 {
				t.Errorf("%d messages were under way, the window is 5", r.most)
			}
		})
	}
}

func TestReaderRefusesWhatThePumpDidNotSend(t *testing.T) {
	t.Parallel()
	pub, _ := mustPair(t)
	sub, to := mustPair(t)
	p := rig.NewPump(pub, rig.Flow{Topic: "a", Payload: []byte("xy"), Window: 5, Subscribers: 1})
	if _, err := to.Write(rig.Message{Topic: "a", Payload: []byte("xyz")}.Packet()); err != nil {
		t.Fatal(err)
	}
	if err := p.Messages(0, sub).Run(); err == nil {
		t.Error("a message that is too long was counted")
	}
}

// mustPair makes the two ends of a connection over loopback.
func mustPair(t *testing.T) (a, b *rig.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if a, err = rig.Dial(t.Context(), ln.Addr().String(), ""); err != nil {
		t.Fatal(err)
	}
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	b = &rig.Conn{Conn: c}
	t.Cleanup(func() {
		a.Close()
		b.Close()
	})
	return a, b
}
