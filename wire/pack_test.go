package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// byStream is what must survive packing: the points of each stream in their order.
func byStream(points []onenet.Datapoint) map[onenet.StreamID][]onenet.Datapoint {
	streams := map[onenet.StreamID][]onenet.Datapoint{}
	for _, p := range points {
		streams[p.Stream] = append(streams[p.Stream], p)
	}
	return streams
}

func mustPack(t testing.TB, points []onenet.Datapoint, limit wire.PackLimit) []wire.PackedDP {
	t.Helper()
	packed, err := wire.PackDP(points, limit)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// checkPacked sees that each payload holds exactly the points it claims, within the limits.
func checkPacked(t interface {
	Helper()
	Fatalf(string, ...any)
}, points []onenet.Datapoint, packed []wire.PackedDP, limit wire.PackLimit,
) {
	t.Helper()
	for _, p := range packed {
		got, r := wire.DecodeDP(p.Payload, wire.DPOptions{})
		if r != nil {
			t.Fatalf("%q is refused: %v", p.Payload, r)
		}
		if p.Points < 1 || p.Points > len(points) {
			t.Fatalf("a payload of %d points, of %d that are left", p.Points, len(points))
		}
		if d := cmp.Diff(byStream(points[:p.Points]), byStream(got)); d != "" {
			t.Fatalf("packed (-want +got):\n%s", d)
		}
		points = points[p.Points:]
		blocks := wire.DescribeDP(p.Payload, wire.DPOptions{}).Blocks
		if n := len(blocks); n > max(1, limit.Blocks) {
			t.Fatalf("%d blocks, the limit is %d", n, limit.Blocks)
		}
		if limit.Message > 0 && len(p.Payload) > limit.Message {
			t.Fatalf("%d bytes, the limit is %d", len(p.Payload), limit.Message)
		}
		if limit.Block > 0 && blocks[0].Type != wire.DPBinary && len(p.Payload) > len(blocks)*(3+limit.Block) {
			t.Fatalf("%d bytes in %d blocks, the limit of one is %d", len(p.Payload), len(blocks), limit.Block)
		}
	}
	if len(points) > 0 {
		t.Fatalf("%d points were lost", len(points))
	}
}

func TestPackDPChoosesTheBlockForThePoints(t *testing.T) {
	t.Parallel()
	ms := 7 * time.Millisecond
	file := onenet.Datapoint{Stream: "pic", At: june, File: &onenet.File{Size: 2, Data: []byte{0xFF, 0xD8}}}
	for name, tt := range map[string]struct {
		points []onenet.Datapoint
		want   []string
	}{
		"nothing": {},
		"rising times are of type 4, each stream named once": {
			[]onenet.Datapoint{pointAt("t", "1", june), pointAt("h", "60", june), pointAt("t", "2", june.Add(ms))},
			[]string{"\x04\x00\x5b" + `{"t":{"2018-06-01 08:00:00":1,"2018-06-01 08:00:00.007":2},"h":{"2018-06-01 08:00:00":60}}`},
		},
		"two values at one time are of type 1": {
			[]onenet.Datapoint{pointAt("t", "1", june), pointAt("t", "2", june)},
			[]string{"\x01\x00\x7b" + `{"datastreams":[{"id":"t","datapoints":[{"at":"2018-06-01 08:00:00","value":1},{"at":"2018-06-01 08:00:00","value":2}]}]}`},
		},
		"a time that goes back is of type 1": {
			[]onenet.Datapoint{pointAt("t", "1", june.Add(ms)), pointAt("t", `"x"`, june)},
			[]string{"\x01\x00\x81" + `{"datastreams":[{"id":"t","datapoints":[{"at":"2018-06-01 08:00:00.007","value":1},{"at":"2018-06-01 08:00:00","value":"x"}]}]}`},
		},
		"a file is alone": {
			[]onenet.Datapoint{pointAt("t", "1", june), file, pointAt("t", "2", june)},
			[]string{
				"\x04\x00\x1f" + `{"t":{"2018-06-01 08:00:00":1}}`,
				"\x02\x00\x2c" + `{"at":"2018-06-01 08:00:00","ds_id":"pic"}` + "\x00\x00\x00\x02\xFF\xD8",
				"\x04\x00\x1f" + `{"t":{"2018-06-01 08:00:00":2}}`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range mustPack(t, tt.points, wire.PackLimit{}) {
				n := len(p.Payload) - 3
				if p.Payload[0] == 2 {
					n -= 6
				}
				if have := int(p.Payload[1])<<8 | int(p.Payload[2]); have != n {
					t.Errorf("the length says %d, it is %d", have, n)
				}
				got = append(got, string(p.Payload[:1])+string(p.Payload[3:]))
			}
			var want []string
			for _, w := range tt.want {
				want = append(want, w[:1]+w[3:])
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestPackDPFillsABlockAndThenBeginsTheNext(t *testing.T) {
	t.Parallel()
	var hours []onenet.Datapoint
	for i := range 2 * 3600 {
		at := june.Add(time.Duration(i) * time.Second)
		hours = append(hours, pointAt("temperature", fmt.Sprint(20+i%10), at), pointAt("humidity", "60", at.Add(123*time.Millisecond)))
	}
	for _, tt := range []struct {
		limit    wire.PackLimit
		payloads int
	}{
		{wire.PackLimit{}, 6},                          // 14,400 points in six messages: two hours in six seconds
		{wire.PackLimit{Block: 1 << 20}, 6},            // a block cannot be longer than its length tells
		{wire.PackLimit{Blocks: 100}, 1},               // or in one
		{wire.PackLimit{Blocks: 100, Message: 1e5}, 4}, // or within bytes
		{wire.PackLimit{Block: 1000, Blocks: 1000}, 5}, // never more than 100 blocks
	} {
		packed := mustPack(t, hours, tt.limit)
		if len(packed) != tt.payloads {
			t.Errorf("%+v: %d payloads, want %d", tt.limit, len(packed), tt.payloads)
		}
		checked := tt.limit
		checked.Blocks = min(checked.Blocks, wire.MaxDPBlocks)
		checkPacked(t, hours, packed, checked)
	}
}

func TestPackDPNeverHasMorePointsThanAMessageMay(t *testing.T) {
	t.Parallel()
	many := make([]onenet.Datapoint, wire.MaxDPPoints+1)
	for i := range many {
		many[i] = pointAt("t", "1", june.Add(time.Duration(i)*time.Second))
	}
	packed := mustPack(t, many, wire.PackLimit{Blocks: 100, Message: 1 << 24})
	if len(packed) != 2 || packed[0].Points != wire.MaxDPPoints {
		t.Errorf("%d payloads, the first of %d points; want 2, the first full", len(packed), packed[0].Points)
	}
}

func TestPackDPSaysWhatItCannotPack(t *testing.T) {
	t.Parallel()
	shifted := pointAt("t", "1", june)
	shifted.Shift = 1
	for name, tt := range map[string]struct {
		point onenet.Datapoint
		limit wire.PackLimit
		want  error
	}{
		"no time":                     {point: point("t", "1"), want: onenet.ErrInvalid},
		"no time on a file":           {point: onenet.Datapoint{Stream: "p", File: &onenet.File{Data: []byte{1}}}, want: onenet.ErrInvalid},
		"empty file":                  {point: onenet.Datapoint{Stream: "p", At: june, File: &onenet.File{}}, want: onenet.ErrInvalid},
		"file that is over the limit": {point: onenet.Datapoint{Stream: "p", At: june, File: &onenet.File{Data: make([]byte, 100)}}, limit: wire.PackLimit{Message: 100}, want: onenet.ErrLimit},
		"name that is not UTF-8":      {point: pointAt("\xFF", "1", june), want: onenet.ErrInvalid},
		"file's name is not UTF-8":    {point: onenet.Datapoint{Stream: "\xFF", At: june, File: &onenet.File{Data: []byte{1}}}, want: onenet.ErrInvalid},
		"value that is not UTF-8":     {point: pointAt("t", "\"\xFF\"", june), want: onenet.ErrInvalid},
		"value that is not JSON":      {point: pointAt("t", "{", june), want: onenet.ErrInvalid},
		"no stream":                   {point: pointAt("", "1", june), want: onenet.ErrInvalid},
		"shift beside a time":         {point: shifted, want: onenet.ErrInvalid},
		"1969":                        {point: pointAt("t", "1", time.Date(1969, 12, 31, 23, 59, 59, 0, onenet.Beijing)), want: onenet.ErrInvalid},
		"the year 10000":              {point: pointAt("t", "1", time.Date(10000, 1, 1, 0, 0, 0, 0, onenet.Beijing)), want: onenet.ErrInvalid},
		"over a block":                {point: pointAt("t", `"`+strings.Repeat("x", 65520)+`"`, june), want: onenet.ErrLimit},
		"over the message":            {point: pointAt("t", "1", june), limit: wire.PackLimit{Message: 20}, want: onenet.ErrLimit},
		"nested too deep":             {point: pointAt("t", strings.Repeat("[", 60)+strings.Repeat("]", 60), june), want: onenet.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			packed, err := wire.PackDP([]onenet.Datapoint{pointAt("before", "1", june), tt.point}, tt.limit)
			if !errors.Is(err, tt.want) || packed != nil {
				t.Errorf("got %d payloads and %v, want %v", len(packed), err, tt.want)
			}
		})
	}
}

func TestPackDPTakesBracketsInStringsForNoLevels(t *testing.T) {
	t.Parallel()
	points := []onenet.Datapoint{
		pointAt("t", `"`+strings.Repeat(`[{\"`, 100)+`"`, june), pointAt("u", "["+strings.Repeat("[],", 100)+"[]]", june),
		pointAt("v", strings.Repeat("[", 59)+strings.Repeat("]", 59), june), pointAt("v", "1", june),
	}
	checkPacked(t, points, mustPack(t, points, wire.PackLimit{}), wire.PackLimit{})
}

func TestDPPackerKeepsTogetherWhatIsAddedTogether(t *testing.T) {
	t.Parallel()
	p := wire.NewDPPacker(wire.PackLimit{Block: 100, Blocks: 2})
	pair := func(i int) []onenet.Datapoint {
		at := june.Add(time.Duration(i) * time.Second)
		return []onenet.Datapoint{pointAt("t", "1", at), pointAt("h", "2", at)}
	}
	var kept []onenet.Datapoint
	for i := range 5 {
		fits, err := p.Add(pair(i))
		if err != nil {
			t.Fatal(err)
		}
		if !fits {
			break
		}
		kept = append(kept, pair(i)...)
	}
	if fits, err := p.Add([]onenet.Datapoint{{Stream: "f", At: june, File: &onenet.File{Data: []byte{1}}}}); fits || err != nil {
		t.Errorf("a file beside points: %t, %v", fits, err)
	}
	if p.Points() != 4 || len(kept) != 4 {
		t.Errorf("%d points in the packer, %d kept; want 4: a pair in each block", p.Points(), len(kept))
	}
	payload, err := p.Take()
	if d := cmp.Diff(byStream(kept), byStream(mustDecode(t, payload))); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	if _, err := p.Add(slices.Concat(pair(0), pair(1))); !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("four points that share no block: %v, want ErrLimit", err)
	}
	if payload, err := p.Take(); payload != nil || err != nil {
		t.Errorf("an empty packer gave %q, %v", payload, err)
	}
}

func drawPoint(t *rapid.T) onenet.Datapoint {
	p := onenet.Datapoint{
		Stream: onenet.StreamID(rapid.SampledFrom([]string{"t", "h", "温度", `q"\` + "\n"}).Draw(t, "stream")),
		At:     june.Add(time.Duration(rapid.IntRange(0, 2500).Draw(t, "ms")) * time.Millisecond),
	}
	if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
		data := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "data")
		p.File = &onenet.File{Size: len(data), Data: data}
		return p
	}
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int().AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny(),
		rapid.String().AsAny(), rapid.MapOfN(rapid.String(), rapid.Int(), 0, 3).AsAny(),
	).Draw(t, "value")
	p.Value, _ = json.Marshal(value)
	return p
}

func TestPackDPThenDecodeDPGivesTheSamePoints(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOfN(rapid.Custom(drawPoint), 0, 60).Draw(t, "points")
		limit := wire.PackLimit{
			Block:  rapid.SampledFrom([]int{0, 800, 2000}).Draw(t, "block"),
			Blocks: rapid.IntRange(0, 3).Draw(t, "blocks"), Message: rapid.SampledFrom([]int{0, 900, 3000}).Draw(t, "message"),
		}
		packed, err := wire.PackDP(points, limit)
		if errors.Is(err, onenet.ErrLimit) {
			return // one of the strings was long
		}
		if err != nil {
			t.Fatal(err)
		}
		checkPacked(t, points, packed, limit)
	})
}

func TestTimedDPGivesEveryPointItsTime(t *testing.T) {
	t.Parallel()
	const long = "2018-06-01 08:00:00"
	at := june.Add(123*time.Millisecond + 456*time.Microsecond)
	for name, tt := range map[string]struct{ payload, want string }{
		"type 3":                     {"\x03\x00\x07" + `{"t":1}`, "\x04\x00\x23" + `{"t":{"` + long + `.123":1}}`},
		"type 4 stays":               {"\x04\x00\x22" + `{"t":{"2018-06-01T08:00:00":25.5}}`, ""},
		"an object of nothing stays": {"\x03\x00\x02{}", ""},
		"only the block without": {
			"\x04\x00\x1f" + `{"t":{"2018-06-01T08:00:00":1}}` + "\x03\x00\x07" + `{"h":2}`,
			"\x04\x00\x1f" + `{"t":{"2018-06-01T08:00:00":1}}` + "\x04\x00\x23" + `{"h":{"` + long + `.123":2}}`,
		},
		"type 5, of which one has a time": {
			"\x05\x00\x21" + `,;t,2018-06-01 08:00:00,25.5;60;h`,
			"\x04\x00\x00" + `{"t":{"` + long + `":25.5},"1":{"` + long + `.123":60},"2":{"` + long + `.123":"h"}}`,
		},
		"type 2": {
			"\x02\x00\x0f" + `{"ds_id":"pic"}` + "\x00\x00\x00\x01\xFF",
			"\x02\x00\x30" + `{"at":"` + long + `.123","ds_id":"pic"}` + "\x00\x00\x00\x01\xFF",
		},
		"type 7 with its milliseconds": {
			"\x07\x00\x01\x00\x02\x00\x00\x80\x3f\x00\x00\x00\x40",
			"\x04\x00\x3f" + `{"1":{"` + long + `.123":1,"` + long + `.124":2}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.TimedDP([]byte(tt.payload), at, wire.DPOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				tt.want = tt.payload
			}
			if d := cmp.Diff(noLengths(tt.want), noLengths(string(got))); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			mustDecode(t, got)
		})
	}
}

// noLengths blots out the two length bytes of the first block; mustDecode has judged them.
func noLengths(s string) string { return s[:1] + "??" + s[3:] }

func TestTimedDPLeavesThePayloadWhenTheTimesDoNotFit(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("\x03\x00\x07"+`{"t":1}`, 99)
	longBlock := `{"x":1` + strings.Repeat(`,"t":1`, 9000) + `}`
	for name, tt := range map[string]struct {
		payload []byte
		at      time.Time
		want    error
	}{
		"no room in the block":  {jsonBlock(3, `{"t":"`+strings.Repeat("x", 65520)+`"}`), june, onenet.ErrLimit},
		"more than 100 blocks":  {append([]byte(many), jsonBlock(3, longBlock)...), june, onenet.ErrLimit},
		"nested as deep as can": {jsonBlock(3, `{"t":`+strings.Repeat("[", 63)+strings.Repeat("]", 63)+`}`), june, onenet.ErrLimit},
		"time that is none":     {jsonBlock(3, `{"t":1}`), time.Time{}, onenet.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustDecode(t, tt.payload)
			got, err := wire.TimedDP(tt.payload, tt.at, wire.DPOptions{})
			if !errors.Is(err, tt.want) || string(got) != string(tt.payload) {
				t.Errorf("%v, want %v and the payload as it was", err, tt.want)
			}
		})
	}
	if r, err := errors.AsType[*onenet.Refusal](second(wire.TimedDP([]byte("{}"), june, wire.DPOptions{}))); !err || r.Cause == "" {
		t.Error("what is no $dp message must give a Refusal")
	}
}

func second(_ []byte, err error) error { return err }

// What a device may send comes through TimedDP and PackDP whole.
func FuzzPackDP(f *testing.F) {
	for _, v := range mustVectors(f) {
		f.Add(mustHex(f, v.Hex), v.UTC, uint16(0))
		f.Add(mustHex(f, v.Hex), v.UTC, uint16(200))
	}
	at := june.Add(123 * time.Millisecond)
	f.Fuzz(func(t *testing.T, payload []byte, utc bool, block uint16) {
		opt := wire.DPOptions{BinaryUTC: utc}
		points, r := wire.DecodeDP(payload, opt)
		timed, err := wire.TimedDP(payload, at, opt)
		if r != nil {
			if err == nil {
				t.Fatalf("%q was given times, though %v", payload, r)
			}
			return
		}
		changed := wire.StampDP(points, at)
		if err != nil {
			if !errors.Is(err, onenet.ErrLimit) || !changed {
				t.Fatalf("%q cannot have times: %v", payload, err)
			}
			return
		}
		if !changed && string(timed) != string(payload) {
			t.Fatalf("%q with all its times became %q", payload, timed)
		}
		again, r := wire.DecodeDP(timed, opt)
		if r != nil {
			t.Fatalf("%q became %q: %v", payload, timed, r)
		}
		if d := cmp.Diff(byStream(points), byStream(again)); d != "" {
			t.Fatalf("%q with times is %q (-want +got):\n%s", payload, timed, d)
		}
		limit := wire.PackLimit{Block: int(block)}
		packed, err := wire.PackDP(points, limit)
		if errors.Is(err, onenet.ErrLimit) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		checkPacked(t, points, packed, limit)
	})
}
