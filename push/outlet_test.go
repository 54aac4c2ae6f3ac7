package push_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/push"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// world is an outlet with a journal to read and a clock to move.
type world struct {
	*push.Outlet
	journal *onenet.Journal
	clock   *clock.Manual
	read    uint64
}

func start(t *testing.T, limits push.Limits) *world {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	w := &world{journal: onenet.NewJournal(c, 0), clock: c}
	w.Outlet = push.New(push.Config{Journal: w.journal, Clock: c, Limits: limits})
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// next waits for the next record of the journal whose text has all of the words.
func (w *world) next(t *testing.T, words ...string) *onenet.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var seen []string
	for {
		records, _ := w.journal.Read(w.read, 1)
		if len(records) == 0 {
			if err := w.journal.Wait(ctx, w.read); err != nil {
				t.Fatalf("no record says %q; there was\n%s", words, strings.Join(seen, "\n"))
			}
			continue
		}
		w.read = records[0].Seq
		if seen = append(seen, records[0].Text); says(records[0], words) {
			return records[0]
		}
	}
}

func says(r *onenet.Record, words []string) bool {
	for _, word := range words {
		if !strings.Contains(r.Text, word) {
			return false
		}
	}
	return r.Kind == onenet.KindTrigger
}

// texts are those of the records that were not read yet.
func (w *world) texts() []string {
	records, _ := w.journal.Read(w.read, 1<<20)
	list := []string{}
	for _, r := range records {
		list = append(list, r.Text)
	}
	return list
}

func firing(url string, value int) onenet.Firing {
	return onenet.Firing{
		Trigger: onenet.Trigger{ID: 7, Product: "1", URL: url, Type: ">", Threshold: json.RawMessage("9")},
		Ref:     onenet.DeviceRef{Product: "1", Device: "2"}, Stream: "t", At: time.UnixMilli(1527811200123), Value: fmt.Append(nil, value),
	}
}

// receiver is an HTTP server that hands out the values it gets.
type receiver struct {
	*httptest.Server
	got chan string
}

// receive starts one that answers as answer says; the number counts the requests from 1.
func receive(t *testing.T, answer func(w http.ResponseWriter, n int)) *receiver {
	t.Helper()
	r := &receiver{got: make(chan string, 1000)}
	var n atomic.Int32
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.got <- value(req)
		answer(w, int(n.Add(1)))
	}))
	t.Cleanup(r.Close)
	return r
}

func value(req *http.Request) string {
	var body struct {
		Data []struct {
			Value json.RawMessage `json:"value"`
		} `json:"current_data"`
	}
	text, err := io.ReadAll(req.Body)
	if err != nil || json.Unmarshal(text, &body) != nil || len(body.Data) != 1 {
		return fmt.Sprintf("unreadable: %s, %v", text, err)
	}
	return string(body.Data[0].Value)
}

func ok(http.ResponseWriter, int) {}

func (r *receiver) want(t *testing.T, values ...string) {
	t.Helper()
	for _, want := range values {
		select {
		case got := <-r.got:
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		case <-t.Context().Done():
		case <-timeout(t):
			t.Fatalf("%s did not arrive", want)
		}
	}
}

func timeout(t *testing.T) <-chan struct{} {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx.Done()
}

func TestFiringIsPostedAsTheReferencePrintsIt(t *testing.T) {
	t.Parallel()
	type request struct {
		Method, URI, Type, Body string
		Length                  int64
		Encoding                []string
	}
	got := make(chan request, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- request{r.Method, r.RequestURI, r.Header.Get("Content-Type"), string(body), r.ContentLength, r.TransferEncoding}
	}))
	defer srv.Close()
	w := start(t, push.Limits{})
	w.Fire(firing(srv.URL+"/hook?token=s3cret", 25))
	body := `{"trigger":{"id":7,"threshold":9,"type":">"},"current_data":[{"dev_id":"2","ds_id":"t","ds_uuid":"` +
		onenet.StreamUUID(onenet.DeviceRef{Product: "1", Device: "2"}, "t") + `","at":"2018-06-01T00:00:00.123000Z","value":25}]}`
	want := request{"POST", "/hook?token=s3cret", "application/json", body, int64(len(body)), nil}
	if d := cmp.Diff(want, <-got); d != "" {
		t.Errorf("request (-want +got):\n%s", d)
	}
	r := w.next(t, "delivered to "+srv.URL+"/hook?…: 200 in ")
	if r.Trigger != 7 || r.Product != "1" || r.Device != "2" || r.Count != 1 || string(r.Payload) != body || "http://"+r.Addr != srv.URL {
		t.Errorf("the journal says %+v", r)
	}
}

