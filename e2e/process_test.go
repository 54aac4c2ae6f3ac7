package e2e

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for anything before it fails. It is never waited out
// when all is well.
const patience = 20 * time.Second

// process is a program under way, ours or another's.
type process struct {
	cmd    *exec.Cmd
	lines  *lineWriter // of its standard output
	stderr buffer
	stdin  io.WriteCloser
	done   chan struct{} // closed when it has ended
	err    error         // of Wait; read after done
}

// startProcess starts a command and kills it at the end of the test if it still runs then.
func startProcess(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, lines: newLineWriter(), done: make(chan struct{})}
	cmd.Stdout = p.lines
	cmd.Stderr = io.MultiWriter(&p.stderr, t.Output())
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		p.lines.close()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended already, unless the test failed
		<-p.done
	})
	return p
}

// mustLine is the next line of the standard output.
func (p *process) mustLine(t *testing.T) string {
	t.Helper()
	select {
	case line, ok := <-p.lines.ch:
		if !ok {
			<-p.done
			t.Fatalf("%s ended (%v) where a line was due; it said:\n%s", p.cmd.Path, p.err, p.stderr.String())
		}
		return line
	case <-timeout(t).Done():
		t.Fatalf("%s printed nothing for %s", p.cmd.Path, patience)
	}
	return ""
}

// mustEnd waits for the end and gives the exit code, which is -1 after a signal.
func (p *process) mustEnd(t *testing.T) int {
	t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-timeout(t).Done():
		t.Fatalf("%s has not ended within %s", p.cmd.Path, patience)
	}
	return -1
}

// mustSucceed waits for an end with exit code 0 and gives the lines that nobody has read.
func (p *process) mustSucceed(t *testing.T) []string {
	t.Helper()
	if code := p.mustEnd(t); code != 0 {
		t.Fatalf("%s: exit code %d; it said:\n%s", strings.Join(p.cmd.Args, " "), code, p.stderr.String())
	}
	var lines []string
	for line := range p.lines.ch {
		lines = append(lines, line)
	}
	return lines
}

// result is what a program that has ended leaves.
type result struct {
	code           int
	stdout, stderr string
}

// run runs a command to its end.
func run(t *testing.T, path string, args []string, env ...string) result {
	t.Helper()
	cmd := exec.CommandContext(timeout(t), path, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir, cmd.Env = &stdout, &stderr, t.TempDir(), append(os.Environ(), env...)
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && (!errors.As(err, &exit) || exit.ExitCode() < 0) {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// timeout ends when the test's patience or the test itself does.
func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// lineWriter takes output apart into lines.
type lineWriter struct {
	ch   chan string
	rest []byte
}

// mostLines is how much a program may print ahead of its reader; more makes it wait.
const mostLines = 10000

func newLineWriter() *lineWriter { return &lineWriter{ch: make(chan string, mostLines)} }

func (w *lineWriter) Write(b []byte) (int, error) {
	w.rest = append(w.rest, b...)
	for {
		line, rest, found := bytes.Cut(w.rest, []byte("\n"))
		if !found {
			return len(b), nil
		}
		w.ch <- string(line)
		w.rest = rest
	}
}

func (w *lineWriter) close() {
	if len(w.rest) > 0 {
		w.ch <- string(w.rest)
	}
	close(w.ch)
}

// buffer is a bytes.Buffer that may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
