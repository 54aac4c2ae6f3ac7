package console_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func mustJSON(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// told is one Server-Sent Event.
type told struct{ name, id, data string }

// follow reads live events.
func (r *rig) follow(t *testing.T, query string, header ...string) *bufio.Scanner {
	t.Helper()
	resp := r.ask(t, http.MethodGet, "/live?"+query, "", header...) //nolint:bodyclose // ask closes it when the test ends: it is read until then
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("HTTP %d, %s", resp.StatusCode, got)
	}
	s := bufio.NewScanner(resp.Body)
	s.Buffer(nil, 1<<22)
	return s
}

// next gives the next event of a name.
func next(t *testing.T, s *bufio.Scanner, name string) told {
	t.Helper()
	var e told
	for s.Scan() {
		field, value, _ := strings.Cut(s.Text(), ": ")
		switch field {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data += value + "\n"
		case "":
			if e.name == name {
				return e
			}
			e = told{}
		}
	}
	t.Fatalf("the events ended before %q: %v", name, s.Err())
	return e
}

func TestALivePageIsToldWhatItAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	s := r.follow(t, "rows=10&kind=message&device=527521926")
	if hello := next(t, s, "hello"); hello.data == "\n" {
		t.Error("it is not told which run of the server this is")
	}
	c := r.Connect(t, d)
	c.Publish("led", 1, false, "<b>on</b>").Wait()
	rows := next(t, s, "rows")
	if !strings.Contains(rows.data, "&lt;b&gt;on") || strings.Contains(rows.data, "<b>on") || strings.Contains(rows.data, "logged in") {
		t.Errorf("got %s", rows.data)
	}
	if stir := next(t, s, "stir"); stir.data != "message\n" {
		t.Errorf("it is to look again for %q", stir.data)
	}
}

func TestALivePageThatComesBackMissesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	say := func(n int) {
		for i := range n {
			r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: fmt.Sprintf("note-%d.", i)})
		}
	}
	mark := r.Mark()
	say(5)
	for name, s := range map[string]*bufio.Scanner{
		"by its address":       r.follow(t, fmt.Sprintf("rows=100&after=%d", mark)),
		"by the browser's own": r.follow(t, "rows=100", "Last-Event-ID", fmt.Sprint(mark)),
	} {
		rows := next(t, s, "rows")
		if n := strings.Count(rows.data, "<li"); n != 5 || strings.Index(rows.data, "note-4.") > strings.Index(rows.data, "note-0.") {
			t.Errorf("%s: %d rows, the newest first: %s", name, n, rows.data)
		}
	}
	s := r.follow(t, "rows=100&after=3&boot=another-run")
	if rows := next(t, s, "rows"); uint64(strings.Count(rows.data, "<li")) != r.Mark() {
		t.Errorf("a number of another run means all of this one, got %s", rows.data)
	}
}

func TestALivePageIsToldWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil, onenettest.WithLimits(func(*onenet.Limits) {}))
	mark := r.Mark()
	const n = 1000
	for range n {
		r.Platform().Journal().Append(onenet.Record{Kind: onenet.KindSystem, Text: "flood"})
	}
	s := r.follow(t, fmt.Sprintf("rows=%d&after=%d", console.PageRows, mark), "Cookie", console.LangCookie+"=en")
	gap := next(t, s, "gap")
	rows := next(t, s, "rows")
	if want := fmt.Sprintf("%d left out", n-console.FloodRows); !strings.HasPrefix(gap.data, want) {
		t.Errorf("got %q, want %q", gap.data, want)
	}
	if got := strings.Count(rows.data, "<li"); got != console.FloodRows {
		t.Errorf("%d rows, want the newest %d", got, console.FloodRows)
	}
}
