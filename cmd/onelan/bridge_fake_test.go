package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/control"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

var bridgeNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)

// span is a bridge behind a real control door.
type span struct {
	mu      sync.Mutex
	status  lab.Bridge // guarded by mu
	entries []onenet.UplinkEntry
	left    int
	test    lab.BridgeTest
	calls   []string // guarded by mu
}

func (s *span) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, fmt.Sprintf(format, args...))
}

func (s *span) Status() (lab.Bridge, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status, nil
}

func (s *span) Put(_ context.Context, ref onenet.DeviceRef, m lab.BridgeMapping) error {
	s.note("put %s %+v", ref, m)
	return nil
}

func (s *span) Remove(_ context.Context, ref onenet.DeviceRef) error {
	s.note("remove %s", ref)
	return nil
}

func (s *span) SetTopics(context.Context, []string) (int, error) { return 0, nil }

func (s *span) Pause(refs ...onenet.DeviceRef) (int, error) {
	s.note("pause %v", refs)
	return 1, nil
}

func (s *span) Resume(refs ...onenet.DeviceRef) (int, error) {
	s.note("resume %v", refs)
	return 2, nil
}

func (s *span) Drain(ctx context.Context, refs ...onenet.DeviceRef) (int, error) {
	end, _ := ctx.Deadline()
	s.note("drain %v for %s", refs, end.Sub(clock.System().Now()).Round(time.Second))
	return s.left, nil
}

func (s *span) Test(_ context.Context, ref onenet.DeviceRef) (lab.BridgeTest, error) {
	s.note("test %s", ref)
	return s.test, nil
}

func (s *span) Inspect(_ context.Context, q onenet.UplinkQuery) (list []onenet.UplinkEntry, _ error) {
	for _, e := range s.entries {
		if e.Ref == q.Ref && e.Seq > q.After && len(list) < q.Limit && (e.Dead != "") == q.Dead {
			list = append(list, e)
		}
	}
	return list, nil
}

func (s *span) Retry(_ context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error) {
	s.note("retry %s %v", ref, seqs)
	return 2, nil
}

func (s *span) Drop(_ context.Context, ref onenet.DeviceRef, dead bool, seqs ...int64) (int, error) {
	s.note("drop %s %t %v", ref, dead, seqs)
	return 1, nil
}

func (s *span) Export(_ context.Context, w io.Writer, refs ...onenet.DeviceRef) error {
	s.note("export %v", refs)
	_, err := io.WriteString(w, "{\"format\":\"onelan-uplink\"}\n")
	return err
}

// spanned is a bridge with a device in each state, and the address of its door.
func spanned(t *testing.T) (*span, string) {
	t.Helper()
	s := &span{status: bridgeOf(bridgeNow)}
	return s, doorTo(t, func() control.Bridge { return s })
}

// doorTo serves a door to a platform with the devices 1 and 2 of product 244754.
func doorTo(t *testing.T, b func() control.Bridge) string {
	t.Helper()
	store := memory.New()
	p := onenet.New(onenet.Config{Store: store})
	devices := []onenet.Device{{Product: "244754", ID: "1", AuthInfo: "a"}, {Product: "244754", ID: "2", AuthInfo: "b"}}
	if err := store.Apply(t.Context(), onenet.Batch{AddProducts: []onenet.Product{{ID: "244754", MasterKey: "k"}}, AddDevices: devices}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	srv := httptest.NewUnstartedServer(control.New(control.Config{
		Platform: p, Info: func() lab.Ready { return lab.Ready{Ready: true} }, Bridge: b,
		ReloadBridge: func(context.Context) (lab.BridgeReload, error) {
			return lab.BridgeReload{Added: []string{"244754/9"}, Removed: []string{}, Changed: []string{"244754/1"}, Kept: 5}, nil
		},
	}))
	srv.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	srv.Start()
	t.Cleanup(func() {
		cancel()
		srv.Close()
		_ = store.Close()
	})
	return srv.URL
}

// bridgeOf is a bridge that shows all there is to show.
func bridgeOf(now time.Time) lab.Bridge {
	login := func(device string) lab.BridgeLogin {
		return lab.BridgeLogin{Addr: "mqtt.heclouds.com:6002", Product: "88001", Device: device}
	}
	trouble := &onenet.Refusal{
		Cause: "bridge.password-refused", Says: "the cloud does not accept the product id and the password for this device",
		Expected: "the auth info of device 72 in product 88001", Got: "3C***54", Ref: "COMPATIBILITY section 1.3",
		Fix: "set the upstream product to the device's product id and the upstream password to its auth info, or an API key that opens the device",
	}
	return lab.Bridge{
		On: true, At: now, Upstream: "mqtt.heclouds.com:6002", Topics: []string{"up room/temp"},
		Totals: lab.BridgeBooks{Accepted: 1245, Delivered: 1100, Waiting: 126, Quarantined: 3, Dropped: map[string]int64{"oldest": 12, "age": 4}},
		Devices: []lab.BridgeDevice{
			{
				Product: "244754", Device: "1", Mapped: true, Here: true, Upstream: login("71"), Presence: "follow", Topics: []string{"both led"},
				State: "online", Since: now.Add(-2 * time.Hour), Proved: now.Add(-12 * time.Second), InFlight: 1,
				Books:  lab.BridgeBooks{Accepted: 1101, Delivered: 1100, Waiting: 1, Bytes: 40, Oldest: now.Add(-time.Second)},
				Counts: lab.BridgeCounts{Attempts: 3, Logins: 2, Lost: 1, Sent: 1102, Acked: 1100, Repeated: 1, Received: 7, UpRate: .9, DownRate: 12.4},
			},
			{
				Product: "244754", Device: "2", Mapped: true, Upstream: login("72"), Presence: "always",
				State: "refused", Since: now.Add(-time.Hour), Trouble: trouble, TroubleAt: now.Add(-33 * time.Second), Next: now.Add(87 * time.Second),
				Books: lab.BridgeBooks{
					Accepted: 144, Waiting: 125, Quarantined: 3, Dropped: map[string]int64{"oldest": 12, "age": 4},
					Bytes: 31 << 10, Oldest: now.Add(-27 * time.Hour),
				},
				Counts: lab.BridgeCounts{Attempts: 9, Refusals: 9}, Refused: []string{"room/灯"},
			},
			{Product: "244754", Device: "old", Books: lab.BridgeBooks{}},
		},
		Warnings: []string{"device 244754/3 is on the bridge, and does not exist here"},
	}
}
