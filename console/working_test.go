package console_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

// slowStore stores many devices, and reads points, when a test lets it: a token of a channel for each. A nil channel does not hold anybody up.
type slowStore struct {
	onenet.Store
	adds, reads chan struct{}
}

func (s *slowStore) Apply(ctx context.Context, b onenet.Batch) error {
	if len(b.AddDevices) > 1 && s.adds != nil {
		<-s.adds
	}
	return s.Store.Apply(ctx, b)
}

func (s *slowStore) Points(ctx context.Context, q onenet.PointQuery) ([]onenet.Point, error) {
	if s.reads != nil && !q.Desc { // as an export reads
		select {
		case <-s.reads:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s.Store.Points(ctx, q)
}

func newSlowRig(t *testing.T, s *slowStore, change func(*console.Config)) *rig {
	t.Helper()
	s.Store = memory.New()
	return newRig(t, change, onenettest.WithConfig(func(c *server.Config) { c.Store = s }))
}

// let lets a test's export read so many times. The first page is small, because nobody knows yet how long the values are.
func (s *slowStore) let(times int) {
	for range times {
		s.reads <- struct{}{}
	}
}

const token = "00112233445566778899aabbccddeeff"

// step is what a page hears of its work.
type step struct {
	Share float64
	Text  string
	End   string
}

// await reads what a page hears of its work until that is as wanted.
func await(t *testing.T, s *bufio.Scanner, want func(step) bool) step {
	t.Helper()
	for {
		var got step
		if err := json.Unmarshal([]byte(next(t, s, "work").data), &got); err != nil {
			t.Fatal(err)
		}
		if want(got) {
			return got
		}
		if got.End != "" {
			t.Fatalf("it ended with %+v", got)
		}
	}
}

// followWork asks how far work is, in English.
func (r *rig) followWork(t *testing.T, id string) *bufio.Scanner {
	t.Helper()
	resp := r.ask(t, http.MethodGet, "/work?id="+id, "", "Cookie", console.LangCookie+"=en") //nolint:bodyclose // ask closes it when the test ends: it is read until then
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("HTTP %d, %s", resp.StatusCode, got)
	}
	return bufio.NewScanner(resp.Body)
}

func devicesTable(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "244754,%d\n", 700000000+i)
	}
	return b.String()
}

func (r *rig) countDevices(t *testing.T) int {
	t.Helper()
	_, n, err := r.Platform().Devices(t.Context(), onenet.DeviceFilter{Keywords: "70000", Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestABatchAddTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	const n = 2500
	form := url.Values{"table": {devicesTable(n)}}.Encode()
	send := func(ctx context.Context, r *rig) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/devices/import?work="+token, strings.NewReader(form))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := r.http.Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	storing := func(s step) bool { return strings.HasPrefix(s.Text, "Storing 2,500 devices") && s.Share < 0 }
	t.Run("until all are there", func(t *testing.T) {
		t.Parallel()
		slow := &slowStore{adds: make(chan struct{})}
		r := newSlowRig(t, slow, nil)
		page := r.followWork(t, token)
		sent := make(chan error, 1)
		go func() { sent <- send(t.Context(), r) }()
		await(t, page, storing)
		slow.adds <- struct{}{}
		got := await(t, page, func(s step) bool { return s.End != "" })
		if want := (step{Share: 1, Text: "2,500 devices were added.", End: "done"}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
		if got := r.countDevices(t); got != n {
			t.Errorf("%d devices are there", got)
		}
	})
	t.Run("whoever leaves while they are stored finds them all", func(t *testing.T) {
		t.Parallel()
		slow := &slowStore{adds: make(chan struct{})}
		r := newSlowRig(t, slow, nil)
		page := r.followWork(t, token)
		ctx, leave := context.WithCancel(t.Context())
		sent := make(chan error, 1)
		go func() { sent <- send(ctx, r) }()
		await(t, page, storing)
		leave()
		if err := <-sent; err == nil {
			t.Error("the form was answered to somebody who had left")
		}
		slow.adds <- struct{}{}
		await(t, page, func(s step) bool { return s.End == "done" })
		if got := r.countDevices(t); got != n {
			t.Errorf("%d devices are there", got)
		}
	})
	t.Run("whoever leaves while the table is read adds none", func(t *testing.T) {
		t.Parallel()
		r := newSlowRig(t, &slowStore{}, nil)
		page := r.followWork(t, token)
		ctx, leave := context.WithCancel(t.Context())
		body, rest := io.Pipe()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/devices/import?work="+token, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.ContentLength = int64(len(form))
		sent := make(chan error, 1)
		go func() {
			resp, err := r.http.Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			sent <- err
		}()
		if _, err := io.WriteString(rest, form[:len(form)/2]); err != nil {
			t.Fatal(err)
		}
		await(t, page, func(s step) bool {
			return strings.HasPrefix(s.Text, "Reading the table") && s.Share > 0.3 && s.Share < 0.6
		})
		leave()
		_ = rest.Close()
		if err := <-sent; err == nil {
			t.Error("the form was answered to somebody who had left")
		}
		got := await(t, page, func(s step) bool { return s.End != "" })
		if want := (step{Share: -1, Text: "Stopped: no device was added.", End: "cut"}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := r.countDevices(t); got != 0 {
			t.Errorf("%d devices are there", got)
		}
	})
	t.Run("a table that is refused ends it, and its page says why", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, nil)
		page := r.followWork(t, token)
		status, text := r.post(t, "/devices/import?work="+token, url.Values{"table": {"244754,1\n244754,527521926"}})
		if status != http.StatusConflict || !strings.Contains(text, "line 2") {
			t.Errorf("HTTP %d\n%s", status, text)
		}
		await(t, page, func(s step) bool { return s.End == "failed" })
	})
}

func TestATableThatIsTooLargeSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	status, text := r.post(t, "/devices/import", url.Values{"table": {strings.Repeat("244754,1234567,title,auth\n", 400_000)}}, "Cookie", console.LangCookie+"=en")
	if status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "more than 8 MB") || !strings.Contains(text, "several tables") {
		t.Errorf("HTTP %d\n%s", status, text)
	}
}

