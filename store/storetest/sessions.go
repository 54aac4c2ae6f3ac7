package storetest

import "github.com/onelan/onelan/onenet"

var sessionCases = []testCase{
	{"a session is replaced whole and dropped with its queue", sessions},
	{"queued messages come by number until they are taken out", queue},
	{"the highest number ever queued is remembered", lastSeq},
	{"a topic retains its last message in its product", retained},
}

func sessions(c *check) {
	c.seed()
	subs := []onenet.Subscription{{Topic: "z/+/灯", QoS: 2}, {Topic: "a", QoS: 0}, {Topic: "b\xff", QoS: 1}}
	first := onenet.StoredSession{Ref: demo, Subscriptions: subs}
	bare := onenet.StoredSession{Ref: twin}
	c.apply(onenet.Batch{
		PutSessions: []onenet.StoredSession{bare, first},
		Enqueue:     []onenet.QueuedMessage{{Ref: demo, Seq: 1, At: start}, {Ref: twin, Seq: 2, At: start}},
	})
	got, err := c.s.Sessions(c.Context())
	c.ok(err)
	c.same("the sessions", []onenet.StoredSession{bare, first}, got)

	first.Subscriptions = subs[:1]
	c.apply(onenet.Batch{PutSessions: []onenet.StoredSession{first}})
	got, err = c.s.Sessions(c.Context())
	c.ok(err)
	c.same("the replaced session", []onenet.StoredSession{bare, first}, got)

	c.apply(onenet.Batch{DropSessions: []onenet.DeviceRef{demo}})
	st := c.everything()
	c.same("the sessions left", []onenet.StoredSession{bare}, st.Sessions)
	c.same("the queues left", []int{0, 1}, []int{len(st.Queues[demo]), len(st.Queues[twin])})
}

func message(seq int64, body string) onenet.QueuedMessage {
	return onenet.QueuedMessage{Ref: demo, Seq: seq, Topic: "灯/1", QoS: 2, Payload: []byte(body), At: after(float64(seq))}
}

func queue(c *check) {
	c.seed()
	c.apply(onenet.Batch{Enqueue: []onenet.QueuedMessage{message(5, "five\x00"), message(3, "three"), message(4, "")}})
	neighbour := message(3, "twin")
	neighbour.Ref = twin
	c.apply(onenet.Batch{Enqueue: []onenet.QueuedMessage{neighbour}})
	got, err := c.s.Queue(c.Context(), demo)
	c.ok(err)
	c.same("the queue", []onenet.QueuedMessage{message(3, "three"), message(4, ""), message(5, "five\x00")}, got)

	c.apply(onenet.Batch{
		Dequeue: []onenet.QueueKey{{Ref: demo, Seq: 3}, {Ref: demo, Seq: 5}, {Ref: demo, Seq: 99}},
		Enqueue: []onenet.QueuedMessage{message(5, "again"), message(4, "replaced")},
	})
	got, err = c.s.Queue(c.Context(), demo)
	c.ok(err)
	c.same("the queue afterwards", []onenet.QueuedMessage{message(4, "replaced"), message(5, "again")}, got)
	got, err = c.s.Queue(c.Context(), twin)
	c.ok(err)
	c.same("the neighbour's queue", []onenet.QueuedMessage{neighbour}, got)
}

func lastSeq(c *check) {
	c.seed()
	last := func(want int64) {
		c.Helper()
		got, err := c.s.LastSeq(c.Context())
		c.ok(err)
		c.same("the highest number", want, got)
	}
	last(0)
	c.apply(onenet.Batch{Enqueue: []onenet.QueuedMessage{message(41, ""), message(7, "")}})
	last(41)
	c.apply(onenet.Batch{Dequeue: []onenet.QueueKey{{Ref: demo, Seq: 41}}})
	last(41)
	c.apply(onenet.Batch{Enqueue: []onenet.QueuedMessage{message(8, "")}})
	last(41)
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	last(41)
}

func retained(c *check) {
	c.seed()
	keep := func(id onenet.ProductID, topic, body string, willOf onenet.DeviceID) onenet.RetainedMessage {
		return onenet.RetainedMessage{Product: id, Topic: topic, QoS: 1, Payload: []byte(body), WillOf: willOf}
	}
	c.apply(onenet.Batch{Retain: []onenet.RetainedMessage{
		keep(demoProduct, "led", "on", ""), keep(demoProduct, "bye", "gone\xff", demoDevice), keep(otherProduct, "led", "other", ""),
	}})
	c.apply(onenet.Batch{
		Unretain: []onenet.TopicRef{{Product: demoProduct, Topic: "led"}, {Product: demoProduct, Topic: "404"}},
		Retain:   []onenet.RetainedMessage{keep(demoProduct, "led", "off", "")},
	})
	got, err := c.s.Retained(c.Context())
	c.ok(err)
	c.same("what is retained", []onenet.RetainedMessage{
		keep(otherProduct, "led", "other", ""), keep(demoProduct, "bye", "gone\xff", demoDevice), keep(demoProduct, "led", "off", ""),
	}, got)
	c.apply(onenet.Batch{
		Retain:   []onenet.RetainedMessage{keep(demoProduct, "bye", "spoken", "")},
		Unretain: []onenet.TopicRef{{Product: demoProduct, Topic: "bye"}, {Product: otherProduct, Topic: "led"}},
	})
	got, err = c.s.Retained(c.Context())
	c.ok(err)
	c.same("what is retained then", []onenet.RetainedMessage{keep(demoProduct, "bye", "spoken", ""), keep(demoProduct, "led", "off", "")}, got)
}
