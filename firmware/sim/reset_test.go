package sim_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/onelan/onelan/firmware/sim"
)

// A name server that keeps the board waiting longer than the watchdog allows: the board starts again, says why, and works once
// names are answered.
func TestWatchdogSavesABoardThatHangs(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	hang := make(chan struct{}, 1)
	hang <- struct{}{}
	b := mustBoard(t, n, with(quick(d), settings{"lan": settings{"host": "broker.lan"}, "watchdog_s": 4, "timeout_s": 1.3}), func(c *sim.Config) {
		c.Resolve = func(ctx context.Context, _ string) (netip.Addr, error) {
			select {
			case <-hang:
				<-ctx.Done()
				return netip.Addr{}, ctx.Err()
			default:
				return netip.MustParseAddr(desk), nil
			}
		}
	})
	at := b.must(0, sim.Is(sim.Barked))
	at = b.must(at, sim.Boot(sim.Watchdog))
	at = b.must(at, sim.Printed("started by the watchdog"))
	b.must(at, serving("lan"))
	b.mustObey(srv, d, "on", 1)
}

func TestWatchdogEndsAnEndlessLoop(t *testing.T) {
	t.Parallel()
	b := mustStart(t, nil, program(`
import machine
print("cause", machine.reset_cause())
machine.WDT(timeout=300)
while True:
    pass
`))
	at := b.must(0, sim.Printed("cause 1"))
	at = b.must(at, sim.Is(sim.Barked))
	b.must(at, sim.Printed("cause 3"))
}

// Whoever edits config.json makes mistakes: the board says which, and waits for a better one instead of starting again and again.
func TestUnusableConfigIsToldAndDoesNotBootLoop(t *testing.T) {
	t.Parallel()
	_, d, n := desktop(t)
	good := mustJSON(t, quick(d))
	for name, tt := range map[string]struct {
		config []byte // nil: there is none
		says   string
	}{
		"missing":               {nil, "config.json is not on the board"},
		"empty":                 {[]byte{}, "config.json is not JSON"},
		"not JSON":              {[]byte(`{"wifi": {"ssid": "lab"`), "config.json is not JSON"},
		"not text":              {[]byte("\xff\xfe{\x00}\x00"), "config.json is not UTF-8"},
		"a list":                {[]byte(`[]`), "config.json must be one object"},
		"a member that is none": {mustJSON(t, with(quick(d), settings{"prodct_id": "1"})), `"prodct_id" is not a setting`},
		"without Wi-Fi":         {mustJSON(t, with(quick(d), settings{"wifi": nil})), "wifi: must be"},
		"without a password":    {mustJSON(t, with(quick(d), settings{"auth_info": ""})), "auth_info is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mustBoard(t, n, nil, func(c *sim.Config) {
				if tt.config != nil {
					c.Files["/config.json"] = tt.config
				}
			})
			at := b.must(0, sim.Printed(tt.says))
			b.must(at, sim.Is(sim.Ended))
			if got := b.count(sim.Is(sim.Booted)); got != 1 {
				t.Errorf("%d boots, want 1", got)
			}
			b.WriteFile("/config.json", good)
			at = b.Mark()
			b.PressReset()
			b.must(at, serving("lan"))
		})
	}
}
