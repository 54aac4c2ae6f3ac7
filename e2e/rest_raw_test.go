package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/onelan/onelan/internal/clock"
)

// askRaw writes a request as it is and gives what one recv brings: clients on microcontrollers do
// not call it twice (client requirements, REST 2).
func (p *program) askRaw(t *testing.T, request string) string {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(timeout(t), "tcp", p.ready.HTTP)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return ask(t, conn, request)
}

func ask(t *testing.T, conn net.Conn, request string) string {
	t.Helper()
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(clock.System().Now().Add(patience))
	buf := make([]byte, 16<<10)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return string(buf[:n])
}

// mustAnswer checks an answer that came in one piece: its head as OneNET was seen to send it, and its body to the letter.
func mustAnswer(t *testing.T, got, body string) {
	t.Helper()
	head, have, ok := strings.Cut(got, "\r\n\r\n")
	if !ok || have != body {
		t.Fatalf("got %q, want the body %q", got, body)
	}
	lines := strings.Split(head, "\r\n")
	if lines[0] != "HTTP/1.1 200 OK" {
		t.Errorf("status line %q", lines[0])
	}
	var names []string
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		names = append(names, name)
		if name == "Content-Length" && value != fmt.Sprint(len(body)) {
			t.Errorf("Content-Length %s, the body has %d bytes", value, len(body))
		}
	}
	if order := strings.Join(names, " "); order != "Date Content-Type Content-Length Connection Server Pragma" {
		t.Errorf("headers %s", order)
	}
}

const succ = `{"errno":0,"error":"succ"}`

// TestRequestsAsFirmwareWritesThem sends what kits, modules and old SDKs put on the wire (reference, section 5.1).
func TestRequestsAsFirmwareWritesThem(t *testing.T) {
	t.Parallel()
	p := start(t)
	const (
		points = "/devices/700123456/datapoints?type=3"
		body   = `{"t":25.5}`
		host   = "Host:api.heclouds.com\r\n"
		key    = "api-key:" + greenhouseKey + "\r\n" // no blank behind the colon
		length = "Content-Length:10\r\n"
	)
	for _, tt := range []struct{ name, request string }{
		{"no blank behind api-key:", "POST " + points + " HTTP/1.1\r\n" + key + host + length + "\r\n" + body},
		{"the whole URL in the request line", "POST http://api.heclouds.com" + points + " HTTP/1.1\r\n" + key + host + length + "\r\n" + body},
		{"HTTP/1.0 without a Host", "POST " + points + " HTTP/1.0\r\n" + key + length + "\r\n" + body},
		{"two slashes at the beginning", "POST /" + points + " HTTP/1.1\r\n" + key + host + length + "\r\n" + body},
		{"slashes in the middle and at the end", "POST /devices//700123456/datapoints/?type=3 HTTP/1.1\r\n" + key + host + length + "\r\n" + body},
		{"a body that says it is a form", "POST " + points + " HTTP/1.1\r\n" + key + host + "Content-Type: application/x-www-form-urlencoded\r\n" + length + "\r\n" + body},
		{"a body that says it is text", "POST " + points + " HTTP/1.1\r\n" + key + host + "Content-Type: text/plain;charset=UTF-8\r\n" + length + "\r\n" + body},
		{"empty lines behind the body", "POST " + points + " HTTP/1.1\r\n" + key + host + length + "\r\n" + body + "\r\n\r\n\r\n"},
		{"empty lines before the request", "\r\n\r\nPOST " + points + " HTTP/1.1\r\n" + key + host + length + "\r\n" + body},
		{"header names in capitals", "POST " + points + " HTTP/1.1\r\nAPI-KEY: " + greenhouseKey + "\r\n" + host + length + "\r\n" + body},
		{"an empty parameter", "POST " + points + "& HTTP/1.1\r\n" + key + host + length + "\r\n" + body},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mustAnswer(t, p.askRaw(t, tt.request), succ)
		})
	}
}

// TestSecondCallOnOneConnection follows a body that ends with empty lines of the firmware's own.
func TestSecondCallOnOneConnection(t *testing.T) {
	t.Parallel()
	p := start(t)
	conn, err := new(net.Dialer).DialContext(timeout(t), "tcp", p.ready.HTTP)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 3 {
		mustAnswer(t, ask(t, conn, "POST /devices/700123456/datapoints?type=5 HTTP/1.1\r\napi-key:"+greenhouseKey+
			"\r\nHost:api.heclouds.com\r\nContent-Length:10\r\n\r\n,;t,25.75;\r\n\r\n"), succ)
	}
}

// TestRegistrationFitsTheKitsBuffer registers as the STM32 kit does: one recv of 320 bytes, scanned for
// device_id and key side by side (reference, section 5.4).
func TestRegistrationFitsTheKitsBuffer(t *testing.T) {
	t.Parallel()
	p := start(t)
	body := `{"sn":"stm32-0001","title":"kit"}`
	got := p.askRaw(t, "POST http://api.heclouds.com/register_de?register_code=demoRegisterCode HTTP/1.1\r\nHost:api.heclouds.com\r\n"+
		fmt.Sprintf("Content-Length:%d\r\n\r\n%s\r\n\r\n", len(body), body))
	if len(got) > 320 {
		t.Errorf("the answer has %d bytes, the kit's buffer 320:\n%s", len(got), got)
	}
	_, rest, found := strings.Cut(got, `device_id":"`)
	id, rest, ended := strings.Cut(rest, `","key":"`)
	key, _, closed := strings.Cut(rest, `"`)
	if !found || !ended || !closed || len(key) != 28 {
		t.Fatalf("the kit's scan finds nothing in %q", got)
	}
	client := p.paho(t, device{product: "244754", id: id, auth: key}, pahoTask{Clean: true})
	client.mustConnect(t, false)
	client.leave(t)
}

// TestLongAnswerComesInOnePiece asks for an answer of several thousand bytes with one recv.
func TestLongAnswerComesInOnePiece(t *testing.T) {
	t.Parallel()
	p := start(t)
	var values []string
	for n := range 60 {
		values = append(values, fmt.Sprintf(`"2018-06-01T08:00:%02d":%d`, n, n))
	}
	p.curl(t, greenhouseKey, "/devices/700123456/datapoints?type=4", "--data-binary", `{"t":{`+strings.Join(values, ",")+`}}`).mustBe(t, 200, succ)
	got := p.askRaw(t, "GET /devices/700123456/datapoints?start=2018-06-01T08:00:00&datastream_id=t HTTP/1.1\r\napi-key:"+greenhouseKey+"\r\n\r\n")
	head, body, _ := strings.Cut(got, "\r\n\r\n")
	if !strings.Contains(head, fmt.Sprintf("Content-Length: %d", len(body))) || !strings.Contains(body, `"count":60`) || len(body) < 2000 {
		t.Errorf("one recv brought %d bytes of body behind\n%s", len(body), head)
	}
}
