package onenet

import "bytes"

// dataTopic and replyPrefix are where points and answers go in OneNET's MQTT: the cloud's, whatever the door here.
const (
	dataTopic   = "$dp"
	replyPrefix = "$crsp/"
)

// WantsUp tells whether what this device sends on a topic is for the real OneNET. Without an Uplink it costs one atomic load.
func (p *Platform) WantsUp(ref DeviceRef, topic string) bool {
	up := p.up.Load()
	return up != nil && (*up).Wants(ref, topic)
}

// Raise begins to take a message to the real OneNET; see Uplink. The Passage is never nil without an error: that of
// a message which stays here does nothing.
func (p *Platform) Raise(m Upward) (Passage, error) {
	passage, err := p.uplink().Raise(m)
	if passage == nil {
		passage = staying{}
	}
	return passage, err
}

// staying is the Passage of a message that stays here.
type staying struct{}

func (staying) Into(*Batch) {}
func (staying) Done(error)  {}

// upward is what the cloud is to get of an upload: the message as it was, or the points where there was none.
func (u Upload) upward(points []StoredPoint) Upward {
	if u.Topic == "" || len(u.Payload) == 0 { // over HTTP, or by a program: no message of a device
		return Upward{Ref: u.Ref, Topic: dataTopic, QoS: 1, Points: points}
	}
	m := Upward{Ref: u.Ref, Topic: dataTopic, QoS: u.QoS, Payload: bytes.Clone(u.Payload)}
	if len(points) > 0 {
		m.At = points[0].Received // the time that those without one have here, and are to have there
	}
	return m
}

// submitUp is submit for points that the cloud is to get too, in one commit with what keeps them here.
func (p *Platform) submitUp(u Upload, points []StoredPoint, done func(error)) {
	passage, err := p.Raise(u.upward(points))
	if err != nil {
		p.turnAway(u, len(points), err, done)
		return
	}
	b := Batch{Points: points}
	passage.Into(&b)
	u.Payload = keep(u.Payload)
	p.store.Submit(b, func(err error) {
		passage.Done(err)
		p.ingested(u, points, err)
		done(err)
	})
}

// turnAway refuses an upload for which the way to the cloud has no room. The empty batch keeps the order of the done calls.
func (p *Platform) turnAway(u Upload, n int, why error, done func(error)) {
	p.store.Submit(Batch{}, func(error) {
		p.Drop(u.Ref, u.Topic, n, "data points not accepted, for the real OneNET is to get them too: "+why.Error())
		done(why)
	})
}

// FromCloud gives a message of the real OneNET to the device for which it came there, if the device has subscribed to the topic here. It goes to
// nobody else, and not back. done is called as Downlink.Deliver says; the payload must stay as it is until then.
func (p *Platform) FromCloud(ref DeviceRef, topic string, qos byte, payload []byte, done func(Delivered, error)) {
	p.downlink().Deliver(ref, topic, payload, qos, func(where Delivered, err error) {
		p.noteFromCloud(ref, topic, qos, payload, where, err)
		done(where, err)
	})
}

func (p *Platform) noteFromCloud(ref DeviceRef, topic string, qos byte, payload []byte, where Delivered, err error) {
	if err != nil {
		p.Drop(ref, topic, 1, fromCloud+"lost: "+err.Error())
		return
	}
	r := Record{
		Kind: KindMessage, Product: ref.Product, Device: ref.Device, Topic: topic, QoS: qos, Size: len(payload), Payload: keep(payload), Down: true,
	}
	switch where {
	case DeliveredNow:
		r.Count, r.Text = 1, fromCloud+"given to the device"
	case DeliveredLater:
		r.Count, r.Text = 1, fromCloud+"kept for the device, which is away"
	case NotWanted:
		r.Text = fromCloud + "the device does not have it: it has not subscribed to the topic, or is away and keeps no session"
	}
	p.journal.Append(r)
}

// fromCloud begins the text of a record about a message of the real OneNET.
const fromCloud = "from the real OneNET: "
