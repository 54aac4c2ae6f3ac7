package control

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func (f *fixture) addPoints(t *testing.T) {
	t.Helper()
	point := func(stream onenet.StreamID, second int, value string) onenet.StoredPoint {
		at := start.Add(time.Duration(second) * time.Second)
		return onenet.StoredPoint{Ref: ref, Datapoint: onenet.Datapoint{Stream: stream, At: at, Value: json.RawMessage(value)}, Received: at}
	}
	f.add(t, onenet.Batch{Points: []onenet.StoredPoint{point("t", 0, "1"), point("h", 1, `"on"`), point("t", 2, "2.50")}})
}

func TestPointsAreReadByStreamTimeAndOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.addPoints(t)
	sec := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	tests := []struct {
		name string
		q    lab.PointQuery
		want string
	}{
		{"all", lab.PointQuery{}, `t=1 h="on" t=2.50 `},
		{"newest first", lab.PointQuery{Desc: true, Limit: 2}, `t=2.50 h="on" `},
		{"one stream", lab.PointQuery{Stream: "t"}, `t=1 t=2.50 `},
		{"from a moment", lab.PointQuery{Start: sec(1)}, `h="on" t=2.50 `},
		{"to a moment", lab.PointQuery{End: sec(1)}, `t=1 h="on" `},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, p := range must[[]lab.Point](t)(f.c.Points(t.Context(), ref, tt.q)) {
				got += string(p.Stream) + "=" + string(p.Value) + " "
			}
			if got != tt.want {
				t.Errorf("got %s want %s", got, tt.want)
			}
		})
	}
	path := "/_lab/products/88001/devices/700123456/points?start=2018-06-01+08:00:02"
	if _, body := f.do(t, "GET", path, ""); body != `{"points":[{"stream":"t","at":"2018-06-01T00:00:02Z","value":2.50}]}`+"\n" {
		t.Errorf("a start in OneNET's form is Beijing time; got %s", body)
	}
	_, err := f.c.Points(t.Context(), onenet.DeviceRef{Product: "88001", Device: "1"}, lab.PointQuery{})
	wantError(t, err, http.StatusNotFound, "1")
}

func TestStreamsAreListedWithTheirNewestValue(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.addPoints(t)
	got := must[[]lab.Stream](t)(f.c.Streams(t.Context(), ref))
	want := []lab.Stream{
		{ID: "h", CreatedAt: start.Add(time.Second), UpdatedAt: start.Add(time.Second), Current: json.RawMessage(`"on"`)},
		{ID: "t", CreatedAt: start, UpdatedAt: start.Add(2 * time.Second), Current: json.RawMessage(`2.50`)},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("streams (-want +got):\n%s", d)
	}
	_, err := f.c.Streams(t.Context(), onenet.DeviceRef{Product: "88001", Device: "1"})
	wantError(t, err, http.StatusNotFound, "1")
}

func TestExplainJudgesALoginWithoutRecordingIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	good := must[lab.Verdict](t)(f.c.Explain(t.Context(), lab.Explain{Product: "88001", Device: "700123456", Password: "dev-sn-0001"}))
	if d := cmp.Diff(lab.Verdict{OK: true, By: onenet.ByAuthInfo}, good); d != "" {
		t.Errorf("a good login (-want +got):\n%s", d)
	}
	bad := must[lab.Verdict](t)(f.c.Explain(t.Context(), lab.Explain{Product: "700123456", Device: "88001", Password: "dev-sn-0001"}))
	if bad.OK || bad.Refusal == nil || bad.Refusal.Cause != onenet.LoginSwapped || bad.Refusal.Fix == "" {
		t.Errorf("a bad login: %+v", bad.Refusal)
	}
	if n := f.p.Journal().Last(); n != 0 {
		t.Errorf("%d records were written", n)
	}
}

func TestUploadedPointsAreStoredToldAndJudgedByTriggers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must[onenet.Trigger](t)(f.p.AddTrigger(t.Context(), onenet.Trigger{
		Product: ref.Product, Title: "hot", Stream: "t", URL: "http://127.0.0.1:9/", Type: onenet.TriggerGreater, Threshold: json.RawMessage("30"),
	}))
	err := f.c.Upload(t.Context(), ref, []lab.Point{
		{Stream: "t", Value: json.RawMessage("31.5")}, {Stream: "word", At: start.Add(-time.Hour), Value: json.RawMessage(`"灯"`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []lab.Point{
		{Stream: "word", At: start.Add(-time.Hour), Value: json.RawMessage(`"灯"`)},
		{Stream: "t", At: start, Value: json.RawMessage("31.5")},
	}
	if d := cmp.Diff(want, must[[]lab.Point](t)(f.c.Points(t.Context(), ref, lab.PointQuery{}))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	var kinds []onenet.Kind
	records, _ := f.p.Journal().Read(0, 10)
	for _, r := range records {
		kinds = append(kinds, r.Kind)
	}
	if d := cmp.Diff([]onenet.Kind{onenet.KindData, onenet.KindTrigger}, kinds); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

func TestUploadThatADeviceCouldNotMakeIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	point := lab.Point{Stream: "t", Value: json.RawMessage("1")}
	for _, tt := range []struct {
		name   string
		ref    onenet.DeviceRef
		points []lab.Point
		status int
		says   string
	}{
		{"no points", ref, nil, http.StatusBadRequest, "at least one"},
		{"no stream", ref, []lab.Point{{Value: point.Value}}, http.StatusBadRequest, "stream"},
		{"no such device", onenet.DeviceRef{Product: "88001", Device: "1"}, []lab.Point{point}, http.StatusNotFound, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantError(t, f.c.Upload(t.Context(), tt.ref, tt.points), tt.status, tt.says)
		})
	}
}
