package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// vector is a payload of $dp and what it must decode to. The firmware's tests read the
// same file, so it holds nothing that only Go can read.
type vector struct {
	Name    string        `json:"name"`
	Section string        `json:"section"` // of the reference
	Hex     string        `json:"hex"`
	UTC     bool          `json:"utc"` // with DPOptions.BinaryUTC
	Points  []vectorPoint `json:"points"`
	Cause   onenet.Cause  `json:"cause"` // of the refusal; empty when there is none
	Offset  *int          `json:"offset"`
}

type vectorPoint struct {
	Stream onenet.StreamID `json:"stream"`
	Value  string          `json:"value"` // JSON text
	At     string          `json:"at"`    // Beijing time with milliseconds; empty means time of receipt
	Shift  int             `json:"shift_ms"`
	File   string          `json:"file"` // hex
	Desc   string          `json:"desc"` // JSON text
}

func mustVectors(tb testing.TB) []vector {
	tb.Helper()
	raw, err := os.ReadFile("../testdata/vectors/dp.json")
	if err != nil {
		tb.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil {
		tb.Fatal(err)
	}
	return all
}

func mustHex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func (p vectorPoint) must(t *testing.T) onenet.Datapoint {
	t.Helper()
	out := onenet.Datapoint{Stream: p.Stream, Shift: time.Duration(p.Shift) * time.Millisecond}
	if p.At != "" {
		var err error
		if out.At, err = time.ParseInLocation("2006-01-02 15:04:05.000", p.At, onenet.Beijing); err != nil {
			t.Fatal(err)
		}
	}
	if p.File == "" {
		out.Value = json.RawMessage(p.Value)
		return out
	}
	data := mustHex(t, p.File)
	out.File = &onenet.File{Size: len(data), Data: data}
	if p.Desc != "" {
		out.File.Desc = json.RawMessage(p.Desc)
	}
	return out
}

func mustPoints(t *testing.T, v vector) []onenet.Datapoint {
	t.Helper()
	out := []onenet.Datapoint{}
	for _, p := range v.Points {
		out = append(out, p.must(t))
	}
	return out
}

// Every payload of testdata/vectors/dp.json decodes to its points, or is refused for
// its cause at its byte.
func TestDPVectors(t *testing.T) {
	t.Parallel()
	for _, v := range mustVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			got, r := wire.DecodeDP(mustHex(t, v.Hex), wire.DPOptions{BinaryUTC: v.UTC})
			if v.Cause == "" {
				wantPoints(t, mustPoints(t, v), got, r)
				return
			}
			wantRefusal(t, v, got, r)
		})
	}
}

func wantPoints(t *testing.T, want, got []onenet.Datapoint, r *onenet.Refusal) {
	t.Helper()
	if r != nil {
		t.Fatalf("refused: %v", r)
	}
	if d := cmp.Diff(want, append([]onenet.Datapoint{}, got...)); d != "" {
		t.Errorf("points (-want +got):\n%s", d)
	}
}

func wantRefusal(t *testing.T, v vector, got []onenet.Datapoint, r *onenet.Refusal) {
	t.Helper()
	if r == nil {
		t.Fatalf("not refused: %v", got)
	}
	if got != nil {
		t.Errorf("points beside a refusal: %v", got)
	}
	if r.Cause != v.Cause {
		t.Errorf("cause %s, want %s\n%v", r.Cause, v.Cause, r)
	}
	if d := cmp.Diff(v.Offset, r.Offset); v.Offset != nil && d != "" {
		t.Errorf("offset (-want +got):\n%s%v", d, r)
	}
	if r.Stage != onenet.StageData || r.Says == "" || r.Fix == "" || r.Ref == "" || r.Expected == "" || r.Got == "" || r.NearMiss == "" {
		t.Errorf("refusal with gaps: %+v", r)
	}
}
