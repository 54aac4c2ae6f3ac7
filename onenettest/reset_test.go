package onenettest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// restless is a device that comes, uploads, publishes and subscribes as fast as it can, and comes again when it is cut.
func restless(ctx context.Context, srv *onenettest.Server, d onenet.Device) {
	for n := 0; ctx.Err() == nil; n++ {
		cut := make(chan struct{})
		// Paho's Publish waits for 30 s, unless told otherwise, when the link is lost at that moment.
		o := srv.Options(d).SetWriteTimeout(20 * time.Millisecond).SetCleanSession(n%2 == 0).SetConnectionLostHandler(func(mqtt.Client, error) { close(cut) })
		c := mqtt.NewClient(o)
		if t := c.Connect(); !t.WaitTimeout(onenettest.Patience) || t.Error() != nil {
			continue
		}
		c.Subscribe("led", 1, nil)
		for open := true; open && ctx.Err() == nil; {
			c.Publish("$dp", 1, false, onenettest.DP(`{"t":25}`))
			t := c.Publish("led", 1, true, "on")
			select {
			case <-t.Done():
			case <-cut:
				open = false
			case <-ctx.Done():
			}
		}
		c.Disconnect(0)
	}
}

// worldFor has a restless device, one that is away and one that only looks.
func worldFor(url string) func(*server.Config) {
	return func(c *server.Config) {
		for i := range 3 {
			id := onenet.DeviceID(fmt.Sprint(900000001 + i))
			c.Seed.Devices = append(c.Seed.Devices, onenet.Device{Product: server.DemoProduct, ID: id, AuthInfo: onenet.Secret(id)})
		}
		c.Seed.Triggers = []onenet.Trigger{{
			Product: server.DemoProduct, Title: "busy", Stream: "t", URL: url, Type: onenet.TriggerGreater, Threshold: []byte("20"),
		}}
		c.JournalSize = 1 << 16
	}
}

// TestNothingOfBeforeReachesWhatComesAfterAReset resets a platform while devices do all they can, with commands that
// wait, sessions that are kept, messages that are retained and triggers that fire to a receiver that hangs.
func TestNothingOfBeforeReachesWhatComesAfterAReset(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(receiver.Close)
	t.Cleanup(func() { close(hang) })
	srv := onenettest.Start(t, onenettest.WithConfig(worldFor(receiver.URL)), onenettest.WithSwitches(func(s *onenet.Switches) { s.ReplyWindow = time.Millisecond }), quiet)
	busy, away, looks := device(t, srv, 0), device(t, srv, 1), device(t, srv, 2)
	before := srv.Snapshot(t)

	ctx, cancel := context.WithCancel(t.Context())
	var devices sync.WaitGroup
	devices.Go(func() { restless(ctx, srv, busy) })
	for range 100 {
		mark := srv.Mark()
		srv.Send(t, away, "wait", onenettest.Within(time.Hour), onenettest.Confirmed())
		srv.Expect(t, onenet.Expectation{After: mark, Publish: &onenet.WantPublish{Device: busy.ID, Topic: "led"}})
		srv.Expect(t, onenet.Expectation{After: mark, Point: &onenet.WantPoint{Device: busy.ID}})
		srv.Reset(t)
		nothingBeforeItsLogin(t, srv)
	}
	cancel()
	devices.Wait()
	srv.Reset(t)
	lookAround(t, srv, away, looks)
	srv.Reset(t)
	if after := srv.Snapshot(t); string(after) != string(before) {
		t.Error("the content is not that of the beginning")
	}
}

