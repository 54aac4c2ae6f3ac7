package onenet_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

func TestTriggerThatCannotBeIsRefusedByField(t *testing.T) {
	t.Parallel()
	p, _, _ := triggers(t)
	for _, c := range []struct {
		name, field string
		change      func(*onenet.Trigger)
	}{
		{"no title", "title", func(t *onenet.Trigger) { t.Title = " " }},
		{"a title too long", "title", func(t *onenet.Trigger) { t.Title = strings.Repeat("x", onenet.MaxTriggerTitle+1) }},
		{"no stream", "ds_id", func(t *onenet.Trigger) { t.Stream = "" }},
		{"no url", "url", func(t *onenet.Trigger) { t.URL = "" }},
		{"an e-mail for a url", "url", func(t *onenet.Trigger) { t.URL = "me@example.com" }},
		{"a url of another scheme", "url", func(t *onenet.Trigger) { t.URL = "ftp://example.com/" }},
		{"a url without a host", "url", func(t *onenet.Trigger) { t.URL = "http:///path" }},
		{"a url with a port alone", "url", func(t *onenet.Trigger) { t.URL = "http://:80/" }},
		{"a url too long", "url", func(t *onenet.Trigger) { t.URL = "http://h/" + strings.Repeat("x", onenet.MaxTriggerURL) }},
		{"a negative id", "id", func(t *onenet.Trigger) { t.ID = -1 }},
		{"an unknown type", "type", func(t *onenet.Trigger) { t.Type = "=" }},
		{"the type that only an SDK knows", "type", func(t *onenet.Trigger) { t.Type, t.Threshold = "exp", []byte(`1`) }},
		{"an id too large", "id", func(t *onenet.Trigger) { t.ID = onenet.MaxTriggerID + 1 }},
		{"too many devices", "dev_ids", func(t *onenet.Trigger) { t.Devices = make([]onenet.DeviceID, onenet.MaxTriggerDevices+1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tr := watching(">", "9")
			c.change(&tr)
			wantInvalid(t, p, tr, c.field)
		})
	}
}

func wantInvalid(t *testing.T, p *onenet.Platform, tr onenet.Trigger, field string) {
	t.Helper()
	_, err := p.AddTrigger(t.Context(), tr)
	var e *onenet.Error
	if !errors.Is(err, onenet.ErrInvalid) || !errors.As(err, &e) || e.Noun != field {
		t.Errorf("got %v, want invalid %s", err, field)
	}
}

func TestThresholdMustFitTheType(t *testing.T) {
	t.Parallel()
	p, _, _ := triggers(t)
	for _, c := range []struct{ kinds, good, bad string }{
		{"> < >= <=", `9 9.0 "9.0" -1 1e3`, `null "" "hot" true {} [9] "Inf" {"lolmt":1,"uplmt":2}`},
		{"==", `9 "9.0" "on" "true"`, `null "" true {} [9]`},
		{
			"inout in out", `{"lolmt":40,"uplmt":52} {"uplmt":"52.5","lolmt":"40"} {"lolmt":1,"uplmt":1,"more":0}`,
			`null 9 "9" [40,52] {} {"lolmt":40} {"uplmt":52} {"lolmt":52,"uplmt":40} {"lolmt":"a","uplmt":52} {"lolmt":1,"uplmt":{}}`,
		},
		{"change", `null ""`, `9 "9" {}`},
		{"frozen live", `1 "60" 60.0 31622400`, `null "" 0 -1 1.5 31622401 1e99 "soon" {}`},
	} {
		for _, kind := range strings.Fields(c.kinds) {
			for _, good := range values(c.good) {
				if _, err := p.AddTrigger(t.Context(), watching(onenet.TriggerType(kind), good)); err != nil {
					t.Errorf("%s %s: %v", kind, good, err)
				}
			}
			for _, bad := range append(values(c.bad), `{"broken`) {
				wantInvalid(t, p, watching(onenet.TriggerType(kind), bad), "threshold")
			}
		}
	}
}

func TestTriggerNeedsItsProductAndItsDevices(t *testing.T) {
	t.Parallel()
	p, _, _ := triggers(t)
	tr := watching(">", "9")
	tr.Devices = []onenet.DeviceID{"2", "404"}
	var e *onenet.Error
	if _, err := p.AddTrigger(t.Context(), tr); !errors.Is(err, onenet.ErrNotFound) || !errors.As(err, &e) || e.Name != "404" {
		t.Errorf("got %v, want that device 404 is not found", err)
	}
	tr = watching(">", "9")
	tr.Product = "404"
	if _, err := p.AddTrigger(t.Context(), tr); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("got %v, want that the product is not found", err)
	}
}

