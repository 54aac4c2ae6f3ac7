package control

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// mustDP makes a $dp message of type 3.
func mustDP(t *testing.T, json string) []byte {
	t.Helper()
	points, refusal := wire.DecodeDPBody(wire.DPSimple, []byte(json), wire.DPOptions{})
	if refusal != nil {
		t.Fatal(refusal)
	}
	text, err := wire.AppendDP(nil, wire.DPBlock{Type: wire.DPSimple, Points: points}, wire.DPOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEntriesAreShownDecoded(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	big := bytes.Repeat([]byte("x"), 3*onenet.PayloadKept)
	s.entries = []onenet.UplinkEntry{
		{Ref: ref, Seq: 3, At: start, Topic: "$dp", QoS: 1, Payload: mustDP(t, `{"temperature":25.5}`)},
		{Ref: ref, Seq: 5, At: start, Topic: "room/led", QoS: 1, Payload: big, Tries: 2},
		{Ref: ref, Seq: 6, At: start, Topic: "$dp", Payload: []byte{3, 0, 9}},
		{Ref: ref, Seq: 8, At: start, Topic: "$dp", Payload: []byte("y"), Dead: "killed 5 connections"},
	}
	got := must[lab.BridgeEntries](t)(f.c.BridgeEntries(t.Context(), lab.BridgeQuery{BridgeRef: lab.BridgeRef(ref)}))
	want := lab.BridgeEntries{Last: 6, Entries: []lab.BridgeEntry{
		{Seq: 3, At: start, Topic: "$dp", QoS: 1, Size: len(s.entries[0].Payload), Payload: s.entries[0].Payload, Points: []string{"temperature=25.5"}, Count: 1},
		{Seq: 5, At: start, Topic: "room/led", QoS: 1, Size: len(big), Payload: big[:onenet.PayloadKept], Tries: 2},
		{Seq: 6, At: start, Topic: "$dp", Size: 3, Payload: []byte{3, 0, 9}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	got = must[lab.BridgeEntries](t)(f.c.BridgeEntries(t.Context(), lab.BridgeQuery{BridgeRef: lab.BridgeRef{Device: ref.Device}, Dead: true}))
	if len(got.Entries) != 1 || got.Entries[0].Dead != "killed 5 connections" || got.Last != 8 {
		t.Errorf("got %+v", got)
	}
	_, err := f.c.BridgeEntries(t.Context(), lab.BridgeQuery{})
	wantError(t, err, http.StatusBadRequest, "device")
}

func TestEntriesComeInPagesAndAreReadInPieces(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	for n := range int64(100) {
		s.entries = append(s.entries, onenet.UplinkEntry{Ref: ref, Seq: n + 1, At: start, Topic: "t"})
	}
	q := lab.BridgeQuery{BridgeRef: lab.BridgeRef(ref), Limit: 40}
	var seqs []int64
	for {
		page := must[lab.BridgeEntries](t)(f.c.BridgeEntries(t.Context(), q))
		if len(page.Entries) == 0 {
			break
		}
		for _, e := range page.Entries {
			seqs = append(seqs, e.Seq)
		}
		q.After = page.Last
	}
	if len(seqs) != 100 || seqs[0] != 1 || seqs[99] != 100 {
		t.Errorf("got %v", seqs)
	}
	for _, call := range s.told() {
		if strings.HasSuffix(call, "limit 40") {
			t.Errorf("%s: 40 payloads at once", call)
		}
	}
}

func TestAMessageOfManyPointsShowsTheFirst(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, `,"s%d":"%s"`, i, strings.Repeat("灯", 100))
	}
	e := entryOf(onenet.UplinkEntry{Topic: "$dp", Payload: mustDP(t, "{"+b.String()[1:]+"}")}, false)
	if len(e.Points) != 20 || e.Count != 30 || !strings.HasSuffix(e.Points[0], "灯…") {
		t.Errorf("got %d of %d points, the first %q", len(e.Points), e.Count, e.Points[0])
	}
}

func TestEntriesAreTriedAgainOrGivenUp(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	got := must[lab.BridgeDone](t)(f.c.BridgeRetry(t.Context(), lab.BridgePick{}))
	if d := cmp.Diff(lab.BridgeDone{Devices: 2, Entries: 10}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	one := []lab.BridgeRef{{Device: ref.Device}}
	must[lab.BridgeDone](t)(f.c.BridgeRetry(t.Context(), lab.BridgePick{Devices: one, Seqs: []int64{4, 5}}))
	got = must[lab.BridgeDone](t)(f.c.BridgeDrop(t.Context(), lab.BridgePick{Devices: one, Seqs: []int64{6}, Dead: true}))
	if d := cmp.Diff(lab.BridgeDone{Devices: 1, Entries: 7}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	mustTell(t, s, "retry 88001/700123456 []", "retry 9/gone []", "retry 88001/700123456 [4 5]", "drop 88001/700123456 dead true [6]")
	_, err := f.c.BridgeDrop(t.Context(), lab.BridgePick{})
	wantError(t, err, http.StatusBadRequest, "whose")
	mustTell(t, s)
	s.err = errors.New("disk full")
	_, err = f.c.BridgeDrop(t.Context(), lab.BridgePick{Devices: []lab.BridgeRef{lab.BridgeRef(ref)}})
	wantError(t, err, http.StatusInternalServerError, "internal error")
}

func TestTheQueueIsExported(t *testing.T) {
	t.Parallel()
	s, f := newSpan(t)
	var out bytes.Buffer
	if err := errors.Join(
		f.c.BridgeExport(t.Context(), lab.BridgeRef{}, &out),
		f.c.BridgeExport(t.Context(), lab.BridgeRef{Device: ref.Device}, &out),
	); err != nil || out.String() != strings.Repeat("{\"format\":\"x\"}\n", 2) {
		t.Errorf("got %q, %v", &out, err)
	}
	mustTell(t, s, "export []", "export [88001/700123456]")
	wantError(t, f.c.BridgeExport(t.Context(), lab.BridgeRef{Device: "typo"}, io.Discard), http.StatusNotFound, "typo")
	s.err = onenet.Invalid("x", "before the first byte")
	wantError(t, f.c.BridgeExport(t.Context(), lab.BridgeRef{}, io.Discard), http.StatusBadRequest, "first byte")
	s.err, s.halfway = nil, errors.New("in the middle")
	if err := f.c.BridgeExport(t.Context(), lab.BridgeRef{}, io.Discard); err == nil {
		t.Error("a part was taken for the whole")
	}
}
