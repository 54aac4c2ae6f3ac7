package queue_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func entry(seq int64, topic, payload string) onenet.UplinkEntry {
	return onenet.UplinkEntry{Ref: ref, Seq: seq, At: start.Add(time.Duration(seq) * time.Second), Topic: topic, QoS: 1, Payload: []byte(payload)}
}

func simple(body string) string {
	return string([]byte{3, byte(len(body) >> 8), byte(len(body))}) + body
}

// brief is a parcel as the tables write it.
type brief struct {
	Topic, Body string
	Seqs        []int64
	More        bool
}

func briefs(parcels []queue.Parcel) (list []brief) {
	for _, p := range parcels {
		body := string(p.Payload)
		if p.Topic == "$dp" {
			body = fmt.Sprint(p.Payload[0]) + body[3:]
		}
		list = append(list, brief{p.Topic, body, p.Seqs, p.More})
	}
	return list
}

const reply = "$crsp/3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33"

func TestPackPutsNeighboursTogether(t *testing.T) {
	t.Parallel()
	file := "\x02\x00\x0f" + `{"ds_id":"pic"}` + "\x00\x00\x00\x01\xFF"
	t1, t2 := entry(1, "$dp", simple(`{"t":1}`)), entry(2, "$dp", simple(`{"t":2,"h":60}`))
	tried := t2
	tried.Tries = 1
	for name, tt := range map[string]struct {
		entries []onenet.UplinkEntry
		packing queue.Packing
		want    []brief
	}{
		"nothing": {},
		"points of two entries": {
			entries: []onenet.UplinkEntry{t1, t2},
			want:    []brief{{"$dp", `4{"t":{"2026-06-01 16:00:01":1,"2026-06-01 16:00:02":2},"h":{"2026-06-01 16:00:02":60}}`, []int64{1, 2}, false}},
		},
		"an answer to a command keeps its place": {
			entries: []onenet.UplinkEntry{t1, entry(2, reply, "ok"), entry(3, "$dp", simple(`{"t":3}`))},
			want: []brief{
				{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false},
				{reply, "ok", []int64{2}, false},
				{"$dp", `4{"t":{"2026-06-01 16:00:03":3}}`, []int64{3}, false},
			},
		},
		"a file goes alone": {
			entries: []onenet.UplinkEntry{t1, entry(2, "$dp", file)},
			want: []brief{
				{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false},
				{"$dp", `2{"at":"2026-06-01 16:00:02","ds_id":"pic"}` + "\x00\x00\x00\x01\xFF", []int64{2}, false},
			},
		},
		"a file beside a value stays one message": {
			entries: []onenet.UplinkEntry{t1, entry(2, "$dp", simple(`{"t":2}`)+file)},
			want: []brief{
				{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false},
				{"$dp", `4{"t":{"2026-06-01 16:00:02":2}}` + "\x02\x00\x2a" + `{"at":"2026-06-01 16:00:02","ds_id":"pic"}` + "\x00\x00\x00\x01\xFF", []int64{2}, false},
			},
		},
		"messages without points settle, too": {
			entries: []onenet.UplinkEntry{entry(1, "$dp", simple(`{}`)), entry(2, "$dp", simple(`{}`))},
			want:    []brief{{"$dp", `3{}`, []int64{1}, false}, {"$dp", `3{}`, []int64{2}, false}},
		},
		"who killed a connection does not go with the innocent": {
			entries: []onenet.UplinkEntry{t1, tried},
			want: []brief{
				{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false},
				{"$dp", `4{"t":{"2026-06-01 16:00:02":2},"h":{"2026-06-01 16:00:02":60}}`, []int64{2}, false},
			},
		},
		"what is no data point message goes as it came": {
			entries: []onenet.UplinkEntry{t1, entry(2, "$dp", "\x03\x00\x01{"), t2},
			want: []brief{
				{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false},
				{"$dp", `3{`, []int64{2}, false},
				{"$dp", `4{"t":{"2026-06-01 16:00:02":2},"h":{"2026-06-01 16:00:02":60}}`, []int64{2}, false},
			},
		},
		"switched off": {
			entries: []onenet.UplinkEntry{t1, t2},
			packing: queue.Packing{Off: true},
			want: []brief{
				{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false},
				{"$dp", `4{"t":{"2026-06-01 16:00:02":2},"h":{"2026-06-01 16:00:02":60}}`, []int64{2}, false},
			},
		},
		"raw": {
			entries: []onenet.UplinkEntry{t1, t2},
			packing: queue.Packing{Raw: true},
			want:    []brief{{"$dp", `3{"t":1}`, []int64{1}, false}, {"$dp", `3{"t":2,"h":60}`, []int64{2}, false}},
		},
		"fresh": {
			entries: []onenet.UplinkEntry{t1, t2},
			packing: queue.Packing{Off: true, Fresh: time.Second, Now: start.Add(3 * time.Second)},
			want:    []brief{{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false}, {"$dp", `3{"t":2,"h":60}`, []int64{2}, false}},
		},
		"pieces, where the times make it too long": {
			entries: []onenet.UplinkEntry{t1, t2},
			packing: queue.Packing{Limit: wire.PackLimit{Message: 40}},
			want: []brief{
				{"$dp", `4{"t":{"2026-06-01 16:00:01":1}}`, []int64{1}, false},
				{"$dp", `4{"t":{"2026-06-01 16:00:02":2}}`, []int64{2}, true},
				{"$dp", `4{"h":{"2026-06-01 16:00:02":60}}`, []int64{2}, false},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, briefs(queue.Pack(tt.entries, tt.packing))); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestPackSaysWhoseTimesItCouldNotTell(t *testing.T) {
	t.Parallel()
	payload := simple(`{"t":"` + strings.Repeat("x", 65520) + `"}`)
	parcels := queue.Pack([]onenet.UplinkEntry{entry(1, "$dp", payload)}, queue.Packing{})
	if len(parcels) != 1 || !errors.Is(parcels[0].Err, onenet.ErrLimit) || parcels[0].Timed || string(parcels[0].Payload) != payload {
		t.Errorf("got %d parcels, the first with %v", len(parcels), parcels[0].Err)
	}
}

func TestPackNarrowsDownWhatKillsConnections(t *testing.T) {
	t.Parallel()
	for tries, want := range []int{1, 2, 13, 100} {
		var entries []onenet.UplinkEntry
		for i := range 100 {
			e := entry(int64(i+1), "$dp", simple(`{"t":1}`))
			e.Tries = tries
			entries = append(entries, e)
		}
		if got := len(queue.Pack(entries, queue.Packing{})); got != want {
			t.Errorf("after %d tries 100 entries are %d messages, want %d", tries, got, want)
		}
	}
}

func TestPackDrainsTwoHoursInSixMessages(t *testing.T) {
	t.Parallel()
	var entries []onenet.UplinkEntry
	for i := range 2 * 3600 {
		entries = append(entries, entry(int64(i+1), "$dp", simple(fmt.Sprintf(`{"temperature":%d.5,"humidity":60}`, i%40))))
	}
	if got := len(queue.Pack(entries, queue.Packing{})); got != 6 {
		t.Errorf("7200 messages became %d, want 6", got)
	}
}

// Whatever the entries are: each is through once, in order, and its points are there with their times.
func TestPackLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var entries []onenet.UplinkEntry
		var want, got []int64
		points := map[onenet.StreamID][]onenet.Datapoint{}
		for i := range rapid.IntRange(0, 30).Draw(t, "entries") {
			payload := rapid.SampledFrom([]string{
				simple(`{"t":1}`), simple(`{"t":1,"h":2}`), simple(`{}`), "\x04\x00\x1f" + `{"t":{"2018-06-01T08:00:00":1}}`, "junk",
				"\x02\x00\x0f" + `{"ds_id":"pic"}` + "\x00\x00\x00\x01\xFF" + simple(`{"t":3}`), "\x07\x00\x01\x00\x02\x00\x00\x80\x3f\x00\x00\x00\x40",
			}).Draw(t, "payload")
			e := entry(int64(i+1), rapid.SampledFrom([]string{"$dp", "$dp", "$dp", "led"}).Draw(t, "topic"), payload)
			e.At = start.Add(time.Duration(i/3) * time.Second)
			e.Tries = rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "tries")
			entries, want = append(entries, e), append(want, e.Seq)
			if e.Topic == "$dp" {
				stamped, _ := wire.DecodeDP(e.Payload, wire.DPOptions{})
				wire.StampDP(stamped, e.At)
				gather(points, stamped)
			}
		}
		limit := wire.PackLimit{Message: rapid.SampledFrom([]int{0, 60, 200}).Draw(t, "limit")}
		arrived := map[onenet.StreamID][]onenet.Datapoint{}
		for _, p := range queue.Pack(entries, queue.Packing{Off: rapid.Bool().Draw(t, "off"), Limit: limit}) {
			if !p.More {
				got = append(got, p.Seqs...)
			}
			if p.Topic == "$dp" {
				decoded, _ := wire.DecodeDP(p.Payload, wire.DPOptions{})
				gather(arrived, decoded)
			}
		}
		if !slices.Equal(want, got) {
			t.Fatalf("of %v came %v", want, got)
		}
		if d := cmp.Diff(points, arrived, cmpopts.EquateApproxTime(0)); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func TestWhatIsFreshAndMustWaitGetsItsTime(t *testing.T) {
	t.Parallel()
	e := entry(2, "$dp", simple(`{"t":2}`))
	p := queue.Packing{Fresh: time.Second, Now: e.At}
	got := queue.Pack([]onenet.UplinkEntry{e}, p)[0]
	if string(got.Payload) != string(e.Payload) || !got.Until.Equal(e.At.Add(time.Second)) || got.Aged == nil {
		t.Fatalf("fresh: %+v", got)
	}
	want := "\x04\x00\x22" + `{"t":{"2026-06-01 16:00:02":2}}`
	if aged := got.Aged(); string(aged[3:]) != want[3:] || aged[0] != 4 {
		t.Errorf("when it has waited it is %q", aged)
	}
	p.Limit.Message = len(e.Payload) + 1
	if got := queue.Pack([]onenet.UplinkEntry{e}, p)[0]; string(got.Aged()) != string(e.Payload) {
		t.Error("what its time makes too long stays as it is")
	}
	p.Now = e.At.Add(time.Minute)
	if old := queue.Pack([]onenet.UplinkEntry{e}, p)[0]; old.Aged != nil {
		t.Error("what has its time needs no other payload")
	}
}

func gather(streams map[onenet.StreamID][]onenet.Datapoint, points []onenet.Datapoint) {
	for _, p := range points {
		streams[p.Stream] = append(streams[p.Stream], p)
	}
}

func TestReaderGivesMessagesAndTakesTheirAcknowledgements(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{Tries: 1})
	packing := queue.Packing{Limit: wire.PackLimit{Message: 100}}
	r := queue.Reader{Queue: d.Queue, Ref: ref, Packing: func() queue.Packing { return packing }}
	for i := range 6 {
		d.clock.Advance(time.Second)
		d.mustPutOne(t, onenet.UplinkEntry{Ref: ref, Topic: "$dp", QoS: 1, Payload: []byte(simple(fmt.Sprintf(`{"t":%d}`, i)))})
	}
	first := mustParcels(t, &r, 0, 1)
	if d := cmp.Diff([]int64{1, 2, 3}, first[0].Seqs); len(first) != 1 || d != "" {
		t.Errorf("%d messages (-want +got):\n%s", len(first), d)
	}
	second := mustParcels(t, &r, 3, 5)
	if d := cmp.Diff([]int64{4, 5, 6}, second[0].Seqs); len(second) != 1 || d != "" {
		t.Errorf("what was read and not given must come next (-want +got):\n%s", d)
	}
	must(t, r.Acked(t.Context(), first))
	if got := mustParcels(t, &r, 0, 5); !slices.Equal(got[0].Seqs, []int64{4, 5, 6}) {
		t.Errorf("on a new connection comes %v", got)
	}
	if dead, err := r.Died(t.Context(), second[0], "EOF"); dead || err != nil {
		t.Errorf("three that shared a message: %t, %v", dead, err)
	}
	packing = queue.Packing{Off: true, Limit: wire.PackLimit{Message: 60}}
	d.mustPutOne(t, entry(0, "$dp", simple(`{"t":1,"h":2}`)))
	all := mustParcels(t, &r, 0, 4)
	if len(all) != 5 || !all[3].More || all[4].More || all[4].Seqs[0] != 7 {
		t.Errorf("the pieces of one entry must come together: %+v", briefs(all))
	}
	must(t, r.Acked(t.Context(), all[:4]))
	d.wantWaiting(t, 7)
	if dead, err := r.Died(t.Context(), all[4], "EOF"); !dead || err != nil {
		t.Errorf("alone: %t, %v", dead, err)
	}
	d.wantBooks(t, books(7, 6, 0, 1, "", 0))
	select {
	case <-r.Changed():
	default:
		t.Error("nothing rang")
	}
}

func mustParcels(t *testing.T, r *queue.Reader, after int64, limit int) []queue.Parcel {
	t.Helper()
	parcels, err := r.Next(t.Context(), after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return parcels
}
