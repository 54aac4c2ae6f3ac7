package broker_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

func benchServer(b *testing.B, opts ...onenettest.Option) *onenettest.Server {
	b.Helper()
	quiet := onenettest.WithConfig(func(c *server.Config) { c.Log = slog.New(slog.DiscardHandler) })
	return onenettest.Start(b, append([]onenettest.Option{quiet}, opts...)...)
}

func BenchmarkLogin(b *testing.B) {
	srv := benchServer(b)
	d := srv.Device(b)
	hello := connectPacket(0xC2, 60, d)
	for b.Loop() {
		c := dial(b, srv)
		c.send(hello)
		c.want([]byte{0x20, 2, 0, 0})
		c.send([]byte{0xE0, 0})
		c.Close()
	}
}

// BenchmarkTopic measures topic messages of 256 bytes from publishers to subscribers,
// pipelined; ns/op is for one message delivered.
func BenchmarkTopic(b *testing.B) {
	for _, c := range []struct {
		pubs, subs int // per group; one group has one topic
		groups     int
	}{{1, 1, 1}, {1, 1, 50}, {1, 50, 1}} {
		for qos := range byte(2) {
			b.Run(fmt.Sprintf("%dx(%dto%d)/qos%d", c.groups, c.pubs, c.subs, qos), func(b *testing.B) {
				benchTopic(b, c.groups, c.subs, qos)
			})
		}
	}
}

func benchTopic(b *testing.B, groups, subs int, qos byte) {
	srv := benchServer(b)
	payload := make([]byte, 256)
	var wg sync.WaitGroup
	perGroup := max(1, b.N/groups/subs)
	pubs := make([]*raw, groups)
	readers := make([][]*atomic.Int64, groups)
	for g := range groups {
		topic := fmt.Sprintf("bench%d", g)
		var behind []*atomic.Int64
		for range subs {
			c := login(b, srv, srv.Device(b), 0xC2, 0)
			c.send(subscribePacket(1, qos, topic))
			c.want([]byte{0x90, 3, 0, 1, qos})
			got := &atomic.Int64{}
			behind = append(behind, got)
			wg.Go(func() { drainMessages(b, c, perGroup, qos, got) })
		}
		pubs[g] = login(b, srv, srv.Device(b), 0xC2, 0)
		readers[g] = behind
	}
	b.ResetTimer()
	for g, c := range pubs {
		wg.Go(func() { pump(b, c, fmt.Sprintf("bench%d", g), payload, qos, perGroup, readers[g]) })
	}
	wg.Wait()
}

const window = 50

// pump publishes n messages; at QoS 1 with at most a window of them unacknowledged, at
// QoS 0 with a ping per window. It waits for readers that are far behind, so that the
// broker's queues stay short of their bounds.
func pump(b *testing.B, c *raw, topic string, payload []byte, qos byte, n int, readers []*atomic.Int64) {
	r := bufio.NewReaderSize(c, 8<<10)
	w := bufio.NewWriterSize(c, 32<<10)
	ack := make([]byte, 4)
	for sent := 0; sent < n; {
		for _, r := range readers {
			for int64(sent)-r.Load() > 20*window {
				runtime.Gosched()
			}
		}
		k := min(window, n-sent)
		for i := range k {
			w.Write(publishPacket(topic, payload, qos, uint16(i+1)))
		}
		if qos == 0 {
			w.Write([]byte{0xC0, 0})
		}
		w.Flush()
		want := 2
		if qos > 0 {
			want = 4 * k
		}
		for got := 0; got < want; {
			m, err := io.ReadFull(r, ack[:min(4, want-got)])
			if err != nil {
				b.Error(err)
				return
			}
			got += m
		}
		sent += k
	}
}

// drainMessages reads n messages and acknowledges them.
func drainMessages(b *testing.B, c *raw, n int, qos byte, got *atomic.Int64) {
	r := bufio.NewReaderSize(c, 64<<10)
	var acks []byte
	for range n {
		head, err := r.ReadByte()
		if err != nil {
			b.Error(err)
			return
		}
		length, shift := 0, 0
		for {
			x, _ := r.ReadByte()
			length |= int(x&0x7f) << shift
			shift += 7
			if x < 0x80 {
				break
			}
		}
		p, err := r.Peek(length)
		if err != nil {
			b.Error(err)
			return
		}
		if qos > 0 {
			at := 2 + int(p[0])<<8 + int(p[1])
			acks = append(acks, 0x40, 2, p[at], p[at+1])
		}
		_, _ = r.Discard(length)
		got.Add(1)
		_ = head
		if len(acks) > 0 && (r.Buffered() == 0 || len(acks) > 4000) {
			c.Write(acks)
			acks = acks[:0]
		}
	}
	c.Write(acks)
}

func BenchmarkData(b *testing.B) {
	b.Run("memory", func(b *testing.B) { benchData(b) })
	b.Run("sqlite", func(b *testing.B) {
		dir := b.TempDir()
		benchData(b, onenettest.WithConfig(func(c *server.Config) { c.Ephemeral, c.DataDir = false, dir }))
	})
}

func benchData(b *testing.B, opts ...onenettest.Option) {
	json := `{"temperature":25.5,"humidity":60,"note":"` + string(make([]byte, 0)) + `0123456789"}`
	payload := append([]byte{3, 0, byte(len(json))}, json...)
	for _, devices := range []int{1, 50} {
		b.Run(fmt.Sprintf("%ddevices", devices), func(b *testing.B) {
			srv := benchServer(b, opts...)
			var clients []*raw
			for range devices {
				clients = append(clients, login(b, srv, srv.Device(b), 0xC2, 0))
			}
			b.ResetTimer()
			var wg sync.WaitGroup
			for _, c := range clients {
				wg.Go(func() { pump(b, c, "$dp", payload, 1, max(1, b.N/devices), nil) })
			}
			wg.Wait()
		})
	}
}

var _ onenet.Store
