package bridge

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"
	"unsafe"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/internal/clock"
)

// mustTap makes a tap with a keepalive of a minute, whose peer says nothing and counts the bytes that come.
func mustTap(t *testing.T, keepalive time.Duration, busy bool) (*tap, *clock.Manual, func() int64) {
	t.Helper()
	near, far := net.Pipe()
	got := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, far)
		got <- n
	}()
	k := clock.NewManual(time.Unix(1_800_000_000, 0))
	tap := newTap(near, k, keepalive, func() bool { return busy })
	tap.watch()
	end := func() int64 {
		_ = tap.Close()
		return <-got
	}
	t.Cleanup(func() { tap.Close() })
	return tap, k, end
}

func TestASilentPeerIsGivenUpAfterOneUnansweredPing(t *testing.T) {
	t.Parallel()
	tap, k, end := mustTap(t, time.Minute, false)
	k.Advance(74 * time.Second)
	if err := tap.reason(); err != nil {
		t.Errorf("after 74 s: %v", err)
	}
	k.Advance(time.Second)
	var silent *silentError
	if err := tap.reason(); !errors.As(err, &silent) || silent.silence != 75*time.Second {
		t.Errorf("after 75 s: %v", err)
	}
	if n := end(); n != 2 {
		t.Errorf("%d bytes were written, want one PINGREQ", n)
	}
}

func TestSilenceIsNotJudgedWhenNobodyReads(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keepalive time.Duration
		busy      bool
		pings     int64
	}{
		"because the receiver is slow": {time.Minute, true, 13},
		"without a keepalive":          {0, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tap, k, end := mustTap(t, c.keepalive, c.busy)
			k.Advance(10 * time.Minute)
			if err := tap.reason(); err != nil {
				t.Error(err)
			}
			if n := end(); n != 2*c.pings {
				t.Errorf("%d bytes were written, want %d pings", n, c.pings)
			}
		})
	}
}

// setting is a clock whose wall part somebody sets, as NTP does on a board without a battery.
type setting struct {
	*clock.Manual
	start time.Time // with a monotonic part
	set   time.Duration
}

func (s *setting) Now() time.Time {
	now := s.start.Add(s.Manual.Now().Sub(s.start.Round(0)))
	wall := (*uint64)(unsafe.Pointer(&now))  // of a time with a monotonic part: a bit that says so, seconds, 30 bits of nanoseconds
	*wall += uint64(s.set/time.Second) << 30 //nolint:gosec // a setting back wraps around, and that is right
	return now
}

func TestAClockThatIsSetSaysNothingAboutThePeer(t *testing.T) {
	t.Parallel()
	for _, set := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		near, far := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, far) }()
		start := clock.System().Now()
		k := &setting{Manual: clock.NewManual(start.Round(0)), start: start}
		tap := newTap(near, k, time.Minute, func() bool { return false })
		tap.watch()
		k.set = set
		if jump := k.Now().Round(0).Sub(start.Round(0)); jump != set || k.Now().Sub(start) != 0 {
			t.Fatalf("the clock is set by %s, want %s", jump, set)
		}
		k.Advance(74 * time.Second)
		if err := tap.reason(); err != nil {
			t.Errorf("set by %s: after 74 s %v", set, err)
		}
		k.Advance(time.Second)
		var silent *silentError
		if err := tap.reason(); !errors.As(err, &silent) {
			t.Errorf("set by %s: after 75 s %v", set, err)
		}
		tap.Close()
	}
}

func TestTheFirstReasonIsTheOneThatCounts(t *testing.T) {
	t.Parallel()
	tap, _, end := mustTap(t, time.Minute, false)
	tap.fail(errUnacknowledged)
	tap.fail(io.EOF)
	if _, err := tap.Write([]byte{0x30, 0}); !errors.Is(err, errUnacknowledged) {
		t.Errorf("writing: %v", err)
	}
	if _, err := tap.Read(make([]byte, 1)); !errors.Is(err, errUnacknowledged) {
		t.Errorf("reading: %v", err)
	}
	end()
}

// A token that completes proves nothing on a connection that has ended: that is how Paho's issue 563 does its harm.
func TestOnADeadConnectionNoTokenIsBelieved(t *testing.T) {
	t.Parallel()
	tap, k, end := mustTap(t, time.Minute, false)
	ln := &line{tap: tap, link: &Link{config: Config{Clock: k}.withDefaults()}}
	complete := &mqtt.DummyToken{}
	if !ln.acknowledged(complete) {
		t.Error("nor is it on one that stands")
	}
	tap.fail(io.EOF)
	for range 50 {
		if ln.acknowledged(complete) {
			t.Fatal("it was believed")
		}
	}
	end()
}
