package api_test

import (
	"fmt"
	"log/slog"
	"regexp"
	"testing"
)

// exchange is one call over a real connection, and all that comes back, to the byte.
type exchange struct {
	name string
	call string // method and target
	key  string // empty: the master key; "-": none
	body string
	want string // the body of the answer; what is made up stands as <id>, <key>
}

// goldenHead is the head of an answer: status line and headers, in their order (reference, section 5.1).
const goldenHead = "HTTP/1.1 200 OK\r\nDate: <date>\r\nContent-Type: %s\r\nContent-Length: %d\r\n" +
	"Connection: keep-alive\r\nServer: Apache-Coyote/1.1\r\nPragma: no-cache\r\n\r\n"

var (
	goldenDate = regexp.MustCompile(`\r\nDate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n`)
	goldenID   = regexp.MustCompile(`"device_id":"[1-9]\d{8}"`)
	goldenKey  = regexp.MustCompile(`"key":"[0-9A-Za-z]{27}="`)
)

// request is the call as it goes over the wire.
func (e exchange) request() string {
	auth := ""
	switch e.key {
	case "":
		auth = "api-key: " + master + "\r\n"
	case "-":
	default:
		auth = "api-key: " + e.key + "\r\n"
	}
	return fmt.Sprintf("%s HTTP/1.1\r\nHost: api.heclouds.com\r\n%sContent-Length: %d\r\n\r\n%s", e.call, auth, len(e.body), e.body)
}

// plain is a text with all that was made up replaced by its name.
func plain(text string) string {
	text = goldenDate.ReplaceAllString(text, "\r\nDate: <date>\r\n")
	text = goldenID.ReplaceAllString(text, `"device_id":"<id>"`)
	return goldenKey.ReplaceAllString(text, `"key":"<key>"`)
}

// goldenRun makes the calls one after the other on one connection, so that a byte too much of one answer spoils the next.
func goldenRun(t *testing.T, addr string, list []exchange) {
	t.Helper()
	c := mustDial(t, addr)
	for _, e := range list {
		c.say(t, e.request())
		head, body := c.hear(t)
		if got, want := plain(head), fmt.Sprintf(goldenHead, "application/json", len(body)); got != want {
			t.Errorf("%s: head\n got %q\nwant %q", e.name, got, want)
		}
		if got := plain(body); got != plain(e.want) {
			t.Errorf("%s: body\n got %s\nwant %s", e.name, got, e.want)
		}
		wantAsDescribed(t, e.call, body)
	}
}

const succ = `{"errno":0,"error":"succ"}`

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
