package console_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// TestThreeOpenConsolesHardlySlowTheBroker compares, in turns, how much gets through with nobody looking and with three live
// pages open. The pages are read as the script reads them and not drawn: a browser would take the machine's time for itself.
func TestThreeOpenConsolesHardlySlowTheBroker(t *testing.T) {
	long := measuring(t)
	if long == 0 {
		t.Skip("ONELAN_MEASURE says how long a turn is to be, such as 3s")
	}
	const least, turns, devices = 0.95, 25, 8
	r := newRig(t, nil)
	var clients []mqtt.Client
	for i := range devices {
		d := onenet.Device{Product: "244754", ID: onenet.DeviceID(fmt.Sprintf("9%04d", i)), AuthInfo: onenet.Secret(fmt.Sprint("load-", i))}
		r.AddDevice(t, d)
		clients = append(clients, r.Connect(t, d))
	}
	var alone, watched []float64
	for range turns {
		alone = append(alone, throughput(clients, long))
		leave := r.look(t, "/traffic", "/live?rows=200")
		leaveToo := r.look(t, "/", "/live?")
		leaveAll := r.look(t, "/device?product=244754&device=90000", "/live?rows=40&product=244754&device=90000")
		watched = append(watched, throughput(clients, long))
		leave()
		leaveToo()
		leaveAll()
	}
	ratios := make([]float64, turns)
	for i := range ratios {
		ratios[i] = watched[i] / alone[i] // of neighbours: the machine may have other work at times
	}
	for _, list := range [][]float64{alone, watched, ratios} {
		slices.Sort(list)
	}
	ratio := ratios[turns/2]
	t.Logf("messages a second: %.0f alone, %.0f with three consoles; turn by turn %.3f (%.3f to %.3f)",
		alone[turns/2], watched[turns/2], ratio, ratios[turns/4], ratios[turns*3/4])
	if ratio < least {
		t.Errorf("want at least %v", least)
	}
}

// throughput is how many messages of QoS 1 a second are acknowledged when every client sends the next when it has room.
func throughput(clients []mqtt.Client, long time.Duration) float64 {
	const underWay = 16
	var wg sync.WaitGroup
	sent := make([]int, len(clients))
	begin := clock.System().Now()
	for i, c := range clients {
		wg.Go(func() {
			var window []mqtt.Token
			for clock.System().Now().Sub(begin) < long {
				window = append(window, c.Publish("load", 1, false, "x"))
				if len(window) == underWay {
					window[0].Wait()
					window = window[1:]
				}
				sent[i]++
			}
			for _, token := range window {
				token.Wait()
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range sent {
		total += n
	}
	return float64(total) / clock.System().Now().Sub(begin).Seconds()
}

// look keeps a page open as the script does: it reads the live events, and fetches the page anew when something has happened, at
// least 1.2 s apart while there is always something, and twelve times as long as that took.
func (r *rig) look(t *testing.T, page, live string) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stirred := make(chan struct{}, 1)
	var wg sync.WaitGroup
	wg.Go(func() { r.readLive(ctx, live, stirred) })
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-stirred:
			}
			from := clock.System().Now()
			r.fetch(ctx, page)
			clock.Sleep(clock.System(), max(1200*time.Millisecond, 12*clock.System().Now().Sub(from)), ctx.Done())
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

func (r *rig) readLive(ctx context.Context, live string, stirred chan<- struct{}) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+live, http.NoBody)
	if err != nil {
		return
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	s := bufio.NewScanner(resp.Body)
	s.Buffer(nil, 1<<22)
	for s.Scan() {
		if strings.HasPrefix(s.Text(), "event: stir") {
			select {
			case stirred <- struct{}{}:
			default:
			}
		}
	}
}

func (r *rig) fetch(ctx context.Context, page string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+page, http.NoBody)
	if err != nil {
		return
	}
	req.Header.Set("X-Look", "islands")
	if resp, err := r.http.Do(req); err == nil {
		resp.Body.Close()
	}
}
