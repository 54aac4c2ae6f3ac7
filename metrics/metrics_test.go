package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/onelan/onelan/metrics"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

var ref = onenet.DeviceRef{Product: "88001", Device: "700123456"}

// rig is a platform that is measured.
type rig struct {
	*onenet.Platform
	store  *metrics.Store
	config metrics.Config
}

func newRig(t *testing.T, inner onenet.Store) *rig {
	t.Helper()
	store := metrics.NewStore(inner)
	p := onenet.New(onenet.Config{Store: store})
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: ref.Product}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.AddDevice(t.Context(), onenet.Device{Product: ref.Product, ID: ref.Device, AuthInfo: "sn"}); err != nil {
		t.Fatal(err)
	}
	return &rig{p, store, metrics.Config{Platform: p, Store: store, Version: "v1.2.3"}}
}

// scrape is one answer of the handler.
func (r *rig) scrape(t *testing.T) string {
	t.Helper()
	w := httptest.NewRecorder()
	metrics.New(r.config).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_lab/metrics", nil))
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("%d, %s\n%s", w.Code, w.Header(), w.Body)
	}
	return w.Body.String()
}

// series are the lines of a scrape that begin with one of the names.
func series(text string, names ...string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		for _, name := range names {
			if strings.HasPrefix(line, name+"{") || strings.HasPrefix(line, name+" ") {
				lines = append(lines, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	return lines
}

func mustSeries(t *testing.T, text string, want []string, names ...string) {
	t.Helper()
	if diff := cmp.Diff(want, series(text, names...)); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

func (r *rig) mustIngest(t *testing.T, points ...onenet.Datapoint) {
	t.Helper()
	done := make(chan error, 1)
	r.Ingest(onenet.Upload{Ref: ref, Points: points}, func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestScrapeTellsExactlyWhatHappened(t *testing.T) {
	t.Parallel()
	r := newRig(t, memory.New())
	r.Arrived(ref, 1, "192.0.2.1:5", "")
	r.Arrived(ref, 2, "192.0.2.1:6", "")
	for range 3 {
		if _, refusal := r.Login(t.Context(), onenet.Attempt{Product: "88001", Device: "700123456", Credential: "wrong"}); refusal == nil {
			t.Fatal("let in")
		}
	}
	r.Refused(onenet.Attempt{}, onenet.Refuse(onenet.SubscribeWildcard), "+", nil)
	r.Warn(ref, "", "dp", onenet.Refuse(onenet.PublishDPTypo))
	r.mustIngest(t, onenet.Datapoint{Stream: "t", Value: []byte("1")}, onenet.Datapoint{Stream: "h", Value: []byte("2")})
	r.mustIngest(t, onenet.Datapoint{Stream: "t", Value: []byte("3")})
	if _, err := r.PublishTopic(t.Context(), ref.Product, "room1", nil, "", ""); err != nil {
		t.Fatal(err)
	}
	r.Drop(ref, "room1", 7, "too slow")
	r.Left(ref, 2, "", "")
	if _, err := r.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on")}); !errors.Is(err, onenet.ErrOffline) {
		t.Fatal(err)
	}
	r.Journal().Append(onenet.Record{Kind: onenet.KindTrigger, Count: 1, Text: "fired: t > 30"})

	text := r.scrape(t)
	mustSeries(t, text, []string{`onelan_logins_total{result="accepted"} 2`, `onelan_logins_total{result="refused"} 3`}, "onelan_logins_total")
	mustSeries(t, text, []string{
		`onelan_refusals_total{cause="login.wrong-password",stage="login"} 3`,
		`onelan_refusals_total{cause="subscribe.wildcard",stage="subscribe"} 1`,
	}, "onelan_refusals_total")
	mustSeries(t, text, []string{`onelan_warnings_total{cause="publish.dp-misspelt",stage="publish"} 1`}, "onelan_warnings_total")
	mustSeries(t, text, []string{
		"onelan_devices_online 0", "onelan_journal_records_total 15", "onelan_messages_total 1", "onelan_points_total 3",
		"onelan_undelivered_total 7", "onelan_uploads_total 2",
	}, "onelan_messages_total", "onelan_uploads_total", "onelan_points_total", "onelan_undelivered_total", "onelan_devices_online", "onelan_journal_records_total")
	mustSeries(t, text, []string{
		`onelan_commands_total{state="answered"} 0`, `onelan_commands_total{state="created"} 1`, `onelan_commands_total{state="not-online"} 1`,
		`onelan_commands_total{state="send-failed"} 0`, `onelan_commands_total{state="sent"} 0`, `onelan_commands_total{state="too-large"} 0`,
		`onelan_commands_total{state="unanswered"} 0`,
	}, "onelan_commands_total")
	mustSeries(t, text, []string{
		`onelan_trigger_firings_total{result="delivered"} 0`, `onelan_trigger_firings_total{result="fired"} 1`,
		`onelan_trigger_firings_total{result="given up"} 0`, `onelan_trigger_firings_total{result="retrying"} 0`,
	}, "onelan_trigger_firings_total")
}

// A counter that falls would look to Prometheus as if the process had been started again.
func TestCountersGoOnAfterAReset(t *testing.T) {
	t.Parallel()
	r := newRig(t, memory.New())
	r.mustIngest(t, onenet.Datapoint{Stream: "t", Value: []byte("1")})
	err := r.Reset(t.Context(), "reset", onenet.Contents(onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	r.mustIngest(t, onenet.Datapoint{Stream: "t", Value: []byte("1")})
	mustSeries(t, r.scrape(t), []string{"onelan_points_total 2"}, "onelan_points_total")
}

func TestScrapeTellsWhatWaitsInTheBroker(t *testing.T) {
	t.Parallel()
	r := newRig(t, memory.New())
	if lines := series(r.scrape(t), "onelan_connections"); lines != nil {
		t.Errorf("without a broker there is %q", lines)
	}
	r.config.Broker = func() metrics.Broker {
		return metrics.Broker{Connections: 1, Sessions: 2, Unacknowledged: 3, Waiting: 4, WaitingBytes: 5, UnsentBytes: 6, Unsettled: 7}
	}
	mustSeries(t, r.scrape(t), []string{
		"onelan_broker_unacknowledged_messages 3", "onelan_broker_unsent_bytes 6", "onelan_broker_unsettled_messages 7",
		"onelan_broker_waiting_bytes 5", "onelan_broker_waiting_messages 4", "onelan_connections 1", "onelan_sessions 2",
	}, "onelan_connections", "onelan_sessions", "onelan_broker_unacknowledged_messages", "onelan_broker_waiting_messages",
		"onelan_broker_waiting_bytes", "onelan_broker_unsent_bytes", "onelan_broker_unsettled_messages")
}

// slowStore keeps what it is given until it is told to answer.
type slowStore struct {
	onenet.Store
	answer chan error
}

func (s slowStore) Submit(b onenet.Batch, done func(error)) {
	if len(b.Points) == 0 {
		s.Store.Submit(b, done)
		return
	}
	go func() { done(<-s.answer) }()
}

func TestStoreIsMeasuredFromSubmitToDone(t *testing.T) {
	t.Parallel()
	slow := slowStore{memory.New(), make(chan error)}
	r := newRig(t, slow)
	count := func(op string) string { return fmt.Sprintf(`onelan_store_operation_seconds_count{op=%q}`, op) }
	before := series(r.scrape(t), count("submit"))
	done := make(chan error, 1)
	r.Ingest(onenet.Upload{Ref: ref, Points: []onenet.Datapoint{{Stream: "t", Value: []byte("1")}}}, func(err error) { done <- err })
	text := r.scrape(t)
	mustSeries(t, text, before, count("submit")) // not before it is done
	mustSeries(t, text, []string{"onelan_store_waiting_changes 1"}, "onelan_store_waiting_changes")
	broken := errors.New("the disk is full")
	slow.answer <- broken
	if err := <-done; !errors.Is(err, broken) {
		t.Fatalf("got %v, wanted %v", err, broken)
	}
	text = r.scrape(t)
	mustSeries(t, text, []string{"onelan_store_waiting_changes 0"}, "onelan_store_waiting_changes")
	mustSeries(t, text, []string{`onelan_store_faults_total{op="submit"} 1`}, `onelan_store_faults_total{op="submit"}`)
	if after := series(text, count("submit")); cmp.Equal(before, after) {
		t.Errorf("the change is not counted: %q", after)
	}
}

// That something is not there is an answer.
func TestNoFaultOfTheStoreIsCountedForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	r := newRig(t, memory.New())
	if _, err := r.Device(t.Context(), onenet.DeviceRef{Product: "88001", Device: "nobody"}); !errors.Is(err, onenet.ErrNotFound) {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Products(ended); err == nil {
		t.Fatal("answered after its time")
	}
	text := r.scrape(t)
	mustSeries(t, text, []string{`onelan_store_faults_total{op="device"} 0`}, `onelan_store_faults_total{op="device"}`)
	mustSeries(t, text, []string{`onelan_store_faults_total{op="products"} 0`}, `onelan_store_faults_total{op="products"}`)
}

// Every read of a store is measured and does what the store in it does.
func TestEveryReadOfTheStoreIsMeasured(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := metrics.NewStore(memory.New())
	p := onenet.New(onenet.Config{Store: s})
	for op, read := range map[string]func() error{
		"product":           func() error { _, err := s.Product(ctx, "1"); return err },
		"products":          func() error { _, err := s.Products(ctx); return err },
		"device":            func() error { _, err := s.Device(ctx, ref); return err },
		"devices":           func() error { _, _, err := s.Devices(ctx, onenet.DeviceFilter{}); return err },
		"key":               func() error { _, err := s.Key(ctx, "k"); return err },
		"keys":              func() error { _, err := s.Keys(ctx, "1"); return err },
		"product_by_secret": func() error { _, err := s.ProductBySecret(ctx, "s"); return err },
		"streams":           func() error { _, err := s.Streams(ctx, ref); return err },
		"points":            func() error { _, err := s.Points(ctx, onenet.PointQuery{Ref: ref}); return err },
		"file":              func() error { _, err := s.File(ctx, "1", "i"); return err },
		"topics":            func() error { _, err := s.Topics(ctx, "1"); return err },
		"triggers":          func() error { _, err := s.Triggers(ctx, "1"); return err },
		"command":           func() error { _, err := s.Command(ctx, "c"); return err },
		"commands":          func() error { _, _, err := s.Commands(ctx, onenet.CommandQuery{Ref: ref}); return err },
		"sessions":          func() error { _, err := s.Sessions(ctx); return err },
		"queue":             func() error { _, err := s.Queue(ctx, ref); return err },
		"retained":          func() error { _, err := s.Retained(ctx); return err },
		"last_seq":          func() error { _, err := s.LastSeq(ctx); return err },
		"uplink":            func() error { _, err := s.Uplink(ctx, onenet.UplinkQuery{}); return err },
		"uplink_depths":     func() error { _, err := s.UplinkDepths(ctx); return err },
		"uplink_counts":     func() error { _, err := s.UplinkCounts(ctx); return err },
		"last_uplink_seq":   func() error { _, err := s.LastUplinkSeq(ctx); return err },
		"prune":             func() error { _, err := s.Prune(ctx, time.Time{}); return err },
		"replace":           func() error { return s.Replace(ctx, onenet.Contents()) },
		"submit":            func() error { return s.Apply(ctx, onenet.Batch{}) },
	} {
		if err := read(); err != nil && !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("%s: %v", op, err)
		}
		name := fmt.Sprintf(`onelan_store_operation_seconds_count{op=%q}`, op)
		r := &rig{config: metrics.Config{Platform: p, Store: s}}
		mustSeries(t, r.scrape(t), []string{name + " 1"}, name)
	}
}

func TestCallsAreMeasuredByMethod(t *testing.T) {
	t.Parallel()
	r := newRig(t, memory.New())
	r.config.Calls = metrics.NewCalls()
	h := r.config.Calls.Through(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for _, method := range []string{"GET", "GET", "POST", "BREW", "WHEN"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/devices", nil))
		if w.Code != http.StatusTeapot {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
	name := "onelan_call_seconds_count"
	mustSeries(t, r.scrape(t), []string{name + `{method="GET"} 2`, name + `{method="POST"} 1`, name + `{method="other"} 2`}, name)
}

func TestScrapeTellsWhatRuns(t *testing.T) {
	t.Parallel()
	text := newRig(t, memory.New()).scrape(t)
	if lines := series(text, "onelan_build_info"); len(lines) != 1 || !strings.Contains(lines[0], `version="v1.2.3"`) {
		t.Errorf("build info %q", lines)
	}
	if lines := series(text, "go_goroutines"); len(lines) != 1 {
		t.Errorf("the runtime tells %q", lines)
	}
}

// Names, units and help texts are as Prometheus wants them.
func TestMetricsPassPrometheusOwnLint(t *testing.T) {
	t.Parallel()
	r := newRig(t, memory.New())
	r.config.Broker = func() metrics.Broker { return metrics.Broker{} }
	r.config.Calls = metrics.NewCalls()
	r.config.Bridge = func() metrics.Bridge { return metrics.Bridge{} }
	problems, err := promlint.New(strings.NewReader(r.scrape(t))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "onelan_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}
