package e2e

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// program is one run of onelan serve.
type program struct {
	*process
	dir   string // its working folder, with the data
	ready ready
}

// ready is what serve --json prints and /_lab/ready answers.
type ready struct {
	Ready   bool   `json:"ready"`
	Version string `json:"version"`
	MQTT    string `json:"mqtt"`
	HTTP    string `json:"http"`
	Lab     string `json:"lab"`
	Online  int    `json:"online"`
}

// start runs the program on free ports, with data of its own; at the end of the test it must end well.
func start(t *testing.T, flags ...string) *program {
	t.Helper()
	return startIn(t, t.TempDir(), flags...)
}

// startIn is start in a folder that may hold the data of an earlier run.
func startIn(t *testing.T, dir string, flags ...string) *program {
	t.Helper()
	config, err := filepath.Abs("testdata/onelan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{
		"serve", "--json", "--config", config, "--data", filepath.Join(dir, "data"),
		"--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0", "--lab", "127.0.0.1:0",
	}, flags...)
	cmd := exec.Command(built(t), args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	p := &program{process: startProcess(t, cmd), dir: dir}
	t.Cleanup(func() { p.mustStop(t) })
	if err := json.Unmarshal([]byte(p.mustLine(t)), &p.ready); err != nil {
		t.Fatalf("serve --json: %v", err)
	}
	var now ready
	p.mustAsk(t, "/_lab/ready", &now)
	if !now.Ready || now != p.ready {
		t.Fatalf("/_lab/ready answers %+v, serve --json printed %+v", now, p.ready)
	}
	return p
}

// mustStop ends the program as systemd and docker do, unless the test has ended it.
func (p *program) mustStop(t *testing.T) {
	t.Helper()
	select {
	case <-p.done:
	default:
		p.mustEndBy(t, syscall.SIGTERM)
	}
}

// mustEndBy ends the program by a signal. It must end well, and must not have found a
// fault of its own while it ran.
func (p *program) mustEndBy(t *testing.T, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience) // the test's own is over in its cleanup
	defer cancel()
	select {
	case <-p.done:
	case <-ctx.Done():
		t.Fatalf("after %s: still running after %s", sig, patience)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("after %s: exit code %d, want 0", sig, code)
	}
	if said := p.stderr.String(); strings.Contains(said, "level=ERROR") {
		t.Errorf("the program found a fault of its own:\n%s", said)
	}
}

// kill ends the program as a crash does.
func (p *program) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.done
}

// onelan runs one of the program's other commands against this server.
func (p *program) onelan(t *testing.T, args ...string) result {
	t.Helper()
	return run(t, built(t), args, "ONELAN_LAB=http://"+p.ready.Lab, "HOME="+p.dir)
}

// mustOnelan is onelan for a command that works; it gives the standard output.
func (p *program) mustOnelan(t *testing.T, args ...string) string {
	t.Helper()
	r := p.onelan(t, args...)
	if r.code != 0 {
		t.Fatalf("onelan %s: exit code %d\n%s", strings.Join(args, " "), r.code, r.stderr)
	}
	return r.stdout
}

func mustPort(t *testing.T, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return port
}
