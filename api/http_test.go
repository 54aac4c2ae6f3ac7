package api_test

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
)

const auth = "api-key: " + master + "\r\n"

func TestAnswerHasTheHeadersOfTheCaptureInTheirOrder(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	c := mustDial(t, addr)
	c.say(t, "GET "+datapoints+" HTTP/1.1\r\nHost: api.heclouds.com\r\n"+auth+"\r\n")
	head, body := c.hear(t)
	want := regexp.MustCompile(`^HTTP/1\.1 200 OK\r\n` +
		`Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n` +
		`Content-Type: application/json\r\nContent-Length: \d+\r\nConnection: keep-alive\r\n` +
		`Server: Apache-Coyote/1\.1\r\nPragma: no-cache\r\n\r\n$`)
	if !want.MatchString(head) || !strings.HasPrefix(body, `{"errno":0,`) {
		t.Errorf("got %q %q", head, body)
	}
}

func TestAnswerOfAnyLengthLeavesInOneWriteAndUnchunked(t *testing.T) {
	t.Parallel()
	f, addr, w := mustServeFixture(t)
	points := make([]onenet.StoredPoint, 6000)
	for i := range points {
		points[i] = point("t", i, "1")
	}
	mustAdd(t, f.store, onenet.Batch{Points: points})
	c := mustDial(t, addr)
	for _, query := range []string{"", "?start=2018-06-01T08:00:00&limit=6000"} {
		c.say(t, "GET "+datapoints+query+" HTTP/1.1\r\nHost: x\r\n"+auth+"\r\n")
		head, body := c.hear(t)
		all := w.list()
		if got := all[len(all)-1]; got != head+body {
			t.Errorf("%d bytes came, the last of %d writes has %d", len(head)+len(body), len(all), len(got))
		}
		if strings.Contains(head, "chunked") {
			t.Errorf("chunked: %q", head)
		}
	}
	if n := len(w.list()); n != 2 {
		t.Errorf("two answers took %d writes", n)
	}
}

func TestRequestsAreTakenAsFirmwareWritesThem(t *testing.T) {
	t.Parallel()
	path := datapoints
	tests := []struct{ name, request string }{
		{"api-key without a space", "GET " + path + " HTTP/1.1\r\nHost:x\r\napi-key:" + master + "\r\n\r\n"},
		{"API-KEY in capitals", "GET " + path + " HTTP/1.1\r\nHost:x\r\nAPI-KEY: " + master + "\r\n\r\n"},
		{"an absolute-form request line", "GET http://api.heclouds.com" + path + " HTTP/1.1\r\nHost:api.heclouds.com\r\n" + auth + "\r\n"},
		{"HTTP/1.0 without a Host", "GET " + path + " HTTP/1.0\r\n" + auth + "\r\n"},
		{"HTTP/1.1 without a Host", "GET " + path + " HTTP/1.1\r\n" + auth + "\r\n"},
		{"two slashes", "GET /" + path + " HTTP/1.1\r\nHost:x\r\n" + auth + "\r\n"},
		{"two slashes in absolute form", "GET http://api.heclouds.com/" + path + " HTTP/1.1\r\nHost:x\r\n" + auth + "\r\n"},
		{"a slash at the end", "GET " + path + "/ HTTP/1.1\r\nHost:x\r\n" + auth + "\r\n"},
		{"a slash at the end and an empty query", "GET " + path + "/? HTTP/1.1\r\nHost:x\r\n" + auth + "\r\n"},
		{"bare line feeds", "GET " + path + " HTTP/1.1\nHost:x\napi-key:" + master + "\n\n"},
		{"empty lines before", "\r\n\r\nGET " + path + " HTTP/1.1\r\nHost:x\r\n" + auth + "\r\n"},
		{"a body nobody asked for", "GET " + path + " HTTP/1.1\r\nHost:x\r\nContent-Length: 5\r\n" + auth + "\r\nhello"},
	}
	_, addr, _ := mustServeFixture(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := mustDial(t, addr)
			c.say(t, tt.request)
			head, body := c.hear(t)
			if !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || !strings.HasPrefix(body, `{"errno":0,`) {
				t.Errorf("got %q %q", head, body)
			}
		})
	}
}

func TestExtraEmptyLinesAfterABodyDoNotSpoilTheNextCall(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	f.connect()
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			c := mustDial(t, addr)
			for range 2 {
				c.say(t, method+" "+cmds+" HTTP/1.1\r\nHost:x\r\nContent-Length: 2\r\n"+auth+"\r\non\r\n\r\n\r\n")
			}
			for i := range 2 {
				head, body := c.hear(t)
				if !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || (method == "POST") != strings.HasPrefix(body, `{"errno":0,`) {
					t.Errorf("answer %d: %q %q", i+1, head, body)
				}
			}
		})
	}
}

