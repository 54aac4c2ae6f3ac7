package broker_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

func mustDiff(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Reference, section 2.2: the first SUBSCRIBE to an unknown topic creates it in the product's list.
func TestSubscribedTopicsEnterTheProductsList(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.subscribe(1, "room1", "a/b", "/"+string(d.ID)+"/t")
	c.send(subscribePacket(21, 0, "$creq/1", "+"))
	c.wantHex("90 04 00 15 80 80")
	c.bye(srv, d)
	list, err := srv.Platform().Topics(t.Context(), d.Product)
	if err != nil {
		t.Fatal(err)
	}
	mustDiff(t, "topics of the product, which outlive the subscription", []string{"room1", "a/b"}, list)
}

func TestSubscribersAreThoseHereAndThoseWhoseSessionIsKept(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	p := srv.Platform()
	device := func(id onenet.DeviceID) onenet.Device {
		return srv.AddDevice(t, onenet.Device{Product: server.DemoProduct, ID: id})
	}
	here, away, gone, left := device("90"), device("100"), device("9"), device("11")
	c := login(t, srv, here, clean, 0)
	c.subscribe(1, "room1", "a/b", "room2")
	k := login(t, srv, away, kept, 0)
	k.subscribe(2, "room1")
	k.bye(srv, away)
	g := login(t, srv, gone, clean, 0)
	g.subscribe(0, "room1")
	g.bye(srv, gone)
	u := login(t, srv, left, clean, 0)
	u.subscribe(0, "room1")
	u.send(unsubscribePacket(30, "room1"))
	u.want(ackPacket(0xB0, 30))

	mustDiff(t, "devices that want room1, shorter ids first", []onenet.DeviceID{"90", "100"}, p.TopicDevices(server.DemoProduct, "room1"))
	mustDiff(t, "devices that want what nobody wants", []onenet.DeviceID(nil), p.TopicDevices(server.DemoProduct, "room9"))
	mustDiff(t, "devices of another product", []onenet.DeviceID(nil), p.TopicDevices("88001", "room1"))
	mustDiff(t, "topics of a device that is here", []string{"a/b", "room1", "room2"}, p.DeviceTopics(here.Ref()))
	mustDiff(t, "topics of a device that is away", []string{"room1"}, p.DeviceTopics(away.Ref()))
	mustDiff(t, "topics of a device that is gone", 0, len(p.DeviceTopics(gone.Ref())))
	mustDiff(t, "topics of a device that wants none any more", 0, len(p.DeviceTopics(left.Ref())))
}

// Reference, sections 2.2 and 4.4: QoS 0, to the subscribers that are here, and kept for nobody.
func TestMessageOverHTTPReachesThoseWhoAreHere(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	awayFrom(t, srv, "room1")
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	c.subscribe(2, "room1")
	n, err := srv.Platform().PublishTopic(t.Context(), d.Product, "room1", []byte("hello"), "192.0.2.1:5", "POST /mqtt")
	if err != nil || n != 1 {
		t.Fatalf("%d receivers, %v; wanted 1", n, err)
	}
	c.wantMessage("room1", "hello", 0)
	late := srv.Device(t)
	l := login(t, srv, late, clean, 0)
	l.subscribe(2, "room1")
	l.wantSilence()
	r := srv.Wait(t, onenettest.That("a message", func(r *onenet.Record) bool { return r.Kind == onenet.KindMessage }))
	want := onenet.Record{
		Seq: r.Seq, At: r.At, Kind: onenet.KindMessage, Product: d.Product, Addr: "192.0.2.1:5", Topic: "room1",
		Size: 5, Payload: []byte("hello"), Count: 1, Call: "POST /mqtt",
	}
	mustDiff(t, "record", &want, r)
}

func TestMessageOverHTTPIsNotQueuedForADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := awayFrom(t, srv, "room1")
	if n, err := srv.Platform().PublishTopic(t.Context(), d.Product, "room1", []byte("hello"), "", ""); err != nil || n != 0 {
		t.Fatalf("%d receivers, %v; wanted none", n, err)
	}
	login(t, srv, d, kept, 1).wantSilence()
}
