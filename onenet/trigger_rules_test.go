package onenet_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// firings is an outlet that notes what it is given.
type firings struct {
	mu    sync.Mutex
	fired []onenet.Firing
}

func (f *firings) Fire(one onenet.Firing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fired = append(f.fired, one)
}

func (f *firings) Forget() { f.take() }

// take gives the values of what was fired since it was last asked, with their devices when it was not device 2.
func (f *firings) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	values := []string{}
	for _, one := range f.fired {
		v := string(one.Value)
		if one.Ref.Device != ref.Device {
			v = string(one.Ref.Device) + " " + v
		}
		values = append(values, v)
	}
	f.fired = nil
	return values
}

func triggers(t *testing.T) (*onenet.Platform, *firings, *clock.Manual) {
	t.Helper()
	p, _, c := platform(t)
	out := &firings{}
	p.AttachOutlet(out)
	t.Cleanup(p.Close)
	return p, out, c
}

func watching(kind onenet.TriggerType, threshold string) onenet.Trigger {
	return onenet.Trigger{
		Product: ref.Product, Title: "a trigger", Stream: "t", URL: "http://127.0.0.1/hook",
		Type: kind, Threshold: json.RawMessage(threshold),
	}
}

func mustAddTrigger(t testing.TB, p *onenet.Platform, tr onenet.Trigger) onenet.Trigger {
	t.Helper()
	tr, err := p.AddTrigger(t.Context(), tr)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// upload stores the values in stream t of the device, in one message.
func upload(t testing.TB, p *onenet.Platform, from onenet.DeviceRef, values ...string) {
	t.Helper()
	u := onenet.Upload{Ref: from}
	for _, v := range values {
		u.Points = append(u.Points, onenet.Datapoint{Stream: "t", Value: json.RawMessage(v)})
	}
	if err := p.IngestWait(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

func wantFired(t testing.TB, out *firings, want ...string) {
	t.Helper()
	if want == nil {
		want = []string{}
	}
	if d := cmp.Diff(want, out.take()); d != "" {
		t.Errorf("fired (-want +got):\n%s", d)
	}
}

func TestTriggerRules(t *testing.T) {
	t.Parallel()
	long, longer := `"`+strings.Repeat("x", 100)+`" `, `"`+strings.Repeat("x", 101)+`" `
	for _, c := range []struct {
		name, kind, threshold string
		uploads, fires        string // JSON values, divided by spaces
	}{
		{"> fires on every upload above", ">", `9.0`, `8 9 9.1 10 10 -10 1e3`, `9.1 10 10 1e3`},
		{">= fires on every upload from there on", ">=", `9`, `8.9 9 9.0 10`, `9 9.0 10`},
		{"< fires on every upload below", "<", `-1`, `0 -1 -1.5 -2 -2`, `-1.5 -2 -2`},
		{"<= fires on every upload up to there", "<=", `0`, `0.1 0 -0 -1`, `0 -0 -1`},
		{"== of a number", "==", `9`, `9 9.0 90e-1 8 "9" true 9 null`, `9 9.0 90e-1 "9" 9`},
		{"== of a text", "==", `"on"`, `"on" "off" "on" "On" true "on"`, `"on" "on" "on"`},
		{"== of a text with an escape", "==", `"a\u0062"`, `"ab" "\u0061b" "a"`, `"ab" "\u0061b"`},
		{"== of a text compares with bool too", "==", `"true"`, `true false "true"`, `true "true"`},
		{"== tells long whole numbers apart", "==", `9007199254740993`, `9007199254740992 9007199254740993`, `9007199254740993`},
		{"a threshold that came as a text", ">", `"9.0"`, `9 10`, `10`},
		{"values that came as texts", ">", `9`, `"10" " 11 " "9" "hot" "Inf" "NaN" "0x1p9" "1_000" ""`, `"10" " 11 "`},
		{"no number never compares", "<", `9`, `"a" true false null {"v":1} [1] 1`, `1`},
		{"objects and arrays equal nothing", "==", `"{}"`, `{} [] "{}"`, `"{}"`},
		{"a number too large for any", ">", `9`, `1e999 -1e999`, `1e999`},

		{"inout fires once per crossing, either way", "inout", `{"lolmt":40,"uplmt":52}`, `45 60 61 30 50 51 52 40 39 45`, `60 50 39 45`},
		{"in fires on coming in", "in", `{"lolmt":40,"uplmt":52}`, `30 45 46 60 52 52.1 40`, `45 52 40`},
		{"out fires on going out", "out", `{"lolmt":40,"uplmt":52}`, `45 60 61 45 39.9 45`, `60 39.9`},
		{"the first point crosses nothing, inside", "inout", `{"lolmt":40,"uplmt":52}`, `45 45`, ``},
		{"the first point crosses nothing, outside", "out", `{"lolmt":40,"uplmt":52}`, `60 60`, ``},
		{"the first point is not coming in", "in", `{"lolmt":40,"uplmt":52}`, `45 46`, ``},
		{"what is no number crosses nothing", "inout", `{"lolmt":40,"uplmt":52}`, `45 {"v":1} "x" true null 46 60`, `60`},
		{"an interval of one point", "in", `{"lolmt":"1","uplmt":1.0}`, `0 1 2 1`, `1 1`},

		{"change fires on another value", "change", ``, `1 1 1.0 2 2 "2" "a" "a" "b" true false null null`, `2 "a" "b" true false null`},
		{"change skips objects and arrays", "change", ``, `1 {"a":1} 1 [2] 2`, `2`},
		{"change skips objects at the start", "change", ``, `{"a":1} 1 2`, `2`},
		{"change tells long texts apart", "change", ``, long + long + longer + longer + long, longer + long},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, one := range []bool{true, false} {
				p, out, _ := triggers(t)
				mustAddTrigger(t, p, watching(onenet.TriggerType(c.kind), c.threshold))
				uploads := values(c.uploads)
				if one {
					upload(t, p, ref, uploads...)
				} else {
					for _, v := range uploads {
						upload(t, p, ref, v)
					}
				}
				wantFired(t, out, values(c.fires)...)
			}
		})
	}
}

// values splits at spaces outside of JSON strings.
func values(s string) (list []string) {
	dec := json.NewDecoder(strings.NewReader(s))
	for dec.More() {
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			panic(err)
		}
		list = append(list, string(v))
	}
	return list
}

