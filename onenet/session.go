package onenet

import "time"

// Subscription is a topic that a device wants, and the quality it asked for.
type Subscription struct {
	Topic string
	QoS   byte
}

// StoredSession is what outlives the connection of a device that asked for it
// (clean session 0).
type StoredSession struct {
	Ref           DeviceRef
	Subscriptions []Subscription
}

// QueuedMessage is a topic message kept for one device until the device has
// acknowledged it: because the device is away, or because it has not answered yet.
type QueuedMessage struct {
	Ref     DeviceRef // for whom
	Seq     int64     // rises with each message of the platform, across restarts
	Topic   string
	QoS     byte
	Payload []byte
	At      time.Time // when it was published
}

// QueueKey names a queued message.
type QueueKey struct {
	Ref DeviceRef
	Seq int64
}

// RetainedMessage is the last message that a topic keeps for new subscribers.
type RetainedMessage struct {
	Product ProductID
	Topic   string
	QoS     byte
	Payload []byte
	WillOf  DeviceID // set when it is a will: that device's next login erases it
}

// TopicRef names a topic of a product.
type TopicRef struct {
	Product ProductID
	Topic   string
}
