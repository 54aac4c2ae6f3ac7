package onenet_test

import (
	"context"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

func TestFrozenFiresOncePerSilence(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	other := mustAddDevice(t, p, "3")
	mustAddTrigger(t, p, watching("frozen", "60"))
	c.Advance(time.Hour)
	wantFired(t, out) // nobody has uploaded yet: nobody has fallen silent

	upload(t, p, ref, "1", "2")
	c.Advance(59 * time.Second)
	upload(t, p, ref, `{"an":"object"}`) // an upload is an upload, whatever it brings
	upload(t, p, other, "7")
	c.Advance(59*time.Second + 999*time.Millisecond)
	wantFired(t, out)
	upload(t, p, other, "8")
	c.Advance(time.Millisecond)
	wantFired(t, out, `{"an":"object"}`)
	c.Advance(time.Minute)
	wantFired(t, out, "3 8")
	c.Advance(24 * time.Hour)
	wantFired(t, out) // once is enough

	upload(t, p, ref, "3")
	c.Advance(time.Minute)
	wantFired(t, out, "3")
}

func TestFrozenTellsTheNewestPointByItsTime(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	mustAddTrigger(t, p, watching("frozen", "60"))
	old := onenet.Datapoint{Stream: "t", At: c.Now().Add(-time.Hour), Value: []byte(`"old"`)}
	upload(t, p, ref, `"new"`)
	if err := p.IngestWait(t.Context(), onenet.Upload{Ref: ref, Points: []onenet.Datapoint{old}}); err != nil {
		t.Fatal(err)
	}
	at := c.Now()
	c.Advance(time.Minute)
	if len(out.fired) != 1 || !out.fired[0].At.Equal(at) {
		t.Errorf("fired %+v, want the point of %s", out.fired, at)
	}
	wantFired(t, out, `"new"`)
}

func TestLiveFiresAtTheUploadAfterASilence(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	mustAddTrigger(t, p, watching("live", `"60"`))
	upload(t, p, ref, "1") // the first ever comes after no silence
	c.Advance(59 * time.Second)
	upload(t, p, ref, "2")
	wantFired(t, out)
	c.Advance(60 * time.Second)
	upload(t, p, ref, `{"v":3}`, "4") // one upload, one firing
	wantFired(t, out, `{"v":3}`)
	upload(t, p, ref, "5")
	wantFired(t, out)
}

// restarted is a platform over the store of another, which is closed first.
func restarted(t *testing.T, p *onenet.Platform, store onenet.Store, c *clock.Manual) (*onenet.Platform, *firings) {
	t.Helper()
	if p != nil {
		p.Close()
	}
	next, out := onenet.New(onenet.Config{Store: store, Clock: c}), &firings{}
	next.AttachOutlet(out)
	if err := next.LoadTriggers(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(next.Close)
	return next, out
}

func stored(t *testing.T) (*onenet.Platform, *firings, onenet.Store, *clock.Manual) {
	t.Helper()
	store := memory.New()
	err := store.Apply(t.Context(), onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	p, out := restarted(t, nil, store, c)
	return p, out, store, c
}

func TestTriggersGoOnWhereTheyStoodAfterARestart(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		kind            onenet.TriggerType
		threshold       string
		before, after   string
		silence, onWait time.Duration // before the restart, and after it
		fires           []string
	}{
		{"inout", `{"lolmt":0,"uplmt":10}`, "5", "50", 0, 0, []string{"50"}},
		{"in", `{"lolmt":0,"uplmt":10}`, "5", "6", 0, 0, nil},
		{"change", ``, `"a"`, `"a"`, 0, 0, nil},
		{"change", ``, `"a"`, `"b"`, 0, 0, []string{`"b"`}},
		{"live", `60`, `1`, `2`, time.Minute, 0, []string{"2"}},
		{"live", `60`, `1`, `2`, 59 * time.Second, 0, nil},
		{"frozen", `60`, `1`, ``, 40 * time.Second, 20 * time.Second, []string{"1"}},
		{"frozen", `60`, `1`, ``, 40 * time.Second, 19 * time.Second, nil},
		{"frozen", `60`, `1`, ``, time.Hour, 59 * time.Second, nil}, // the platform was deaf meanwhile: it listens first
		{"frozen", `60`, `1`, ``, time.Hour, 60 * time.Second, []string{"1"}},
		{"frozen", `60`, ``, ``, 0, time.Hour, nil},
	} {
		t.Run(string(r.kind)+" "+r.before+" "+r.after+" "+(r.silence+r.onWait).String(), func(t *testing.T) {
			t.Parallel()
			p, _, store, c := stored(t)
			mustAddTrigger(t, p, watching(r.kind, r.threshold))
			if r.before != "" {
				upload(t, p, ref, r.before)
			}
			p.Close()
			c.Advance(r.silence)
			p, out := restarted(t, p, store, c)
			if r.after != "" {
				upload(t, p, ref, r.after)
			}
			c.Advance(r.onWait)
			wantFired(t, out, r.fires...)
			if again := mustAddTrigger(t, p, watching(">", "0")); again.ID != 2 {
				t.Errorf("the next id is %d, want 2", again.ID)
			}
		})
	}
}

func TestTriggersBeginWithWhatWasUploadedBeforeThem(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	other := mustAddDevice(t, p, "3")
	upload(t, p, ref, "5")
	upload(t, p, other, "5")
	c.Advance(time.Hour)
	for _, tr := range []onenet.Trigger{
		watching("out", `{"lolmt":0,"uplmt":10}`), watching("change", ""), watching("live", "60"), watching(">", "1"),
	} {
		tr.Devices = []onenet.DeviceID{ref.Device}
		mustAddTrigger(t, p, tr)
	}
	wantFired(t, out) // what is there already fires nothing
	upload(t, p, ref, "50")
	upload(t, p, other, "50")
	wantFired(t, out, "50", "50", "50", "50")
	mustAddTrigger(t, p, watching("frozen", "60"))
	c.Advance(time.Minute)
	if got := out.take(); len(got) != 2 {
		t.Errorf("fired %v, want both devices' silence", got)
	}
}

func TestClosedPlatformFiresNothing(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	mustAddTrigger(t, p, watching("frozen", "60"))
	mustAddTrigger(t, p, watching(">", "0"))
	upload(t, p, ref, "1")
	wantFired(t, out, "1")
	p.Close()
	upload(t, p, ref, "2")
	c.Advance(time.Hour)
	wantFired(t, out)
}

func TestPointFromTheFutureDoesNotPutOffASilence(t *testing.T) {
	t.Parallel()
	p, _, store, c := stored(t)
	mustAddTrigger(t, p, watching("frozen", "60"))
	ahead := onenet.Datapoint{Stream: "t", At: c.Now().Add(time.Hour), Value: []byte("1")}
	if err := p.IngestWait(t.Context(), onenet.Upload{Ref: ref, Points: []onenet.Datapoint{ahead}}); err != nil {
		t.Fatal(err)
	}
	_, out := restarted(t, p, store, c)
	c.Advance(59 * time.Second)
	wantFired(t, out)
	c.Advance(time.Second)
	wantFired(t, out, "1")
}

// interrupted is a store in which something happens while points are read.
type interrupted struct {
	*memory.Store
	during func()
}

func (s *interrupted) Points(ctx context.Context, q onenet.PointQuery) ([]onenet.Point, error) {
	points, err := s.Store.Points(ctx, q)
	if f := s.during; f != nil {
		s.during = nil
		f()
	}
	return points, err
}

func TestUploadWhileATriggerIsAddedIsNewerThanWhatTheStoreTold(t *testing.T) {
	t.Parallel()
	store := &interrupted{Store: memory.New()}
	err := store.Apply(t.Context(), onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, out := restarted(t, nil, store, clock.NewManual(time.Unix(1e9, 0)))
	upload(t, p, ref, "5")
	store.during = func() { upload(t, p, ref, "50") }
	mustAddTrigger(t, p, watching("inout", `{"lolmt":0,"uplmt":10}`))
	wantFired(t, out) // it was not there yet
	upload(t, p, ref, "60")
	wantFired(t, out) // 50 lay outside already
	upload(t, p, ref, "6")
	wantFired(t, out, "6")
}
