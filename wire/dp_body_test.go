package wire

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

// withHeader is a body as $dp carries it.
func withHeader(kind DPType, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{byte(kind)}, uint16(len(body))), body...)
}

func TestBodyWithoutAHeaderHoldsThePointsOfTheBlock(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind DPType
		body string
	}{
		{DPFull, `{"datastreams":[{"id":"t","datapoints":[{"at":"2018-06-01 08:00:00","value":25.5},{"value":[1, 2]}]}]}`},
		{DPSimple, ` {"t":25.5,"温":"\u4e2d"} `},
		{DPSimple, `{}`},
		{DPTimed, `{"t":{"2018-06-01T08:00:00.123":25.5}}`},
		{DPText, `,;t,2018-06-01 08:00:00,25.5;60;h,"61";`},
	}
	for _, tt := range tests {
		got, r := DecodeDPBody(tt.kind, []byte(tt.body), DPOptions{})
		want, _ := DecodeDP(withHeader(tt.kind, tt.body), DPOptions{})
		if d := cmp.Diff(want, got); d != "" || r != nil {
			t.Errorf("%s %s: %v, points (-want +got):\n%s", tt.kind, tt.body, r, d)
		}
	}
}

func TestBodyWithoutAHeaderMayBeLongerThanABlock(t *testing.T) {
	t.Parallel()
	text := `"` + strings.Repeat("x", 3*MaxDPText) + `"`
	got, r := DecodeDPBody(DPSimple, []byte(`{"t":`+text+`}`), DPOptions{})
	want := []onenet.Datapoint{{Stream: "t", Value: []byte(text)}}
	if d := cmp.Diff(want, got); d != "" || r != nil {
		t.Errorf("%v, points differ: %v", r, d != "")
	}
}

func TestBodyWithoutAHeaderIsNeverRefusedForItsLength(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		kind       DPType
		cause      onenet.Cause
		offset     int
		near       string
	}{
		{"a second JSON text", `{"t":1}{"h":2}`, DPSimple, onenet.DataBadJSON, 7, ""},
		{"a byte that starts a block", "{\"t\":1}\x03\x00\x02{}", DPSimple, onenet.DataBadJSON, 7, ""},
		{"NUL bytes behind JSON", "{\"t\":1}\x00", DPSimple, onenet.DataTrailingNUL, 7, "a C string ends"},
		{"NUL bytes behind text", ",;1\x00\x00", DPText, onenet.DataTrailingNUL, 3, "the whole buffer was sent"},
		{"JSON that stops early", `{"t":1`, DPSimple, onenet.DataBadJSON, 6, "the JSON stops early"},
		{"two characters of text", `,,`, DPText, onenet.DataType5Separators, 0, "the first two characters"},
		{"type 3 for type 1", `{"t":1}`, DPFull, onenet.DataType3InType1, 0, "this is the JSON of type 3: add type=3 to the URL"},
		{"type 4 for type 1", `{"t":{}}`, DPFull, onenet.DataType3InType1, 0, "if the values stand under times, this is the JSON of type 4: add type=4 to the URL"},
		{"type 2 for type 1", `{"ds_id":"t"}`, DPFull, onenet.DataNoDatastreams, 0, "this is the header of type 2: send the file to /bindata"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			points, r := DecodeDPBody(tt.kind, []byte(tt.body), DPOptions{})
			if r == nil || r.Cause != tt.cause || r.Offset == nil || *r.Offset != tt.offset || !strings.HasPrefix(r.NearMiss, tt.near) || points != nil {
				t.Errorf("got %v, %d points; want %s at byte %d, %s", r, len(points), tt.cause, tt.offset, tt.near)
			}
		})
	}
}

func TestBodyOfATypeThatNeedsBytesIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []DPType{0, DPBinary, DPTextTimed, DPFloats, 9} {
		if _, r := DecodeDPBody(kind, []byte(`{"t":1}`), DPOptions{}); r == nil || r.Cause != onenet.DataUnknownType {
			t.Errorf("%s: got %v", kind, r)
		}
	}
	if _, r := DecodeDPBody(DPSimple, nil, DPOptions{}); r == nil || r.Cause != onenet.DataEmpty {
		t.Errorf("nothing: got %v", r)
	}
}

// A body is read as the same block with a header is, but for faults that a header can have; no body makes it panic.
func FuzzDecodeDPBody(f *testing.F) {
	for _, body := range []string{
		`{"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}`, `{"t":25.5,"h":60}`, `{"t":{"2018-06-01T08:00:00":25.5}}`,
		",;t,25.5;h,60;", "{\"t\":1}\x00", "{'t':1}", `{"t":1}{`, "", "\x03\x00\x02{}", "[[[[", "{\"t\":\"\xce\xc2\"}",
	} {
		for _, kind := range []DPType{DPFull, DPSimple, DPTimed, DPText} {
			f.Add(byte(kind), body)
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, body string) {
		got, r := DecodeDPBody(DPType(kind), []byte(body), DPOptions{})
		if r != nil {
			if r.Offset != nil && (*r.Offset < 0 || *r.Offset > len(body)) {
				t.Errorf("%v: the body has %d bytes", r, len(body))
			}
			return
		}
		if len(body) > MaxDPText {
			return
		}
		want, r := DecodeDP(withHeader(DPType(kind), body), DPOptions{})
		if d := cmp.Diff(want, got); d != "" || r != nil {
			t.Errorf("with a header: %v, points (-want +got):\n%s", r, d)
		}
	})
}
