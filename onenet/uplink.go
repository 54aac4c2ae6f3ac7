package onenet

import "time"

// UplinkEntry is one message of a device on its way to the real OneNET. It is kept until the cloud has acknowledged it.
type UplinkEntry struct {
	Ref     DeviceRef // the local device
	Seq     int64     // from 1; rises with each entry of the platform, across restarts; never given twice
	At      time.Time // when the platform had it from the device, to the millisecond
	Topic   string    // as the cloud is to see it: $dp, $crsp/<uuid>, a custom topic
	QoS     byte      // with which it goes up
	Payload []byte
	Tries   int    // connections that died while this was the oldest unacknowledged entry
	Dead    string // why it is in quarantine, one sentence; empty while it waits
}

// UplinkKey names an entry.
type UplinkKey struct {
	Ref DeviceRef
	Seq int64
}

// UplinkColumn is a column of the bridge's books. At every moment, for each device,
// accepted = delivered + waiting + quarantined + all columns that begin with "dropped.".
type UplinkColumn string

// The columns. What was dropped is counted by reason.
const (
	UplinkAccepted   UplinkColumn = "accepted"
	UplinkDelivered  UplinkColumn = "delivered"
	UplinkDropOldest UplinkColumn = "dropped.oldest"  // the queue was full, and the policy gives up the oldest
	UplinkDropNewest UplinkColumn = "dropped.newest"  // the queue was full, and the policy gives up what comes
	UplinkDropAge    UplinkColumn = "dropped.age"     // it waited longer than it may
	UplinkDropPerson UplinkColumn = "dropped.person"  // somebody said so
	UplinkDropUnsent UplinkColumn = "dropped.offline" // QoS 0 while the cloud was away and QoS 0 is not kept
)

// UplinkCount is a number in the books of a device, or what is to be added to it.
type UplinkCount struct {
	Ref    DeviceRef
	Column UplinkColumn
	N      int64
}

// UplinkQuery asks for entries of one device, by Seq. The zero After and Limit ask for all of them.
type UplinkQuery struct {
	Ref   DeviceRef
	After int64 // entries with higher numbers
	Limit int   // 0 means all
	Dead  bool  // those in quarantine instead of those that wait
}

// UplinkDepth is how much of a device is on its way.
type UplinkDepth struct {
	Ref     DeviceRef
	Waiting int       // entries
	Bytes   int64     // of their payloads
	Oldest  time.Time // of the waiting ones; zero when none waits
	Dead    int       // entries in quarantine
}
