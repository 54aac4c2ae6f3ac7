package bridge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Login is who the device is in the cloud.
type Login struct {
	Product  string
	Device   string
	Password onenet.Secret
}

// Topic is a topic that the device subscribes to in the cloud.
type Topic struct {
	Name string
	QoS  byte
}

// Received is a message from the cloud.
type Received struct {
	Topic    string
	QoS      byte
	Retained bool
	Payload  []byte
}

// Config says what a Link is made of. Ref, Addr, Login and Source have no default.
type Config struct {
	Ref    onenet.DeviceRef // the local device: the name of the link
	Addr   string           // of the cloud, host:port
	TLS    *tls.Config      // nil for a plain connection, as port 6002 of OneNET wants it
	Login  Login
	Source Source

	Topics  []Topic                               // commands come without one
	Receive func(context.Context, Received) error // one at a time and in order; nil drops them. A message of QoS 1 is acknowledged when it returns nil

	Keepalive   time.Duration // whole seconds; 0 for none, and then a half-open connection shows only in missing acknowledgements
	KeepSession bool          // clean session 0: the cloud keeps subscriptions and messages while the link is away
	Window      int           // messages under way at once, at most 100; 0 for 20

	Logins *Pacer // of all links; nil for no limit
	Rate   *Pacer // messages of this device; nil for no limit
	Total  *Pacer // messages of all links; nil for no limit

	Timing  Timing
	Clock   clock.Clock // nil for the system's
	Seed    uint64      // of the jitter
	Log     *slog.Logger
	Sending func(Message) // is called before each message goes up, also when it goes again; must be quick
	Changed func(Status)  // is called at every change of the state and every trouble, on a goroutine of the Link; may call all of its methods but Close and Cut
}

// Timing is how patient a Link is. Zero fields get the values of DefaultTiming.
type Timing struct {
	Retry, RetryMost     time.Duration // after a loss: from, up to
	Refused, RefusedMost time.Duration // after a refusal, which somebody has to mend
	Evicted, EvictedMost time.Duration // while another client fights for the id
	Connect              time.Duration // for TCP, TLS and CONNACK together; real time whatever the clock
	Write                time.Duration // for one packet; real time
	Ack                  time.Duration // for the acknowledgement of the oldest message
	Settle               time.Duration // nothing is sent that long after a login, when the connection before died early
	Early                time.Duration // what dies within this after the login died early
	Strikes              int           // so many early deaths within StrikeTime are a fight over the id
	StrikeTime           time.Duration
}

// DefaultTiming is for the real OneNET.
func DefaultTiming() Timing {
	return Timing{
		Retry: 500 * time.Millisecond, RetryMost: 30 * time.Second,
		Refused: 30 * time.Second, RefusedMost: 10 * time.Minute,
		Evicted: time.Minute, EvictedMost: 10 * time.Minute,
		Connect: 10 * time.Second, Write: 10 * time.Second, Ack: 30 * time.Second,
		Settle: 2 * time.Second, Early: 30 * time.Second,
		Strikes: 3, StrikeTime: 5 * time.Minute,
	}
}

func (t Timing) withDefaults() Timing {
	d := DefaultTiming()
	for _, f := range []struct{ have, want *time.Duration }{
		{&t.Retry, &d.Retry},
		{&t.RetryMost, &d.RetryMost},
		{&t.Refused, &d.Refused},
		{&t.RefusedMost, &d.RefusedMost},
		{&t.Evicted, &d.Evicted},
		{&t.EvictedMost, &d.EvictedMost},
		{&t.Connect, &d.Connect},
		{&t.Write, &d.Write},
		{&t.Ack, &d.Ack},
		{&t.Settle, &d.Settle},
		{&t.Early, &d.Early},
		{&t.StrikeTime, &d.StrikeTime},
	} {
		if *f.have == 0 {
			*f.have = *f.want
		}
	}
	if t.Strikes == 0 {
		t.Strikes = d.Strikes
	}
	return t
}

const (
	defaultWindow = 20
	mostWindow    = 100
	mostKeepalive = 65535 * time.Second
)

func (c Config) withDefaults() Config {
	c.Timing = c.Timing.withDefaults()
	if c.Window == 0 {
		c.Window = defaultWindow
	}
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Validate reports everything that is wrong with c, but for a missing Source.
func (c Config) Validate() error {
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	_, _, err := net.SplitHostPort(c.Addr)
	fault(err != nil, "address %q: want host:port", c.Addr)
	fault(c.Login.Product == "", "the upstream product is empty")
	fault(c.Login.Device == "", "the upstream device is empty")
	fault(c.Login.Password == "", "the upstream password is empty")
	fault(c.Keepalive < 0 || c.Keepalive > mostKeepalive || c.Keepalive%time.Second != 0,
		"keepalive %s: want whole seconds from 0 to 65535", c.Keepalive)
	fault(c.Window < 0 || c.Window > mostWindow, "window %d: want 1 to %d", c.Window, mostWindow)
	for _, t := range c.Topics {
		fault(t.Name == "" || t.QoS > 1, "topic %q at QoS %d: want a name, and QoS 0 or 1", t.Name, t.QoS)
	}
	return errors.Join(faults...)
}
