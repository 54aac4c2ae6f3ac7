package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/firmware/sim"
	"github.com/onelan/onelan/onenettest"
)

// home is the firmware's folder.
const home = "../../.."

// needInterpreter ends the test where node or the interpreter is missing: as a failure in CI, as a visible skip elsewhere.
func needInterpreter(t *testing.T) {
	t.Helper()
	switch err := sim.Ready(filepath.Join(home, "sim")); {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

// paper is an output that can be waited for.
type paper struct {
	mu   sync.Mutex
	text string        // guarded by mu
	more chan struct{} // guarded by mu
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text += string(b)
	close(p.more)
	p.more = make(chan struct{})
	return len(b), nil
}

func (p *paper) from(at int) (string, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text[at:], p.more
}

// must waits for a text behind a place, and gives the place behind it.
func (p *paper) must(t *testing.T, at int, want string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		text, more := p.from(at)
		if i := strings.Index(text, want); i >= 0 {
			return at + i + len(want)
		}
		select {
		case <-more:
		case <-ctx.Done():
			all, _ := p.from(0)
			t.Fatalf("no %q in\n%s", want, all)
		}
	}
}

// Without a terminal every change is a line, and every typed letter a key.
func TestPeoplePlayWithTwoBoards(t *testing.T) {
	t.Parallel()
	needInterpreter(t)
	srv := onenettest.Start(t)
	out := &paper{more: make(chan struct{})}
	keyboard, hand := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		args := []string{"-firmware", home, "-broker", srv.MQTTAddr(), "-api", srv.HTTPAddr(), "-n", "2"}
		ended <- run(t.Context(), args, keyboard, out, io.Discard)
	}()
	press := func(key string) {
		if _, err := io.WriteString(hand, key); err != nil {
			t.Error(err)
		}
	}
	at := out.must(t, 0, "keys: w Wi-Fi off/on")
	out.must(t, at, "2 app: connected to lan")
	at = out.must(t, at, "1 app: connected to lan")
	srv.Send(t, srv.Demo(t), "on")
	at = out.must(t, at, "1 -- LED on\n")
	press("w")
	at = out.must(t, at, "1 -- Wi-Fi is off")
	at = out.must(t, at, "1 app: lost lan: Wi-Fi lost")
	press("\nw\n")
	at = out.must(t, at, "1 -- Wi-Fi is on")
	at = out.must(t, at, "1 app: connected to lan")
	press("p")
	at = out.must(t, at, "1 -- boot: power on")
	press("2r")
	at = out.must(t, at, "2 -- boot: reset")
	press("h")
	at = out.must(t, at, "2 -- packets vanish")
	press("h")
	at = out.must(t, at, "2 -- packets arrive")
	press("u")
	at = out.must(t, at, "2 -- the program is copied")
	out.must(t, at, "2 app: connected to lan")
	press("q")
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	if text, _ := out.from(0); strings.ContainsRune(text, 0x1B) {
		t.Error("escape sequences where no terminal is")
	}
	_ = hand.Close()
}

func TestBoardOfAConfigFileUsesItsLED(t *testing.T) {
	t.Parallel()
	needInterpreter(t)
	file := filepath.Join(t.TempDir(), "config.json")
	config := `{"wifi": {"ssid": "any", "password": ""}, "lan": {"host": "127.0.0.1", "port": 1}, "product_id": 1, "device_id": 2, "auth_info": "x", "led_pin": 5, "led_on": 0}`
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out := &paper{more: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-firmware", home, file}, strings.NewReader(""), out, io.Discard) }()
	at := out.must(t, 0, "\n-- LED off\n")
	out.must(t, at, "nothing listens there") // the keyboard's end is not the board's
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestMistakesOnTheCommandLineAreToldWithAHint(t *testing.T) {
	t.Parallel()
	needInterpreter(t)
	for name, tt := range map[string]struct {
		args []string
		hint bool
	}{
		"too many boards":     {[]string{"-n", "10"}, true},
		"no port":             {[]string{"-firmware", home, "-broker", "localhost"}, true},
		"a port in words":     {[]string{"-firmware", home, "-api", "localhost:http"}, true},
		"no interpreter":      {[]string{"-firmware", t.TempDir()}, true},
		"no such file":        {[]string{"-firmware", home, "missing.json"}, false},
		"a flag that is none": {[]string{"-what"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), tt.args, strings.NewReader("q"), io.Discard, io.Discard)
			var h hinted
			if err == nil || errors.As(err, &h) != tt.hint || tt.hint && h.hint == "" {
				t.Errorf("run: %v, hint %q", err, h.hint)
			}
		})
	}
	if err := run(t.Context(), []string{"-h"}, strings.NewReader(""), io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("run -h: %v", err)
	}
}

func TestWhatComesFromAfarIsEscaped(t *testing.T) {
	t.Parallel()
	if got, want := printable("灯 on\x1b[2J\r\u202e"), `灯 on\x1b[2J\r\u202e`; got != want {
		t.Errorf("printable: %s, want %s", got, want)
	}
}
