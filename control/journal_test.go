package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// note appends n records to the journal, of device d1, d2, ... in turn of five.
func (f *fixture) note(n int) {
	for range n {
		next := f.p.Journal().Last() + 1
		kind := onenet.KindMessage
		if next%2 == 0 {
			kind = onenet.KindData
		}
		f.p.Journal().Append(onenet.Record{Kind: kind, Product: "88001", Device: onenet.DeviceID(fmt.Sprintf("d%d", next%5))})
	}
}

func small(size int) func(*onenet.Config, *door) {
	return func(c *onenet.Config, _ *door) { c.Journal = onenet.NewJournal(c.Clock, size) }
}

// seqs are the numbers of records.
func seqs(records []lab.Record) []uint64 {
	var list []uint64
	for _, r := range records {
		list = append(list, r.Seq)
	}
	return list
}

func TestJournalIsReadPieceByPiece(t *testing.T) {
	t.Parallel()
	f := newFixture(t, small(8))
	f.note(10)
	tests := []struct {
		name string
		q    lab.JournalQuery
		want []uint64
		last uint64
		lost uint64
	}{
		{"from the first that is left", lab.JournalQuery{}, []uint64{3, 4, 5, 6, 7, 8, 9, 10}, 10, 2},
		{"after a number", lab.JournalQuery{After: 8}, []uint64{9, 10}, 10, 0},
		{"after a number that is gone", lab.JournalQuery{After: 1, Limit: 1}, []uint64{3}, 3, 1},
		{"a few", lab.JournalQuery{After: 4, Limit: 3}, []uint64{5, 6, 7}, 7, 0},
		{"after the last", lab.JournalQuery{After: 10}, nil, 10, 0},
		{"after a number of an earlier run", lab.JournalQuery{After: 5000, Limit: 1}, []uint64{3}, 3, 2},
		{"of a kind", lab.JournalQuery{After: 4, Kinds: []onenet.Kind{onenet.KindData}}, []uint64{6, 8, 10}, 10, 0},
		{"of two kinds", lab.JournalQuery{After: 7, Kinds: []onenet.Kind{onenet.KindData, onenet.KindMessage}}, []uint64{8, 9, 10}, 10, 0},
		{"of a device", lab.JournalQuery{After: 4, Device: "d1"}, []uint64{6}, 10, 0},
		{"of a product without records", lab.JournalQuery{After: 4, Product: "x"}, nil, 10, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := must[lab.JournalPage](t)(f.c.Journal(t.Context(), tt.q))
			if d := cmp.Diff(tt.want, seqs(page.Records)); d != "" || page.Last != tt.last || page.Lost != tt.lost {
				t.Errorf("last %d lost %d, want %d %d; records (-want +got):\n%s", page.Last, page.Lost, tt.last, tt.lost, d)
			}
		})
	}
	if _, body := f.do(t, "GET", "/_lab/journal?after=10", ""); body != `{"records":[],"last":10,"lost":0}`+"\n" {
		t.Errorf("got %s", body)
	}
	if _, body := f.do(t, "GET", "/_lab/journal?after=7&kind=message,data&limit=1", ""); !strings.Contains(body, `"seq":8`) {
		t.Errorf("kinds with commas: %s", body)
	}
}

func TestJournalCanBeWaitedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.note(3)
	pages := make(chan lab.JournalPage, 1)
	go func() {
		page, err := f.c.Journal(t.Context(), lab.JournalQuery{After: 3, Device: "d1", Wait: 30 * time.Second})
		if err != nil {
			t.Error(err)
		}
		pages <- page
	}()
	f.note(3)
	if d := cmp.Diff([]uint64{6}, seqs((<-pages).Records)); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

func TestWaitForTheJournalEndsEvenWhileItGoesOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	flooded := make(chan struct{})
	go func() {
		defer close(flooded)
		for ctx.Err() == nil {
			f.note(1)
		}
	}()
	page := must[lab.JournalPage](t)(f.c.Journal(t.Context(), lab.JournalQuery{Device: "nobody", Wait: 20 * time.Millisecond}))
	cancel()
	<-flooded
	if len(page.Records) != 0 {
		t.Errorf("got %d records of nobody", len(page.Records))
	}
}

var errEnough = errors.New("enough")

func TestWatchGivesRecordsAsTheyCome(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.note(3)
	var got []uint64
	err := f.c.Watch(t.Context(), 1, func(r lab.Record) error {
		got = append(got, r.Seq)
		switch r.Seq {
		case 3: // everything that was there has come: now live
			f.note(2)
		case 5:
			return errEnough
		}
		return nil
	})
	if d := cmp.Diff([]uint64{2, 3, 4, 5}, got); d != "" || !errors.Is(err, errEnough) {
		t.Errorf("%v; records (-want +got):\n%s", err, d)
	}
}

