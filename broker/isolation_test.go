package broker_test

import (
	"fmt"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// twoProducts starts a platform with a device in each of two products, whose ids are such that the one is
// the beginning of the other.
func twoProducts(t testing.TB, opts ...onenettest.Option) (srv *onenettest.Server, a, b onenet.Device) {
	t.Helper()
	srv = onenettest.Start(t, opts...)
	a = srv.AddDevice(t, onenet.Device{Product: "8800", ID: "700123456", AuthInfo: "auth-a"})
	b = srv.AddDevice(t, onenet.Device{Product: "88001", ID: "700123457", AuthInfo: "auth-b"})
	return srv, a, b
}

// Reference, section 2.2: topics live inside one product.
func TestProductsDoNotHearEachOther(t *testing.T) {
	t.Parallel()
	srv, a, b := twoProducts(t)
	ca, cb := login(t, srv, a, clean, 0), login(t, srv, b, clean, 0)
	names := []string{"room1", "a/b/c", "/700123456/t", "N88001/room1", "N8800/room1", "8800", "88001/room1", "$", "1/x", "/"}
	for _, topic := range names {
		if topic[0] == '$' {
			continue
		}
		ca.subscribe(2, topic)
		cb.subscribe(2, topic)
	}
	for _, topic := range names {
		for qos := range byte(3) {
			ca.publish(topic, "of a", qos)
			if topic[0] != '$' {
				ca.answer(ca.wantMessage(topic, "of a", qos), qos)
			}
		}
	}
	cb.wantSilence()
	cb.publish("room1", "of b", 1)
	cb.wantMessage("room1", "of b", 1)
	ca.wantSilence()
}

func TestRetainedMessagesStayInTheirProduct(t *testing.T) {
	t.Parallel()
	srv, a, b := twoProducts(t)
	ca, cb := login(t, srv, a, clean, 0), login(t, srv, b, clean, 0)
	ca.handshake(retainPacket("room1", "of a", 1, 10), 1)
	cb.subscribe(0, "room1")
	cb.wantSilence()
	cb.handshake(retainPacket("room1", "", 1, 10), 1) // clears its own, of which there is none
	cb.wantMessage("room1", "", 1)
	ca.subscribe(0, "room1")
	if m := ca.message(); m.payload != "of a" || !m.retain {
		t.Errorf("got %+v", m)
	}
}

func TestWillsStayInTheirProduct(t *testing.T) {
	t.Parallel()
	srv, a, b := twoProducts(t)
	witness := srv.AddDevice(t, onenet.Device{Product: a.Product})
	ca := dial(t, srv)
	ca.send(willHello(a, 0xE6, "lwt", "off"))
	ca.wantHex("20 02 00 00")
	cb, cw := login(t, srv, b, clean, 0), login(t, srv, witness, clean, 0)
	cb.subscribe(0, "lwt")
	cw.subscribe(0, "lwt")
	ca.vanish(srv, a)
	cw.wantMessage("lwt", "off", 0)
	cb.wantSilence()
	again := login(t, srv, b, clean, 0)
	again.subscribe(0, "lwt")
	again.wantSilence()
}

func TestDataNotificationsStayInTheirProductThoughDeviceIDsAreEqual(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	a := srv.AddDevice(t, onenet.Device{Product: "11111", ID: "700123456", AuthInfo: "auth-a"})
	b := srv.AddDevice(t, onenet.Device{Product: "22222", ID: "700123456", AuthInfo: "auth-b"})
	ca, cb := login(t, srv, a, clean, 0), login(t, srv, b, clean, 0)
	ca.subscribe(0, "/700123456/t")
	cb.subscribe(0, "/700123456/t")
	ca.handshake(dpPacket(`{"t":1}`, 0, 0), 0)
	ca.wantMessage("/700123456/t", "1", 0)
	cb.wantSilence()
}

// What a kept session owns belongs to one product too.
func TestQueuesStayInTheirProductThoughDeviceIDsAreEqual(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithSwitches(func(s *onenet.Switches) { s.ConnackGap = 0 }))
	a := srv.AddDevice(t, onenet.Device{Product: "11111", ID: "700123456", AuthInfo: "auth-a"})
	b := srv.AddDevice(t, onenet.Device{Product: "22222", ID: "700123456", AuthInfo: "auth-b"})
	for _, d := range []onenet.Device{a, b} {
		c := login(t, srv, d, kept, 0)
		c.subscribe(1, "room1")
		c.bye(srv, d)
	}
	p := login(t, srv, srv.AddDevice(t, onenet.Device{Product: "22222"}), clean, 0)
	p.publish("room1", "for b", 1)
	cb := login(t, srv, b, kept, 1)
	cb.wantMessage("room1", "for b", 1)
	login(t, srv, a, kept, 1).wantSilence()
}

// Nothing that a filter can contain reaches beyond the product: 2,000 pairs made of awkward parts.
func TestNoFilterReachesAnotherProduct(t *testing.T) {
	t.Parallel()
	srv, a, b := twoProducts(t, onenettest.WithLimits(func(l *onenet.Limits) { l.TopicsPerDevice, l.TopicsPerProduct = 5000, 5000 }))
	ca, cb := login(t, srv, a, clean, 0), login(t, srv, b, clean, 0)
	parts := []string{"#", "+", "$dp", "$share", "N8800", "N88001", "S8800", "8800", "700123456", "", "room1", "1", "长"}
	for _, x := range parts {
		var filters []string
		for _, y := range parts {
			for _, z := range parts {
				filters = append(filters, fmt.Sprintf("%s/%s/%s", x, y, z))
			}
		}
		cb.send(subscribePacket(1, 0, filters...))
		if p, err := cb.next(); err != nil || p[0] != 0x90 {
			t.Fatalf("got % X, %v", p, err)
		}
	}
	for _, x := range parts[2:] {
		for _, y := range parts[2:] {
			ca.publish(x+"/"+y+"/room1", "of a", 0)
			ca.publish(x+"/"+y, "of a", 0)
		}
	}
	ca.publish("room1", "done", 1)
	cb.wantSilence()
}
