package broker_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"

	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

func benchServer(b *testing.B, opts ...onenettest.Option) *onenettest.Server {
	b.Helper()
	return onenettest.Start(b, append([]onenettest.Option{onenettest.WithConfig(quietly)}, opts...)...)
}

func quietly(c *server.Config) { c.Log = slog.New(slog.DiscardHandler) }

// onDisk makes the server keep its data in a database, with its default durability.
func onDisk(b *testing.B) onenettest.Option {
	dir := b.TempDir()
	return onenettest.WithConfig(func(c *server.Config) { c.Ephemeral, c.DataDir = false, dir })
}

// mustLogIn connects a new device.
func mustLogIn(b *testing.B, srv *onenettest.Server) *rig.Conn {
	b.Helper()
	c, _, err := rig.Open(b.Context(), srv.MQTTAddr(), loginOf(srv.Device(b)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

func loginOf(d onenet.Device) rig.Login {
	return rig.Login{Device: string(d.ID), Product: string(d.Product), Secret: string(d.AuthInfo), Keepalive: 60}
}

// BenchmarkLogin is a connection from dialling to its end: CONNECT, CONNACK, DISCONNECT.
func BenchmarkLogin(b *testing.B) {
	srv := benchServer(b)
	login := loginOf(srv.Device(b))
	for b.Loop() {
		c, _, err := rig.Open(b.Context(), srv.MQTTAddr(), login)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Write(rig.Disconnect); err != nil {
			b.Fatal(err)
		}
		if _, _, err := c.Next(rig.Patience); !errors.Is(err, io.EOF) {
			b.Fatalf("after DISCONNECT: %v", err)
		}
		_ = c.Close()
	}
}

// BenchmarkTopic is the delivery of one message of 256 bytes, from publishers that
// send ahead to subscribers: ns/op is per message received.
func BenchmarkTopic(b *testing.B) {
	for _, shape := range []struct {
		name                string
		groups, subs, ahead int
	}{{"1to1", 1, 1, 100}, {"50to50", 50, 1, 10}, {"1to50", 1, 50, 50}} {
		for qos := range byte(2) {
			b.Run(fmt.Sprintf("%s/qos%d", shape.name, qos), func(b *testing.B) {
				benchFlow(b, benchServer(b), shape.groups, rig.Flow{
					Payload: make([]byte, 256), QoS: qos, Window: shape.ahead, Subscribers: shape.subs,
					Limit: max(1, b.N/shape.groups/shape.subs),
				})
			})
		}
	}
}

// BenchmarkData is a $dp message with one point of 256 bytes at QoS 1, from PUBLISH to PUBACK,
// with the messages sent ahead: ns/op is per message.
func BenchmarkData(b *testing.B) {
	const head, foot = "\x03\x00\xfd" + `{"reading":"`, `"}`
	payload := append([]byte(head), bytes.Repeat([]byte("x"), 256-len(head)-len(foot))...)
	payload = append(payload, foot...)
	for _, store := range []string{"memory", "sqlite"} {
		for _, shape := range []struct{ devices, ahead int }{{1, 1}, {1, 100}, {50, 10}} {
			b.Run(fmt.Sprintf("%s/%ddevices/ahead%d", store, shape.devices, shape.ahead), func(b *testing.B) {
				var opts []onenettest.Option
				if store == "sqlite" {
					opts = append(opts, onDisk(b))
				}
				benchFlow(b, benchServer(b, opts...), shape.devices, rig.Flow{
					Topic: "$dp", Payload: payload, QoS: 1, Window: shape.ahead, Limit: max(1, b.N/shape.devices),
				})
			})
		}
	}
}

// benchFlow runs the flow in several groups at once, each with a publisher of its own and,
// where the flow has no topic, a topic of its own.
func benchFlow(b *testing.B, srv *onenettest.Server, groups int, f rig.Flow) {
	b.Helper()
	var pumps []*rig.Pump
	var readers []*rig.Reader
	for g := range groups {
		flow := f
		if flow.Topic == "" {
			flow.Topic = fmt.Sprintf("bench/%02d", g)
		}
		p := rig.NewPump(mustLogIn(b, srv), flow)
		pumps = append(pumps, p)
		if flow.QoS > 0 {
			readers = append(readers, p.Acks())
		}
		for i := range flow.Subscribers {
			sub := mustLogIn(b, srv)
			if err := sub.Subscribe(flow.Topic, flow.QoS); err != nil {
				b.Fatal(err)
			}
			readers = append(readers, p.Messages(i, sub))
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, r := range readers {
		wg.Go(func() {
			if err := r.Run(); err != nil {
				b.Error(err)
			}
		})
	}
	for _, p := range pumps {
		if err := p.Start(); err != nil {
			b.Error(err)
		}
	}
	wg.Wait()
}
