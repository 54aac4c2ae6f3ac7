package sim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// process is node with the interpreter in it.
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	stderr  tail
	gone    chan struct{}
}

func startProcess(dir string) (*process, error) {
	p := &process{command: exec.Command("node", "board.mjs"), gone: make(chan struct{})}
	p.command.Dir = dir
	p.command.Stderr = &p.stderr
	dieWithParent(p.command)
	in, err := p.command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	p.in, p.out = in, bufio.NewReaderSize(out, 1<<16)
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("sim: node does not start: %w", err)
	}
	return p, nil
}

// run starts the process and waits for its end, all on one thread: the system kills the process when the thread that
// started it goes (see dieWithParent), and Go ends threads as it likes.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.gone)
	err := p.command.Start()
	started <- err
	if err == nil {
		_ = p.command.Wait() // it is always killed
	}
}

func (p *process) kill() {
	_ = p.command.Process.Kill()
	_ = p.in.Close()
	<-p.gone
}

// complaint is what node said before it ended by itself.
func (p *process) complaint() string {
	<-p.gone
	text := p.stderr.String()
	switch {
	case strings.Contains(text, "ERR_MODULE_NOT_FOUND"):
		return errNoInterpreter.Error()
	case text == "":
		return "node ended"
	}
	return "node ended: " + text
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte // guarded by mu
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const most = 4096
	t.text = append(t.text, b...)
	t.text = t.text[max(len(t.text)-most, 0):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}

// Ready tells what is missing for a board to run; sim is Config.Sim.
func Ready(sim string) error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("node is not installed")
	}
	if _, err := os.Stat(filepath.Join(sim, "node_modules", "@micropython", "micropython-webassembly-pyscript")); err != nil {
		return errNoInterpreter
	}
	return nil
}

var errNoInterpreter = errors.New("the interpreter is not installed: npm ci --prefix firmware/sim")
