package snapshot_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/snapshot"
	"github.com/onelan/onelan/store/memory"
)

func mustStore(t testing.TB, batches ...onenet.Batch) *memory.Store {
	t.Helper()
	s := memory.New()
	t.Cleanup(func() { _ = s.Close() })
	for _, b := range batches {
		if err := s.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func mustSave(t testing.TB, s onenet.Store) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := snapshot.Write(&file, s.Dump(t.Context())); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// dump is all that a store has, in one batch.
func dump(t testing.TB, s onenet.Store) onenet.Batch {
	t.Helper()
	all, _, err := read(s.Dump(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAStoreIsTheSameAfterASnapshot(t *testing.T) {
	t.Parallel()
	before := mustStore(t, everything())
	after := mustStore(t, onenet.Batch{AddProducts: []onenet.Product{{ID: "77", RegisterCode: "x"}}})
	if err := after.Replace(t.Context(), snapshot.Read(bytes.NewReader(mustSave(t, before)))); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(dump(t, before), dump(t, after), secrets); d != "" {
		t.Errorf("(-before +after):\n%s", d)
	}
}

func TestADamagedSnapshotLeavesTheStoreAsItWas(t *testing.T) {
	t.Parallel()
	file := mustSave(t, mustStore(t, everything()))
	s := mustStore(t, onenet.Batch{AddProducts: []onenet.Product{{ID: "77", RegisterCode: "x"}}})
	want := dump(t, s)
	if err := s.Replace(t.Context(), snapshot.Read(bytes.NewReader(file[:len(file)-9]))); err == nil {
		t.Error("it was taken")
	}
	if d := cmp.Diff(want, dump(t, s), secrets); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestAnyContentSurvives makes up registries and histories, of texts of any bytes.
func TestAnyContentSurvives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := anyContent(rt)
		got, _, err := read(snapshot.Read(bytes.NewReader(mustWrite(t, want))))
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(want, got, secrets); d != "" {
			rt.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func anyContent(t *rapid.T) onenet.Batch {
	any := func(name string) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, name)) }
	at := rapid.Int64Range(-1e15, 1e15)
	var b onenet.Batch
	for i := range rapid.IntRange(0, 4).Draw(t, "products") {
		id := onenet.ProductID(fmt.Sprint(i))
		b.AddProducts = append(b.AddProducts, onenet.Product{ID: id, Name: any("name"), MasterKey: onenet.Secret(any("key")), CreatedAt: ms(at.Draw(t, "at"))})
		b.AddDevices = append(b.AddDevices, onenet.Device{Product: id, ID: "d", Title: any("title"), AuthInfo: onenet.Secret(any("auth")), CreatedAt: ms(at.Draw(t, "at"))})
		for range rapid.IntRange(0, 5).Draw(t, "points") {
			value := rapid.SampledFrom([]string{"1", "-2.50e3", `"<\u2028>"`, `{"a":[1,null]}`, "true", `"é"`}).Draw(t, "value")
			b.Points = append(b.Points, onenet.StoredPoint{
				Ref: onenet.DeviceRef{Product: id, Device: "d"}, Received: ms(at.Draw(t, "received")),
				Datapoint: onenet.Datapoint{Stream: onenet.StreamID(any("stream")), At: ms(at.Draw(t, "at")), Value: []byte(value)},
			})
		}
		b.Retain = append(b.Retain, onenet.RetainedMessage{Product: id, Topic: any("topic"), Payload: []byte(any("payload"))})
	}
	return b
}

var update = flag.Bool("update", false, "write testdata/v1.snapshot anew: only before its version is released")

// TestASnapshotOfVersion1IsReadForEver reads a file that was written when the format was new.
func TestASnapshotOfVersion1IsReadForEver(t *testing.T) {
	t.Parallel()
	const name = "testdata/v1.snapshot"
	if *update {
		if err := os.WriteFile(name, mustWrite(t, everything()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := read(snapshot.Read(bytes.NewReader(file)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(everything(), got, secrets); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	var content onenet.Batch
	for i := range 100000 {
		content.Points = append(content.Points, onenet.StoredPoint{
			Ref: ref, Received: ms(int64(i)), Datapoint: onenet.Datapoint{Stream: "temperature", At: ms(int64(i)), Value: fmt.Appendf(nil, "%d.5", i%100)},
		})
	}
	file := mustWrite(b, content)
	b.Run("write 100000 points", func(b *testing.B) {
		b.ReportMetric(float64(len(file)), "bytes")
		for b.Loop() {
			mustWrite(b, content)
		}
	})
	b.Run("read 100000 points", func(b *testing.B) {
		for b.Loop() {
			for _, err := range snapshot.Read(bytes.NewReader(file)) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