func TestOnly200Counts(t *testing.T) {
	t.Parallel()
	for _, status := range []int{201, 202, 204, 301, 302, 307, 400, 404, 429, 500, 503} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			r := receive(t, func(w http.ResponseWriter, n int) {
				if n == 1 {
					w.Header().Set("Location", "/elsewhere")
					w.WriteHeader(status)
				}
			})
			w := start(t, push.Limits{})
			w.Fire(firing(r.URL, 1))
			w.next(t, "retrying in 1s", fmt.Sprintf("it answered %d", status), "(try 1 of 10)")
			r.want(t, "1")
			w.clock.Advance(time.Second)
			r.want(t, "1")
			w.next(t, "delivered")
			if len(r.got) > 0 {
				t.Error("there was another request: was the redirect followed?")
			}
		})
	}
}

func TestPausesGrowToAMinuteAndThenItIsGivenUp(t *testing.T) {
	t.Parallel()
	w := start(t, push.Limits{})
	w.Fire(firing(refused(t), 1))
	for try, pause := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
		w.next(t, fmt.Sprintf("retrying in %s", pause*time.Second), "refused", fmt.Sprintf("(try %d of 10)", try+1))
		w.clock.Advance(pause*time.Second - 1)
		if got := w.texts(); len(got) > 0 {
			t.Fatalf("too early: %q", got)
		}
		w.clock.Advance(1)
	}
	if r := w.next(t, "given up after 10 tries", "refused"); r.Trigger != 7 || r.Count != 1 {
		t.Errorf("the journal says %+v", r)
	}
}

// refused is a URL at which nobody listens: the near end of a connection that lasts as long as the test, so that no other
// test's receiver gets the port.
func refused(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return "http://" + conn.LocalAddr().String() + "/dead"
}

// hanging is a URL whose server takes requests and says nothing, or only the text.
func hanging(t *testing.T, text string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		var answers sync.WaitGroup
		defer answers.Wait()
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			answers.Go(func() {
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.WriteString(conn, text)
				}
			})
		}
	}()
	t.Cleanup(func() { ln.Close(); <-gone })
	return "http://" + ln.Addr().String() + "/hangs"
}

func TestReceiverThatDoesNotAnswerInTimeIsAskedAgain(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"silence":                "",
		"half a head":            "HTTP/1.1 200 OK\r\nContent-Le",
		"a 100 and then nothing": "HTTP/1.1 100 Continue\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, push.Limits{Answer: 50 * time.Millisecond, Tries: 2})
			w.Fire(firing(hanging(t, text), 1))
			w.next(t, "retrying in 1s", "no answer within 50ms")
			w.clock.Advance(time.Second)
			w.next(t, "given up after 2 tries", "no answer within 50ms")
		})
	}
}

func TestReceiverThatTalksNonsenseIsAskedAgain(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no HTTP":        "220 smtp.example.com\r\n",
		"a endless head": "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, push.Limits{})
			w.Fire(firing(hanging(t, text), 1))
			w.next(t, "retrying in 1s")
		})
	}
}

func TestAnswerIs200WhateverItsBodyDoes(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a body that does not come": "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
		"a body without end":        "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 1<<20),
		"no body":                   "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"broken chunks":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, push.Limits{})
			w.Fire(firing(hanging(t, text), 1))
			w.next(t, "delivered")
		})
	}
}

func TestFiringsArriveInOrderAndOverOneConnection(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	r := &receiver{got: make(chan string, 1000)}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.got <- value(req)
		_, _ = io.WriteString(w, "thanks")
	}))
	r.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	r.Start()
	defer r.Close()
	w := start(t, push.Limits{})
	var want []string
	for i := range 200 {
		w.Fire(firing(r.URL, i))
		want = append(want, fmt.Sprint(i))
	}
	r.want(t, want...)
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

func TestRetriedFiringKeepsItsPlace(t *testing.T) {
	t.Parallel()
	r := receive(t, func(w http.ResponseWriter, n int) {
		if n <= 2 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	w := start(t, push.Limits{})
	for i := range 3 {
		w.Fire(firing(r.URL, i))
	}
	w.next(t, "retrying in 1s")
	w.clock.Advance(time.Second)
	w.next(t, "retrying in 2s")
	w.clock.Advance(2 * time.Second)
	r.want(t, "0", "0", "0", "1", "2")
}

func TestDeadReceiversDoNotDelayOthers(t *testing.T) {
	t.Parallel()
	alive := receive(t, ok)
	w := start(t, push.Limits{})
	dead, stuck := refused(t), hanging(t, "")
	for i := range 100 {
		w.Fire(firing(dead, i))
		w.Fire(firing(stuck, i))
		w.Fire(firing(fmt.Sprintf("%s/%d", stuck, i), i))
		w.Fire(firing(alive.URL, i))
		alive.want(t, fmt.Sprint(i))
	}
	w.next(t, "retrying", dead)
}
