package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// watch runs onelan watch --json.
func (p *program) watch(t *testing.T, args ...string) *process {
	t.Helper()
	cmd := exec.Command(built(t), append([]string{"watch", "--json"}, args...)...)
	cmd.Env = append(os.Environ(), "ONELAN_LAB=http://"+p.ready.Lab, "HOME="+p.dir)
	return startProcess(t, cmd)
}

// TestWatchShowsWhatADeviceDoes: one line of JSON for each record, as it happens, of one device if one is named.
func TestWatchShowsWhatADeviceDoes(t *testing.T) {
	t.Parallel()
	p := start(t)
	watch := p.watch(t, tutorial.id, "--after", "0")
	p.mustUpload(t, greenhouseNorth, 1, "\x05\x00\x06,;x,11") // another device
	p.mustUpload(t, tutorial, 1, "\x05\x00\x06,;t,25")

	var kinds []string
	for len(kinds) == 0 || kinds[len(kinds)-1] != "disconnected" {
		line := watch.mustLine(t)
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("onelan watch --json printed %q: %v", line, err)
		}
		if !r.of(tutorial) {
			t.Errorf("onelan watch %s shows %s", tutorial.id, line)
		}
		if r.Kind == "data" && (len(r.Points) != 1 || r.Points[0].Stream != "t" || string(r.Points[0].Value) != "25") {
			t.Errorf("data: %s", line)
		}
		kinds = append(kinds, r.Kind)
	}
	if got := strings.Join(kinds, " "); got != "connected data disconnected" {
		t.Errorf("onelan watch shows %s, want connected data disconnected", got)
	}
}

// TestPointsShowsWhatWasStored: what onelan dp encode writes and mosquitto_pub uploads, onelan points shows.
func TestPointsShowsWhatWasStored(t *testing.T) {
	t.Parallel()
	p := start(t)
	for i, value := range []string{"25.5", `"warm"`} {
		when := fmt.Sprintf("2018-06-01 08:00:0%d", i)
		p.mustUpload(t, tutorial, 1, p.mustOnelan(t, "dp", "encode", "--raw", "--type", "4", "--at", when, "t="+value))
	}
	p.mustUpload(t, tutorial, 1, p.mustOnelan(t, "dp", "encode", "--raw", "--type", "7", "1=60"))

	var list struct {
		Points []struct {
			Stream string          `json:"stream"`
			At     time.Time       `json:"at"`
			Value  json.RawMessage `json:"value"`
		} `json:"points"`
	}
	if err := json.Unmarshal([]byte(p.mustOnelan(t, "points", tutorial.id, "t", "--json")), &list); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, pt := range list.Points {
		got += fmt.Sprintf("%s %s %s\n", pt.Stream, pt.At.UTC().Format(time.RFC3339), pt.Value)
	}
	if want := "t 2018-06-01T00:00:00Z 25.5\nt 2018-06-01T00:00:01Z \"warm\"\n"; got != want {
		t.Errorf("onelan points --json:\n%swant\n%s", got, want)
	}
	table := strings.Split(strings.TrimSpace(p.mustOnelan(t, "points", tutorial.id)), "\n")
	if len(table) != 4 || strings.Fields(table[1])[3] != "25.5" || !strings.HasSuffix(table[2], `"warm"`) || !strings.HasSuffix(table[3], "60") {
		t.Errorf("onelan points printed\n%s", strings.Join(table, "\n"))
	}
	if r := p.onelan(t, "points", tutorial.id, "nothing"); r.code != 4 || !strings.Contains(r.stderr, "it has: 1 t") {
		t.Errorf("a stream that is not there: exit code %d, want 4 and the names of those that are\n%s", r.code, r.stderr)
	}
}

// TestDecodeReadsEveryType: onelan dp decode needs no server, and finds what the server finds.
func TestDecodeReadsEveryType(t *testing.T) {
	t.Parallel()
	for _, u := range uploads {
		r := run(t, built(t), []string{"dp", "decode", fmt.Sprintf("% x", u.bytes)})
		if r.code != 0 {
			t.Errorf("%s: exit code %d\n%s", u.name, r.code, r.stderr)
		}
		for _, w := range u.want {
			if !strings.Contains(r.stdout, "  "+w.stream+" ") {
				t.Errorf("%s: there is no stream %s in\n%s", u.name, w.stream, r.stdout)
			}
		}
	}
	r := run(t, built(t), []string{"dp", "decode", "03 0A 00 7B 22 74 22 3A 32 35 2E 35 7D"})
	if r.code != 1 || !strings.Contains(r.stdout, "data.length-little-endian") || !strings.Contains(r.stdout, "byte 1") {
		t.Errorf("swapped length bytes: exit code %d, want 1, the cause and the byte\n%s%s", r.code, r.stdout, r.stderr)
	}
}
