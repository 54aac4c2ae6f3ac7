package push_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/push"
)

// gated is a receiver that answers each request when it is let.
func gated(t *testing.T) (*receiver, func(status int)) {
	t.Helper()
	gate := make(chan int)
	r := receive(t, func(w http.ResponseWriter, _ int) {
		status, open := <-gate
		if open {
			w.WriteHeader(status)
		}
	})
	t.Cleanup(func() { close(gate) }) // before the receiver's own clean-up, which waits for the handler
	return r, func(status int) { gate <- status }
}

func TestWhatAQueueHasNoRoomForIsToldAndCounted(t *testing.T) {
	t.Parallel()
	r, answer := gated(t)
	w := start(t, push.Limits{Firings: 3})
	w.Fire(firing(r.URL, 0))
	r.want(t, "0") // it is under way, and counts
	for i := 1; i <= 10; i++ {
		w.Fire(firing(r.URL, i))
	}
	if first := w.next(t, "given up", r.URL, "its queue is full: 3 firings"); first.Trigger != 7 || first.Count != 1 {
		t.Errorf("the journal says %+v", first)
	}
	if got := w.texts(); len(got) > 0 {
		t.Errorf("each loss by itself: %q", got)
	}
	answer(http.StatusOK)
	if rest := w.next(t, "given up", r.URL, "more firings"); rest.Count != 7 || rest.Product != "1" {
		t.Errorf("the journal says %+v, want the other 7", rest)
	}
	for range 2 {
		answer(http.StatusOK)
	}
	r.want(t, "1", "2")
	for range 3 {
		w.next(t, "delivered")
	}
	w.Fire(firing(r.URL, 11)) // there is room again
	r.want(t, "11")
	answer(http.StatusOK)
	w.next(t, "delivered")
}

func TestQueuesAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	large := func(url string) onenet.Firing {
		f := firing(url, 0)
		f.Value = []byte(`"` + strings.Repeat("x", 10_000) + `"`)
		return f
	}
	r, answer := gated(t)
	other, answerOther := gated(t)
	w := start(t, push.Limits{Bytes: 15_000, TotalBytes: 30_000})
	w.Fire(large(r.URL)) // one alone may be of any size
	<-r.got
	w.Fire(large(r.URL))
	w.next(t, "given up", r.URL, "its queue is full: 10")
	w.Fire(large(other.URL))
	<-other.got
	w.Fire(large(refused(t)))
	w.next(t, "given up", "the queues of all receivers are full: 2")
	answer(http.StatusOK)
	answerOther(http.StatusOK)
	w.next(t, "delivered")
	w.next(t, "delivered")
	for range 3 { // the room is free again
		for r, answer := range map[*receiver]func(int){r: answer, other: answerOther} {
			w.Fire(large(r.URL))
			<-r.got
			answer(http.StatusOK)
			w.next(t, "delivered")
		}
	}
	for range 2 { // of one receiver too: each of these is half of what it may have
		f := large(r.URL)
		f.Value = append(f.Value[:6_000:6_000], '"')
		w.Fire(f)
	}
	<-r.got
	answer(http.StatusOK)
	w.next(t, "delivered")
	<-r.got
	answer(http.StatusOK)
	w.next(t, "delivered")
}

func TestReceiversAreBoundedInNumber(t *testing.T) {
	t.Parallel()
	busy, answer := gated(t)
	free := receive(t, ok)
	w := start(t, push.Limits{Receivers: 1})
	w.Fire(firing(busy.URL, 0))
	busy.want(t, "0")
	for i := range 5 {
		w.Fire(firing(free.URL, i))
	}
	w.next(t, "given up", free.URL, "1 other receivers")
	answer(http.StatusOK)
	w.next(t, "delivered")
	if r := w.next(t, "given up", "more firings"); r.Count != 4 {
		t.Errorf("told of %d, want 4", r.Count)
	}
	w.Fire(firing(free.URL, 5)) // its place is free again
	free.want(t, "5")
	w.next(t, "delivered")
}

func TestFireNeverWaits(t *testing.T) {
	t.Parallel()
	w := start(t, push.Limits{})
	urls := []string{refused(t), hanging(t, "")}
	const n = 20_000
	began := clock.System().Now()
	for i := range n {
		w.Fire(firing(urls[i%2], i))
	}
	if took := clock.System().Now().Sub(began); took > 4*time.Second { // one try of the hanging one takes 5
		t.Errorf("%d firings took %s", n, took)
	}
}

