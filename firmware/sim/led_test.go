package sim_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/onelan/onelan/firmware/sim"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// call makes a call of the REST API with the product's master key and gives the answer.
func call(t *testing.T, srv *onenettest.Server, method, path, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, srv.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("api-key", string(server.DemoMasterKey))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	w, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// mustCall is call for one that has to succeed.
func mustCall(t *testing.T, srv *onenettest.Server, method, path, body string) string {
	t.Helper()
	text := call(t, srv, method, path, body)
	if !strings.Contains(text, `"errno":0`) {
		t.Fatalf("%s %s: %s", method, path, text)
	}
	return text
}

// mustPublish lets another device of the product publish.
func mustPublish(t *testing.T, srv *onenettest.Server, topic string, payload []byte) {
	t.Helper()
	other := srv.Connect(t, srv.Device(t))
	if token := other.Publish(topic, 1, false, payload); !token.WaitTimeout(onenettest.Patience) || token.Error() != nil {
		t.Fatalf("publishing %d bytes: %v", len(payload), token.Error())
	}
}

func TestLEDObeysEveryDoor(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, quick(d))
	at := b.must(0, serving("lan"))
	for _, way := range []struct {
		name string
		send func(word string)
	}{
		{"a command by REST", func(word string) { mustCall(t, srv, "POST", "/cmds?device_id="+string(d.ID), word) }},
		{"a command of the platform", func(word string) { srv.Send(t, d, word) }},
		{"a topic by REST", func(word string) { mustCall(t, srv, "POST", "/mqtt?topic=led", word) }},
		{"a topic by another device", func(word string) { mustPublish(t, srv, "led", []byte(word)) }},
	} {
		for _, step := range []struct {
			word string
			lit  int
		}{{"on", 1}, {"off", 0}, {"toggle", 1}, {"toggle", 0}, {`{"led":1}`, 1}, {`{"led":0}`, 0}} {
			t.Log(way.name, step.word)
			way.send(step.word)
			at = b.must(at, sim.PinIs(blue, step.lit))
		}
	}
}

func TestEveryCommandIsAnswered(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	b := mustBoard(t, n, quick(d))
	b.must(0, serving("lan"))
	for name, tt := range map[string]struct{ body, answer string }{
		"a word":                            {"on", "on"},
		"JSON":                              {`{"led": 1}`, "on"},
		"a word that it does not know":      {"explode", "error: unknown command"},
		"a text that is none":               {"\xff\xfe\x00", "error: not a text"},
		"JSON that is none":                 {`{"led":`, "error: not JSON"},
		"more than it has memory for":       {strings.Repeat("x", 60000), "error: too long"},
		"a little more than a whole packet": {strings.Repeat("x", 1024), "error: too long"},
	} {
		t.Run(name, func(t *testing.T) {
			at := b.Mark()
			c := srv.Send(t, d, tt.body)
			b.must(at, sim.Printed("device:"))
			srv.Wait(t, onenettest.CommandIs(c, onenet.CommandAnswered))
			if got := call(t, srv, "GET", "/cmds/"+string(c.ID)+"/resp", ""); !strings.HasPrefix(got, tt.answer) {
				t.Errorf("answer %q, want %q", got, tt.answer)
			}
		})
	}
	if got := b.Pin(blue); got != 1 {
		t.Errorf("the LED is %d: what is no command must not switch it", got)
	}
}

func TestMessagesThatAreNoCommandDoNoHarm(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string][]byte{
		"unknown":   []byte("explode"),
		"empty":     {},
		"binary":    {0, 0xFF, 0xFE, '\r', '\n', 0x1B, '['},
		"oversized": bytes.Repeat([]byte("on "), 20000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, d, n := desktop(t)
			b := mustBoard(t, n, quick(d))
			b.must(0, serving("lan"))
			mustPublish(t, srv, "led", payload)
			at := b.must(0, sim.Printed("device:"))
			if got := b.Pin(blue); got != 0 {
				t.Errorf("the LED is %d", got)
			}
			mustPublish(t, srv, "led", []byte("on"))
			b.must(at, sim.PinIs(blue, 1))
			if n := b.logins(srv, d); n != 1 {
				t.Errorf("%d logins, want 1: the message must not cost the connection", n)
			}
			for _, e := range b.Events(0) {
				if e.Kind == sim.Line && strings.ContainsFunc(e.Text, func(r rune) bool { return r < ' ' || r == 0x7F }) {
					t.Errorf("a line that moves the cursor: %q", e.Text)
				}
			}
		})
	}
}

func TestTwoBoardsHearOneTopicAndKeepTheirCommandsApart(t *testing.T) {
	t.Parallel()
	srv, d, n := desktop(t)
	d2 := srv.Device(t)
	first := mustBoard(t, n, quick(d))
	second := mustBoard(t, n, quick(d2), func(c *sim.Config) { c.MAC = "240AC4000002" })
	first.must(0, serving("lan"))
	at := second.must(0, serving("lan"))
	mustPublish(t, srv, "led", []byte("on"))
	first.must(0, sim.PinIs(blue, 1))
	at = second.must(at, sim.PinIs(blue, 1))
	srv.Send(t, d2, "off")
	second.must(at, sim.PinIs(blue, 0))
	if first.Pin(blue) != 1 {
		t.Error("the first board obeyed the second one's command")
	}
}
