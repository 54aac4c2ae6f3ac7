package bridge_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/store/memory"
)

// The real queue, packed and unpacked, in the place of the fake.
func TestTheQueueIsEmptiedOverCutsAndItsBooksBalance(t *testing.T) {
	t.Parallel()
	for name, packing := range map[string]queue.Packing{"packed": {}, "one by one": {Off: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const messages = 300
			local := onenet.DeviceRef{Product: "local", Device: "board"}
			store := memory.New()
			t.Cleanup(func() { store.Close() })
			mustCommit(t, store, onenet.Batch{
				AddProducts: []onenet.Product{{ID: local.Product}}, AddDevices: []onenet.Device{{Product: local.Product, ID: local.Device}},
			})
			q, err := queue.Open(t.Context(), queue.Config{Store: store, Clock: clock.System()})
			if err != nil {
				t.Fatal(err)
			}
			for i := range messages {
				mustSubmit(t, q, onenet.UplinkEntry{Ref: local, Topic: "$dp", QoS: 1, Payload: onenettest.DP(fmt.Sprintf(`{"n%d":%d}`, i%7, i))})
			}
			cloud := onenettest.Start(t)
			dev := cloud.Device(t)
			p := faultnet.Start(t, cloud.MQTTAddr())
			for _, n := range []int{1, 3, 6} {
				p.CutAfter(faultnet.Up, faultnet.Publish, n)
			}
			source := &watched{Source: bridge.FromQueue(&queue.Reader{Queue: q, Ref: local, Packing: func() queue.Packing { return packing }}), acked: make(chan struct{}, 1)}
			c := linkConfig(p.Addr(), dev, source)
			c.Window = 5
			l, err := bridge.New(c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(l.Close)
			l.Start()
			for mustBalance(t, q, local).Waiting > 0 {
				<-source.acked
			}
			if b := mustBalance(t, q, local); b.Accepted != messages || b.Delivered != messages {
				t.Errorf("books %+v", b)
			}
			if got := values(t, cloud, dev); !slices.Equal(got, numbers(messages)) {
				t.Errorf("the cloud has the values %v", got)
			}
			if packed := p.Counts().Up[faultnet.Publish] < messages; packed == packing.Off {
				t.Errorf("%d messages went up, packed %v", p.Counts().Up[faultnet.Publish], !packing.Off)
			}
		})
	}
}

// watched tells when something was acknowledged.
type watched struct {
	bridge.Source
	acked chan struct{}
}

func (w *watched) Acked(ctx context.Context, m []bridge.Message) error {
	err := w.Source.Acked(ctx, m)
	select {
	case w.acked <- struct{}{}:
	default:
	}
	return err
}

// values are what the cloud keeps of the device, rising; what arrived twice stands there once, by its time.
func values(t *testing.T, cloud *onenettest.Server, dev onenet.Device) []string {
	t.Helper()
	h, err := cloud.Platform().History(t.Context(), onenet.HistoryQuery{Ref: dev.Ref(), Start: epoch.AddDate(-10, 0, 0), Limit: 6000})
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	for _, p := range h.Points {
		n, err := strconv.Atoi(string(p.Value))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	slices.Sort(all)
	var list []string
	for _, n := range slices.Compact(all) {
		list = append(list, strconv.Itoa(n))
	}
	return list
}

func mustCommit(t *testing.T, s onenet.Store, b onenet.Batch) {
	t.Helper()
	done := make(chan error, 1)
	s.Submit(b, func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func mustSubmit(t *testing.T, q *queue.Queue, e onenet.UplinkEntry) {
	t.Helper()
	done := make(chan error, 1)
	if err := q.Submit(e, func(err error) { done <- err }); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func mustBalance(t *testing.T, q *queue.Queue, ref onenet.DeviceRef) queue.Books {
	t.Helper()
	b, err := q.Balance(ref)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