func device(t *testing.T, srv *onenettest.Server, n int) onenet.Device {
	t.Helper()
	d, err := srv.Platform().Device(t.Context(), onenet.DeviceRef{Product: server.DemoProduct, Device: onenet.DeviceID(fmt.Sprint(900000001 + n))})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// nothingBeforeItsLogin looks that what devices did after the reset they did over links of after the reset.
func nothingBeforeItsLogin(t *testing.T, srv *onenettest.Server) {
	t.Helper()
	records, lost := srv.Platform().Journal().Read(0, 1<<16)
	if lost > 0 || records[0].Seq != srv.Platform().Began() {
		t.Fatalf("the journal lost %d records and begins with %d", lost, records[0].Seq)
	}
	here := map[onenet.DeviceID]bool{}
	for _, r := range records {
		switch r.Kind {
		case onenet.KindConnected:
			here[r.Device] = true
		case onenet.KindSystem, onenet.KindRefused:
		default:
			if !here[r.Device] {
				t.Errorf("record %d, %s of %s, comes from before the reset in record %d: %+v", r.Seq, r.Kind, r.Device, records[0].Seq, r)
			}
		}
	}
}

// lookAround looks for what may be left over: the first thing that each device hears must be what is said now.
func lookAround(t *testing.T, srv *onenettest.Server, away, looks onenet.Device) {
	t.Helper()
	heard := make(chan string, 100)
	note := onenettest.OnMessage(func(topic string, payload []byte) { heard <- topic + " " + string(payload) })
	first := func(want string) {
		t.Helper()
		if got := <-heard; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
	w := srv.Connect(t, looks, note)
	w.Subscribe("led", 1, nil).Wait() // a retained message would come at once
	w.Publish("led", 1, false, "now").Wait()
	first("led now")
	srv.Connect(t, away, note) // a command that waits would come first
	cmd := srv.Send(t, away, "now")
	first("$creq/" + string(cmd.ID) + " now")
}

// TestTriggersFireAfterAReset would find triggers that a reset forgot to take up.
func TestTriggersFireAfterAReset(t *testing.T) {
	t.Parallel()
	fired := make(chan struct{}, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fired <- struct{}{} }))
	t.Cleanup(receiver.Close)
	srv := onenettest.Start(t, onenettest.WithConfig(worldFor(receiver.URL)))
	for range 3 {
		srv.Connect(t, device(t, srv, 0)).Publish("$dp", 1, false, onenettest.DP(`{"t":25}`)).Wait()
		<-fired
		srv.Reset(t)
	}
}

// TestAHundredPlatformsRunSideBySide gives each a device of the same name, with something of its own to say.
func TestAHundredPlatformsRunSideBySide(t *testing.T) {
	t.Parallel()
	const platforms = 100
	type world struct {
		*onenettest.Server
		mqtt.Client
		heard chan string
	}
	worlds := make([]world, platforms)
	together(platforms, func(i int) {
		srv, heard := onenettest.Start(t, quiet), make(chan string, 10)
		c := srv.Connect(t, srv.Demo(t), onenettest.OnMessage(func(_ string, payload []byte) { heard <- string(payload) }))
		c.Subscribe("led", 1, nil).Wait()
		worlds[i] = world{srv, c, heard}
	})
	if t.Failed() {
		t.FailNow()
	}
	together(platforms, func(i int) { // now all of them run
		worlds[i].Publish("$dp", 1, false, onenettest.DP(fmt.Sprintf(`{"n":%d}`, i))).Wait()
		worlds[i].Publish("led", 1, true, fmt.Sprint(i)).Wait()
	})
	together(platforms, func(i int) { // and have said their word
		w, dev := worlds[i], onenet.DeviceRef{Product: server.DemoProduct, Device: server.DemoDevice}
		w.Expect(t, onenet.Expectation{Point: &onenet.WantPoint{Stream: "n", Value: fmt.Sprint(i)}})
		if got := <-w.heard; got != fmt.Sprint(i) {
			t.Errorf("platform %d heard %q", i, got)
		}
		points, err := w.Platform().Points(t.Context(), onenet.PointQuery{Ref: dev})
		if err != nil || len(points) != 1 || len(w.heard) != 0 {
			t.Errorf("platform %d has %d points and heard %d more messages, %v", i, len(points), len(w.heard), err)
		}
		if i%2 == 0 {
			w.Reset(t)
		}
	})
	for i, w := range worlds { // a reset is nobody else's
		if here := w.Platform().OnlineCount() == 1; here != (i%2 == 1) {
			t.Errorf("platform %d: its device is here: %v", i, here)
		}
	}
}

// together runs f for each number at once, and waits for all of them.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}
