package onenet

import (
	"context"
	"iter"
	"time"
)

// Batch is one change to what survives: all of it is stored, or none. Its parts
// are applied in the order of the fields. A nil slice changes nothing.
//
// Dropping what is absent is no error. Anything else for a product or device that
// is absent is ErrNotFound, but for queued messages and all of the uplink, which are then left out (only the
// numbers of messages and entries count): their device was deleted while they were under way. Empty secrets clash with nothing.
// Times are kept to the millisecond.
type Batch struct {
	DropProducts []ProductID // with their devices, keys, triggers, topics, points, files, commands, sessions, queues, uplink, retained messages
	DropDevices  []DeviceRef // with everything they own, as above; keys and triggers lose these devices, and a trigger that had no other goes too
	DropKeys     []KeyRef
	DropTriggers []TriggerRef

	AddProducts []Product // ErrExists when the id or the register code is taken
	AddDevices  []Device  // ErrExists when the id or the auth info is taken in the product; ErrNotFound without product
	AddKeys     []Key     // ErrExists when taken anywhere
	PutProducts []Product // replace; ErrNotFound when absent, ErrExists as for AddProducts
	PutDevices  []Device  // replace all but ActivatedAt and LastLogin; ErrNotFound when absent, ErrExists as for AddDevices
	PutKeys     []Key     // replace; ErrNotFound when absent
	AddTriggers []Trigger // ErrExists when the id is taken anywhere; ErrNotFound without product
	PutTriggers []Trigger // replace; ErrNotFound when absent
	Logins      []LoginMark

	DropTopics []TopicRef // of the product's list of topics; absent ones are no error
	PutTopics  []TopicRef // into the list; those in it already keep their place

	DropStreams []StreamRef  // with their points
	DropPoints  []PointRange // with their files; the streams stay
	PutStreams  []StreamMeta // create, or replace unit, symbol and tags
	Points      []StoredPoint
	PutCommands []Command // create, or replace an older Rev; a newer or equal one stays

	DropSessions []DeviceRef // subscriptions and queued messages too
	PutSessions  []StoredSession
	Dequeue      []QueueKey // absent ones are no error
	Enqueue      []QueuedMessage
	Unretain     []TopicRef // absent ones are no error
	Retain       []RetainedMessage

	DropUplink    []UplinkKey   // waiting or in quarantine; absent ones are no error
	EnqueueUplink []UplinkEntry // as they are, in the place of one with the same key
	PutUplink     []UplinkEntry // Tries and Dead of those that are there, nothing else; absent ones are no error
	CountUplink   []UplinkCount // added to what the books say; their entries need not be there
}

// KeyRef names an API key.
type KeyRef struct {
	Product ProductID
	Key     Secret
}

// LoginMark notes that a device logged in. The first one activates the device.
type LoginMark struct {
	Ref DeviceRef
	At  time.Time
}

// StreamRef names a stream of a device.
type StreamRef struct {
	Ref    DeviceRef
	Stream StreamID
}

// StreamMeta is what a person set on a stream.
type StreamMeta struct {
	Ref        DeviceRef
	Stream     StreamID
	Unit       string
	UnitSymbol string
	Tags       []string
	CreatedAt  time.Time // kept from the first creation
}

// PointRange is what to delete of a device's points. Zero times are no bound.
type PointRange struct {
	Ref     DeviceRef
	Streams []StreamID // none means all
	Start   time.Time  // inclusive
	End     time.Time  // inclusive
}

// StoredPoint is a data point on its way into the store. Its stream is created
// when it does not exist. At is set; File, when set, has its Index.
//
// A File without a Value stands in the series as {"index":"…"}; a File whose Index
// the product has already replaces the older one.
type StoredPoint struct {
	Ref DeviceRef
	Datapoint
	Received time.Time // becomes CreatedAt of a new stream
}

// DeviceFilter chooses devices. Zero fields choose all.
type DeviceFilter struct {
	Product  ProductID // empty: of all products
	Keywords string    // prefix of id or title: the key_words of OneNET's REST API
	Contains string    // part of the id, the title or a tag; ASCII letters count alike in either case
	IDs      []DeviceID
	AuthInfo Secret
	Tag      string
	Private  *bool
	Begin    time.Time // by CreatedAt, inclusive
	End      time.Time // by CreatedAt, exclusive
	Offset   int
	Limit    int // 0 means all
}