func TestTriggersAreKeptChangedListedAndRemoved(t *testing.T) {
	t.Parallel()
	p, out, c := triggers(t)
	var want []onenet.Trigger
	for i, title := range []string{"too hot", "too cold", "still hot"} {
		tr := watching(">", "9")
		tr.Title = title
		tr = mustAddTrigger(t, p, tr)
		if tr.ID != i+1 || !tr.CreatedAt.Equal(c.Now()) {
			t.Errorf("got id %d of %s, want %d of now", tr.ID, tr.CreatedAt, i+1)
		}
		want = append(want, tr)
	}
	wantTriggers(t, p, onenet.TriggerFilter{}, 3, want...)
	wantTriggers(t, p, onenet.TriggerFilter{Title: "hot"}, 2, want[0], want[2])
	wantTriggers(t, p, onenet.TriggerFilter{Offset: 1, Limit: 1}, 3, want[1])
	wantTriggers(t, p, onenet.TriggerFilter{Offset: 9}, 3)

	c.Advance(time.Hour)
	changed := want[1]
	changed.Title, changed.Type, changed.CreatedAt = "freezing", "<", time.Time{}
	if err := p.ChangeTrigger(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	changed.CreatedAt = want[1].CreatedAt
	got, err := p.Trigger(t.Context(), ref.Product, changed.ID)
	if d := cmp.Diff(changed, got); d != "" || err != nil {
		t.Errorf("%v, changed (-want +got):\n%s", err, d)
	}
	upload(t, p, ref, "1")
	wantFired(t, out, "1") // the changed one, by its new rule

	if err := p.RemoveTrigger(t.Context(), ref.Product, changed.ID); err != nil {
		t.Fatal(err)
	}
	upload(t, p, ref, "1")
	wantFired(t, out)
	for what, err := range map[string]error{
		"read":           errOf(p.Trigger(t.Context(), ref.Product, changed.ID)),
		"remove":         p.RemoveTrigger(t.Context(), ref.Product, changed.ID),
		"change":         p.ChangeTrigger(t.Context(), changed),
		"read elsewhere": errOf(p.Trigger(t.Context(), "9", want[0].ID)),
	} {
		if !errors.Is(err, onenet.ErrNotFound) {
			t.Errorf("%s of what is not there: %v", what, err)
		}
	}
	if tr := mustAddTrigger(t, p, watching(">", "9")); tr.ID != 4 {
		t.Errorf("the next id is %d, want 4", tr.ID)
	}
}

func errOf[T any](_ T, err error) error { return err }

func wantTriggers(t *testing.T, p *onenet.Platform, f onenet.TriggerFilter, total int, want ...onenet.Trigger) {
	t.Helper()
	f.Product = ref.Product
	got, n, err := p.Triggers(t.Context(), f)
	if err != nil || n != total {
		t.Errorf("%d in all, error %v; want %d", n, err, total)
	}
	if d := cmp.Diff(append([]onenet.Trigger{}, want...), append([]onenet.Trigger{}, got...)); d != "" {
		t.Errorf("%+v (-want +got):\n%s", f, d)
	}
}

func TestTriggerIDsAreUniqueInThePlatform(t *testing.T) {
	t.Parallel()
	p, _, _ := triggers(t)
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: "9"}); err != nil {
		t.Fatal(err)
	}
	tr := watching(">", "9")
	tr.ID = 123
	mustAddTrigger(t, p, tr)
	tr.Product = "9"
	if _, err := p.AddTrigger(t.Context(), tr); !errors.Is(err, onenet.ErrExists) {
		t.Errorf("got %v, want that 123 exists", err)
	}
	tr.ID = 0
	var work sync.WaitGroup
	ids := make(chan int, 50)
	for range cap(ids) {
		work.Go(func() {
			one, err := p.AddTrigger(t.Context(), tr)
			if err != nil {
				t.Error(err)
			}
			ids <- one.ID
		})
	}
	work.Wait()
	close(ids)
	seen := map[int]bool{123: true}
	for id := range ids {
		if seen[id] || id < 124 || id > 173 {
			t.Errorf("id %d came twice or is not the next one", id)
		}
		seen[id] = true
	}
}

func TestProductHasABoundedNumberOfTriggers(t *testing.T) {
	t.Parallel()
	p, _, _ := triggers(t)
	for range onenet.MaxTriggers {
		mustAddTrigger(t, p, watching(">", "9"))
	}
	if _, err := p.AddTrigger(t.Context(), watching(">", "9")); !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("got %v, want over the limit", err)
	}
}

func TestCancelledCallLeavesNoTrigger(t *testing.T) {
	t.Parallel()
	p, _, _ := triggers(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // whatever it is that sees the end of the context first
		if _, err := p.AddTrigger(ctx, watching(">", "9")); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	wantTriggers(t, p, onenet.TriggerFilter{}, 0)
}

func FuzzThreshold(f *testing.F) {
	for _, seed := range []string{
		`9.0`, `"9.0"`, `"on"`, `{"lolmt":40,"uplmt":52}`, `60`, ``, `null`, `1e999`, `{"lolmt":"\ud800","uplmt":1}`, `"`, `"\u"`, `00`, `[`,
	} {
		f.Add(seed, seed)
	}
	kinds := strings.Fields("> < >= <= == inout in out change frozen live exp")
	f.Fuzz(func(t *testing.T, threshold, value string) {
		t.Parallel()
		p, _, c := triggers(t)
		for _, kind := range kinds {
			tr, err := p.AddTrigger(t.Context(), watching(onenet.TriggerType(kind), threshold))
			switch {
			case err == nil && len(tr.Threshold) > 0 && !json.Valid(tr.Threshold):
				t.Errorf("%s took the threshold %q, which is no JSON", kind, threshold)
			case err != nil && !errors.Is(err, onenet.ErrInvalid):
				t.Errorf("%s %q: %v", kind, threshold, err)
			}
		}
		if json.Valid([]byte(value)) {
			upload(t, p, ref, value, "1", value)
			c.Advance(time.Hour)
		}
	})
}