func TestPointsOfOneMessageAreJudgedAsTheyStandInIt(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	mustAddTrigger(t, p, watching("change", ""))
	now := c.Now()
	u := onenet.Upload{Ref: ref, Points: []onenet.Datapoint{
		{Stream: "t", At: now, Value: []byte(`1`)},
		{Stream: "t", At: now.Add(-time.Hour), Value: []byte(`2`)},
		{Stream: "other", Value: []byte(`3`)},
		{Stream: "t", At: now.Add(-2 * time.Hour), Value: []byte(`2`)},
		{Stream: "t", At: now.Add(-3 * time.Hour), Value: []byte(`1`)},
	}}
	if err := p.IngestWait(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	wantFired(t, out, "2", "1")
}

func TestFiringCarriesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	tr := mustAddTrigger(t, p, watching(">", ` 9.0 `))
	upload(t, p, ref, "10")
	want := []onenet.Firing{{Trigger: tr, Ref: ref, Stream: "t", At: c.Now(), Value: []byte("10")}}
	if d := cmp.Diff(want, out.fired); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if string(tr.Threshold) != "9.0" || tr.ID != 1 {
		t.Errorf("the trigger is %+v, want the threshold as it was given and the first id", tr)
	}
	r := lastRecord(t, p)
	if r.Kind != onenet.KindTrigger || r.Trigger != tr.ID || r.Device != ref.Device ||
		r.Text != "fired: t > 9.0" || string(r.Points[0].Value) != "10" {
		t.Errorf("the journal says %+v", r)
	}
}

func lastRecord(t *testing.T, p *onenet.Platform) *onenet.Record {
	t.Helper()
	records, _ := p.Journal().Read(p.Journal().Last()-1, 1)
	if len(records) != 1 {
		t.Fatal("the journal is empty")
	}
	return records[0]
}

func TestTriggerWatchesItsDevicesOnly(t *testing.T) {
	t.Parallel()
	p, out, _ := triggers(t)
	other := mustAddDevice(t, p, "3")
	all := watching(">", "9")
	mustAddTrigger(t, p, all)
	one := watching(">", "20")
	one.Devices = []onenet.DeviceID{"3", "3"}
	if got := mustAddTrigger(t, p, one); len(got.Devices) != 1 {
		t.Errorf("watches %v, want device 3 once", got.Devices)
	}
	elsewhere := onenet.DeviceRef{Product: "9", Device: "2"}
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: "9"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.AddDevice(t.Context(), onenet.Device{Product: "9", ID: "2"}); err != nil {
		t.Fatal(err)
	}
	upload(t, p, ref, "30")
	upload(t, p, other, "15", "31")
	upload(t, p, elsewhere, "32")
	wantFired(t, out, "30", "3 15", "3 31", "3 31")
}

func mustAddDevice(t *testing.T, p *onenet.Platform, id onenet.DeviceID) onenet.DeviceRef {
	t.Helper()
	d, err := p.AddDevice(t.Context(), onenet.Device{Product: ref.Product, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return d.Ref()
}

func TestDevicesCrossOnTheirOwn(t *testing.T) {
	t.Parallel()
	p, out, _ := triggers(t)
	other := mustAddDevice(t, p, "3")
	mustAddTrigger(t, p, watching("inout", `{"lolmt":0,"uplmt":10}`))
	upload(t, p, ref, "5")
	upload(t, p, other, "50")
	upload(t, p, ref, "6")
	upload(t, p, other, "7")
	wantFired(t, out, "3 7")
}
