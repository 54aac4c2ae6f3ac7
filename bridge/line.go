package bridge

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/internal/clock"
)

// line is one connection of a Link, from dialling to its end. It is used once.
type line struct {
	link     *Link
	client   mqtt.Client
	inbox    chan mqtt.Message
	flight   *flight
	cautious bool      // stay quiet after the login
	since    time.Time // when the CONNACK came

	mu     sync.Mutex
	tap    *tap  // guarded by mu until the login is over
	opened error // guarded by mu: why there is none
	left   bool  // guarded by mu: nobody wants it any more
}

// dial logs in. Its error is one of those that explain knows.
func (l *Link) dial(ctx context.Context) (*line, error) {
	ln := &line{
		link: l, inbox: make(chan mqtt.Message, inboxSize),
		flight: newFlight(l.config.Window, l.past.careful), cautious: l.past.cautious(),
	}
	ln.client = mqtt.NewClient(ln.options(ctx))
	token := ln.client.Connect()
	stop := context.AfterFunc(ctx, ln.abandon)
	<-token.Done() // dialling and Paho's handshake have deadlines
	stop()
	if err := ln.answer(token.Error()); err != nil {
		l.work.Go(ln.shut)
		return nil, err
	}
	ln.since = l.config.Clock.Now()
	ln.tap.watch()
	return ln, nil
}

// answer is what came of the login. Paho's own word for it does not count: it takes codes that it does not know for success.
func (ln *line) answer(err error) error {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	switch {
	case ln.tap == nil && ln.opened != nil:
		return ln.opened
	case ln.tap == nil:
		return &dialError{err}
	}
	code, ok := ln.tap.connack()
	switch {
	case ok && code != 0:
		return &refusedError{code}
	case err != nil:
		return &unansweredError{err}
	}
	return nil
}

// options make Paho the wire and nothing more.
func (ln *line) options(ctx context.Context) *mqtt.ClientOptions {
	c := &ln.link.config
	o := mqtt.NewClientOptions().AddBroker("tcp://" + c.Addr). // only a name: open dials
									SetClientID(c.Login.Device).SetUsername(c.Login.Product).SetPassword(string(c.Login.Password)).
									SetProtocolVersion(4). // or every refusal is tried again as MQTT 3.1
									SetCleanSession(!c.KeepSession).SetAutoReconnect(false).SetConnectRetry(false).SetStore(noStore{}).
									SetKeepAlive(c.Keepalive).SetPingTimeout(never). // the tap does both
									SetConnectTimeout(c.Timing.Connect).SetWriteTimeout(c.Timing.Write).
									SetOrderMatters(true).SetAutoAckDisabled(true).
									SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { ln.take(m) })
	o.SetConnectionLostHandler(nil)
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return ln.open(ctx) })
	return o
}

const never = 100 * 365 * 24 * time.Hour

// open makes the connection that Paho then speaks on.
func (ln *line) open(ctx context.Context) (net.Conn, error) {
	c := &ln.link.config
	ctx, cancel := context.WithTimeout(ctx, c.Timing.Connect)
	defer cancel()
	conn, err := connect(ctx, c.Addr, c.TLS)
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if err != nil {
		ln.opened = err
		return nil, err
	}
	ln.tap = newTap(conn, c.Clock, c.Keepalive, ln.stuck)
	if ln.left {
		ln.tap.fail(errLeft)
	}
	return ln.tap, nil
}

func connect(ctx context.Context, addr string, secure *tls.Config) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, &dialError{err}
	}
	if secure == nil {
		return conn, nil
	}
	secure = secure.Clone()
	if secure.ServerName == "" {
		secure.ServerName, _, _ = net.SplitHostPort(addr)
	}
	t := tls.Client(conn, secure)
	if err := t.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, &tlsError{err}
	}
	return t, nil
}

// serve carries messages until the connection ends or ctx does, and says why. When it has returned the line does not touch the
// Source any more.
func (ln *line) serve(ctx context.Context) error {
	sending, stop := context.WithCancel(ctx)
	defer stop()
	sender := make(chan struct{})
	var work sync.WaitGroup
	ln.link.work.Go(func() { defer close(sender); ln.send(sending) })
	work.Go(ln.collect)
	work.Go(func() { ln.deliver(ctx) })
	select {
	case <-ctx.Done():
		<-sender // which is not in Paho for long: nothing else is
		ln.drain()
		ln.leave()
	case <-ln.tap.dead:
		stop() // but do not wait for the sender: Paho may hold it for Timing.Write
	}
	work.Wait()
	ln.link.work.Go(ln.shut)
	return ln.tap.reason()
}

// drain waits a moment for the acknowledgements of what is under way, so that it need not be sent again.
func (ln *line) drain() {
	const patience = time.Second // about the wire: real time, whatever the clock
	late := make(chan struct{})
	timer := clock.System().AfterFunc(patience, func() { close(late) })
	defer timer.Stop()
	for {
		list, _, wait := ln.flight.left()
		if len(list) == 0 {
			return
		}
		select {
		case <-wait:
		case <-ln.tap.dead:
			return
		case <-late:
			return
		}
	}
}

const quiesce = 250 // milliseconds that Paho has for its farewell

// leave takes the device off line as devices do: with a DISCONNECT.
func (ln *line) leave() {
	ln.client.Disconnect(quiesce)
	ln.tap.fail(errLeft)
}

// abandon ends the connection, also one that is still to come. While Paho logs in nothing more may be done: its Disconnect waits for
// the login then, and a second one meanwhile for ever.
func (ln *line) abandon() {
	ln.mu.Lock()
	ln.left = true
	tap := ln.tap
	ln.mu.Unlock()
	if tap != nil {
		tap.fail(errLeft)
	}
}

// shut ends the connection, and what Paho has running for it. It comes after the login.
func (ln *line) shut() {
	ln.abandon()
	ln.client.Disconnect(quiesce)
}

// The ways in which a login fails.
type (
	dialError       struct{ error }
	tlsError        struct{ error }
	unansweredError struct{ error } // the connection stood, and no CONNACK came
	refusedError    struct{ code byte }
)

func (e *refusedError) Error() string { return fmt.Sprintf("CONNACK with code %d", e.code) }

// Unwrap lets errors.Is look inside.
func (e *dialError) Unwrap() error       { return e.error }
func (e *tlsError) Unwrap() error        { return e.error }
func (e *unansweredError) Unwrap() error { return e.error }
