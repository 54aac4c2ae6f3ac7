package bridge_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

var epoch = time.Unix(1_800_000_000, 0)

func TestEveryRefusalIsExplained(t *testing.T) {
	t.Parallel()
	for code, want := range map[byte]struct {
		cause onenet.Cause
		field onenet.Field
	}{
		1:    {bridge.CauseVersion, ""},
		2:    {bridge.CauseDevice, onenet.FieldDevice},
		3:    {bridge.CauseUnavailable, ""},
		4:    {bridge.CausePassword, onenet.FieldCredential},
		5:    {bridge.CauseForbidden, onenet.FieldCredential},
		6:    {bridge.CauseCode, ""},
		0x87: {bridge.CauseCode, ""},
		0xFE: {bridge.CauseCode, ""}, // Paho's own code for a broken connection
		0xFF: {bridge.CauseCode, ""},
	} {
		t.Run(fmt.Sprintf("CONNACK %d", code), func(t *testing.T) {
			t.Parallel()
			p := faultnet.Start(t, deaf(t))
			p.RefuseLogin(code)
			var no *onenet.Refusal
			if err := bridge.Try(t.Context(), linkConfig(p.Addr(), worked, nil)); !errors.As(err, &no) {
				t.Fatalf("got %v", err)
			}
			if no.Cause != want.cause || no.Field != want.field || no.Says == "" || no.Fix == "" || no.Ref == "" || no.Stage != onenet.StageLogin {
				t.Errorf("%+v", no)
			}
		})
	}
}

func TestWhatStandsBetweenIsExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cause onenet.Cause
		addr  func(t *testing.T) string
		tls   *tls.Config
	}{
		"nobody listens":                     {bridge.CauseNobody, closedPort, nil},
		"the name does not exist":            {bridge.CauseName, func(*testing.T) string { return "onelan.invalid:6002" }, nil},
		"the login is not answered":          {bridge.CauseNoConnack, deaf, nil},
		"the upstream hangs up at the login": {bridge.CauseHungUp, hangsUp, nil},
		"it answers with something else":     {bridge.CauseHungUp, greets, nil},
		"its certificate is not trusted":     {bridge.CauseCertificate, secureServer, &tls.Config{MinVersion: tls.VersionTLS12}},
		"it does not speak TLS":              {bridge.CauseTLS, webServer, &tls.Config{MinVersion: tls.VersionTLS12}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := linkConfig(c.addr(t), worked, nil)
			config.TLS, config.Timing.Connect = c.tls, 3*time.Second
			var no *onenet.Refusal
			if err := bridge.Try(t.Context(), config); !errors.As(err, &no) {
				t.Fatalf("got %v", err)
			}
			if no.Cause != c.cause || no.Says == "" || no.Fix == "" || no.Stage != onenet.StageLink {
				t.Errorf("%+v", no)
			}
		})
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	return ln.Addr().String()
}

func hangsUp(t *testing.T) string {
	t.Helper()
	p := faultnet.Start(t, deaf(t))
	p.KillOn(func(f faultnet.Frame) bool { return f.Kind() == faultnet.Connect })
	return p.Addr()
}

// greets is a server that speaks first, and not MQTT.
func greets(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		fmt.Fprint(c, "SSH-2.0-server\r\n")
		_, _ = c.Read(make([]byte, 100)) // or the greeting is lost in a RST
		c.Close()
	}()
	return ln.Addr().String()
}

func webServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(nil)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func secureServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestALoginIsTriedOnce(t *testing.T) {
	t.Parallel()
	cloud := onenettest.Start(t)
	dev := cloud.Device(t)
	if err := bridge.Try(t.Context(), linkConfig(cloud.MQTTAddr(), dev, nil)); err != nil {
		t.Fatal(err)
	}
	cloud.Wait(t, onenettest.Online(dev))
	cloud.Wait(t, onenettest.Offline(dev))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bridge.Try(over, linkConfig(deaf(t), dev, nil)); err == nil {
		t.Error("a login that nobody waited for has succeeded")
	}
}