func TestWatchEndsWithItsContextAndWithTheServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.note(1)
	ctx, cancel := context.WithCancel(t.Context())
	if err := f.c.Watch(ctx, 0, func(lab.Record) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of its context: %v", err)
	}
	ended := make(chan error)
	seen := make(chan struct{})
	srv := newFixture(t)
	srv.note(1)
	go func() {
		ended <- srv.c.Watch(context.WithoutCancel(t.Context()), 0, func(lab.Record) error { close(seen); return nil })
	}()
	<-seen
	srv.stop()
	if err := <-ended; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("after the end of the server: %v", err)
	}
}

func TestFollowGivesChosenRecords(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.note(10)
	var got []uint64
	_ = f.c.Follow(t.Context(), lab.JournalQuery{Device: "d1"}, func(r lab.Record) error {
		if got = append(got, r.Seq); len(got) == 2 {
			return errEnough
		}
		return nil
	})
	if d := cmp.Diff([]uint64{1, 6}, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

// live is a reader of events that reads when it is told to.
type live struct {
	net.Conn
	br *bufio.Reader
}

func (f *fixture) live(t *testing.T, query, header string) *live {
	t.Helper()
	host := strings.TrimPrefix(f.url, "http://")
	nc, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	_, err = io.WriteString(nc, "GET /_lab/journal"+query+" HTTP/1.0\r\nHost: "+host+"\r\nAccept: text/event-stream\r\n"+header+"\r\n")
	if err != nil {
		t.Fatal(err)
	}
	l := &live{nc, bufio.NewReader(nc)}
	if status := l.line(t); !strings.Contains(status, "200") {
		t.Fatalf("got %q", status)
	}
	for l.line(t) != "" {
	}
	return l
}

func (l *live) line(t *testing.T) string {
	t.Helper()
	line, err := l.br.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(line, "\r\n")
}

func TestEventsHaveTheirNumberNameAndRecord(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.note(1)
	l := f.live(t, "", "")
	want := []string{"id: 1", "event: record", `data: {"seq":1,"at":"2018-06-01T00:00:00Z","kind":"message","product":"88001","device":"d1"}`, ""}
	var got []string
	for range want {
		got = append(got, l.line(t))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("event (-want +got):\n%s", d)
	}
}

func TestEventsResumeAfterTheLastOneSeen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.note(5)
	if got := f.live(t, "?after=1", "Last-Event-ID: 3\r\n").line(t); got != "id: 4" {
		t.Errorf("got %q", got)
	}
	if status, body := f.do(t, "GET", "/_lab/journal", "", "Last-Event-ID", "x", "Accept", "text/event-stream"); status != http.StatusBadRequest {
		t.Errorf("HTTP %d %s", status, body)
	}
}

func TestSilentStreamShowsThatItIsAliveAndMovesOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(_ *onenet.Config, d *door) { d.heartbeat = 5 * time.Millisecond })
	f.note(4)
	l := f.live(t, "?device=nobody", "")
	for _, want := range []string{": alive", "id: 4", "", ": alive", "id: 4", ""} {
		if got := l.line(t); got != want {
			t.Errorf("got %q want %q", got, want)
		}
	}
}

func TestSlowReaderSlowsNobodyAndIsToldWhatItLost(t *testing.T) {
	t.Parallel()
	const size, flood = 64, 200000
	f := newFixture(t, small(size))
	f.note(1)
	l := f.live(t, "", "")
	f.note(flood) // more than the sockets hold; it would hang here if it waited for the reader
	f.p.Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: "the last one"})
	var records, lost uint64
	for {
		line := l.line(t)
		switch {
		case strings.HasPrefix(line, "event: lost"):
			var n lab.Lost
			if err := json.Unmarshal([]byte(strings.TrimPrefix(l.line(t), "data: ")), &n); err != nil || !n.At.Equal(start) {
				t.Fatalf("lost %+v, %v", n, err)
			}
			lost += n.Lost
		case strings.HasPrefix(line, "event: record"):
			records++
		}
		if strings.Contains(line, "the last one") {
			break
		}
	}
	if lost == 0 || records+lost != flood+2 {
		t.Errorf("%d records came and %d were told to be lost; there were %d", records, lost, flood+2)
	}
}

func TestWatchTellsOfLostRecords(t *testing.T) {
	t.Parallel()
	f := newFixture(t, small(4))
	f.note(10)
	var first lab.Record
	_ = f.c.Watch(t.Context(), 0, func(r lab.Record) error { first = r; return errEnough })
	want := lab.Record{Kind: onenet.KindDropped, At: start, Count: 6, Text: "6 records of the journal were gone before they could be read"}
	if d := cmp.Diff(want, first); d != "" {
		t.Errorf("first record (-want +got):\n%s", d)
	}
}
