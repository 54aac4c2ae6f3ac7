package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSignalsEndTheProgramWell: with devices connected and a journal being watched, SIGINT and SIGTERM end the
// program with exit code 0, and everybody notices.
func TestSignalsEndTheProgramWell(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := start(t)
			client := p.paho(t, tutorial, pahoTask{Clean: true})
			client.mustConnect(t, false)
			watch := p.watch(t, "--after", "0")
			watch.mustLine(t) // it is connected
			p.mustEndBy(t, sig)
			client.mustTell(t, "lost")
			if code := watch.mustEnd(t); code != 3 {
				t.Errorf("onelan watch: exit code %d, want 3: the server went away", code)
			}
		})
	}
}

// TestBusyPortIsNamed: who cannot have a port is told which, and which flag moves it.
func TestBusyPortIsNamed(t *testing.T) {
	t.Parallel()
	p := start(t)
	for flag, busy := range map[string]string{"--mqtt": p.ready.MQTT, "--http": p.ready.HTTP, "--lab": p.ready.Lab} {
		free := map[string]string{"--mqtt": "127.0.0.1:0", "--http": "127.0.0.1:0", "--lab": "127.0.0.1:0"}
		free[flag] = busy
		args := []string{"serve", "--ephemeral"}
		for f, addr := range free {
			args = append(args, f, addr)
		}
		r := run(t, built(t), args)
		first, second, _ := strings.Cut(r.stderr, "\n")
		if r.code != 1 || !strings.HasPrefix(first, "error: ") || !strings.Contains(first, mustPort(t, busy)) || !strings.Contains(first, "in use") {
			t.Errorf("%s: exit code %d, want 1 and an error that names the port:\n%s", flag, r.code, r.stderr)
		}
		if !strings.HasPrefix(second, "hint: ") || !strings.Contains(second, "onelan serve "+flag+" ") {
			t.Errorf("%s: no hint with the flag:\n%s", flag, r.stderr)
		}
	}
}

// TestSecondServerOnTheSameDataIsRefused: and the first one goes on.
func TestSecondServerOnTheSameDataIsRefused(t *testing.T) {
	t.Parallel()
	p := start(t)
	data := filepath.Join(p.dir, "data")
	r := run(t, built(t), []string{"serve", "--data", data, "--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0", "--lab", "127.0.0.1:0"})
	if r.code != 1 || !strings.HasPrefix(r.stderr, "error: ") || !strings.Contains(r.stderr, data) || !strings.Contains(r.stderr, "\nhint: ") {
		t.Errorf("exit code %d, want 1, an error with the folder, and a hint:\n%s", r.code, r.stderr)
	}
	p.mustUpload(t, tutorial, 1, "\x05\x00\x06,;t,25")
}

// TestBannerSaysWhatToDo: without any configuration it says where to point a board, with which credentials,
// and what to type next; what it says to type works.
func TestBannerSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(built(t), "--data", dir, "--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0", "--lab", "127.0.0.1:0")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	p := &program{process: startProcess(t, cmd), dir: dir}
	t.Cleanup(func() { p.mustStop(t) })

	var banner strings.Builder
	send := ""
	for !strings.Contains(banner.String(), "Ctrl-C") {
		line := p.mustLine(t)
		banner.WriteString(line + "\n")
		if strings.Contains(line, "onelan send ") {
			send = strings.TrimSpace(line)
		}
	}
	for _, want := range []string{tutorial.product, tutorial.id, tutorial.auth, "this machine only", dir, "curl "} {
		if !strings.Contains(banner.String(), want) {
			t.Errorf("the banner lacks %q", want)
		}
	}
	args := strings.Fields(send)
	if len(args) == 0 {
		t.Fatalf("the banner has no line to send a command:\n%s", banner.String())
	}
	// The device is away, which is another answer than that there is no server.
	if r := run(t, built(t), args[1:]); r.code != 5 {
		t.Errorf("%s: exit code %d, want 5\n%s", send, r.code, r.stderr)
	}
}