func TestAWrongPasswordIsRefusedAndNeverShown(t *testing.T) {
	t.Parallel()
	const password = "s3cret-Hunter2-s3cret"
	cloud := onenettest.Start(t)
	dev := cloud.Device(t)
	dev.AuthInfo = onenet.Secret(password)
	var log bytes.Buffer
	var shown bytes.Buffer
	r := newRigTo(t, cloud, dev, newFakeQueue(), func(c *bridge.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		fmt.Fprintf(&shown, "%v %+v %#v", *c, *c, c.Login)
	})
	r.Start()
	s, _ := r.awaitState(0, bridge.Refused)
	cloud.Wait(t, onenettest.Refused(onenet.LoginWrongPassword))
	if s.Trouble.Cause != bridge.CausePassword || s.Counts.Refusals != 1 || s.Proved != (time.Time{}) {
		t.Errorf("%+v: %v", s, s.Trouble)
	}
	if s.Next.Sub(s.At) < 15*time.Second {
		t.Errorf("tried again at %s, after %s", s.Next, s.At)
	}
	r.Close()
	if s := r.Status(); s.State != bridge.Idle || !s.Next.IsZero() {
		t.Errorf("closed, and %s until %s", s.State, s.Next)
	}
	if err := json.NewEncoder(&shown).Encode(r.Status()); err != nil {
		t.Fatal(err)
	}
	if all := shown.String() + log.String(); strings.Contains(all, password) || !strings.Contains(log.String(), "password-refused") {
		t.Errorf("the log and the status say\n%s", all)
	}
}

func TestAFightOverTheIDIsSeenAndSlowedDown(t *testing.T) {
	t.Parallel()
	q := newFakeQueue("innocent")
	r := newRig(t, q, func(c *bridge.Config) { c.Timing.Strikes, c.Timing.Settle = 3, time.Second })
	r.proxy.DropAcks() // so that a message is under way whenever the other comes, unless the link holds back
	r.Start()
	r.proxy.Await(t, "the message", func(n faultnet.Counts) bool { return n.Topics["up"] == 1 })
	for n := range 3 { // faster than the link dares to send again
		r.awaitChange(0, "on line again", func(s bridge.Status) bool { return s.State == bridge.Online && s.Counts.Logins == n+1 })
		mustComplete(t, rival(t, r).Connect())
	}
	s, _ := r.awaitState(0, bridge.Evicted)
	if s.Trouble.Cause != bridge.CauseEvicted || s.Counts.Evictions != 1 || s.Counts.Logins != 3 || s.Counts.Sent != 1 {
		t.Errorf("%+v: %v", s, s.Trouble)
	}
	if s.Next.Sub(s.At) < 25*time.Second {
		t.Errorf("tried again at %s, after %s", s.Next, s.At)
	}
	if _, dead, died := q.snapshot(); len(dead) > 0 || died["innocent"] != 1 {
		t.Errorf("messages are blamed: %v", died)
	}
}

// rival is another client with the device's id.
func rival(t *testing.T, r *rig) mqtt.Client {
	t.Helper()
	c := mqtt.NewClient(r.cloud.Options(r.dev))
	t.Cleanup(func() { c.Disconnect(50) })
	return c
}