// Store is what survives. It is safe for concurrent use; what it returns belongs to the caller.
//
// Reads see every Batch whose done has been called. A read of something absent gives
// ErrNotFound where one thing is asked for, and an empty result where many are.
type Store interface {
	// Submit stores the batch together with others that wait, then calls done once,
	// from a goroutine of the store's (or before it returns). The calls come in the order of the Submits; a
	// nil error means that the batch survives a crash of the process, and with full
	// durability one of the machine. A batch that is refused changes nothing and does not
	// hinder its neighbours. Submit may block while too much waits. The batch's byte
	// slices must stay unchanged until done. done must be quick and must not call the
	// store. After Close, done gets an error.
	Submit(b Batch, done func(error))
	// Apply is Submit that waits for done, or for ctx.
	Apply(ctx context.Context, b Batch) error

	Product(ctx context.Context, id ProductID) (Product, error)
	Products(ctx context.Context) ([]Product, error) // by id, shorter ids first
	Device(ctx context.Context, ref DeviceRef) (Device, error)
	// Devices returns the chosen page ordered by id (shorter ids first), and how many there are in all.
	Devices(ctx context.Context, f DeviceFilter) ([]Device, int, error)
	// Key finds an API key of any product.
	Key(ctx context.Context, key Secret) (Key, error)
	Keys(ctx context.Context, id ProductID) ([]Key, error) // by creation
	// ProductBySecret finds the product whose master key or register code this is.
	ProductBySecret(ctx context.Context, s Secret) (Product, error)

	Streams(ctx context.Context, ref DeviceRef) ([]Datastream, error) // by id
	Points(ctx context.Context, q PointQuery) ([]Point, error)        // by time, then arrival; PerStream: grouped by stream id
	File(ctx context.Context, id ProductID, index string) (File, error)

	// Topics is the product's list of topics, in the order in which they came into it.
	Topics(ctx context.Context, id ProductID) ([]string, error)
	// Triggers are a product's triggers by id; an empty id means those of all products.
	Triggers(ctx context.Context, id ProductID) ([]Trigger, error)

	Command(ctx context.Context, id CommandID) (Command, error)
	Commands(ctx context.Context, q CommandQuery) ([]Command, int, error) // by creation; and how many without Offset and Limit

	Sessions(ctx context.Context) ([]StoredSession, error)
	Queue(ctx context.Context, ref DeviceRef) ([]QueuedMessage, error) // by Seq
	Retained(ctx context.Context) ([]RetainedMessage, error)
	// LastSeq is the highest Seq ever queued, 0 before the first.
	LastSeq(ctx context.Context) (int64, error)

	// Uplink gives the chosen entries of a device by Seq.
	Uplink(ctx context.Context, q UplinkQuery) ([]UplinkEntry, error)
	// UplinkDepths tells of each device that has entries, waiting or in quarantine, by id: those of the product,
	// then of the device, shorter ids first. It does not read the payloads.
	UplinkDepths(ctx context.Context) ([]UplinkDepth, error)
	// UplinkCounts is what the books say, in the order of UplinkDepths, then by column. What stands at 0 is left out.
	UplinkCounts(ctx context.Context) ([]UplinkCount, error)
	// LastUplinkSeq is the highest Seq ever enqueued, 0 before the first. Nothing takes it back, not even Replace: a late
	// word about an entry of before must not meet another one of its number.
	LastUplinkSeq(ctx context.Context) (int64, error)

	// Prune deletes points, files and commands older than before (commands only when
	// they do not wait any more), a bounded number per call, and returns how many went; the caller calls again until 0.
	Prune(ctx context.Context, before time.Time) (int, error)
	// Dump gives all there is as batches of bounded size that, applied in order to an empty store, make an equal one. Points
	// may get other Seqs, but stand in the same order in every answer. What it gives is the state of the moment
	// in which the iteration begins, and the consumer may take its time. It must not change what the batches hold.
	// Of the uplink it gives nothing: what is on its way somewhere is no content.
	Dump(ctx context.Context) iter.Seq2[Batch, error]
	// Replace empties the store and applies the batches, all of it or nothing: on an error, theirs or its own, the
	// store is as it was. The uplink and its books are emptied too. It takes its place among the Submits: when it
	// returns, the dones of those before it were called, and those after it see the new content. It may keep what the
	// batches hold: nobody may change that any more. The iterator may run on a goroutine of the store's; it may read
	// the store, but must not change it.
	Replace(ctx context.Context, batches iter.Seq2[Batch, error]) error
	// Close commits what was submitted and ends. It may be called twice.
	Close() error
}
