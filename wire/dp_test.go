package wire_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// jsonBlock frames a body as types 1 to 5 do.
func jsonBlock(first byte, body string) []byte {
	out := binary.BigEndian.AppendUint16([]byte{first}, uint16(len(body)))
	return append(out, body...)
}

func mustDecode(tb testing.TB, payload []byte) []onenet.Datapoint {
	tb.Helper()
	points, r := wire.DecodeDP(payload, wire.DPOptions{})
	if r != nil {
		tb.Fatalf("refused: %v", r)
	}
	return points
}

func wantCause(t *testing.T, payload []byte, want onenet.Cause) *onenet.Refusal {
	t.Helper()
	points, r := wire.DecodeDP(payload, wire.DPOptions{})
	if r == nil || points != nil {
		t.Fatalf("got %d points and refusal %v, want only %s", len(points), r, want)
	}
	if r.Cause != want {
		t.Fatalf("got %v, want %s", r, want)
	}
	return r
}

func TestDPFlagBitsOfTypes1To5AreIgnored(t *testing.T) {
	t.Parallel()
	bodies := map[byte][]byte{
		1: jsonBlock(1, `{"datastreams":[{"id":"t","datapoints":[{"value":1}]}]}`),
		2: append(jsonBlock(2, `{"ds_id":"t"}`), 0, 0, 0, 1, 0xFF),
		3: jsonBlock(3, `{"t":1}`),
		4: jsonBlock(4, `{"t":{"2018-06-01 08:00:00":1}}`),
		5: jsonBlock(5, `,;t,1`),
	}
	for kind, payload := range bodies {
		want := mustDecode(t, payload)
		for _, flags := range []byte{0x40, 0x80, 0xC0} {
			payload[0] = kind | flags
			if d := cmp.Diff(want, mustDecode(t, payload)); d != "" || len(want) != 1 {
				t.Errorf("type byte %02X (-want +got):\n%s", payload[0], d)
			}
		}
	}
}

func TestDPMessageHoldsAtMost100Blocks(t *testing.T) {
	t.Parallel()
	payload := bytes.Repeat(jsonBlock(3, `{"t":1}`), 100)
	if got := mustDecode(t, payload); len(got) != 100 {
		t.Errorf("%d points, want 100", len(got))
	}
	r := wantCause(t, append(payload, jsonBlock(3, `{"t":1}`)...), onenet.DataTooManyBlocks)
	if *r.Offset != len(payload) {
		t.Errorf("byte %d, want %d", *r.Offset, len(payload))
	}
}

func TestDPFloatsAreAtMost500(t *testing.T) {
	t.Parallel()
	group := func(stream, n uint16) []byte {
		out := binary.BigEndian.AppendUint16(nil, stream)
		out = binary.BigEndian.AppendUint16(out, n)
		return append(out, bytes.Repeat([]byte{0, 0, 0xCC, 0x41}, int(n))...)
	}
	payload := slices.Concat([]byte{7}, group(1, 300), group(2, 200))
	if got := mustDecode(t, payload); len(got) != 500 {
		t.Errorf("%d points, want 500", len(got))
	}
	if r := wantCause(t, append(payload, group(3, 1)...), onenet.DataTooManyFloats); *r.Offset != len(payload) {
		t.Errorf("byte %d, want %d, the group that is too many", *r.Offset, len(payload))
	}
	pairs := append([]byte{7, 0x01, 0xF5}, bytes.Repeat([]byte{0, 1, 0, 0, 0xCC, 0x41}, 501)...)
	wantCause(t, pairs, onenet.DataTooManyFloats)
}

func TestDPFileHoldsAtMost3MiB(t *testing.T) {
	t.Parallel()
	file := func(n int) []byte {
		out := binary.BigEndian.AppendUint32(jsonBlock(2, `{"ds_id":"pic"}`), uint32(n))
		return append(out, bytes.Repeat([]byte{0xA5}, n)...)
	}
	got := mustDecode(t, file(wire.MaxDPBinary))
	if len(got) != 1 || got[0].File.Size != 3<<20 || len(got[0].File.Data) != 3<<20 {
		t.Errorf("the largest file did not come through")
	}
	wantCause(t, file(wire.MaxDPBinary+1), onenet.DataBinaryTooLarge)
}

