package console_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// heaviest is how large a page may be, whatever devices have sent.
const heaviest = 300 << 10

func TestTenThousandUnknownDevicesMakeAPageOfRefusalsThatIsSmall(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for i := range 10000 {
		r.Platform().Journal().Append(onenet.Record{
			Kind: onenet.KindRefused, Product: "244754", Device: onenet.DeviceID(fmt.Sprint("unknown-", i)), Refusal: onenet.Refuse(onenet.LoginUnknownDevice),
		})
	}
	for path, want := range map[string]string{"/refusals": "unknown-9999", "/refusals?page=200": "unknown-0 ", "/refusals?page=201": "Previous"} {
		text := r.get(t, path, "Cookie", console.LangCookie+"=en")
		if len(text) > heaviest || !strings.Contains(text, want) {
			t.Errorf("%s has %d bytes and is to show %s", path, len(text), want)
		}
	}
	if text := r.get(t, "/refusals", "Cookie", console.LangCookie+"=en"); !strings.Contains(text, "1–50 of 10,000") || !strings.Contains(text, `href="/refusals?page=2"`) {
		t.Errorf("there is no way to the others:\n%s", text)
	}
}

func TestADeviceOfManyStreamsHasAPageThatIsSmall(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	var points []onenet.Datapoint
	for i := range 20000 {
		points = append(points, onenet.Datapoint{Stream: onenet.StreamID(fmt.Sprint("stream-", i)), Value: []byte("1")})
	}
	r.ingest(t, d, points)
	path := "/device?" + console.RefValues(d.Ref()).Encode()
	text := r.get(t, path, "Cookie", console.LangCookie+"=en")
	if len(text) > heaviest || !strings.Contains(text, "100 of 20,000 are shown") {
		t.Errorf("it has %d bytes:\n%.3000s", len(text), text)
	}
	text = r.get(t, path+"&find=AM-1999", "Cookie", console.LangCookie+"=en")
	if n := strings.Count(text, "/device/stream?"); n != 11 || !strings.Contains(text, ">stream-19991<") {
		t.Errorf("%d streams have 1999 in their names, want 11", n)
	}
}

// A value may have 60 KiB, so a number of points bounds nothing.
func TestAStreamOfLargeTextsIsDrawnAndExportedInLittleMemory(t *testing.T) { // not in parallel: the heap is everybody's
	const values, size = 2000, 60 << 10
	r := newRig(t, nil, inFiles(t))
	d := r.Demo(t)
	text, now := mustJSON(t, strings.Repeat("x", size)), r.Platform().Clock().Now()
	for i := 0; i < values; i += 50 {
		var points []onenet.Datapoint
		for j := range 50 {
			points = append(points, onenet.Datapoint{Stream: "log", Value: text, At: now.Add(time.Duration(i+j-values) * time.Second / 2)})
		}
		r.ingest(t, d, points)
	}
	ref := "stream=log&" + console.RefValues(d.Ref()).Encode()
	for _, path := range []string{"/device/stream?" + ref, "/device/points.csv?" + ref} {
		most := heapDuring(func() {
			resp := r.ask(t, http.MethodGet, path, "")
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Error(err)
			}
		})
		t.Logf("%s: %d MiB", path, most>>20)
		if most > 64<<20 {
			t.Errorf("%s takes %d MiB of memory for %d MiB of values", path, most>>20, values*size>>20)
		}
	}
}

func (r *rig) ingest(t *testing.T, d onenet.Device, points []onenet.Datapoint) {
	t.Helper()
	if err := r.Platform().IngestWait(t.Context(), onenet.Upload{Ref: d.Ref(), Points: points}); err != nil {
		t.Fatal(err)
	}
}

// heapDuring is how much more memory is in use at most while something is done.
func heapDuring(do func()) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-done:
			return most - before
		case <-look.C:
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
}

func TestPointsBeyondWhatIsReadAreToldAsAtLeast(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *console.Config) {
		info := c.Info()
		info.Started = info.Started.AddDate(0, 0, -2)
		c.Info = func() console.Info { return info }
	}, onenettest.WithConfig(func(c *server.Config) { c.JournalSize = 2 * onenet.DefaultJournalSize })) // it forgets nothing
	for range onenet.DefaultJournalSize + 1 {
		r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindData, Product: "244754", Device: "527521926", Count: 1})
	}
	if text := r.get(t, "/", "Cookie", console.LangCookie+"=en"); !strings.Contains(text, "at least") {
		t.Errorf("the overview says:\n%s", text)
	}
}

func TestJSONIsShownWithoutWhatMisleads(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	rec := onenet.Record{Kind: onenet.KindMessage, Topic: "t", Payload: []byte("{\"file\":\"\u202Egnp.exe \U000E0041 \u00e9\"}")}
	text := r.get(t, fmt.Sprintf("/record?seq=%d", r.Platform().Journal().Append(rec)))
	if strings.ContainsAny(text, "\u202E\U000E0041") || !strings.Contains(text, `\u202egnp.exe \udb40\udc41 é`) {
		t.Errorf("%s", text)
	}
	if !json.Valid([]byte(`{"file": "\u202egnp.exe \udb40\udc41 é"}`)) {
		t.Error("it is no JSON any more")
	}
}

// deadlines notes what a handler asks of its connection.
type deadlines struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

// Who never reads would keep the whole of a page in memory, as often as he asks for it.
func TestEveryAnswerHasADeadlineForItsReader(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, path := range append(everyPage(r.Demo(t)), "/static/console.css", "/no-such-page", "/device/points.csv?product=244754&device=527521926") {
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		before := clock.System().Now()
		r.door.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
		if n := len(w.set); n == 0 || w.set[n-1].Before(before) || w.set[n-1].After(clock.System().Now().Add(2*time.Minute)) {
			t.Errorf("%s: the deadlines are %v", path, w.set)
		}
	}
}
