package wire_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func TestDescribeDPExplainsBlockByBlock(t *testing.T) {
	t.Parallel()
	payload := slices.Concat(
		jsonBlock(3, `{"t":25.5,"s":"on"}`),
		append(jsonBlock(2, `{"ds_id":"pic","desc":"door"}`), 0, 0, 0, 2, 0xFF, 0xD8),
		mustHex(t, "86 12 06 01 08 00 00"), jsonBlock(6, `,;h,60`)[1:],
		mustHex(t, "07 0001 0002 0000CC41 0000A2C1"),
	)
	want := `block 1 at byte 0: type 3 (JSON, stream to value), 22 bytes, body 19
  t = 25.5
  s = "on"
block 2 at byte 22: type 2 (binary file), 38 bytes, body 29
  pic = file of 2 bytes, "door"
block 3 at byte 60: type 6 (delimited text with a common time), 15 bytes, body 6
  time of the block: 2018-06-01 08:00:00
  h = 60 at 2018-06-01 08:00:00.000
block 4 at byte 75: type 7 (floats), 13 bytes, body 12
  1 = 25.5
  1 = -20.25 at the time of receipt +1ms
`
	if d := cmp.Diff(want, wire.DescribeDP(payload, wire.DPOptions{}).String()); d != "" {
		t.Errorf("description (-want +got):\n%s", d)
	}
}

func TestDescribeDPKeepsTheBlocksBeforeAFault(t *testing.T) {
	t.Parallel()
	d := wire.DescribeDP(append(jsonBlock(3, `{"t":1}`), jsonBlock(3, `{"h":}`)...), wire.DPOptions{})
	if len(d.Blocks) != 1 || d.Refusal == nil || d.Refusal.Cause != onenet.DataBadJSON || *d.Refusal.Offset != 18 {
		t.Fatalf("got %+v", d)
	}
	for _, part := range []string{"  t = 1\n", "refused: data.bad-json", "(byte 18)", "fix: ", "reference: "} {
		if !strings.Contains(d.String(), part) {
			t.Errorf("no %q in\n%s", part, d)
		}
	}
}

func TestDescribeDPAgreesWithDecodeDP(t *testing.T) {
	t.Parallel()
	for _, v := range mustVectors(t) {
		opt := wire.DPOptions{BinaryUTC: v.UTC}
		points, r := wire.DecodeDP(mustHex(t, v.Hex), opt)
		d := wire.DescribeDP(mustHex(t, v.Hex), opt)
		if diff := cmp.Diff(r, d.Refusal); diff != "" {
			t.Errorf("%s: refusal (-decode +describe):\n%s", v.Name, diff)
		}
		var all []onenet.Datapoint
		for _, b := range d.Blocks {
			all = append(all, b.Points...)
		}
		if diff := cmp.Diff(points, all); diff != "" && r == nil && len(points) > 0 {
			t.Errorf("%s: points (-decode +describe):\n%s", v.Name, diff)
		}
	}
}

func TestDescribeDPAsJSON(t *testing.T) {
	t.Parallel()
	payload := slices.Concat(append(jsonBlock(2, `{"ds_id":"pic","at":"2018-06-01 08:00:00","desc":"d"}`), 0, 0, 0, 1, 9),
		mustHex(t, "87 12 06 01 08 00 00 0001 0001 0000CC41"))
	got, err := json.Marshal(wire.DescribeDP(payload, wire.DPOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"blocks":[` +
		`{"offset":0,"type":2,"flags":0,"size":61,"length":53,"points":[{"stream":"pic","at":"2018-06-01 08:00:00.000","size":1,"desc":"d"}]},` +
		`{"offset":61,"type":7,"flags":128,"size":15,"length":8,"at":"2018-06-01 08:00:00","points":[{"stream":"1","at":"2018-06-01 08:00:00.000","value":25.5}]}]}`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("JSON (-want +got):\n%s", d)
	}
}

func TestDPWarnings(t *testing.T) {
	t.Parallel()
	now := june.Add(time.Hour)
	for _, tt := range []struct {
		name string
		p    []onenet.Datapoint
		want string // part of the one warning; empty means none
	}{
		{"no point", nil, "no data point"},
		{"ordinary points", []onenet.Datapoint{point("t", "25.5"), point("s", `"on"`), point("o", `{"a":1}`), point("e", "{}")}, ""},
		{"type 1 JSON in type 3", []onenet.Datapoint{point("datastreams", `[{"id":"t"}]`)}, "type 1"},
		{"a stream that is only called so", []onenet.Datapoint{point("datastreams", "7")}, ""},
		{"type 2 header in type 3", []onenet.Datapoint{point("ds_id", `"pic"`)}, "type byte does not fit"},
		{"type 4 JSON in type 3", []onenet.Datapoint{point("t", `{"2018-06-01 08:00:00":1}`)}, "04"},
		{"nan as a text", []onenet.Datapoint{point("t", `"nan"`)}, "no number"},
		{"number as a text", []onenet.Datapoint{point("t", `"25.5"`)}, "as a text"},
		{"big-endian float", mustDecode(t, mustHex(t, "07 0001 0001 41CC0000")), "big-endian"},
		{"space around a name", []onenet.Datapoint{point("t ", "1")}, "white space"},
		{"right time", []onenet.Datapoint{pointAt("t", "1", now.Add(-time.Minute))}, ""},
		{"UTC time", []onenet.Datapoint{pointAt("t", "1", now.Add(-8*time.Hour-time.Minute))}, "UTC"},
		{"time to come", []onenet.Datapoint{pointAt("t", "1", now.Add(8*time.Hour))}, "still to come"},
		{"time of 2016", []onenet.Datapoint{pointAt("t", "1", now.AddDate(-2, 0, 0))}, "clock"},
		{"ten points with one fault", slices.Repeat([]onenet.Datapoint{pointAt("t", "1", now.AddDate(-2, 0, 0))}, 10), "clock"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := wire.DPWarnings(tt.p, now)
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("warned: %q", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("got %q, want one warning with %q", got, tt.want)
			}
		})
	}
	if got := wire.DPWarnings([]onenet.Datapoint{pointAt("t", "1", june.AddDate(-20, 0, 0))}, time.Time{}); got != nil {
		t.Errorf("without a time of receipt: %q", got)
	}
}