func TestAnEvictedLinkIsOnlineAgainWhenItHasStayed(t *testing.T) {
	t.Parallel()
	k := clock.NewManual(epoch)
	r := newRig(t, newFakeQueue(), func(c *bridge.Config) {
		c.Clock, c.Keepalive = k, 0
		c.Timing.Strikes, c.Timing.Early = 1, time.Minute
		c.Timing.Evicted, c.Timing.EvictedMost = time.Millisecond, time.Millisecond
	})
	r.Start()
	r.awaitState(0, bridge.Online)
	mustComplete(t, rival(t, r).Connect())
	r.awaitState(0, bridge.Evicted)
	r.advanceUntil(k, time.Millisecond, func(s bridge.Status) bool { return s.Counts.Logins == 2 })
	if s := r.Status(); s.State != bridge.Evicted {
		t.Errorf("%s right after the login", s.State)
	}
	login := k.Now()
	r.advanceUntil(k, time.Second, func(s bridge.Status) bool { return s.State == bridge.Online })
	if stayed := r.Status().Since.Sub(login); stayed < time.Minute-10*time.Millisecond {
		t.Errorf("on line after %s", stayed)
	}
}

// advanceUntil moves the clock in steps: a link arms its timers on a goroutine of its own.
func (r *rig) advanceUntil(k *clock.Manual, step time.Duration, ok func(bridge.Status) bool) {
	r.t.Helper()
	end := clock.System().Now().Add(onenettest.Patience)
	for !ok(r.Status()) {
		if clock.System().Now().After(end) {
			r.t.Fatalf("it stays %+v", r.Status())
		}
		k.Advance(step)
	}
}

func TestHalfOpenShowsWithinOneAndAHalfKeepalives(t *testing.T) {
	t.Parallel()
	t.Run("on a clock that is moved by hand", func(t *testing.T) {
		t.Parallel()
		k := clock.NewManual(epoch)
		r := newRig(t, newFakeQueue(), func(c *bridge.Config) { c.Clock = k })
		r.Start()
		_, n := r.awaitState(0, bridge.Online)
		r.proxy.Silence(true)
		k.Advance(74 * time.Second)
		if s := r.Status(); s.State != bridge.Online {
			t.Errorf("%s after 74 s of a keepalive of 60", s.State)
		}
		k.Advance(16 * time.Second)
		s, _ := r.awaitState(n, bridge.HalfOpen)
		if s.Trouble.Cause != bridge.CauseHalfOpen || s.Counts.HalfOpens != 1 {
			t.Errorf("%+v: %v", s, s.Trouble)
		}
	})
	t.Run("on the system's clock", func(t *testing.T) {
		t.Parallel()
		q := newFakeQueue()
		r := newRig(t, q, func(c *bridge.Config) { c.Keepalive = 2 * time.Second })
		r.Start()
		r.awaitState(0, bridge.Online)
		q.add("up", 1, "x")
		q.awaitEmpty(t)
		start := clock.System().Now()
		r.proxy.Silence(true)
		q.add("up", 1, "y") // that a message is under way changes nothing
		s, n := r.awaitState(0, bridge.HalfOpen)
		if took := s.Since.Sub(start); took > 3*time.Second {
			t.Errorf("it took %s of a keepalive of 2 s", took)
		}
		r.proxy.Silence(false)
		r.awaitState(n, bridge.Online)
		q.awaitEmpty(t)
	})
}

func TestAHalfOpenCloudStaysHalfOpenUntilItAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t, newFakeQueue(), func(c *bridge.Config) { c.Keepalive, c.Timing.Connect = time.Second, 50*time.Millisecond })
	r.Start()
	r.awaitState(0, bridge.Online)
	r.proxy.Silence(true)
	_, n := r.awaitState(0, bridge.HalfOpen)
	_, n = r.awaitChange(n, "the next login unanswered", func(s bridge.Status) bool {
		return s.State == bridge.HalfOpen && s.Trouble.Cause == bridge.CauseNoConnack
	})
	r.proxy.Silence(false)
	r.awaitState(n, bridge.Online)
}

