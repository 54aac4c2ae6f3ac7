package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func with(change func(*door)) func(*onenet.Config, *door) {
	return func(_ *onenet.Config, d *door) { change(d) }
}

func TestVersionTellsWhichOnelanThisIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := must[lab.Version](t)(f.c.Version(t.Context()))
	got.Commit = "" // whatever the test was built from
	if d := cmp.Diff(lab.Version{Version: "v1", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}, got); d != "" {
		t.Errorf("version (-want +got):\n%s", d)
	}
}

func TestWhatTheDoorWasNotGivenItSaysItHasNot(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for call, what := range map[string]string{
		"POST /_lab/reset": "seed", "POST /_lab/seed": "seed files", "GET /_lab/snapshot": "snapshots", "POST /_lab/snapshot": "snapshots",
		"GET /_lab/metrics": "metrics", "GET /_lab/api": "description",
	} {
		method, path, _ := strings.Cut(call, " ")
		status, body := f.do(t, method, path, "")
		var e lab.Error
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != http.StatusNotFound || !strings.Contains(e.Message, what) || e.Hint == "" {
			t.Errorf("%s: HTTP %d %s", call, status, body)
		}
	}
}

func TestResetAndSeedAreHandedOn(t *testing.T) {
	t.Parallel()
	want := lab.ResetDone{Mark: 7, Products: 1, Devices: 2, Points: 3}
	type seeding struct {
		file  string
		reset bool
	}
	var seeded []seeding
	f := newFixture(t, with(func(d *door) {
		d.Reset = func(context.Context) (lab.ResetDone, error) { return want, nil }
		d.Seed = func(_ context.Context, file []byte, reset bool) (lab.ResetDone, error) {
			seeded = append(seeded, seeding{string(file), reset})
			if string(file) == "bad" {
				return lab.ResetDone{}, onenet.Invalid("seed", "line 1: nonsense")
			}
			return want, nil
		}
	}))
	if d := cmp.Diff(want, must[lab.ResetDone](t)(f.c.Reset(t.Context()))); d != "" {
		t.Errorf("reset (-want +got):\n%s", d)
	}
	if d := cmp.Diff(want, must[lab.ResetDone](t)(f.c.Seed(t.Context(), []byte("products: []"), true))); d != "" {
		t.Errorf("seed (-want +got):\n%s", d)
	}
	_, err := f.c.Seed(t.Context(), []byte("bad"), false)
	wantError(t, err, http.StatusBadRequest, "line 1")
	if d := cmp.Diff([]seeding{{"products: []", true}, {"bad", false}}, seeded, cmp.AllowUnexported(seeding{})); d != "" {
		t.Errorf("handed on (-want +got):\n%s", d)
	}
	_, err = f.c.Seed(t.Context(), make([]byte, maxBody+1), false)
	wantError(t, err, http.StatusRequestEntityTooLarge, "at most")
	if status, body := f.do(t, "POST", "/_lab/seed?reset=maybe", ""); status != http.StatusBadRequest {
		t.Errorf("HTTP %d %s", status, body)
	}
}

func TestAResetGoesOnThoughItsCallerWent(t *testing.T) {
	t.Parallel()
	began, went, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	f := newFixture(t, with(func(d *door) {
		d.Reset = func(ctx context.Context) (lab.ResetDone, error) {
			close(began)
			<-went
			ended <- ctx.Err()
			return lab.ResetDone{}, nil
		}
	}))
	ctx, cancel := context.WithCancel(t.Context())
	called := make(chan error, 1)
	go func() {
		_, err := f.c.Reset(ctx)
		called <- err
	}()
	<-began
	cancel()
	if err := <-called; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller got %v", err)
	}
	close(went)
	if err := <-ended; err != nil {
		t.Errorf("the reset was broken off: %v", err)
	}
}

func TestASnapshotIsSavedAndLoaded(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("all there is ", 1<<20) // more than a call with JSON may bring
	var loaded int
	f := newFixture(t, with(func(d *door) {
		d.Save = func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
		d.Load = func(_ context.Context, r io.Reader) (lab.ResetDone, error) {
			got, err := io.ReadAll(r)
			loaded = len(got)
			return lab.ResetDone{Mark: 9}, err
		}
		d.maxLoad = int64(len(text))
	}))
	var file bytes.Buffer
	if err := f.c.SaveSnapshot(t.Context(), &file); err != nil || file.String() != text {
		t.Fatalf("saved %d bytes of %d, %v", file.Len(), len(text), err)
	}
	done := must[lab.ResetDone](t)(f.c.LoadSnapshot(t.Context(), &file))
	if done.Mark != 9 || loaded != len(text) {
		t.Errorf("%+v, %d bytes of %d arrived", done, loaded, len(text))
	}
	_, err := f.c.LoadSnapshot(t.Context(), io.MultiReader(strings.NewReader(text), strings.NewReader("x")))
	wantError(t, err, http.StatusRequestEntityTooLarge, "at most")
}

func TestASnapshotThatBreaksOffIsNotTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	for name, written := range map[string]int{"at once": 0, "in the middle": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, with(func(d *door) {
				d.Save = func(_ context.Context, w io.Writer) error {
					if written > 0 {
						_, _ = w.Write(make([]byte, written))
					}
					return errors.New("the disk is on fire")
				}
			}))
			err := f.c.SaveSnapshot(t.Context(), io.Discard)
			if err == nil {
				t.Fatal("the client took it for whole")
			}
			if written == 0 {
				wantError(t, err, http.StatusInternalServerError, "internal error")
			}
			if _, err := f.c.Ready(t.Context()); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestMetricsAndTheDescriptionOfTheAPIAreServed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, with(func(d *door) {
		d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "onelan_up 1\n") })
		d.OpenAPI = func() []byte { return []byte(`{"openapi":"3.0.3"}`) }
	}))
	for path, want := range map[string]string{"/_lab/metrics": "onelan_up 1\n", "/_lab/api": `{"openapi":"3.0.3"}`} {
		if status, body := f.do(t, "GET", path, ""); status != http.StatusOK || body != want {
			t.Errorf("%s: HTTP %d %s", path, status, body)
		}
	}
}
