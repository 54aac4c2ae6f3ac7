package broker_test

import (
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/onelan/onelan/broker"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

// lone is a broker without listeners, for tests that bring connections of their own making.
type lone struct {
	*onenet.Platform
	broker *broker.Broker
	device onenet.Device
}

// newLone makes a broker with one device.
func newLone(t testing.TB, change func(*onenet.Config)) *lone {
	t.Helper()
	store := memory.New()
	c := onenet.Config{
		Store: store, Clock: clock.System(), Log: slog.New(slog.DiscardHandler),
		Switches: onenet.DefaultSwitches(), Limits: onenet.DefaultLimits(),
	}
	if change != nil {
		change(&c)
	}
	l := &lone{Platform: onenet.New(c)}
	if _, err := l.AddProduct(t.Context(), onenet.Product{ID: server.DemoProduct}); err != nil {
		t.Fatal(err)
	}
	l.device = l.addDevice(t)
	var err error
	if l.broker, err = broker.New(t.Context(), broker.Config{Platform: l.Platform, Store: store, Log: c.Log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.broker.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
		store.Close()
	})
	return l
}

func (l *lone) addDevice(t testing.TB) onenet.Device {
	t.Helper()
	d, err := l.AddDevice(t.Context(), onenet.Device{Product: server.DemoProduct, AuthInfo: onenet.NewKey()})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// serve gives the broker one end of a pipe, wrapped if a wrapper is given, and returns the other.
func (l *lone) serve(t testing.TB, wrap func(net.Conn) net.Conn) *raw {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close() })
	if wrap != nil {
		far = wrap(far)
	}
	go l.broker.ServeConn(far)
	return &raw{t, near}
}

// listen lets the broker accept on loopback through a listener of the test's making.
func (l *lone) listen(t testing.TB, wrap func(net.Listener) net.Listener) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.broker.Serve(wrap(ln), nil)
	return ln.Addr().String()
}

// wait returns the first record that matches.
func (l *lone) wait(t testing.TB, what string, ok func(*onenet.Record) bool) *onenet.Record {
	t.Helper()
	var found *onenet.Record
	waitUntil(t, what, func() bool {
		records, _ := l.Journal().Read(0, 1<<14)
		for _, r := range records {
			if ok(r) {
				found = r
			}
		}
		return found != nil
	})
	return found
}

// written is one Write of the broker's.
type written struct {
	at time.Time
	b  []byte
}

// recordingConn tells of every Write before it is done.
type recordingConn struct {
	net.Conn
	writes chan<- written
}

func (c recordingConn) Write(b []byte) (int, error) {
	c.writes <- written{clock.System().Now(), append([]byte(nil), b...)}
	return c.Conn.Write(b)
}
