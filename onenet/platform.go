// Package onenet is what OneNET is: its nouns (products, devices, data points,
// commands, refusals, the journal) and the rules between them.
//
// Platform is the imitation; its methods are the verbs. The doors (MQTT, REST, the
// console) translate and call it, a Store keeps what must survive, a Downlink
// reaches the devices that are here. The package does no I/O of its own and knows
// no wire format. Everything in it is safe for concurrent use.
package onenet

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/uuid/v5"

	"github.com/onelan/onelan/internal/clock"
)

// Downlink is the way to the devices that are here. The broker implements it. Its
// methods never wait for a device.
type Downlink interface {
	// SendCommand writes one command to one device, which needs no subscription for
	// it. ErrOffline when the device is not here.
	SendCommand(ref DeviceRef, id CommandID, body []byte) error
	// Publish gives a message of the platform to a topic's subscribers that are here,
	// and returns how many there were.
	Publish(product ProductID, topic string, payload []byte) int
	// Disconnect cuts a device's link and reports whether there was one.
	Disconnect(ref DeviceRef, reason string) bool
	// Forget cuts a device's link and drops all that is kept for it outside the Store.
	Forget(ref DeviceRef, reason string)
	// ForgetProduct does so for a product's devices and topics.
	ForgetProduct(id ProductID, reason string)
	// Deliver gives a message of the cloud to one device if it wants the topic: at once when it is here, and as its session says
	// when it is away. done is called once, when the message is as safe as it will be: who has it then, or an error and nobody.
	// The payload must stay as it is until then.
	Deliver(ref DeviceRef, topic string, payload []byte, qos byte, done func(Delivered, error))
	// Subscribers lists the devices that want a topic, by id (shorter ids first): those that are here, and those
	// that are away and have a kept session.
	Subscribers(product ProductID, topic string) []DeviceID
	// Subscriptions lists the topics that a device wants, sorted.
	Subscriptions(ref DeviceRef) []string
	// Reset cuts every link, drops all that is kept outside the Store, calls change while nobody can come in, and
	// then takes up what the Store has. When it returns, nothing of before is under way any more. change's error is returned.
	Reset(ctx context.Context, reason string, change func() error) error
}

// Delivered says where a message for one device has got to.
type Delivered string

// The fates of a message that Downlink.Deliver was given.
const (
	DeliveredNow   Delivered = "delivered" // written to the device, which is here
	DeliveredLater Delivered = "kept"      // in its session, until it comes back
	NotWanted      Delivered = "unwanted"  // it has not subscribed to the topic, or is away and keeps no session
)

// Config is what a Platform is made of. Store is required; other zero fields take
// the defaults.
type Config struct {
	Store    Store
	Clock    clock.Clock
	Log      *slog.Logger
	Journal  *Journal
	Switches Switches
	Limits   Limits
}

// Platform is the imitation of OneNET.
//
// Lock order: Platform.mu, then Journal.mu; neither is held across a call of the
// Store, the Downlink or a done function.
type Platform struct {
	store    Store
	clock    clock.Clock
	log      *slog.Logger
	journal  *Journal
	switches Switches
	limits   Limits
	started  time.Time

	down     atomic.Pointer[Downlink]
	out      atomic.Pointer[Outlet]
	up       atomic.Pointer[Uplink]
	fileMS   atomic.Int64 // newest millisecond used in a file index
	idSpace  uuid.UUID    // namespace of this run's command ids
	idNumber atomic.Uint64
	guesses  chan struct{} // a token for each search for near misses
	resets   chan struct{} // a token for the one reset that may be under way
	counts   chan struct{} // a token for whoever counts products or devices before it adds one
	pace     pace
	keying   chan struct{} // a token for the one call that gives a device made by hand a key
	began    atomic.Uint64 // the record of the newest reset
	topics   topicLists
	turns    chan struct{} // a token for the one change of the triggers that may be under way
	watches  watches
	admitted admissions

	mu      sync.Mutex
	online  map[DeviceRef]presence     // guarded by mu
	live    map[CommandID]*liveCommand // guarded by mu: sent, or being sent, and not yet ended
	flaps   map[DeviceRef]flap         // guarded by mu: take-overs of late
	claimed map[CommandID]bool         // guarded by mu: ids of commands of the real OneNET that are being created
}

// New makes a Platform over a store.
func New(c Config) *Platform {
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Journal == nil {
		c.Journal = NewJournal(c.Clock, 0)
	}
	return &Platform{
		store: c.Store, clock: c.Clock, log: c.Log, journal: c.Journal,
		switches: c.Switches.withDefaults(), limits: c.Limits.withDefaults(), started: c.Clock.Now(),
		idSpace: uuid.Must(uuid.NewV4()), guesses: make(chan struct{}, guessesAtOnce), resets: make(chan struct{}, 1), counts: make(chan struct{}, 1),
		keying: make(chan struct{}, 1), turns: make(chan struct{}, 1),
		online: map[DeviceRef]presence{}, live: map[CommandID]*liveCommand{}, flaps: map[DeviceRef]flap{},
		claimed: map[CommandID]bool{},
	}
}

// Attach tells the platform how devices are reached. Before it, all are offline.
func (p *Platform) Attach(d Downlink) { p.down.Store(&d) }

// AttachOutlet tells the platform how firings of triggers leave it. Before it, they are journaled only.
func (p *Platform) AttachOutlet(o Outlet) { p.out.Store(&o) }

func (p *Platform) outlet() Outlet {
	if o := p.out.Load(); o != nil {
		return *o
	}
	return silent{}
}

func (p *Platform) downlink() Downlink {
	if d := p.down.Load(); d != nil {
		return *d
	}
	return nowhere{}
}

// Journal is the platform's history.
func (p *Platform) Journal() *Journal { return p.journal }

// Switches are the switches in force.
func (p *Platform) Switches() Switches { return p.switches }

// Limits are the limits in force.
func (p *Platform) Limits() Limits { return p.limits }

// Clock is where the platform's time comes from.
func (p *Platform) Clock() clock.Clock { return p.clock }

// Prune deletes what is older than the retention allows, in small steps, until
// nothing is left to delete or ctx ends. It returns how many things went.
func (p *Platform) Prune(ctx context.Context) (int, error) {
	before := p.clock.Now().Add(-p.limits.Retention)
	total := 0
	for {
		n, err := p.store.Prune(ctx, before)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// nowhere is the Downlink of a platform without doors.
type nowhere struct{}

func (nowhere) SendCommand(ref DeviceRef, _ CommandID, _ []byte) error {
	return &Error{Kind: ErrOffline, Noun: "device", Name: string(ref.Device)}
}
func (nowhere) Publish(ProductID, string, []byte) int { return 0 }
func (nowhere) Deliver(_ DeviceRef, _ string, _ []byte, _ byte, done func(Delivered, error)) {
	done(NotWanted, nil)
}
func (nowhere) Disconnect(DeviceRef, string) bool { return false }
func (nowhere) Forget(DeviceRef, string)          {}
func (nowhere) ForgetProduct(ProductID, string)   {}

func (nowhere) Subscribers(ProductID, string) []DeviceID { return nil }
func (nowhere) Subscriptions(DeviceRef) []string         { return nil }
func (nowhere) Reset(_ context.Context, _ string, change func() error) error {
	return change()
}

// silent is the Outlet of a platform without one.
type silent struct{}

func (silent) Fire(Firing) {}
func (silent) Forget()     {}
