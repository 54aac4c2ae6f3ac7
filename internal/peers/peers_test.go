package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain lets the test binary be the brokers that the program starts of itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-serve" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// TestAShortComparison runs the real thing for some milliseconds each.
func TestAShortComparison(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("what a process costs is read from /proc")
	}
	bin := filepath.Join(t.TempDir(), "onelan")
	if out, err := exec.Command("go", "build", "-o", bin, "github.com/onelan/onelan/cmd/onelan").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	b, err := newBench(options{
		binary: bin, rounds: 1, warm: 20 * time.Millisecond, each: 60 * time.Millisecond,
		loads: regexp.MustCompile(`QoS|window 10$`), parts: "topics,data,dead,idle,rest,exec", idle: 100,
	}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	r := &report{}
	if err := b.measureParts(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	text := r.markdown()
	for _, want := range []string{
		"| 1:1 QoS 0 |", "| 50:50 QoS 1 |", "| 1:50 QoS 1 |", "| $dp 50 devices, window 10 |", "idle connection", "dead peer",
		"| GET /devices/{id}, keep-alive |", "| POST /cmds, refused, a connection each |", "onelan exec",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not tell of %q:\n%s", want, text)
		}
	}
	for key, results := range r.topics {
		if results[0].rate < 100 {
			t.Errorf("%v: %.0f messages per second", key, results[0].rate)
		}
	}
}

func TestReportMarksWhatMissesItsBar(t *testing.T) {
	t.Parallel()
	l := topicLoads()[0]
	r := &report{topics: series{
		{l.name, onelanMemory}: {{rate: 100, cpu: 1}, {rate: 900, cpu: 1}, {rate: 400, cpu: 1}},
		{l.name, mochi}:        {{rate: 50, cpu: 2}, {rate: 300, cpu: 2}, {rate: 200, cpu: 2}},
		{l.name, mosquitto}:    {{rate: 50, cpu: 3}, {rate: 600, cpu: 3}, {rate: 200, cpu: 3}},
	}}
	r.judge()
	if d := cmp.Diff([]string{l.name}, names(r.missed)); d != "" {
		t.Errorf("missed (-want +got):\n%s", d)
	}
	const want = "| 1:1 QoS 0 | 0.4 (1.0) | 0.2 (2.0) | 0.2 (3.0) | 2.00 | **2.00, missed** |"
	if text := r.markdown(); !strings.Contains(text, want) {
		t.Errorf("want the line %s in\n%s", want, text)
	}
}

func names(loads []load) []string {
	var list []string
	for _, l := range loads {
		list = append(list, l.name)
	}
	return list
}

func TestReportHoldsTimesAndMemoryAgainstTheirBars(t *testing.T) {
	t.Parallel()
	r := &report{
		fresh: []time.Duration{30 * time.Millisecond, 120 * time.Millisecond, 20 * time.Millisecond},
		dead:  []time.Duration{51 * time.Millisecond}, rss: []int{41 << 20},
	}
	r.idle.n, r.idle.base, r.idle.fresh = 1000, 20<<20, 20<<20+1000*30<<10
	r.idle.after = []int{0, 20<<20 + 1000*50<<10, 1 << 40}
	text := r.markdown()
	for _, want := range []string{
		"| start to first CONNACK, new database | 30.0 ms (worst 120.0) | 100 ms |",
		"| memory (RSS) after the start | **41.0 MiB, missed** | 40 MiB |",
		"| memory per idle connection, 1000 connections | 30.0 KiB (49 MiB in all) | 40 KiB |",
		"| **50.0 KiB (68 MiB in all), missed** | 45 KiB |",
		"| **51.0 ms (worst 51.0), missed** | 50 ms |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no line %s in\n%s", want, text)
		}
	}
}

func TestRatioIsTheMedianOfTheRounds(t *testing.T) {
	t.Parallel()
	// The machine was slow in the second round: what counts is that both were.
	if got := ratio([]float64{200, 20, 300}, []float64{100, 10, 100}); got != 2 {
		t.Errorf("got %v, want 2", got)
	}
}

func TestWriteBetweenKeepsTheRestOfTheDocument(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "doc.md")
	mustWrite(t, name, "before\n"+markBegin+"old\n"+markEnd+"after\n")
	if err := writeBetween(name, "new\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("before\n"+markBegin+"new\n"+markEnd+"after\n", string(got)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	mustWrite(t, name, "no markers\n")
	if err := writeBetween(name, "new\n"); err == nil {
		t.Error("a document without markers was overwritten")
	}
}

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPayloadIsOneWholeDataMessage(t *testing.T) {
	t.Parallel()
	p := payload()
	if len(p) != payloadSize || int(p[1])<<8|int(p[2]) != payloadSize-3 || p[3] != '{' || p[len(p)-1] != '}' {
		t.Errorf("%d bytes: %q", len(p), p)
	}
}