func TestDPMessageHoldsAtMost65535Points(t *testing.T) {
	t.Parallel()
	block := jsonBlock(5, ",;"+strings.Repeat("1;", 32766))
	points := func(extra string) []byte {
		return slices.Concat(block, block, jsonBlock(3, `{"a":1,"b":2,"c":3`+extra+`}`))
	}
	if got := mustDecode(t, points("")); len(got) != wire.MaxDPPoints {
		t.Errorf("%d points, want %d", len(got), wire.MaxDPPoints)
	}
	wantCause(t, points(`,"d":4`), onenet.DataTooManyPoints)
}

func TestDPTextHoldsUpTo65535Bytes(t *testing.T) {
	t.Parallel()
	body := `{"s":"` + strings.Repeat("x", wire.MaxDPText-8) + `"}`
	if got := mustDecode(t, jsonBlock(3, body)); len(got) != 1 || len(got[0].Value) != wire.MaxDPText-6 {
		t.Errorf("the longest text did not come through")
	}
}

func TestDPAnyFaultRefusesTheWholeMessage(t *testing.T) {
	t.Parallel()
	sound := jsonBlock(3, `{"before":1}`)
	for _, v := range mustVectors(t) {
		if v.Cause == "" || v.Hex == "" {
			continue
		}
		payload := append(slices.Clone(sound), mustHex(t, v.Hex)...)
		points, r := wire.DecodeDP(payload, wire.DPOptions{BinaryUTC: v.UTC})
		if points != nil || r == nil {
			t.Errorf("%s behind a sound block: %d points, refusal %v", v.Name, len(points), r)
			continue
		}
		if *r.Offset < len(sound) {
			t.Errorf("%s: the fault was found at byte %d, inside the sound block", v.Name, *r.Offset)
		}
	}
}

func TestDPPointsDoNotShareMemoryWithThePayload(t *testing.T) {
	t.Parallel()
	for _, v := range mustVectors(t) {
		if v.Cause != "" {
			continue
		}
		payload := mustHex(t, v.Hex)
		got, _ := wire.DecodeDP(payload, wire.DPOptions{BinaryUTC: v.UTC})
		for i := range payload {
			payload[i] = 0xEE
		}
		for i := range got { // what one point does with its value must not reach the next
			_ = append(got[i].Value, "!!"...)
		}
		wantPoints(t, mustPoints(t, v), got, nil)
	}
}

func TestDPEveryCauseIsProvoked(t *testing.T) {
	t.Parallel()
	// These three need messages too long to print; tests above provoke them.
	seen := map[onenet.Cause]bool{
		onenet.DataTooManyBlocks: true, onenet.DataTooManyFloats: true, onenet.DataTooManyPoints: true,
	}
	for _, v := range mustVectors(t) {
		seen[v.Cause] = true
	}
	for _, c := range onenet.Causes() {
		if strings.HasPrefix(string(c), "data.") && !seen[c] {
			t.Errorf("no vector provokes %s", c)
		}
	}
}

func TestDPCutMessagesAreRefused(t *testing.T) {
	t.Parallel()
	for _, v := range mustVectors(t) {
		payload := mustHex(t, v.Hex)
		if v.Cause != "" || len(payload) < 4 || !strings.HasPrefix(v.Name, "reference example") {
			continue
		}
		whole := mustDecode(t, payload)
		for n := range payload {
			points, r := wire.DecodeDP(payload[:n:n], wire.DPOptions{})
			if r == nil && len(points) >= len(whole) {
				t.Errorf("%s, cut to %d bytes, decodes to all its points", v.Name, n)
			}
		}
	}
}

// The time bytes of types 6 and 7 are Beijing time; the switch tz_binary makes them UTC.
func TestDPTimeBytesAreBeijingTimeUnlessSwitched(t *testing.T) {
	t.Parallel()
	payload := mustHex(t, "87 12 06 01 08 00 00 0001 0001 0000CC41")
	for utc, want := range map[bool]time.Time{
		false: time.Date(2018, 6, 1, 0, 0, 0, 0, time.UTC),
		true:  time.Date(2018, 6, 1, 8, 0, 0, 0, time.UTC),
	} {
		got, r := wire.DecodeDP(payload, wire.DPOptions{BinaryUTC: utc})
		if r != nil || !got[0].At.Equal(want) {
			t.Errorf("BinaryUTC %t: %v, %v; want %v", utc, got, r, want)
		}
	}
}

func TestDPRefusalsNameTheLikelyMixUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, payload, near string }{
		{"truncated by strlen", "\x03", "strlen"},
		{"NUL counted but not sent", "\x03\x00\x08{\"t\":1}", "NUL"},
		{"whole MQTT packet", "\x30\x0F\x00\x03$dp\x03\x00\x07{\"t\":1}", "whole MQTT PUBLISH packet"},
		{"decimal comma", string(jsonBlock(3, `{"t":25,5}`)), "decimal comma"},
		{"AVR printf", string(jsonBlock(3, `{"t":?}`)), "dtostrf"},
		{"printf pattern", string(jsonBlock(3, `{"t":%f}`)), "printf"},
		{"Python dict", string(jsonBlock(3, `{'t':1}`)), "json.dumps"},
		{"Python bool", string(jsonBlock(3, `{"t":True}`)), "lower case"},
		{"GBK", string(jsonBlock(3, "{\"s\":\"\xb4\xf2\"}")), "GBK"},
		{"BCD", "\x86\x18\x12\x24\x23\x59\x59\x00\x08,;t,25.5", "BCD"},
		{"struct tm month", "\x86\x12\x00\x01\x08\x00\x00\x00\x08,;t,25.5", "tm_mon"},
		{"struct tm year", "\x86\x76\x06\x01\x08\x00\x00\x00\x08,;t,25.5", "tm_year"},
		{"JPEG without length", string(jsonBlock(2, `{"ds_id":"p"}`)) + "\xFF\xD8\xFF\xE0\x00\x10", "four length bytes are missing"},
		{"buffer sent whole", string(jsonBlock(3, `{"t":1}`)) + "\x00\x00\x00\x00", "whole buffer"},
		{"println", string(jsonBlock(3, `{"t":1}`)) + "\r\n", "println"},
		{"id as a number", string(jsonBlock(1, `{"datastreams":[{"id":7,"datapoints":[]}]}`)), "quotes"},
		{"Unix time", string(jsonBlock(4, `{"t":{"1527811200":1}}`)), "since 1970"},
		{"month 13", string(jsonBlock(4, `{"t":{"2018-13-01 08:00:00":1}}`)), `the month is "13"`},
		{"30 February", string(jsonBlock(4, `{"t":{"2018-02-30 08:00:00":1}}`)), "no such day"},
		{"thing model JSON", `{"id":"1","params":{}}`, "newer platforms"},
		{"type 4 in type 1", string(jsonBlock(1, `{"t":{"2018-06-01 08:00:00":1}}`)), "type byte 04"},
		{"type 1 in type 4", string(jsonBlock(4, `{"datastreams":[]}`)), "type byte 01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, r := wire.DecodeDP([]byte(tt.payload), wire.DPOptions{})
			if r == nil || !strings.Contains(r.NearMiss, tt.near) {
				t.Errorf("got %v, want a mix-up with %q", r, tt.near)
			}
		})
	}
}

func TestDPRefusalsAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("温", 20000)
	for _, payload := range []string{
		long, "{" + long, string(jsonBlock(3, `{"`+long+`}`)), string(jsonBlock(4, `{"t":{"`+long+`":1}}`)),
		string(jsonBlock(1, `{"`+long+`":1}`)), string(jsonBlock(3, `{"t":1}`)) + long,
	} {
		_, r := wire.DecodeDP([]byte(payload), wire.DPOptions{})
		if r == nil || len(r.Error()) > 500 {
			t.Errorf("%.40q: refusal of %d bytes", payload, len(fmt.Sprint(r)))
		}
	}
}

func TestDPValuesAreCompactJSON(t *testing.T) {
	t.Parallel()
	const body = "{ \"a\" : [ 1 , { \"b c\" : \" \\\" \\\\\" } , true ] ,\n\"d\":\t\"x  y\" }"
	var whole map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &whole); err != nil {
		t.Fatal(err)
	}
	for _, p := range mustDecode(t, jsonBlock(3, body)) {
		var want bytes.Buffer
		if err := json.Compact(&want, whole[string(p.Stream)]); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.String(), string(p.Value)); d != "" {
			t.Errorf("stream %s (-want +got):\n%s", p.Stream, d)
		}
	}
}