func TestPauseAndPresenceDecideWhetherTheDeviceIsThere(t *testing.T) {
	t.Parallel()
	q := newFakeQueue()
	r := newRig(t, q, nil)
	if s := r.Status(); s.State != bridge.Idle || s.Upstream != r.proxy.Addr() || s.Ref.Device != "board" {
		t.Errorf("at first %+v", s)
	}
	r.Start()
	r.cloud.Wait(t, onenettest.Online(r.dev))
	_, n := r.awaitState(0, bridge.Online)
	r.Pause()
	r.cloud.Wait(t, onenettest.Offline(r.dev))
	_, n = r.awaitState(n, bridge.Paused)
	r.Stop()
	r.Start() // which does not end a pause
	q.add("up", 1, "x")
	mark := r.cloud.Mark()
	r.Resume()
	r.cloud.WaitAfter(t, mark, onenettest.Online(r.dev))
	_, n = r.awaitState(n, bridge.Online)
	q.awaitEmpty(t)
	r.Stop()
	r.awaitState(n, bridge.Idle)
	r.Close()
	r.Close()
	if s := r.Status(); s.Counts.Lost != 0 || s.Counts.Logins != 2 || s.Proved.IsZero() {
		t.Errorf("at last %+v", s)
	}
}

func TestCloseEndsALinkWhereverItIs(t *testing.T) {
	t.Parallel()
	for name, addr := range map[string]func(*testing.T) string{
		"while it dials":             func(*testing.T) string { return "192.0.2.1:6002" }, // an address for documentation: nobody answers
		"while it waits for CONNACK": deaf,
		"while it backs off":         closedPort,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := linkConfig(addr(t), worked, newFakeQueue("x"))
			c.Timing.Connect = time.Minute
			l, err := bridge.New(c)
			if err != nil {
				t.Fatal(err)
			}
			l.Start()
			for l.Status().Counts.Attempts == 0 { // it is a moment away
				l.Start()
			}
			start := clock.System().Now()
			l.Close()
			if took := clock.System().Now().Sub(start); took > 5*time.Second {
				t.Errorf("Close took %s", took)
			}
		})
	}
}

// Paho's Disconnect, called twice while a login is under way, leaves a goroutine behind; goleak sees it.
func TestALoginThatNobodyWantsAnyMoreLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	p := faultnet.Start(t, deaf(t))
	var work sync.WaitGroup
	for range 200 {
		work.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer clock.System().AfterFunc(time.Millisecond, cancel).Stop()
			if err := bridge.Try(ctx, linkConfig(p.Addr(), worked, nil)); err == nil {
				t.Error("the deaf have answered")
			}
		})
	}
	work.Wait()
}

func TestAConfigSaysEverythingThatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	bad := bridge.Config{Addr: "cloud", Keepalive: 1500 * time.Millisecond, Window: 101, Topics: []bridge.Topic{{Name: "a", QoS: 2}}}
	err := bad.Validate()
	for _, want := range []string{`"cloud"`, "product", "device", "password", "1.5s", "101", `"a"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %s in: %v", want, err)
		}
	}
	if _, err := bridge.New(bad); err == nil {
		t.Error("a link was made of it")
	}
	if _, err := bridge.New(linkConfig("127.0.0.1:1", worked, nil)); err == nil {
		t.Error("a link was made without a source")
	}
}

func TestALinkSpeaksTLSToACloudWhoseAuthorityItKnows(t *testing.T) {
	t.Parallel()
	cloud := onenettest.Start(t)
	dev := cloud.Device(t)
	ca := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(ca.Close)
	ln, err := tls.Listen("tcp", "127.0.0.1:0", ca.TLS)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", cloud.MQTTAddr())
			if err != nil {
				c.Close()
				return
			}
			go func() { _, _ = io.Copy(up, c); up.Close() }()
			go func() { _, _ = io.Copy(c, up); c.Close() }()
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(ca.Certificate())
	q := newFakeQueue("x")
	c := linkConfig(ln.Addr().String(), dev, q)
	c.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	l, err := bridge.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	l.Start()
	q.awaitEmpty(t)
	cloud.Wait(t, onenettest.Message(dev, "up", []byte("x")))
}
