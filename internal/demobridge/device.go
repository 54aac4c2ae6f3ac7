package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/server"
)

// device is the board of the tutorial: it uploads a temperature and has a blue LED.
type device struct {
	conn *rig.Conn
	told chan string // what it did, in words
	acks chan struct{}
	ids  uint16
	work sync.WaitGroup
}

// comeIn logs the board in to the edge.
func comeIn(ctx context.Context, addr string) (*device, error) {
	conn, _, err := rig.Open(ctx, addr, rig.Login{
		Device: string(server.DemoDevice), Product: string(server.DemoProduct), Secret: string(server.DemoAuthInfo),
	})
	if err != nil {
		return nil, err
	}
	d := &device{conn: conn, told: make(chan string, 1), acks: make(chan struct{}, 1)}
	d.work.Go(d.listen)
	return d, nil
}

// listen does what commands say, until the connection ends.
func (d *device) listen() {
	defer close(d.told)
	for {
		head, body, err := d.conn.Next(0)
		if err != nil {
			return
		}
		m, ok := rig.Parse(head, body)
		id, command := strings.CutPrefix(m.Topic, "$creq/")
		switch {
		case head == rig.Puback:
			d.acks <- struct{}{}
		case head>>4 == 3 && ok && command:
			d.told <- fmt.Sprintf("the blue LED goes %s", m.Payload)
			answer := rig.Message{Topic: "$crsp/" + id, Payload: []byte("led is " + string(m.Payload))}
			if _, err := d.conn.Write(answer.Packet()); err != nil {
				return
			}
		}
	}
}

// upload sends one value at QoS 1 and waits for the acknowledgement.
func (d *device) upload(ctx context.Context, celsius float64) error {
	text := fmt.Sprintf(`{"temperature":%.1f}`, celsius)
	d.ids++
	m := rig.Message{Topic: "$dp", QoS: 1, ID: d.ids, Payload: append([]byte{3, 0, byte(len(text))}, text...)}
	if _, err := d.conn.Write(m.Packet()); err != nil {
		return err
	}
	select {
	case <-d.acks:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave logs the board out.
func (d *device) leave() {
	_, _ = d.conn.Write(rig.Disconnect)
	_ = d.conn.Close()
	d.work.Wait()
}
