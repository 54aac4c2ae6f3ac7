package onenet_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
)

func TestChangedTriggerKeepsWhatItKnows(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	change := mustAddTrigger(t, p, watching("change", ""))
	frozen := mustAddTrigger(t, p, watching("frozen", "60"))
	upload(t, p, ref, "1")
	c.Advance(40 * time.Second)
	change.URL, frozen.Title = "http://127.0.0.1/other", "still frozen"
	for _, tr := range []onenet.Trigger{change, frozen} {
		if err := p.ChangeTrigger(t.Context(), tr); err != nil {
			t.Fatal(err)
		}
	}
	c.Advance(20 * time.Second)
	if len(out.fired) != 1 || out.fired[0].Trigger.Title != "still frozen" {
		t.Errorf("fired %+v, want the silence, with the new title", out.fired)
	}
	out.take()
	upload(t, p, ref, "2")
	if len(out.fired) != 1 || out.fired[0].Trigger.URL != "http://127.0.0.1/other" {
		t.Errorf("fired %+v, want the change, to the new URL", out.fired)
	}
}

func TestChangedConditionBeginsAnew(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	tr := mustAddTrigger(t, p, watching("in", `{"lolmt":0,"uplmt":10}`))
	upload(t, p, ref, "50")
	tr.Threshold = []byte(`{"lolmt":0,"uplmt":100}`)
	if err := p.ChangeTrigger(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
	upload(t, p, ref, "60") // 50 lies inside by the new bounds: no crossing
	wantFired(t, out)
	tr.Type, tr.Threshold = "frozen", []byte("60")
	if err := p.ChangeTrigger(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
	tr.Threshold = []byte("90")
	if err := p.ChangeTrigger(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
	c.Advance(89 * time.Second)
	wantFired(t, out) // the timer of the 60 seconds is gone
	c.Advance(time.Second)
	wantFired(t, out, "60")
}

func TestWhatIsDeletedFiresNoMore(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*onenet.Platform) error{
		"the trigger": func(p *onenet.Platform) error {
			return errors.Join(p.RemoveTrigger(t.Context(), ref.Product, 1), p.RemoveTrigger(t.Context(), ref.Product, 2))
		},
		"the device":  func(p *onenet.Platform) error { return p.RemoveDevice(t.Context(), ref) },
		"the product": func(p *onenet.Platform) error { return p.RemoveProduct(t.Context(), ref.Product) },
		"the stream": func(p *onenet.Platform) error {
			return p.RemoveStream(t.Context(), onenet.StreamRef{Ref: ref, Stream: "t"})
		},
		"the points": func(p *onenet.Platform) error { return p.RemovePoints(t.Context(), onenet.PointRange{Ref: ref}) },
		"everything": func(p *onenet.Platform) error {
			return p.Reset(t.Context(), "reset", onenet.Contents(onenet.Batch{
				AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}},
			}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, out, c := triggers(t)
			mustAddTrigger(t, p, watching("frozen", "60"))
			mustAddTrigger(t, p, watching("change", ""))
			upload(t, p, ref, "1")
			if err := remove(p); err != nil {
				t.Fatal(err)
			}
			last := p.Journal().Last()
			c.Advance(time.Hour)
			wantFired(t, out)
			if records, _ := p.Journal().Read(last, 10); len(records) > 0 {
				t.Errorf("the journal goes on with %+v", records[0])
			}
		})
	}
}

func TestTriggerOfADeletedDeviceDoesNotWatchAllOthers(t *testing.T) {
	t.Parallel()
	p, out, _ := triggers(t)
	third, fourth := mustAddDevice(t, p, "3"), mustAddDevice(t, p, "4")
	alone, both := watching(">", "0"), watching(">", "0")
	alone.Devices, both.Devices = []onenet.DeviceID{"3"}, []onenet.DeviceID{"3", "4"}
	mustAddTrigger(t, p, alone)
	kept := mustAddTrigger(t, p, both)
	if err := p.RemoveDevice(t.Context(), third); err != nil {
		t.Fatal(err)
	}
	kept.Devices = []onenet.DeviceID{"4"}
	wantTriggers(t, p, onenet.TriggerFilter{}, 1, kept)
	upload(t, p, ref, "1")
	upload(t, p, fourth, "2")
	wantFired(t, out, "4 2")
	mustAddDevice(t, p, "3")
	upload(t, p, third, "3")
	wantFired(t, out) // another device of the same id is another device
}

func TestResetTakesUpTheTriggersOfTheNewContent(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	mustAddTrigger(t, p, watching(">", "0"))
	mustAddTrigger(t, p, watching(">", "0"))
	seed := watching("out", `{"lolmt":0,"uplmt":10}`)
	seed.ID = 7
	content := onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}},
		AddTriggers: []onenet.Trigger{seed},
		Points:      []onenet.StoredPoint{{Ref: ref, Datapoint: onenet.Datapoint{Stream: "t", At: c.Now(), Value: []byte("5")}}},
	}
	for range 3 {
		if err := p.Reset(t.Context(), "reset", onenet.Contents(content)); err != nil {
			t.Fatal(err)
		}
		upload(t, p, ref, "50")
		wantFired(t, out, "50")
		if tr := mustAddTrigger(t, p, watching(">", "99")); tr.ID != 8 {
			t.Errorf("the next id is %d, want 8", tr.ID)
		}
	}
}

