package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// resident is how many bytes of memory the program has.
func (p *program) resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skipf("what a process has of the memory, only Linux tells here: %v", err)
	}
	for line := range strings.Lines(string(text)) {
		if kb, found := strings.CutPrefix(line, "VmRSS:"); found {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(kb), " kB"))
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// flood sends a head and then a gigabyte. It gives the answer, and how much of the gigabyte the program let in.
func flood(t *testing.T, addr, head string, chunked bool) (answer string, sent int) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(clock.System().Now().Add(patience))
	if _, err := io.WriteString(c, head); err != nil {
		t.Fatal(err)
	}
	const gigabyte, piece = 1 << 30, 64 << 10
	block := bytes.Repeat([]byte(" "), piece) // JSON may begin with as many as it likes
	if chunked {
		block = []byte(fmt.Sprintf("%x\r\n%s\r\n", piece, block))
	}
	got := make(chan string, 1)
	go func() {
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		got <- fmt.Sprintf("%d %s", resp.StatusCode, body)
	}()
	for sent < gigabyte {
		if _, err := c.Write(block); err != nil {
			break // it has had enough
		}
		sent += piece
	}
	return <-got, sent
}

// Every call says how long its body may be; who sends more is told so at once, and what he sends is not kept.
func TestBodyOfAGigabyteIsRefusedAndNotKept(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.mustGet(t, tutorialKey, "/devices/"+tutorial.id, &struct{}{}) // warm
	device := "/devices/" + tutorial.id + "/datapoints"
	allowed := 24 << 20
	if raceDetector {
		allowed *= 5 // what the detector itself takes
	}
	for _, tt := range []struct{ name, addr, call, want string }{
		{"a command", p.ready.HTTP, "POST /cmds?device_id=" + tutorial.id, `200 {"errno":5,"error":"request entity too large"}`},
		{"data points", p.ready.HTTP, "POST " + device, `200 {"errno":5,"error":"request entity too large"}`},
		{"a picture", p.ready.HTTP, "POST /bindata?device_id=" + tutorial.id + "&datastream_id=pic", `200 {"errno":5,"error":"request entity too large"}`},
		{"a call that takes no body", p.ready.HTTP, "GET /devices/" + tutorial.id, `200 {"errno":0`},
		{"the control door", p.ready.Lab, "POST /_lab/products", "413 "},
	} {
		for _, chunked := range []bool{false, true} {
			before := p.resident(t)
			length := "Content-Length: 1073741824"
			if chunked {
				length = "Transfer-Encoding: chunked"
			}
			head := tt.call + " HTTP/1.1\r\nHost: " + tt.addr + "\r\napi-key: " + tutorialKey + "\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n"
			start := clock.System().Now()
			answer, sent := flood(t, tt.addr, head, chunked)
			took := clock.System().Now().Sub(start)
			if !strings.HasPrefix(answer, tt.want) {
				t.Errorf("%s, %s: answered %.120q, wanted %q", tt.name, length, answer, tt.want)
			}
			if sent > 64<<20 { // what lies in the kernel's buffers, and what is read so that the answer arrives
				t.Errorf("%s, %s: %d MiB were taken", tt.name, length, sent>>20)
			}
			if took > 5*time.Second {
				t.Errorf("%s, %s: it took %s", tt.name, length, took)
			}
			if grown := p.resident(t) - before; grown > allowed {
				t.Errorf("%s, %s: memory grew by %d MiB", tt.name, length, grown>>20)
			}
		}
	}
}
