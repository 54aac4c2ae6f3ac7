package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/snapshot"
)

// endless repeats a text for ever.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c := copy(p[n:], e.text[e.at:])
		n += c
		e.at = (e.at + c) % len(e.text)
	}
	return n, nil
}

// zipped is gzip of what it reads, made as it is read.
func zipped(t *testing.T, from io.Reader) io.Reader {
	t.Helper()
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		zip, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		_, err := io.Copy(zip, from)
		_ = w.CloseWithError(errors.Join(err, zip.Close()))
	}()
	t.Cleanup(func() {
		_ = r.Close()
		<-done
	})
	return r
}

func TestALineIsNotReadForEver(t *testing.T) {
	t.Parallel()
	const head = `{"onelan":"snapshot","version":1}` + "\n"
	for name, line := range map[string]string{
		"of nothing":      strings.Repeat("x", 1000),
		"of a kind":       `{"device":{"product":"1","tags":["` + strings.Repeat(`","`, 100),
		"in place of all": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			in := io.MultiReader(strings.NewReader(head+line), &endless{text: `"a",`})
			if line == "" {
				in = &endless{text: " "}
			}
			_, _, err := read(snapshot.Read(zipped(t, in)))
			if !errors.Is(err, onenet.ErrInvalid) || !strings.Contains(err.Error(), "too long") {
				t.Errorf("got %v", err)
			}
			runtime.ReadMemStats(&after)
			if grown := after.HeapSys - before.HeapSys; after.HeapSys > before.HeapSys && grown > 256<<20 {
				t.Errorf("the heap has grown by %d MiB", grown>>20)
			}
		})
	}
}

func TestMemoryDoesNotGrowWithTheSnapshot(t *testing.T) {
	if testing.Short() {
		t.Skip("a snapshot of 40 MiB")
	}
	b := onenet.Batch{}
	for range 1000 {
		b.Points = append(b.Points, onenet.StoredPoint{Ref: ref, Datapoint: onenet.Datapoint{Stream: "s", At: ms(1), Value: []byte(`"` + strings.Repeat("v", 400) + `"`)}})
	}
	many := func(yield func(onenet.Batch, error) bool) {
		for range 80 { // 40 MiB of lines
			if !yield(b, nil) {
				return
			}
		}
	}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(snapshot.Write(w, many)) }()
	n, most := 0, uint64(0)
	for b, err := range snapshot.Read(r) {
		if err != nil {
			t.Fatal(err)
		}
		if n += len(b.Points); n%20000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if n != 80000 || most > 32<<20 {
		t.Errorf("%d points came; the heap had %d MiB", n, most>>20)
	}
}

func FuzzRead(f *testing.F) {
	whole := mustWrite(f, everything())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(mustWrite(f))
	f.Add(pack(f, "", `{"onelan":"snapshot","version":1}`, `{"points":{"product":"1","device":"2","stream":{"base64":"/w=="},"at":[-1],"value":[null]}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, _, err := read(snapshot.Read(bytes.NewReader(file)))
		if err != nil {
			return
		}
		again, _, err := read(snapshot.Read(bytes.NewReader(mustWrite(t, got)))) // what is read can be written, and is the same
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !bytes.Equal(mustWrite(t, got), mustWrite(t, again)) {
			t.Errorf("it has changed:\n%+v\n%+v", got, again)
		}
	})
}

// FuzzLine reads any line behind a header and with a fitting end: what FuzzRead finds behind a checksum only by luck.
func FuzzLine(f *testing.F) {
	var plain bytes.Buffer
	zip, err := gzip.NewReader(bytes.NewReader(mustWrite(f, everything())))
	if err != nil {
		f.Fatal(err)
	}
	if _, err := plain.ReadFrom(zip); err != nil {
		f.Fatal(err)
	}
	for line := range strings.SplitSeq(plain.String(), "\n") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		got, _, err := read(snapshot.Read(bytes.NewReader(pack(t, "", `{"onelan":"snapshot","version":1}`, line))))
		if err != nil {
			return
		}
		again, _, err := read(snapshot.Read(bytes.NewReader(mustWrite(t, got))))
		if err != nil || !bytes.Equal(mustWrite(t, got), mustWrite(t, again)) {
			t.Errorf("%q does not survive: %v\n%+v\n%+v", line, err, got, again)
		}
	})
}

func TestWhatIsTooLargeToBeReadIsNotWritten(t *testing.T) {
	t.Parallel()
	large := func(n int) onenet.Batch {
		return onenet.Batch{Enqueue: []onenet.QueuedMessage{{Ref: ref, Topic: "t", Payload: make([]byte, n)}}}
	}
	if err := snapshot.Write(io.Discard, onenet.Contents(large(7<<20))); err == nil {
		t.Error("a message of 7 MiB was written")
	}
	if _, _, err := read(snapshot.Read(bytes.NewReader(mustWrite(t, large(4<<20))))); err != nil {
		t.Errorf("a message of 4 MiB: %v", err)
	}
}
