package e2e

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// reply is an answer of the REST API.
type reply struct {
	status int
	body   string
}

// curl calls the REST API as people do: the body goes as whatever curl calls it.
func (p *program) curl(t *testing.T, key, path string, more ...string) reply {
	t.Helper()
	args := append([]string{
		"--silent", "--show-error", "--noproxy", "*", "--globoff", "--write-out", "\n%{http_code}",
		"--header", "api-key: " + key, "http://" + p.ready.HTTP + path,
	}, more...)
	r := run(t, mustTool(t, "curl", "curl"), args)
	if r.code != 0 {
		t.Fatalf("curl %s: exit code %d\n%s", path, r.code, r.stderr)
	}
	end := strings.LastIndexByte(r.stdout, '\n')
	status, err := strconv.Atoi(r.stdout[end+1:])
	if err != nil {
		t.Fatalf("curl printed %q", r.stdout)
	}
	return reply{status, r.stdout[:end]}
}

// mustGet reads a JSON answer that is no error.
func (p *program) mustGet(t *testing.T, key, path string, into any) {
	t.Helper()
	r := p.curl(t, key, path)
	if err := json.Unmarshal([]byte(r.body), into); err != nil || r.status != 200 || !strings.HasPrefix(r.body, `{"errno":0,`) {
		t.Fatalf("GET %s: HTTP %d\n%s", path, r.status, r.body)
	}
}

// mustBe checks an answer to the letter.
func (r reply) mustBe(t *testing.T, status int, body string) {
	t.Helper()
	if r.status != status || r.body != body {
		t.Fatalf("HTTP %d %s\nwant %d %s", r.status, r.body, status, body)
	}
}

// created is the answer to POST /cmds (reference, section 4.2): these keys in this order, and an
// id of 36 characters with a 5 for its version.
var created = regexp.MustCompile(`^\{"errno":0,"error":"succ","data":\{"cmd_uuid":"([0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})"\}\}$`)

// mustSend creates a command by POST /cmds and gives its id. query begins with & or is empty.
func (p *program) mustSend(t *testing.T, key string, d device, body, query string) string {
	t.Helper()
	r := p.curl(t, key, "/cmds?device_id="+d.id+query, "--data-binary", body)
	m := created.FindStringSubmatch(r.body)
	if r.status != 200 || m == nil {
		t.Fatalf("POST /cmds: HTTP %d %s", r.status, r.body)
	}
	return m[1]
}

// mustStatus checks GET /cmds/{uuid} to the letter (section 4.3).
func (p *program) mustStatus(t *testing.T, key, uuid string, status int, desc string) {
	t.Helper()
	p.curl(t, key, "/cmds/"+uuid).mustBe(t, 200,
		`{"errno":0,"data":{"status":`+strconv.Itoa(status)+`,"desc":"`+desc+`"},"error":"succ"}`)
}
