package lan_test

import (
	"errors"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
)

func pass(d time.Duration) { clock.Sleep(clock.System(), d, nil) }

// watched runs a watcher over a machine whose networks change; now.Store changes them.
func watched(t *testing.T, f func(now *atomic.Pointer[lan.Networks], w *lan.Watcher, changes *[][2][]lan.Address)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		now := new(atomic.Pointer[lan.Networks])
		now.Store(&lan.Networks{iface(3, "wlan0", "192.168.1.10/24")})
		changes := &[][2][]lan.Address{}
		w := lan.Watch(lan.WatchConfig{
			Source: func() (lan.Networks, error) {
				if n := now.Load(); n != nil {
					return *n, nil
				}
				return nil, errors.New("no answer")
			},
			WayOut: func() netip.Addr { return netip.Addr{} },
			Clock:  clock.System(),
			Log:    slog.New(slog.DiscardHandler),
			Changed: func(before, after lan.Seen) {
				*changes = append(*changes, [2][]lan.Address{before.Addresses, after.Addresses})
			},
		})
		defer w.Close()
		f(now, w, changes)
	})
}

func TestWatcher(t *testing.T) {
	t.Parallel()
	old := lan.Address{IP: netip.MustParseAddr("192.168.1.10"), Interface: "wlan0"}
	fresh := lan.Address{IP: netip.MustParseAddr("192.168.7.20"), Interface: "wlan0"}
	t.Run("what is there is known at once", func(t *testing.T) {
		watched(t, func(_ *atomic.Pointer[lan.Networks], w *lan.Watcher, _ *[][2][]lan.Address) {
			if diff := cmp.Diff([]lan.Address{old}, w.Seen().Addresses, cmp.Comparer(sameAddr)); diff != "" {
				t.Error(diff)
			}
		})
	})
	t.Run("a change is told once", func(t *testing.T) {
		watched(t, func(now *atomic.Pointer[lan.Networks], _ *lan.Watcher, changes *[][2][]lan.Address) {
			pass(10 * lan.WatchEvery)
			now.Store(&lan.Networks{iface(3, "wlan0", "192.168.7.20/24")})
			pass(10*lan.WatchEvery + time.Second)
			if diff := cmp.Diff([][2][]lan.Address{{{old}, {fresh}}}, *changes, cmp.Comparer(sameAddr)); diff != "" {
				t.Errorf("changes (-want +got)\n%s", diff)
			}
		})
	})
	t.Run("a system that gives no answer has not changed", func(t *testing.T) {
		watched(t, func(now *atomic.Pointer[lan.Networks], w *lan.Watcher, changes *[][2][]lan.Address) {
			now.Store(nil)
			pass(5 * lan.WatchEvery)
			if len(*changes) != 0 || len(w.Networks()) != 1 {
				t.Errorf("changes %v, networks %v", *changes, w.Networks())
			}
		})
	})
	t.Run("closing ends it, twice over", func(t *testing.T) {
		watched(t, func(now *atomic.Pointer[lan.Networks], w *lan.Watcher, changes *[][2][]lan.Address) {
			w.Close()
			w.Close()
			now.Store(&lan.Networks{})
			pass(5 * lan.WatchEvery)
			if len(*changes) != 0 {
				t.Errorf("a closed watcher tells %v", *changes)
			}
		})
	})
}

func sameAddr(a, b netip.Addr) bool { return a == b }

func TestChangedSaysWhatWentAndCame(t *testing.T) {
	t.Parallel()
	a, b := lan.Address{IP: netip.MustParseAddr("10.0.0.1"), Interface: "eth0"}, lan.Address{IP: netip.MustParseAddr("10.0.0.2"), Interface: "eth0"}
	better := a
	better.Default = true
	gone, come := lan.Changed([]lan.Address{a, b}, []lan.Address{better})
	if diff := cmp.Diff([][]lan.Address{{b}, {}}, [][]lan.Address{gone, come}, cmp.Comparer(sameAddr)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	l := lan.NewLimiter(now, 2, 5)
	count := func(ip string, times int) (n int) {
		for range times {
			if l.Allow(netip.MustParseAddr(ip)) {
				n++
			}
		}
		return n
	}
	if n := count("10.0.0.1", 10); n != 2 {
		t.Errorf("one address got %d answers a second, want 2", n)
	}
	if n := count("10.0.0.2", 2) + count("10.0.0.3", 2); n != 3 {
		t.Errorf("with 2 given, others got %d, want the 3 that are left of 5", n)
	}
	now.Advance(time.Second)
	if n := count("10.0.0.1", 10); n != 2 {
		t.Errorf("the next second gives %d, want 2 again", n)
	}
	now.Advance(-time.Hour)
	if n := count("10.0.0.1", 10); n != 2 {
		t.Errorf("a clock that was set back gives %d, want 2: nobody waits an hour", n)
	}
}

func TestLimiterKeepsNoMoreThanItsShareOfAddresses(t *testing.T) {
	t.Parallel()
	l := lan.NewLimiter(clock.NewManual(time.Unix(0, 0)), 1, 1<<20)
	allowed := 0
	for i := range 5000 {
		if l.Allow(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})) {
			allowed++
		}
	}
	if allowed != 1024 {
		t.Errorf("%d addresses were told apart within a second, want 1024", allowed)
	}
}
