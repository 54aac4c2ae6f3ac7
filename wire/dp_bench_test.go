package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// typicalSimple is a type 3 message of 256 bytes: sixteen streams with a number each.
func typicalSimple(tb testing.TB) []byte {
	tb.Helper()
	var s strings.Builder
	s.WriteString("{")
	for i := range 16 {
		fmt.Fprintf(&s, `"sens%02d":%d.%02d,`, i, 10+i, i)
	}
	body := strings.TrimSuffix(s.String(), ",") + "}"
	body = strings.Replace(body, "{", "{"+strings.Repeat(" ", 253-len(body)), 1)
	out := append([]byte{3, byte(len(body) >> 8), byte(len(body))}, body...)
	if len(out) != 256 {
		tb.Fatalf("%d bytes", len(out))
	}
	return out
}

func BenchmarkDecodeDPType3(b *testing.B) {
	benchmarkDecode(b, typicalSimple(b), 16)
}

func BenchmarkDecodeDPType3OneStream(b *testing.B) {
	benchmarkDecode(b, []byte("\x03\x00\x0A{\"t\":25.5}"), 1)
}

func BenchmarkDecodeDPType1(b *testing.B) {
	body := `{"datastreams":[{"id":"t","datapoints":[{"at":"2018-06-01 08:00:00","value":25.5}]},{"id":"h","datapoints":[{"value":60}]}]}`
	benchmarkDecode(b, append([]byte{1, 0, byte(len(body))}, body...), 2)
}

func BenchmarkDecodeDPType7(b *testing.B) {
	payload, err := wire.AppendDP(nil, wire.DPBlock{Type: wire.DPFloats, Points: floatPoints(50)}, wire.DPOptions{})
	if err != nil {
		b.Fatal(err)
	}
	benchmarkDecode(b, payload, 50)
}

func benchmarkDecode(b *testing.B, payload []byte, want int) {
	b.Helper()
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		points, r := wire.DecodeDP(payload, wire.DPOptions{})
		if r != nil || len(points) != want {
			b.Fatalf("%d points, %v", len(points), r)
		}
	}
}

// floatPoints makes points of streams 1, 2, … with numbers that floats hold exactly.
func floatPoints(n int) []onenet.Datapoint {
	out := make([]onenet.Datapoint, n)
	for i := range out {
		out[i] = onenet.Datapoint{Stream: onenet.StreamID(fmt.Sprint(i + 1)), Value: fmt.Appendf(nil, "%d.5", i)}
	}
	return out
}

func BenchmarkDPWarnings(b *testing.B) {
	points := mustDecode(b, typicalSimple(b))
	b.ReportAllocs()
	for b.Loop() {
		if w := wire.DPWarnings(points, june); w != nil {
			b.Fatal(w)
		}
	}
}
