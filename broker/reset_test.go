package broker_test

import (
	"context"
	"errors"
	"iter"
	"net"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

// contentOf is the demo product with these devices.
func contentOf(devices ...onenet.Device) onenet.Batch {
	return onenet.Batch{
		AddProducts: []onenet.Product{{ID: server.DemoProduct, MasterKey: server.DemoMasterKey, Dialect: onenet.Legacy}},
		AddDevices:  devices,
	}
}

func mustReset(t testing.TB, srv *onenettest.Server, content onenet.Batch) {
	t.Helper()
	if err := srv.Platform().Reset(t.Context(), "reset by the test", onenet.Contents(content)); err != nil {
		t.Fatal(err)
	}
}

// publisherAfter logs a second device of the new content in.
func publisherAfter(t testing.TB, srv *onenettest.Server, d onenet.Device) *raw {
	t.Helper()
	return login(t, srv, d, clean, 0)
}

func TestResetCutsEveryConnection(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d, refused := srv.Device(t), srv.Device(t)
	refused.AuthInfo = "wrong"
	in, silent, lingers := login(t, srv, d, clean, 0), dial(t, srv), dial(t, srv)
	lingers.send(connectPacket(clean, 60, refused))
	lingers.wantHex("20 02 00 04") // and now the platform waits for the device to close
	waitUntil(t, "three connections", func() bool { return srv.Connections() == 3 })
	mustReset(t, srv, contentOf(d))
	if n := srv.Connections(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
	if srv.Platform().OnlineCount() != 0 {
		t.Error("a device is still online")
	}
	for _, c := range []*raw{in, silent, lingers} {
		c.wantClosed()
	}
	records, lost := srv.Platform().Journal().Read(0, 10)
	if len(records) != 1 || lost != 0 || records[0].Text != "reset by the test" {
		t.Errorf("the journal has %d records and lost %d, wanted that of the reset: %+v", len(records), lost, records)
	}
	login(t, srv, d, clean, 0).wantSilence()
}

func TestResetPublishesNoWillsAndForgetsRetainedMessages(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d, lost := srv.Device(t), srv.Device(t)
	login(t, srv, d, clean, 0).handshake(retainPacket("room1", "kept", 1, 10), 1)
	loginWithWill(t, srv, lost, 0xE6, "lwt", "off") // to be retained
	mustReset(t, srv, contentOf(d, lost))
	c := login(t, srv, d, clean, 0)
	c.subscribe(1, "room1", "lwt")
	c.wantSilence()
	if list, err := srv.Platform().Topics(t.Context(), server.DemoProduct); err != nil || len(list) != 2 {
		t.Errorf("topics %q, %v; wanted the two of after the reset", list, err)
	}
}

func TestResetForgetsKeptSessions(t *testing.T) {
	t.Parallel()
	for _, state := range []struct {
		name string
		end  func(*raw, *onenettest.Server, onenet.Device)
	}{
		{"of a device that is here", func(*raw, *onenettest.Server, onenet.Device) {}},
		{"of a device that is away", func(c *raw, srv *onenettest.Server, d onenet.Device) { c.vanish(srv, d) }},
	} {
		t.Run(state.name, func(t *testing.T) {
			t.Parallel()
			srv := onenettest.Start(t, withoutGap())
			d, publisher := srv.Device(t), srv.Device(t)
			c := login(t, srv, d, kept, 0)
			c.subscribe(1, "room1")
			p := login(t, srv, publisher, clean, 0)
			for _, qos := range []byte{1, 2} {
				p.publish("room1", "not acknowledged", qos)
				c.wantMessage("room1", "not acknowledged", qos)
			}
			c.send(publishPacket("room1", []byte("not released"), 2, 7))
			c.want(ackPacket(0x50, 7))
			state.end(c, srv, d)
			p.publish("room1", "queued", 1)
			mustReset(t, srv, contentOf(d, publisher))
			c = login(t, srv, d, kept, 0)
			publisherAfter(t, srv, publisher).publish("room1", "nobody wants it any more", 1)
			c.send(ackPacket(0x62, 7)) // nothing is released by it
			c.want(ackPacket(0x70, 7))
			c.wantSilence()
		})
	}
}

func TestResetForgetsCommandsThatWait(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d, here := srv.Device(t), srv.Device(t)
	waits := srv.Send(t, d, "waits", onenettest.Within(time.Hour))
	c := login(t, srv, here, clean, 0)
	sent := srv.Send(t, here, "sent", onenettest.Confirmed(), onenettest.Within(time.Hour))
	c.wantMessage("$creq/"+string(sent.ID), "sent", 0)
	mustReset(t, srv, contentOf(d, here))
	for _, dev := range []onenet.Device{d, here} {
		login(t, srv, dev, clean, 0).wantSilence()
	}
	for _, cmd := range []onenet.Command{waits, sent} {
		if _, err := srv.Platform().Command(t.Context(), cmd.ID); !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("command %q: %v", cmd.Body, err)
		}
	}
}

// What was on its way into the store when the reset came is not in what comes after, and nobody of after is told of it.
func TestResetWaitsForDataThatIsOnItsWayIntoTheStore(t *testing.T) {
	t.Parallel()
	full := &fullStore{Store: memory.New()}
	slow := newLineStore(full)
	srv := onenettest.Start(t, withStore(slow))
	d, watcher := srv.Device(t), srv.Device(t)
	w := login(t, srv, watcher, kept, 0)
	w.subscribe(1, "/"+string(d.ID)+"/t", "room1")
	c := login(t, srv, d, clean, 0)
	c.wantSilence() // its login is stored
	release := slow.hold()
	c.send(dpPacket(`{"t":25.5}`, 1, 9), publishPacket("room1", []byte("for a kept session"), 1, 10))
	slow.await(t, 2)
	full.setFull(true) // so that the platform has to tell of what it could not keep
	done := make(chan error, 1)
	go func() {
		done <- srv.Platform().Reset(context.Background(), "reset by the test", onenet.Contents(contentOf(d, watcher)))
	}()
	c.wantClosed() // the reset has begun
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	login(t, srv, d, clean, 0).wantSilence()
	login(t, srv, watcher, kept, 0).wantSilence()
	if streams, err := srv.Platform().Streams(t.Context(), d.Ref()); err != nil || len(streams) != 0 {
		t.Errorf("streams %v, %v; wanted none", streams, err)
	}
	records, _ := srv.Platform().Journal().Read(0, 100)
	for _, r := range records {
		if r.Kind == onenet.KindData || r.Kind == onenet.KindDropped {
			t.Errorf("the journal tells of before: %+v", r)
		}
	}
}

// The content may bring sessions, queued messages and retained ones, as after a restart.
func TestResetTakesUpTheSessionsOfTheNewContent(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d, publisher := srv.Device(t), srv.Device(t)
	content := contentOf(d, publisher)
	content.PutSessions = []onenet.StoredSession{{Ref: d.Ref(), Subscriptions: []onenet.Subscription{{Topic: "room1", QoS: 1}}}}
	content.Enqueue = []onenet.QueuedMessage{{Ref: d.Ref(), Seq: 7, Topic: "room1", QoS: 1, Payload: []byte("queued"), At: srv.Platform().Clock().Now()}}
	content.Retain = []onenet.RetainedMessage{{Product: d.Product, Topic: "room2", QoS: 1, Payload: []byte("kept")}}
	for range 2 { // again: the same numbers are new ones each time
		mustReset(t, srv, content)
		p := publisherAfter(t, srv, publisher)
		p.publish("room1", "came after", 1)
		c := login(t, srv, d, kept, 1)
		for _, text := range []string{"queued", "came after"} {
			c.answer(c.wantMessage("room1", text, 1), 1)
		}
		c.subscribe(1, "room2")
		c.wantRetained("room2", "kept", 1)
	}
}

// A change that the broker has begun by itself, such as taking an acknowledged message out of the queue, comes before the
// new content or not at all: the new content may have a message of the same number.
func TestResetWaitsForChangesThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	full := &busyStore{Store: memory.New(), free: make(chan struct{})}
	srv := onenettest.Start(t, withoutGap(), withStore(full))
	d := srv.Device(t)
	content := contentOf(d)
	content.PutSessions = []onenet.StoredSession{{Ref: d.Ref()}}
	content.Enqueue = []onenet.QueuedMessage{{Ref: d.Ref(), Seq: 7, Topic: "room1", QoS: 1, Payload: []byte("queued"), At: srv.Platform().Clock().Now()}}
	mustReset(t, srv, content)
	c := login(t, srv, d, kept, 1)
	c.send(ackPacket(0x40, c.wantMessage("room1", "queued", 1)))
	c.wantSilence() // the acknowledgement is taken note of
	asked, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- srv.Platform().Reset(context.Background(), "reset by the test", func(yield func(onenet.Batch, error) bool) {
			close(asked)
			yield(content, nil)
		})
	}()
	c.wantClosed()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	select {
	case <-asked:
		t.Error("the new content is taken while a change of the old one is under way")
	case <-ctx.Done():
	}
	close(full.free)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c = login(t, srv, d, kept, 1)
	c.answer(c.wantMessage("room1", "queued", 1), 1)
}

