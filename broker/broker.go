package broker

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Config is what a Broker is made of. All but Log are required.
type Config struct {
	Platform *onenet.Platform
	Store    onenet.Store // where sessions, queued and retained messages are kept
	Log      *slog.Logger
}

// Broker is the MQTT door. It is safe for concurrent use.
type Broker struct {
	platform *onenet.Platform
	store    onenet.Store
	log      *slog.Logger
	clock    clock.Clock
	switches onenet.Switches
	limits   onenet.Limits
	born     time.Time

	settler *settler
	seq     atomic.Int64  // newest number of a queued message
	queued  atomic.Int64  // payload bytes that wait for connected devices
	numbers atomic.Uint64 // newest number of a session

	turn chan struct{} // a token for the one reset, or Close, that may be under way

	mu      sync.RWMutex
	state                      // guarded by mu
	links   map[*link]struct{} // guarded by mu: every connection, logged in or not
	doors   []io.Closer        // guarded by mu: what Close closes first
	barred  chan struct{}      // guarded by mu: set during a reset, and closed at its end
	waiting int                // guarded by mu: connections that wait for that
	closed  bool               // guarded by mu
	done    chan struct{}      // closed by Close
	serving sync.WaitGroup     // accept loops and connections
}

// state is what the broker knows of devices. A reset puts another in its place.
type state struct {
	mochi    *mqtt.Server
	worlds   map[onenet.ProductID]*world
	sessions map[onenet.DeviceRef]*session // connected, or kept for a device that is away
	current  map[onenet.DeviceRef]*link    // newest link of each device
}

// New makes a broker, restores what persistent sessions and topics left in the store, and
// attaches it to the platform. It accepts nothing before Serve.
func New(ctx context.Context, c Config) (*Broker, error) {
	b := &Broker{
		platform: c.Platform, store: c.Store, log: c.Log, clock: c.Platform.Clock(),
		switches: c.Platform.Switches(), limits: c.Platform.Limits(), settler: newSettler(),
		links: map[*link]struct{}{}, turn: make(chan struct{}, 1), done: make(chan struct{}),
	}
	b.born = b.clock.Now()
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	found, err := b.readStore(ctx)
	if err != nil {
		return nil, err
	}
	if b.state, err = b.assemble(found); err != nil {
		return nil, err
	}
	b.seq.Store(found.last)
	go b.settler.run()
	b.platform.Attach(b)
	return b, nil
}

// newMochi is Mochi with everything off that links and sessions do better.
func newMochi() *mqtt.Server {
	caps := mqtt.NewDefaultServerCapabilities()
	caps.MaximumClients = math.MaxInt64   // our accept loop counts
	caps.MaximumClientWritesPending = 1   // its delivery queue is never used
	caps.MaximumPacketSize = 0            // links bound packets
	caps.MaximumMessageExpiryInterval = 0 // nothing of ours expires in it
	caps.RetainAvailable = 0              // retained messages live in worlds
	caps.TopicAliasMaximum = 0            // a matter of MQTT 5
	return mqtt.New(&mqtt.Options{
		Capabilities:             caps,
		SysTopicResendInterval:   math.MaxInt32, // each tick would stop the world for memory figures nobody reads
		ClientNetReadBufferSize:  256,           // a link hands over one frame at a time
		ClientNetWriteBufferSize: 256,
		Logger:                   slog.New(slog.DiscardHandler), // links tell what happens, in OneNET's words
	})
}

// Serve accepts devices on the listener until Close, over TLS when a config is given. It returns at once.
func (b *Broker) Serve(ln net.Listener, tlsConfig *tls.Config) {
	b.enter(ln)
	door := b.door(ln, tlsConfig)
	b.serving.Go(func() { b.accept(door) })
}

// door makes the listener's connections sockets, and puts TLS on top when a config is given.
func (b *Broker) door(ln net.Listener, tlsConfig *tls.Config) net.Listener {
	var door net.Listener = socketListener{Listener: ln, broker: b}
	if tlsConfig != nil {
		door = tls.NewListener(door, tlsConfig)
	}
	return door
}

// enter notes what Close has to close.
func (b *Broker) enter(c io.Closer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doors = append(b.doors, c)
}

// Close stops accepting, cuts every link and waits until all are gone. Wills are
// not published: the devices did nothing wrong.
func (b *Broker) Close() error {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		b.serving.Wait()
		return nil
	}
	b.closed = true
	close(b.done)
	for _, door := range b.doors {
		_ = door.Close()
	}
	for l := range b.links {
		go l.end(whyShutdown)
	}
	b.mu.Unlock()
	b.serving.Wait()
	err := b.mochi.Close()
	b.settler.close()
	return err
}

// age is how long the broker has lived: a time that setting the system's clock does not change.
func (b *Broker) age() time.Duration { return b.clock.Now().Sub(b.born) }

// Connections is how many TCP connections there are, logged in or not.
func (b *Broker) Connections() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.links)
}

func (b *Broker) session(ref onenet.DeviceRef) *session {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.sessions[ref]
}

// world finds or makes the product's world. The broker's lock is held, or nobody else knows the state yet.
func (s *state) world(b *Broker, id onenet.ProductID) *world {
	w := s.worlds[id]
	if w == nil {
		w = newWorld(b, s.mochi, id)
		s.worlds[id] = w
	}
	return w
}

// SendCommand writes a command to the one device it is for (onenet.Downlink).
func (b *Broker) SendCommand(ref onenet.DeviceRef, id onenet.CommandID, body []byte) error {
	s := b.session(ref)
	if s == nil || !s.command(id, body) {
		return &onenet.Error{Kind: onenet.ErrOffline, Noun: "device", Name: string(ref.Device)}
	}
	return nil
}

// Publish gives a message of the platform's to the subscribers that are here, at
// QoS 0 (onenet.Downlink; reference, sections 2.2 and 2.5).
func (b *Broker) Publish(product onenet.ProductID, topic string, payload []byte) int {
	b.mu.RLock()
	w := b.worlds[product]
	b.mu.RUnlock()
	if w == nil {
		return 0
	}
	r := w.route(topic)
	if len(r.to) == 0 {
		return 0
	}
	var d dirt
	n := 0
	m := &message{topic: topic, payload: payload}
	for _, s := range r.to {
		if s.give(m, delivery{}, &d) != away {
			n++
		}
	}
	d.flush()
	return n
}

// Disconnect cuts a device's link (onenet.Downlink).
func (b *Broker) Disconnect(ref onenet.DeviceRef, reason string) bool {
	b.mu.RLock()
	l := b.current[ref]
	b.mu.RUnlock()
	if l == nil {
		return false
	}
	l.end(reason)
	return true
}
