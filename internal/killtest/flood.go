package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/server"
)

// flood sends data points, each with a number of its own, from several devices
// that do not wait for one PUBACK before they send the next message.
type flood struct {
	devices []*flooder
	rounds  []string // the stream of each round so far
}

func newFlood(devices int) *flood {
	f := &flood{}
	for i := range devices {
		f.devices = append(f.devices, &flooder{id: fmt.Sprintf("flood-%d", i), acked: map[string][]bool{}})
	}
	return f
}

func (f *flood) name() string { return "points" }

func (f *flood) begin(ctx context.Context, s *rig.Onelan, round int) error {
	stream := fmt.Sprintf("round%d", round)
	f.rounds = append(f.rounds, stream)
	for _, d := range f.devices {
		c, _, err := rig.Open(ctx, s.MQTT, login(d.id, false))
		if err != nil {
			return err
		}
		d.conn, d.stream = c, stream
	}
	return nil
}

func (f *flood) press(context.Context) error {
	errs := make([]error, len(f.devices))
	var wg sync.WaitGroup
	for i, d := range f.devices {
		wg.Go(func() { errs[i] = d.press() })
	}
	wg.Wait()
	return first(errs)
}

func (f *flood) check(ctx context.Context, s *rig.Onelan) (tally, error) {
	return f.checkRounds(ctx, s, f.rounds[len(f.rounds)-1:])
}

func (f *flood) checkAll(ctx context.Context, s *rig.Onelan) (tally, error) {
	return f.checkRounds(ctx, s, f.rounds)
}

func (f *flood) checkRounds(ctx context.Context, s *rig.Onelan, streams []string) (sum tally, err error) {
	for _, d := range f.devices {
		for _, stream := range streams {
			stored, err := points(ctx, s, d.id, stream)
			if err != nil {
				return sum, err
			}
			sum.add(compare(d.acked[stream], stored))
		}
	}
	return sum, nil
}

// compare counts the numbers that were acknowledged and those that were stored. One that
// was never sent, or is there twice, counts as lost: the history is wrong.
func compare(acked []bool, stored []int) (t tally) {
	have := make([]bool, len(acked))
	for _, n := range stored {
		if n < 0 || n >= len(acked) || have[n] {
			t.lost++
			continue
		}
		have[n] = true
		if !acked[n] {
			t.extra++
		}
	}
	for n, ok := range acked {
		if ok {
			t.acked++
		}
		if ok && !have[n] {
			t.lost++
		}
	}
	return t
}

// flooder is one device that floods.
type flooder struct {
	id     string
	conn   *rig.Conn
	stream string

	mu    sync.Mutex
	acked map[string][]bool // guarded by mu: by stream; number n was sent when it is long enough, acknowledged when it is true
}

// window is how many messages a device sends ahead.
const window = 100

// press sends, and notes every PUBACK, until the connection breaks.
func (d *flooder) press() error {
	free := make(chan struct{}, window)
	for range window {
		free <- struct{}{}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.send(free)
	}()
	err := d.listen(free)
	_ = d.conn.Close()
	close(free)
	<-done
	return err
}

// send sends while there is room in the window; it ends when free is closed. What
// cannot be written is found out by listen.
func (d *flooder) send(free <-chan struct{}) {
	for range free {
		d.mu.Lock()
		n := len(d.acked[d.stream])
		d.acked[d.stream] = append(d.acked[d.stream], false)
		d.mu.Unlock()
		body := fmt.Sprintf(`{%q:%d}`, d.stream, n)
		m := rig.Message{Topic: "$dp", QoS: 1, ID: packetID(n), Payload: append([]byte{3, 0, byte(len(body))}, body...)}
		if _, err := d.conn.Write(m.Packet()); err != nil {
			return
		}
	}
}

// packetID numbers messages 1 to 65535 and begins again.
func packetID(n int) uint16 { return uint16(n%65535) + 1 }

// listen marks what is acknowledged until the connection ends.
func (d *flooder) listen(free chan<- struct{}) error {
	for next := 0; ; next++ {
		head, body, err := d.conn.Next(rig.Patience)
		if err != nil {
			return fmt.Errorf("%s: %w", d.id, err)
		}
		// PUBACKs come in the order of the messages [MQTT-4.6.0-2].
		if want := rig.Ack(rig.Puback, packetID(next)); head != want[0] || string(body) != string(want[2:]) {
			return fmt.Errorf("%s: got % X % X, want PUBACK % X", d.id, head, body, want)
		}
		d.mu.Lock()
		d.acked[d.stream][next] = true
		d.mu.Unlock()
		free <- struct{}{}
	}
}

// history is as much of the answer to a history query as is needed.
type history struct {
	Errno int    `json:"errno"`
	Error string `json:"error"`
	Data  struct {
		Cursor  string `json:"cursor"`
		Streams []struct {
			Points []struct {
				Value json.Number `json:"value"`
			} `json:"datapoints"`
		} `json:"datastreams"`
	} `json:"data"`
}

// points reads a stream to its end through the REST API. A device that the server does not know has no points.
func points(ctx context.Context, s *rig.Onelan, device, stream string) ([]int, error) {
	q := url.Values{"datastream_id": {stream}, "start": {"2020-01-01T00:00:00"}, "limit": {"6000"}}
	var list []int
	for {
		var h history
		target := "http://" + s.HTTP + "/devices/" + device + "/datapoints?" + q.Encode()
		if err := get(ctx, target, &h); err != nil {
			return nil, err
		}
		const unknown = 8 // not found (reference, section 5.2)
		if h.Errno == unknown {
			return list, nil
		}
		if h.Errno != 0 {
			return nil, fmt.Errorf("history of %s: errno %d, %s", device, h.Errno, h.Error)
		}
		for _, one := range h.Data.Streams {
			for _, p := range one.Points {
				n, err := strconv.Atoi(p.Value.String())
				if err != nil {
					return nil, fmt.Errorf("history of %s: %w", device, err)
				}
				list = append(list, n)
			}
		}
		if h.Data.Cursor == "" {
			return list, nil
		}
		q.Set("cursor", h.Data.Cursor)
	}
}

func get(ctx context.Context, target string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	req.Header.Set("api-key", string(server.DemoMasterKey))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	return json.NewDecoder(resp.Body).Decode(into)
}

func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
