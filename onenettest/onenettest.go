// Package onenettest runs OneNET inside a Go test: a whole platform on loopback, on
// free ports, kept in memory, gone when the test ends.
//
//	func TestBlinks(t *testing.T) {
//		srv := onenettest.Start(t)
//		dev := srv.Device(t)
//		client := srv.Connect(t, dev)
//		…
//		srv.Send(t, dev, "on")
//		srv.Wait(t, onenettest.Answered(dev))
//	}
//
// Nothing has to be waited for with a sleep: Wait looks at the platform's journal from its
// first record on, so it cannot miss what happened before it was called. Several
// platforms in one test process do not know of each other.
package onenettest

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// Patience is how long Wait and Connect give the platform before the test fails.
const Patience = 10 * time.Second

// Server is a running platform that belongs to a test.
type Server struct {
	*server.Server
	clock *clock.Manual
}

// Option changes the platform that Start starts.
type Option func(*options)

type options struct {
	config server.Config
	manual *clock.Manual
	seed   string // a file
}

// WithSwitches changes what the platform does where OneNET leaves a choice.
func WithSwitches(change func(*onenet.Switches)) Option {
	return func(o *options) { change(&o.config.Switches) }
}

// WithLimits changes what one peer may take.
func WithLimits(change func(*onenet.Limits)) Option {
	return func(o *options) { change(&o.config.Limits) }
}

// WithClock makes time stand still at start, until Advance moves it.
func WithClock(start time.Time) Option {
	return func(o *options) {
		o.manual = clock.NewManual(start)
		o.config.Clock = o.manual
	}
}

// WithConfig changes anything else: listen addresses, a data directory, the seed.
func WithConfig(change func(*server.Config)) Option {
	return func(o *options) { change(&o.config) }
}

// Start runs a platform for the duration of the test: MQTT, REST and /_lab/ on
// loopback, a memory store, the demo product 244754, logs in the test's output.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	o := options{config: server.DefaultConfig()}
	c := &o.config
	c.MQTT, c.HTTP, c.Lab = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.MDNS, c.Discovery = false, "" // a test is nobody's business on the network
	c.Ephemeral, c.Version = true, "test"
	c.JournalSize = 1 << 14
	c.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	for _, opt := range opts {
		opt(&o)
	}
	if err := o.readSeed(); err != nil {
		t.Fatalf("onenettest: %v", err)
	}
	s, err := server.Start(context.Background(), o.config)
	if err != nil {
		t.Fatalf("onenettest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("onenettest: closing: %v", err)
		}
	})
	return &Server{Server: s, clock: o.manual}
}

// URL is where the REST API is: "http://127.0.0.1:port".
func (s *Server) URL() string { return "http://" + s.HTTPAddr() }

// LabURL is where the control door is.
func (s *Server) LabURL() string { return "http://" + s.LabAddr() + "/_lab" }

// Advance moves the platform's clock, which WithClock must have stopped.
func (s *Server) Advance(t testing.TB, d time.Duration) {
	t.Helper()
	if s.clock == nil {
		t.Fatal("onenettest: Advance needs a platform started WithClock")
	}
	s.clock.Advance(d)
}

// Device adds a device to the demo product, with an auth info of its own.
func (s *Server) Device(t testing.TB) onenet.Device {
	t.Helper()
	return s.AddDevice(t, onenet.Device{Product: server.DemoProduct, AuthInfo: onenet.NewKey()})
}

// AddDevice adds a device as given; empty fields are made up. Its product is created when there is none.
func (s *Server) AddDevice(t testing.TB, d onenet.Device) onenet.Device {
	t.Helper()
	ctx := context.Background()
	if _, err := s.Platform().Product(ctx, d.Product); err != nil {
		if _, err := s.Platform().AddProduct(ctx, onenet.Product{ID: d.Product}); err != nil {
			t.Fatalf("onenettest: %v", err)
		}
	}
	d, err := s.Platform().AddDevice(ctx, d)
	if err != nil {
		t.Fatalf("onenettest: %v", err)
	}
	return d
}

// Demo is the tutorial's device.
func (s *Server) Demo(t testing.TB) onenet.Device {
	t.Helper()
	d, err := s.Platform().Device(context.Background(), onenet.DeviceRef{Product: server.DemoProduct, Device: server.DemoDevice})
	if err != nil {
		t.Fatalf("onenettest: %v", err)
	}
	return d
}

// SendOption changes a command.
type SendOption func(*onenet.CommandRequest)

// Within lets the command wait that long for a device that is away.
func Within(d time.Duration) SendOption {
	return func(r *onenet.CommandRequest) { r.Timeout = d }
}

// Confirmed sends the command again at every login until it is answered.
func Confirmed() SendOption {
	return func(r *onenet.CommandRequest) { r.Confirm = true }
}

// Send sends a command to the device.
func (s *Server) Send(t testing.TB, d onenet.Device, body string, opts ...SendOption) onenet.Command {
	t.Helper()
	req := onenet.CommandRequest{Body: []byte(body)}
	for _, opt := range opts {
		opt(&req)
	}
	c, err := s.Platform().SendCommand(context.Background(), d.Ref(), req)
	if err != nil {
		t.Fatalf("onenettest: command to %s: %v", d.ID, err)
	}
	return c
}

// Wait returns the first record of the platform's history, from record 1 on, that
// matches, waiting for it as long as Patience allows. When none comes the test
// fails and shows what did happen.
func (s *Server) Wait(t testing.TB, match Match) *onenet.Record {
	t.Helper()
	return s.WaitAfter(t, 0, match)
}

// WaitAfter is Wait for records with higher numbers than after.
func (s *Server) WaitAfter(t testing.TB, after uint64, match Match) *onenet.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	var seen []*onenet.Record
	for {
		records, _ := s.Platform().Journal().Read(after, 256)
		for _, r := range records {
			if match.ok(r) {
				return r
			}
			after = r.Seq
		}
		seen = append(seen, records...)
		if len(records) > 0 {
			continue
		}
		if err := s.Platform().Journal().Wait(ctx, after); err != nil {
			t.Fatalf("onenettest: waited %s for %s; the journal has\n%s", Patience, match.what, story(seen))
		}
	}
}

// story is the end of a list of records, one line each.
func story(records []*onenet.Record) string {
	const most = 20
	text := ""
	if n := len(records) - most; n > 0 {
		text = fmt.Sprintf("  … %d earlier records\n", n)
		records = records[n:]
	}
	for _, r := range records {
		text += line(r)
	}
	return text
}
