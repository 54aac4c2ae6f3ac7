package queue

import (
	"time"

	"github.com/onelan/onelan/onenet"
)

// Policy says what gives way when a limit is reached.
type Policy int

// The policies.
const (
	DropOldest Policy = iota // what is in quarantine, then the oldest that waits and is not under way to the cloud
	DropNewest               // what comes: it is accepted, and dropped at once
	Refuse                   // nothing: what comes is not accepted, and its device not acknowledged
)

// Bound is how much there may be, in quarantine and waiting. A zero field takes the default, a negative one means no bound.
type Bound struct {
	Entries int
	Bytes   int64 // of payloads
}

// Limits are the settings of a Queue. Zero fields take the default.
type Limits struct {
	Device   Bound         // of one device: 100,000 entries, 256 MiB
	Total    Bound         // of all: 500,000 entries, 1 GiB. The device with the most gives way
	Age      time.Duration // what is older is dropped by Expire; zero means never
	Policy   Policy        // where a bound is reached
	KeepQoS0 bool          // messages of QoS 0 wait for the cloud, too, while it is away
	Tries    int           // connections that die of an entry before it is put into quarantine: 5; negative: any number
}

func (l Limits) withDefaults() Limits {
	l.Device = l.Device.withDefault(Bound{100_000, 256 << 20})
	l.Total = l.Total.withDefault(Bound{500_000, 1 << 30})
	if l.Tries == 0 {
		l.Tries = 5
	}
	return l
}

func (b Bound) withDefault(def Bound) Bound {
	if b.Entries == 0 {
		b.Entries = def.Entries
	}
	if b.Bytes == 0 {
		b.Bytes = def.Bytes
	}
	return b
}

// amount is how much there is.
type amount struct {
	entries int
	bytes   int64
}

func (a amount) plus(b amount) amount { return amount{a.entries + b.entries, a.bytes + b.bytes} }

func (a amount) minus(b amount) amount { return amount{a.entries - b.entries, a.bytes - b.bytes} }

// crowded and heavy report which side of the bound an amount exceeds.
func (b Bound) crowded(a amount) bool { return b.Entries > 0 && a.entries > b.Entries }

func (b Bound) heavy(a amount) bool { return b.Bytes > 0 && a.bytes > b.Bytes }

func (b Bound) exceeded(a amount) bool { return b.crowded(a) || b.heavy(a) }

func overLimit(ref onenet.DeviceRef) error {
	return onenet.Errorf(onenet.ErrLimit, "queue to the cloud", ref.String(), "it is full, and it drops nothing")
}
