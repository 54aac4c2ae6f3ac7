package onenettest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// call is a request to the REST port, written as firmware writes it: nothing in it is corrected.
type call struct {
	Method  string // GET when empty
	Path    string
	Key     *string  // of the header api-key; the tutorial's master key when it is not there, no header when it is empty
	Headers []string // more of them, as they are
	Body    *string  // with its Content-Length, unless Headers have one
	Raw     *Octets  // instead of all that
}

// make makes the call on a connection of its own and returns all that came back.
func (c call) make(t *testing.T, addr string) []byte {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_ = nc.SetDeadline(clock.System().Now().Add(onenettest.Patience))
	_, _ = nc.Write(c.bytes(t)) // it may be cut off in the middle
	_ = nc.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(nc)
	return answer
}

func (c call) bytes(t *testing.T) []byte {
	t.Helper()
	if c.Raw != nil {
		return c.Raw.bytes(t)
	}
	headers := append([]string{"Host: api.heclouds.com"}, c.Headers...)
	if key := or(c.Key, string(server.DemoMasterKey)); key != "" {
		headers = append(headers, "api-key: "+key)
	}
	hasLength := func(h string) bool { return strings.HasPrefix(strings.ToLower(h), "content-length") }
	if c.Body != nil && !slices.ContainsFunc(headers, hasLength) {
		headers = append(headers, fmt.Sprintf("Content-Length: %d", len(*c.Body)))
	}
	method := c.Method
	if method == "" {
		method = "GET"
	}
	return []byte(method + " " + c.Path + " HTTP/1.1\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n" + or(c.Body, ""))
}

// checkErrno compares the errno of the last answer; -1 means that there is none.
func (w *workbench) checkErrno(want int) {
	w.t.Helper()
	got := -1
	if _, body, ok := bytes.Cut(w.answer, []byte("\r\n\r\n")); ok {
		var out struct{ Errno int }
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(&out); err != nil { // another answer may follow
			w.t.Errorf("%q: %v", w.answer, err)
		}
		got = out.Errno
	}
	if got != want {
		w.t.Errorf("errno %d, want %d: %q", got, want, w.answer)
	}
}

// Each cause of a refused call has its case here. Four have not: they want a clock that stands still, a body without
// end, or a broken store, and are tested in api and onenet.
func TestEveryCauseOfARefusedCallIsInTheCorpus(t *testing.T) {
	t.Parallel()
	elsewhere := []onenet.Cause{onenet.CallRate, onenet.CallLimit, onenet.CallLongHead, onenet.CallInternal}
	files, err := filepath.Glob("../testdata/mistakes/call-*.yaml")
	if err != nil || len(files) < 45 {
		t.Fatalf("%d mistakes, %v", len(files), err)
	}
	made := map[onenet.Cause]bool{}
	for _, file := range files {
		made[mustReadMistake(t, file).Cause] = true
	}
	for _, c := range onenet.Causes() {
		if c.Stage() == onenet.StageCall && !made[c] && !slices.Contains(elsewhere, c) {
			t.Errorf("%s has no case", c)
		}
	}
}
