package onenettest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// fails runs what is to fail a test, and gives what it said.
func fails(t *testing.T, f func(t testing.TB)) string {
	t.Helper()
	quiet := &failing{TB: t}
	func() {
		defer func() {
			if v := recover(); v != nil && v != any(quiet) {
				panic(v)
			}
		}()
		f(quiet)
	}()
	if quiet.said == "" {
		t.Fatal("it did not fail")
	}
	return quiet.said
}

func TestExpectFindsWhatABoardDid(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	dev := srv.Device(t)
	client := srv.Connect(t, dev)
	srv.Expect(t, onenet.Expectation{Online: &onenet.WantOnline{Device: dev.ID}})
	mark := srv.Mark()
	client.Publish("$dp", 1, false, onenettest.DP(`{"temperature":25.50}`))
	r := srv.Expect(t, onenet.Expectation{After: mark, Point: &onenet.WantPoint{Device: dev.ID, Stream: "temperature", Value: "25.5"}})
	if r.Seq <= mark || r.Kind != onenet.KindData {
		t.Errorf("got %+v", r)
	}
	client.Publish("led", 1, false, "on")
	srv.Expect(t, onenet.Expectation{After: r.Seq, Publish: &onenet.WantPublish{Topic: "led", Payload: []byte("on")}})
	cmd := srv.Send(t, dev, "go")
	client.Publish("$crsp/"+string(cmd.ID), 1, false, "done")
	srv.Expect(t, onenet.Expectation{Command: &onenet.WantCommand{ID: cmd.ID, Answer: []byte("done")}})
	client.Publish("a/#", 1, false, "x")
	srv.Expect(t, onenet.Expectation{Refusal: &onenet.WantRefusal{Device: dev.ID, Cause: onenet.PublishWildcard}})
}

func TestExpectShowsWhatCameNearest(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	dev := srv.Device(t)
	srv.Connect(t, dev).Publish("$dp", 1, false, onenettest.DP(`{"t":25}`)).Wait()
	said := fails(t, func(t testing.TB) {
		srv.Expect(t, onenet.Expectation{Within: time.Millisecond, Point: &onenet.WantPoint{Device: dev.ID, Stream: "t", Value: "26"}})
	})
	for _, want := range []string{"no record of a point", "value 26", "data " + string(dev.Product) + "/" + string(dev.ID) + " $dp t=25"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	said = fails(t, func(t testing.TB) {
		srv.Expect(t, onenet.Expectation{Within: time.Millisecond, Publish: &onenet.WantPublish{Device: "1", Topic: "x"}})
	})
	if !strings.Contains(said, "nothing comes near") {
		t.Errorf("it says %q", said)
	}
	said = fails(t, func(t testing.TB) { srv.Expect(t, onenet.Expectation{}) })
	if !strings.Contains(said, "exactly one") {
		t.Errorf("it says %q", said)
	}
}

func TestAManualClockLetsADeviceStayForAnHour(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(time.Date(2026, 1, 1, 0, 0, 0, 0, onenet.Beijing)))
	dev := srv.Device(t)
	srv.Connect(t, dev)
	srv.Wait(t, onenettest.Online(dev))
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Expect(t, onenet.Expectation{Online: &onenet.WantOnline{Device: dev.ID, For: time.Minute}})
	}()
	srv.Advance(t, time.Minute) // less than a keepalive: the client lives by another clock
	<-done
}

const greenhouse = `
products:
  - {id: 244755, name: greenhouse}
devices:
  - {id: 527521927, title: north, auth_info: window-north}
points:
  - {device: 527521927, stream: temperature, at: -2h, value: 20.5}
`

func mustFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "seed.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

var north = onenet.DeviceRef{Product: "244755", Device: "527521927"}

func TestAPlatformStartsWithASeedFileAndGoesBackToIt(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSeed(mustFile(t, greenhouse)))
	before, err := srv.Platform().Product(t.Context(), north.Product)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		dev, err := srv.Platform().Device(t.Context(), north)
		if err != nil {
			t.Fatal(err)
		}
		srv.Connect(t, dev).Publish("$dp", 1, false, onenettest.DP(`{"temperature":30}`)).Wait()
		mark := srv.Reset(t)
		points, err := srv.Platform().Points(t.Context(), onenet.PointQuery{Ref: north})
		if err != nil || len(points) != 1 || string(points[0].Value) != "20.5" {
			t.Errorf("after the reset: %+v, %v", points, err)
		}
		if srv.Platform().Presence(north).Online || mark != srv.Platform().Began() {
			t.Error("the device is still here, or the mark is wrong")
		}
	}
	if after, err := srv.Platform().Product(t.Context(), north.Product); err != nil || after != before {
		t.Errorf("the product was %+v and is %+v, %v", before, after, err)
	}
	srv.Demo(t) // is still there
}

func TestASeedFileIsAddedWhileThePlatformRuns(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	srv.Seed(t, mustFile(t, greenhouse))
	if _, err := srv.Platform().Device(t.Context(), north); err != nil {
		t.Error(err)
	}
	srv.Reset(t)
	if _, err := srv.Platform().Device(t.Context(), north); err == nil {
		t.Error("it is still there after the reset")
	}
	said := fails(t, func(t testing.TB) { srv.Seed(t, "no such file") })
	if !strings.Contains(said, "no such file") {
		t.Errorf("it says %q", said)
	}
	bad := mustFile(t, "products:\n  - {id: 1, tilte: x}\n")
	if said := fails(t, func(t testing.TB) { srv.Seed(t, bad) }); !strings.Contains(said, "tilte") {
		t.Errorf("it says %q", said)
	}
	if said := fails(t, func(t testing.TB) { onenettest.Start(t, onenettest.WithSeed(bad)) }); !strings.Contains(said, "tilte") {
		t.Errorf("it says %q", said)
	}
}

func TestASnapshotMovesAWorldIntoAnotherPlatform(t *testing.T) {
	t.Parallel()
	one := onenettest.Start(t)
	dev := one.Device(t)
	one.Connect(t, dev).Publish("$dp", 1, false, onenettest.DP(`{"t":1}`)).Wait()
	two := onenettest.Start(t, onenettest.WithConfig(func(c *server.Config) { c.Demo = false }))
	two.Load(t, one.Snapshot(t))
	two.Connect(t, dev).Publish("$dp", 1, false, onenettest.DP(`{"t":2}`)).Wait()
	points, err := two.Platform().Points(t.Context(), onenet.PointQuery{Ref: dev.Ref()})
	if err != nil || len(points) != 2 {
		t.Errorf("%+v, %v", points, err)
	}
	if said := fails(t, func(t testing.TB) { two.Load(t, []byte("nonsense")) }); !strings.Contains(said, "snapshot") {
		t.Errorf("it says %q", said)
	}
}
