//go:build !windows

package e2e

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// execute starts onelan exec in a session of its own, so that no terminal has a say.
func execute(t *testing.T, args ...string) *process {
	t.Helper()
	cmd := exec.Command(built(t), append([]string{"exec"}, args...)...)
	cmd.Dir, cmd.SysProcAttr = t.TempDir(), &syscall.SysProcAttr{Setsid: true}
	return startProcess(t, cmd)
}

// TestSignalsReachTheCommandOfExec: the command decides what to do about them, and its exit code is the end of it.
func TestSignalsReachTheCommandOfExec(t *testing.T) {
	t.Parallel()
	for sig, name := range map[syscall.Signal]string{syscall.SIGTERM: "TERM", syscall.SIGINT: "INT", syscall.SIGHUP: "HUP"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := execute(t, "--", "sh", "-c", `trap 'echo tidied; exit 7' `+name+`; echo ready; while :; do sleep 0.02; done`)
			if line := p.mustLine(t); line != "ready" {
				t.Fatalf("the command says %q", line)
			}
			if err := p.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if line := p.mustLine(t); line != "tidied" {
				t.Errorf("the command says %q", line)
			}
			if code := p.mustEnd(t); code != 7 {
				t.Errorf("exit code %d, want the command's 7", code)
			}
		})
	}
}

// ctrlC types Ctrl-C at a terminal in which argv runs, once argv has said that it is ready.
const ctrlC = `
import os, pty, sys
pid, tty = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
def until(word):
    text = b""
    while word not in text:
        text += os.read(tty, 1024)
    return text
until(b"ready")
os.write(tty, b"\x03")
until(b"signal")
os.write(tty, b"\n\n")  # for both reads: the signal may have come before the first
text = until(b"in all")
print(text.decode().split("in all")[0].split()[-1], os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

// TestCtrlCReachesTheCommandOfExecOnce: the terminal sends it to both; it is not passed on a second time.
func TestCtrlCReachesTheCommandOfExecOnce(t *testing.T) {
	t.Parallel()
	child := `n=0; trap 'n=$((n + 1)); echo signal' INT; echo ready; while [ $n = 0 ]; do read x; done; read x; echo "$n in all"; exit 3`
	r := run(t, mustPython(t), []string{"-c", ctrlC, built(t), "exec", "--", "sh", "-c", child})
	if got := strings.TrimSpace(r.stdout); got != "1 3" {
		t.Errorf("signals and exit code are %q, want \"1 3\"\n%s", got, r.stderr)
	}
}

// TestCommandsOfExecDoNotMeet: each has a platform of its own.
func TestCommandsOfExecDoNotMeet(t *testing.T) {
	t.Parallel()
	path := built(t)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			const script = `"$0" device add 77 >/dev/null && "$0" device list`
			r := run(t, path, []string{"exec", "--", "sh", "-c", script, path})
			if r.code != 0 || strings.Count(r.stdout, "\n") != 3 {
				t.Errorf("exit code %d, want 0 and two devices\n%s%s", r.code, r.stdout, r.stderr)
			}
		})
	}
	work.Wait()
}

// TestExecStartsItsCommandAtOnce measures from the start of onelan exec to the first word of its command. The quickest
// of many tells what onelan costs; the others tell what else the machine does.
func TestExecStartsItsCommandAtOnce(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes everything slower")
	}
	built(t) // which takes longer
	echo := mustTool(t, "echo", "coreutils")
	var took []time.Duration
	for range 20 {
		start := clock.System().Now()
		p := execute(t, "--", echo, "running")
		if line := p.mustLine(t); line != "running" {
			t.Fatalf("the command says %q", line)
		}
		took = append(took, clock.System().Now().Sub(start))
		p.mustEnd(t)
	}
	slices.Sort(took)
	t.Logf("start to the command's first word: quickest %s, middle %s, slowest %s", took[0], took[len(took)/2], took[len(took)-1])
	if took[0] > 150*time.Millisecond {
		t.Errorf("the quickest of %d took %s, want less than 150ms", len(took), took[0])
	}
}

// TestExecLeavesNothing: no file in the folder or the home, and no listener.
func TestExecLeavesNothing(t *testing.T) {
	t.Parallel()
	home, path := t.TempDir(), built(t)
	cmd := exec.Command(path, "exec", "--", "sh", "-c", `echo "$ONELAN_LAB"`)
	cmd.Dir, cmd.Env = home, append(os.Environ(), "HOME="+home, "XDG_DATA_HOME=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(home)
	if err != nil || len(files) > 0 {
		t.Errorf("left behind: %v (%v)", files, err)
	}
	if r := run(t, path, []string{"status", "--server", strings.TrimSpace(string(out))}); r.code != 3 {
		t.Errorf("the platform is still there: exit code %d\n%s", r.code, r.stdout)
	}
}