func TestFailedResetLeavesTheTriggersAsTheyAre(t *testing.T) {
	t.Parallel()
	p, out, _ := triggers(t)
	mustAddTrigger(t, p, watching("change", ""))
	upload(t, p, ref, "1")
	bad := errors.New("bad batch")
	err := p.Reset(t.Context(), "reset", func(yield func(onenet.Batch, error) bool) { yield(onenet.Batch{}, bad) })
	if !errors.Is(err, bad) {
		t.Fatalf("got %v", err)
	}
	upload(t, p, ref, "2")
	wantFired(t, out, "2")
}

func TestTriggerThatNobodyCanEvaluateIsTold(t *testing.T) {
	t.Parallel()
	_, _, store, c := stored(t)
	exp := watching("exp", "1")
	exp.ID = 5
	if err := store.Apply(t.Context(), onenet.Batch{AddTriggers: []onenet.Trigger{exp}}); err != nil {
		t.Fatal(err)
	}
	p, out := restarted(t, nil, store, c)
	if r := lastRecord(t, p); r.Kind != onenet.KindWarning || r.Trigger != 5 {
		t.Errorf("the journal says %+v", r)
	}
	upload(t, p, ref, "1", "-1")
	wantFired(t, out)
	if tr := mustAddTrigger(t, p, watching(">", "0")); tr.ID != 6 {
		t.Errorf("the next id is %d, want 6", tr.ID)
	}
}

func TestSoManyDevicesThatTheirCrossingsAreNotKeptIsToldOnce(t *testing.T) {
	t.Parallel()
	p, out, _ := triggers(t)
	other := mustAddDevice(t, p, "3")
	mustAddTrigger(t, p, watching("change", ""))
	mustAddTrigger(t, p, watching(">", "0"))
	p.FillTriggerMemory(1) // room for one device more
	upload(t, p, ref, "1", "2")
	upload(t, p, other, "1", "2")
	upload(t, p, other, "3")
	upload(t, p, ref, "2", "3")
	wantFired(t, out, "1", "2", "2", "3 1", "3 2", "3 3", "2", "3", "3")
	told := 0
	records, _ := p.Journal().Read(0, 100)
	for _, r := range records {
		if r.Kind == onenet.KindSystem {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times, want once", told)
	}
}

// Uploads, changes of the triggers and resets go on at once; what counts is that the race detector is
// silent, and that all of it comes to an end.
func TestTriggersChangeWhileUploadsComeIn(t *testing.T) {
	t.Parallel()
	p, _, c := triggers(t)
	content := onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}},
		AddDevices:  []onenet.Device{{Product: ref.Product, ID: "2"}, {Product: ref.Product, ID: "3"}},
	}
	var work sync.WaitGroup
	for n, f := range []func(int){
		func(i int) {
			p.Ingest(onenet.Upload{Ref: ref, Points: []onenet.Datapoint{{Stream: "t", Value: []byte(strconv.Itoa(i))}}}, func(error) {})
		},
		func(int) { _, _ = p.AddTrigger(t.Context(), watching("frozen", "1")) },
		func(int) { _, _ = p.AddTrigger(t.Context(), watching("change", "")) },
		func(i int) {
			tr := watching("inout", `{"lolmt":0,"uplmt":10}`)
			tr.ID = 1 + i%5
			_ = p.ChangeTrigger(t.Context(), tr)
		},
		func(i int) { _ = p.RemoveTrigger(t.Context(), ref.Product, 1+i%7) },
		func(int) { c.Advance(time.Second) },
		func(i int) {
			if i%10 == 0 {
				_ = p.Reset(t.Context(), "reset", onenet.Contents(content))
			}
		},
		func(i int) {
			if i%10 == 5 {
				_ = p.RemoveDevice(t.Context(), onenet.DeviceRef{Product: ref.Product, Device: "3"})
			}
		},
	} {
		work.Go(func() {
			for i := range 100 {
				f(i + n)
			}
		})
	}
	work.Wait()
}
