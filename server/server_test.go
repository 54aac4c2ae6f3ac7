package server_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() server.Config {
	c := server.DefaultConfig()
	c.MQTT, c.HTTP, c.Lab, c.Ephemeral = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", true
	c.MDNS, c.Discovery = false, ""
	return c
}

func TestRetentionDeletesWhatIsTooOld(t *testing.T) {
	t.Parallel()
	c := quiet()
	now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	c.Clock, c.Store = now, memory.New()
	s, err := server.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ref := onenet.DeviceRef{Product: server.DemoProduct, Device: server.DemoDevice}
	upload := func(value string) {
		done := make(chan error, 1)
		s.Platform().Ingest(onenet.Upload{Ref: ref, Points: []onenet.Datapoint{{Stream: "t", Value: []byte(value)}}}, func(err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	upload("1")
	now.Advance(364 * 24 * time.Hour)
	upload("2")
	now.Advance(2 * 24 * time.Hour)
	if _, err := s.Platform().Prune(context.Background()); err != nil { // what the background does each hour
		t.Fatal(err)
	}
	points, err := s.Platform().Points(t.Context(), onenet.PointQuery{Ref: ref})
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 1 || string(points[0].Value) != "2" {
		t.Errorf("kept %+v, want the point of two days ago only", points)
	}
}

func TestBusyPortIsToldBeforeAnythingIsTouched(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c := quiet()
	c.HTTP = ln.Addr().String()
	_, err = server.Start(t.Context(), c)
	var busy *server.ListenError
	if !errors.As(err, &busy) || busy.What != "HTTP" || busy.Flag != "--http" {
		t.Errorf("got %v", err)
	}
}

func TestCloseMayBeCalledTwice(t *testing.T) {
	t.Parallel()
	s, err := server.Start(t.Context(), quiet())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