// busyStore lets whoever takes messages out of a queue wait until it is free.
type busyStore struct {
	onenet.Store
	free chan struct{}
}

func (s *busyStore) Submit(b onenet.Batch, done func(error)) {
	if len(b.Dequeue) > 0 {
		<-s.free
	}
	s.Store.Submit(b, done)
}

// All of it happens or nothing, but for the links.
func TestResetThatFailsKeepsWhatTheStoreHas(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d, publisher := srv.Device(t), srv.Device(t)
	c := login(t, srv, d, kept, 0)
	c.subscribe(1, "room1")
	p := login(t, srv, publisher, clean, 0)
	p.handshake(retainPacket("room2", "kept", 1, 10), 1)
	p.publish("room1", "not acknowledged", 1)
	c.wantMessage("room1", "not acknowledged", 1)
	loginWithWill(t, srv, srv.Device(t), 0xE6, "lwt", "off") // it does nothing wrong: its will is not published
	broken := errors.New("a file that ends in the middle")
	err := srv.Platform().Reset(t.Context(), "reset by the test", func(yield func(onenet.Batch, error) bool) {
		yield(onenet.Batch{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Fatalf("got %v, wanted %v", err, broken)
	}
	c.wantClosed()
	p.wantClosed()
	publisherAfter(t, srv, publisher).publish("room1", "came after", 1)
	c = login(t, srv, d, kept, 1)
	for _, text := range []string{"not acknowledged", "came after"} {
		c.answer(c.wantMessage("room1", text, 1), 1)
	}
	c.subscribe(1, "room2", "lwt")
	c.wantRetained("room2", "kept", 1)
	c.wantSilence()
}

func TestConnectionThatComesDuringAResetSeesTheNewContentOnly(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	before, after := srv.Device(t), onenet.Device{Product: server.DemoProduct, ID: "700123456", AuthInfo: "new"}
	var old, young *raw
	var content iter.Seq2[onenet.Batch, error] = func(yield func(onenet.Batch, error) bool) {
		old, young = dial(t, srv), dial(t, srv)
		old.send(connectPacket(clean, 60, before))
		young.send(connectPacket(clean, 60, after))
		yield(contentOf(after), nil)
	}
	if err := srv.Platform().Reset(t.Context(), "reset by the test", content); err != nil {
		t.Fatal(err)
	}
	young.wantHex("20 02 00 00")
	young.wantSilence()
	old.wantHex("20 02 00 02") // a device that there is no more
}

func TestResetOfAClosedPlatformIsRefused(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	mustClose(t, srv)
	err := srv.Platform().Reset(t.Context(), "reset by the test", onenet.Contents(contentOf()))
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, wanted %v", err, net.ErrClosed)
	}
}

// A store that hangs lets a reset fail; it changes nothing and nobody is locked out.
func TestResetGivesUpWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	slow := newLineStore(memory.New())
	srv := onenettest.Start(t, withStore(slow))
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.wantSilence()
	release := slow.hold()
	c.send(dpPacket(`{"t":25.5}`, 1, 9))
	slow.await(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := srv.Platform().Reset(ctx, "reset by the test", onenet.Contents(contentOf()))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, wanted %v", err, context.DeadlineExceeded)
	}
	release()
	login(t, srv, d, clean, 0)
	waitUntil(t, "the point is stored", func() bool {
		streams, err := srv.Platform().Streams(t.Context(), d.Ref())
		return err == nil && len(streams) == 1
	})
}
