package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/server"
)

// stage is what the demo runs on.
type stage struct {
	binary, dir string
	out         io.Writer
	cloud, edge *rig.Onelan
	cloudMQTT   string // stays the same when the cloud is started again
	door        *lab.Client
	device      *device
}

func (s *stage) say(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format+"\n", args...) }

// scene says what comes next.
func (s *stage) scene(n int, format string, args ...any) {
	s.say("\n== %d. "+format, append([]any{n}, args...)...)
}

// start starts an onelan with data and settings of its own.
func (s *stage) start(ctx context.Context, name, settings string, args ...string) (*rig.Onelan, error) {
	file := filepath.Join(s.dir, name+".yaml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return nil, err
	}
	return rig.StartOnelan(ctx, s.binary, append([]string{"--config", file, "--data", filepath.Join(s.dir, name)}, args...)...)
}

func (s *stage) close() {
	if s.device != nil {
		s.device.leave()
	}
	if s.door != nil {
		s.door.Close()
	}
	for _, p := range []*rig.Onelan{s.edge, s.cloud} {
		if p != nil && !p.Gone() {
			p.Stop()
		}
	}
}

// curl calls a REST API, and shows the call as one would type it, and its answer.
func (s *stage) curl(ctx context.Context, at, method, path, body string) (string, error) {
	line := "curl -H 'api-key: " + string(server.DemoMasterKey) + "'"
	if body != "" {
		line += " -d '" + body + "'"
	}
	s.say("$ %s 'http://%s%s'", line, at, path)
	text, err := call(ctx, at, method, path, body)
	if err == nil {
		s.say("%s", strings.TrimSpace(text))
	}
	return text, err
}

// call makes one call with the key of the demo product.
func call(ctx context.Context, at, method, path, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+at+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("api-key", string(server.DemoMasterKey))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

// until asks again and again, for as long as a person would wait.
func until(ctx context.Context, what string, ok func() (bool, error)) error {
	for deadline := clock.System().Now().Add(time.Minute); clock.System().Now().Before(deadline); {
		if yes, err := ok(); yes || err != nil {
			return err
		}
		if !clock.Sleep(clock.System(), 50*time.Millisecond, ctx.Done()) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("waited a minute for %s", what)
}

// data reads what an answer in OneNET's envelope holds.
func data(text string, into any) error {
	envelope := struct {
		Errno int    `json:"errno"`
		Error string `json:"error"`
		Data  any    `json:"data"`
	}{Data: into}
	if err := json.Unmarshal([]byte(text), &envelope); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	if envelope.Errno != 0 {
		return fmt.Errorf("errno %d: %s", envelope.Errno, envelope.Error)
	}
	return nil
}

// write puts a file beside the settings.
func (s *stage) write(name, text string) error {
	return os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600)
}
