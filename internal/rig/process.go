package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
)

// Process is a program that was started, and that is to be stopped or killed.
type Process struct {
	PID  int
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
	said tail
}

// Run starts a program, away from this folder and from settings of onelan in the
// environment; its standard output goes to out, which may be nil.
func Run(out io.Writer, name string, args ...string) (*Process, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	p := &Process{cmd: exec.Command(path, args...), gone: make(chan struct{})}
	p.cmd.Dir = os.TempDir()
	p.cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "ONELAN_") })
	p.cmd.Stdout, p.cmd.Stderr = out, &p.said
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.PID = p.cmd.Process.Pid
	go func() {
		_ = p.cmd.Wait() // how it ended is told by what it said
		close(p.gone)
	}()
	return p, nil
}

// Kill ends the program at once, as kill -9 does, and returns when it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.gone
}

// Stop asks the program to end, and kills it when it has not after five seconds.
func (p *Process) Stop() {
	if p.cmd.Process.Signal(os.Interrupt) != nil {
		p.Kill() // it is gone, or this system has no such signal
		return
	}
	timer := clock.System().AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
	<-p.gone
	timer.Stop()
}

// Gone tells whether the program has ended.
func (p *Process) Gone() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// Said is the end of what the program wrote to its standard error.
func (p *Process) Said() string { return p.said.String() }

// Onelan is a running onelan.
type Onelan struct {
	*Process
	lab.Ready
}

// onelanArgs make a server that is reached on loopback only, at ports of its own.
var onelanArgs = []string{
	"serve", "--json", "--log-level", "error",
	"--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0", "--lab", "127.0.0.1:0",
}

// StartOnelan starts the binary with further arguments, which win over its own, and returns when it is ready.
func StartOnelan(ctx context.Context, binary string, args ...string) (*Onelan, error) {
	return StartReady(ctx, binary, append(onelanArgs[:len(onelanArgs):len(onelanArgs)], args...)...)
}

// StartReady starts a program that says on its first line of output where it listens,
// as JSON, as onelan serve --json does; it returns when it has said so.
func StartReady(ctx context.Context, name string, args ...string) (*Onelan, error) {
	out, in := io.Pipe()
	p, err := Run(in, name, args...)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = in.CloseWithError(ctx.Err()) })
	defer stop()
	go func() {
		<-p.gone
		_ = in.Close()
	}()
	lines := bufio.NewReader(out)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		_ = out.Close()
		p.Kill()
		return nil, fmt.Errorf("%s did not start (%w); it said: %s", name, err, p.Said())
	}
	s := &Onelan{Process: p}
	if err := json.Unmarshal(line, &s.Ready); err != nil {
		_ = out.Close()
		p.Kill()
		return nil, fmt.Errorf("%s: first line of output: %w", name, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return s, nil
}

// FreePort finds a TCP port of loopback below the range that the system takes ports for clients from.
func FreePort() (int, error) {
	for range 100 {
		port := 20000 + rand.N(12000)
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, ln.Close()
		}
	}
	return 0, errors.New("no free port between 20000 and 32000")
}

// tail is a writer that keeps the last bytes written.
type tail struct {
	mu   sync.Mutex
	text []byte // guarded by mu
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if n := len(t.text) - most; n > 0 {
		t.text = append(t.text[:0], t.text[n:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.text))
}