func TestForgetSendsNothingMoreAndSaysNothing(t *testing.T) {
	t.Parallel()
	stuck, release := gated(t)
	_ = release
	alive := receive(t, ok)
	dead := refused(t)
	w := start(t, push.Limits{})
	for i := range 10 {
		w.Fire(firing(stuck.URL, i))
		w.Fire(firing(dead, i))
	}
	stuck.want(t, "0")
	w.next(t, "retrying")
	w.Forget()
	if got := w.texts(); len(got) > 0 {
		t.Errorf("the journal says %q", got)
	}
	w.clock.Advance(time.Hour)
	w.Fire(firing(alive.URL, 1))
	alive.want(t, "1")
	if r := w.next(t, ""); !strings.HasPrefix(r.Text, "delivered") {
		t.Errorf("the journal says %q", r.Text)
	}
	if len(stuck.got) > 0 {
		t.Errorf("%d more came", len(stuck.got))
	}
}

func TestCloseTellsWhatItGivesUp(t *testing.T) {
	t.Parallel()
	stuck, _ := gated(t)
	w := start(t, push.Limits{Firings: 5})
	for i := range 8 {
		w.Fire(firing(stuck.URL, i))
	}
	stuck.want(t, "0")
	w.next(t, "given up", "its queue is full: 5 firings") // 1 of the 3 without room
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if r := w.next(t, "given up", "when the platform stopped"); r.Count != 7 {
		t.Errorf("told of %d, want 5 of the queue and 2 more", r.Count)
	}
	if got := w.texts(); len(got) > 0 {
		t.Errorf("then the journal says %q", got)
	}
	w.Fire(firing(stuck.URL, 9))
	w.next(t, "given up", "the platform is stopping")
	w.Forget()
	w.Fire(firing(stuck.URL, 9))
	w.next(t, "given up", "the platform is stopping")
}

func TestCloseTellsOfReceiversForWhichThereWasNoRoom(t *testing.T) {
	t.Parallel()
	stuck, _ := gated(t)
	w := start(t, push.Limits{Receivers: 1})
	w.Fire(firing(stuck.URL, 0))
	stuck.want(t, "0")
	for i := range 3 {
		w.Fire(firing(stuck.URL+"/other", i))
	}
	w.next(t, "given up", "/other", "1 other receivers")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if r := w.next(t, "given up", "when the platform stopped"); r.Count != 3 {
		t.Errorf("told of %d, want the one under way and 2 more", r.Count)
	}
}

func TestClosedQuietlyWhenNothingWasUnderWay(t *testing.T) {
	t.Parallel()
	w := start(t, push.Limits{})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := w.texts(); len(got) > 0 {
		t.Errorf("the journal says %q", got)
	}
}

func TestSecretsOfAURLAreShownNowhere(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := clock.NewManual(time.Unix(0, 0))
	journal := onenet.NewJournal(c, 0)
	o := push.New(push.Config{
		Journal: journal, Clock: c, Limits: push.Limits{Tries: 1, Firings: 1},
		Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	w := &world{Outlet: o, journal: journal, clock: c}
	bad := strings.Replace(refused(t), "http://", "http://user:pa55@", 1) + "?key=s3cret#frag"
	alive := receive(t, ok)
	good := strings.Replace(alive.URL, "http://", "http://user:pa55@", 1) + "?key=s3cret"
	w.Fire(firing(good, 1))
	w.next(t, "delivered")
	w.Fire(firing(bad, 1))
	w.next(t, "given up")
	w.Fire(firing("http://user:pa55@h:port/?key=s3cret", 1)) // no URL at all
	w.next(t, "given up")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	records, _ := journal.Read(0, 100)
	text := out.String()
	for _, r := range records {
		text += r.Text + r.Addr
	}
	if strings.Contains(text, "pa55") || strings.Contains(text, "s3cret") || !strings.Contains(text, "given up") {
		t.Errorf("journal and log say\n%s", text)
	}
}

func TestHTTPSReceiverMustBeTrusted(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok")
	}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	srv.StartTLS()
	defer srv.Close()
	stranger := start(t, push.Limits{})
	stranger.Fire(firing(srv.URL, 1))
	stranger.next(t, "retrying in 1s", "certificate")

	journal := onenet.NewJournal(clock.System(), 0)
	roots := srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	o := push.New(push.Config{Journal: journal, RootCAs: roots})
	defer o.Close()
	o.Fire(firing(srv.URL, 1))
	friend := &world{Outlet: o, journal: journal}
	friend.next(t, "delivered to "+srv.URL)
}

func TestProductsDoNotShareAQueue(t *testing.T) {
	t.Parallel()
	r, answer := gated(t)
	w := start(t, push.Limits{Firings: 1})
	w.Fire(firing(r.URL, 1))
	r.want(t, "1")
	f := firing(r.URL, 2)
	f.Ref.Product = "2"
	w.Fire(f)
	r.want(t, "2")
	for range 2 {
		answer(http.StatusOK)
		w.next(t, "delivered")
	}
	if got := fmt.Sprint(w.texts()); got != "[]" {
		t.Errorf("then the journal says %s", got)
	}
}
