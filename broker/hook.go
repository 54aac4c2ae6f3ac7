package broker

import (
	"errors"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/storage"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/onelan/onelan/onenet"
)

// hook is where Mochi asks and tells. There is one object only: Mochi would let
// a client in when any of several hooks does.
type hook struct {
	mqtt.HookBase
	broker *Broker
	stored []keptSession
}

// ID names the hook.
func (h *hook) ID() string { return "onenet" }

// Provides is asked on every event.
func (h *hook) Provides(event byte) bool {
	switch event {
	case mqtt.OnConnectAuthenticate, mqtt.OnSessionEstablished, mqtt.OnPacketRead, mqtt.OnPacketSent, mqtt.OnACLCheck,
		mqtt.OnSubscribed, mqtt.OnUnsubscribed, mqtt.OnDisconnect, mqtt.StoredClients, mqtt.StoredSubscriptions:
		return true
	}
	return false
}

// OnConnectAuthenticate lets everybody in: the link has judged the CONNECT already.
func (h *hook) OnConnectAuthenticate(cl *mqtt.Client, _ packets.Packet) bool {
	return linkOf(cl) != nil
}

// OnSessionEstablished is told when CONNACK is written.
func (h *hook) OnSessionEstablished(cl *mqtt.Client, _ packets.Packet) {
	h.broker.established(linkOf(cl))
}

// OnPacketRead gives filters the names that the index uses.
func (h *hook) OnPacketRead(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	l := linkOf(cl)
	switch pk.FixedHeader.Type {
	case packets.Subscribe:
		l.prepareSubscribe(&pk)
	case packets.Unsubscribe:
		for i := range pk.Filters {
			pk.Filters[i].Filter = l.session.world.prefix + pk.Filters[i].Filter
		}
	}
	return pk, nil
}

// OnACLCheck tells Mochi what the link thinks of a filter. A filter outside the product's world
// is a mistake of ours, and refused.
func (h *hook) OnACLCheck(cl *mqtt.Client, filter string, _ bool) bool {
	l := linkOf(cl)
	return strings.HasPrefix(filter, l.session.world.prefix) && !l.subs.denied[filter]
}

// OnSubscribed is told before SUBACK is written.
func (h *hook) OnSubscribed(cl *mqtt.Client, _ packets.Packet, _ []byte) { linkOf(cl).subscribed() }

// OnUnsubscribed is told before UNSUBACK is written, and when Mochi forgets a client.
func (h *hook) OnUnsubscribed(cl *mqtt.Client, pk packets.Packet) {
	l := linkOf(cl)
	if l == nil || l.session == nil || l.hasEnded() {
		return // the session itself is being forgotten: unregister sees to that
	}
	topics := make([]string, 0, len(pk.Filters))
	for _, f := range pk.Filters {
		topics = append(topics, strings.TrimPrefix(f.Filter, l.session.world.prefix))
	}
	l.unsubscribed(topics)
}

// OnPacketSent is told when SUBACK is written: retained messages follow it.
func (h *hook) OnPacketSent(cl *mqtt.Client, pk packets.Packet, _ []byte) {
	if pk.FixedHeader.Type == packets.Suback {
		linkOf(cl).sendRetained()
	}
}

// OnDisconnect is told why Mochi ended a connection: when it was Mochi that found a
// packet malformed, the reason is kept.
func (h *hook) OnDisconnect(cl *mqtt.Client, err error, _ bool) {
	l := linkOf(cl)
	if l == nil || l.hasEnded() {
		return
	}
	var code packets.Code
	if errors.As(err, &code) {
		l.violationOn(onenet.SubscribeMalformed, "a well-formed packet", code.Reason, "", nil)
	}
}

// StoredClients gives Mochi the kept sessions after a restart.
func (h *hook) StoredClients() ([]storage.Client, error) {
	list := make([]storage.Client, 0, len(h.stored))
	for _, s := range h.stored {
		list = append(list, storage.Client{ID: registerName(s.Ref), ProtocolVersion: 4, Clean: false, Listener: "onenet"})
	}
	return list, nil
}

// StoredSubscriptions gives Mochi their subscriptions.
func (h *hook) StoredSubscriptions() ([]storage.Subscription, error) {
	var list []storage.Subscription
	for _, s := range h.stored {
		prefix := topicPrefix(s.Ref.Product)
		for _, sub := range s.Subscriptions {
			list = append(list, storage.Subscription{Client: registerName(s.Ref), Filter: prefix + sub.Topic, Qos: sub.QoS})
		}
	}
	return list, nil
}