func TestClientThatAsksBeforeItSendsIsToldToGoOn(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	f.connect()
	ask := func(key string) *client {
		c := mustDial(t, addr)
		c.say(t, "POST "+cmds+" HTTP/1.1\r\nHost:x\r\nContent-Length: 2\r\nExpect: 100-continue\r\napi-key:"+key+"\r\n\r\n")
		return c
	}
	c := ask(master)
	line, err := c.br.ReadString('\n')
	if empty, _ := c.br.ReadString('\n'); err != nil || line+empty != "HTTP/1.1 100 Continue\r\n\r\n" {
		t.Fatalf("got %q %v", line+empty, err)
	}
	c.say(t, "on")
	if _, body := c.hear(t); !strings.HasPrefix(body, `{"errno":0,`) {
		t.Errorf("got %s", body)
	}
	// Refused before the body is read: it may never come, so the connection ends.
	c = ask("wrong")
	if head, body := c.hear(t); !strings.Contains(head, "Connection: close") || !strings.Contains(body, "auth failed") {
		t.Errorf("got %q %s", head, body)
	}
}

func TestBodyThatIsTooLongIsRefusedWithoutReadingIt(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	tests := []struct{ name, request string }{
		{"announced", "Content-Length: 99999999\r\n" + auth + "\r\n"},
		{"chunked", "Transfer-Encoding: chunked\r\n" + auth + "\r\n" + "10001\r\n" + strings.Repeat("x", 0x10001) + "\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := mustDial(t, addr)
			c.say(t, "POST "+cmds+" HTTP/1.1\r\nHost:x\r\n"+tt.request)
			if _, body := c.hear(t); body != `{"errno":5,"error":"request entity too large"}` {
				t.Errorf("got %s", body)
			}
		})
	}
}

func TestBodyThatEndsEarlyIsTheCallersFault(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	c := mustDial(t, addr)
	c.say(t, "POST "+cmds+" HTTP/1.1\r\nHost:x\r\nContent-Length: 10\r\n"+auth+"\r\non")
	if err := c.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, body := c.hear(t); body != `{"errno":6,"error":"invalid parameter: Content-Length"}` {
		t.Errorf("got %s", body)
	}
	if log := f.log.String(); !strings.Contains(log, "the body is shorter") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}

func TestWhatIsNoHTTPIsAnsweredAndExplained(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, bytes, log string }{
		{"MQTT", "\x10\x29\x00\x04MQTT\x04\xc2\x00\x78\r\n", "use the MQTT port"},
		{"TLS", "\x16\x03\x01\x00\x05hello\r\n", "use http, not https"},
		{"text", "AT+CIPSEND\r\n", "not an HTTP request"},
		{"a space in the path", "GET /devices?a=2018-06-01 08:00:00 HTTP/1.1\r\n\r\n", "not an HTTP request"},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2.0"},
		{"a head without end", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 70<<10), "head-too-long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, addr, _ := mustServeFixture(t)
			c := mustDial(t, addr)
			c.say(t, tt.bytes)
			head, body := c.hear(t)
			if !strings.HasPrefix(head, "HTTP/1.1 400 Bad Request\r\n") || body != `{"errno":6,"error":"invalid parameter: not an HTTP request"}` {
				t.Errorf("got %q %s", head, body)
			}
			if log := f.log.String(); !strings.Contains(log, tt.log) {
				t.Errorf("the log lacks %q:\n%s", tt.log, log)
			}
		})
	}
}

func TestStatusOfAnAnswerHasItsPhrase(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	for state, want := range map[onenet.CommandState]string{
		onenet.CommandCreated: "HTTP/1.1 220 Command Created\r\n", onenet.CommandSent: "HTTP/1.1 221 Command Sent\r\n",
	} {
		id := "00000000-0000-5000-8000-" + fmt.Sprintf("%012d", len(want))
		mustAdd(t, f.store, onenet.Batch{PutCommands: []onenet.Command{{
			ID: onenet.CommandID(id), Product: product, Device: device, State: state, CreatedAt: start, ExpiresAt: start.Add(time.Hour), SentAt: start, Rev: 1,
		}}})
		c := mustDial(t, addr)
		c.say(t, "GET /cmds/"+id+"/resp HTTP/1.1\r\nHost:x\r\n"+auth+"\r\n")
		if head, _ := c.hear(t); !strings.HasPrefix(head, want) {
			t.Errorf("got %q want %q", head, want)
		}
	}
}

func TestAnswerToHEADHasNoBody(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	c := mustDial(t, addr)
	c.say(t, "HEAD "+datapoints+" HTTP/1.1\r\nHost:x\r\nConnection: close\r\n\r\n")
	answer, err := io.ReadAll(c.br)
	if err != nil || !strings.HasSuffix(string(answer), "\r\n\r\n") || strings.Contains(string(answer), "Content-Length: 0") {
		t.Errorf("got %q, %v", answer, err)
	}
}

func TestLongestBodyPassesOnTheWire(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	f.connect()
	c := mustDial(t, addr)
	for range 2 {
		c.say(t, "POST "+cmds+" HTTP/1.1\r\nHost:x\r\nContent-Length: 65535\r\n"+auth+"\r\n"+strings.Repeat("x", 65535))
		if _, body := c.hear(t); !strings.HasPrefix(body, `{"errno":0,`) {
			t.Errorf("got %s", body)
		}
	}
}