// fill gives a device points, a second apart, that end now.
func (r *rig) fill(t *testing.T, d onenet.Device, n int) {
	t.Helper()
	begin := r.Platform().Clock().Now().Add(-time.Duration(n) * time.Second)
	points := make([]onenet.Datapoint, n)
	for i := range points {
		points[i] = onenet.Datapoint{Stream: "temperature", At: begin.Add(time.Duration(i) * time.Second), Value: []byte("25.5")}
	}
	for len(points) > 0 {
		part := points[:min(len(points), 5000)]
		if err := r.Platform().IngestWait(t.Context(), onenet.Upload{Ref: d.Ref(), Points: part}); err != nil {
			t.Fatal(err)
		}
		points = points[len(part):]
	}
}

const table = "/device/points.csv?product=244754&device=527521926&work=" + token

func TestAnExportTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	const n = 3*onenet.MostPoints + 7
	half := func(s step) bool {
		return strings.HasPrefix(s.Text, "12,100 points, up to 20") && s.Share > 0.6 && s.Share < 0.7
	}
	t.Run("until all is there", func(t *testing.T) {
		t.Parallel()
		slow := &slowStore{reads: make(chan struct{})}
		r := newSlowRig(t, slow, nil)
		r.fill(t, r.Demo(t), n)
		page := r.followWork(t, token)
		resp := r.ask(t, http.MethodGet, table, "") //nolint:bodyclose // ask closes it
		rows := make(chan int, 1)
		go func() {
			text, _ := io.ReadAll(resp.Body)
			rows <- strings.Count(string(text), "\n") - 1
		}()
		slow.let(3)
		await(t, page, half)
		close(slow.reads)
		got := await(t, page, func(s step) bool { return s.End != "" })
		if want := (step{Share: 1, Text: "Done: 18,007 points.", End: "done"}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := <-rows; got != n {
			t.Errorf("the table has %d rows", got)
		}
	})
	t.Run("when its reader goes it stops, and says that the file is incomplete", func(t *testing.T) {
		t.Parallel()
		slow := &slowStore{reads: make(chan struct{})}
		r := newSlowRig(t, slow, nil)
		r.fill(t, r.Demo(t), n)
		page := r.followWork(t, token)
		resp := r.ask(t, http.MethodGet, table, "")
		slow.let(3)
		await(t, page, half)
		resp.Body.Close()
		got := await(t, page, func(s step) bool { return s.End != "" })
		if got.End != "cut" || !strings.HasPrefix(got.Text, "Cut short: the file is incomplete, it has 12,100 points at most.") {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("two at once have each their own", func(t *testing.T) {
		t.Parallel()
		slow := &slowStore{reads: make(chan struct{})}
		r := newSlowRig(t, slow, nil)
		r.fill(t, r.Demo(t), n)
		other := strings.ToUpper(token)
		first, second := r.followWork(t, token), r.followWork(t, other)
		all := r.ask(t, http.MethodGet, table, "") //nolint:bodyclose // ask closes it
		slow.let(3)
		await(t, first, half)
		none := r.ask(t, http.MethodGet, strings.Replace(table, token, other, 1)+"&from=2020-01-01T00:00&to=2020-01-02T00:00", "") //nolint:bodyclose // ask closes it
		close(slow.reads)
		for _, body := range []io.Reader{all.Body, none.Body} {
			if _, err := io.Copy(io.Discard, body); err != nil {
				t.Error(err)
			}
		}
		over := func(s step) bool { return s.End != "" }
		if got := await(t, second, over); got.Text != "Done: 0 points." {
			t.Errorf("got %+v", got)
		}
		if got := await(t, first, over); got.Text != "Done: 18,007 points." {
			t.Errorf("got %+v", got)
		}
	})
}

func TestWorkIsGuardedLikeAllElse(t *testing.T) {
	t.Parallel()
	hash, err := console.HashPassword(secret)
	if err != nil {
		t.Fatal(err)
	}
	locked := newRig(t, func(c *console.Config) { c.Password = hash })
	if got := locked.call(t, http.MethodGet, "/work?id="+token, ""); got.status != http.StatusUnauthorized {
		t.Errorf("without the password: HTTP %d", got.status)
	}
	open := newRig(t, nil)
	if got := open.call(t, http.MethodGet, "/work?id="+token, "", "Host", "evil.example"); got.status != http.StatusForbidden {
		t.Errorf("under another name: HTTP %d", got.status)
	}
	for _, id := range []string{"", "1", "<script>"} {
		if got := open.call(t, http.MethodGet, "/work?id="+url.QueryEscape(id), ""); got.status != http.StatusNotFound {
			t.Errorf("%q: HTTP %d", id, got.status)
		}
	}
}
