package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/server"
)

// The brokers that are measured.
const (
	onelanMemory = "onelan"
	onelanSQLite = "onelan, SQLite"
	onelanNormal = "onelan, normal" // SQLite that does not wait for the disk
	mochi        = "mochi"
	mosquitto    = "mosquitto"
)

// broker is a running broker.
type broker struct {
	name string
	addr string
	*rig.Process
	http string // where its REST API is, where it has one
}

// startPeers starts the brokers for a comparison of topic loads. Without mosquitto on this machine there are two.
func (b *bench) startPeers(ctx context.Context) ([]*broker, error) {
	starts := []func(context.Context) (*broker, error){b.startMemory, startMochi, b.startMosquitto}
	var list []*broker
	for _, start := range starts {
		one, err := start(ctx)
		if errors.Is(err, exec.ErrNotFound) {
			_, _ = fmt.Fprintln(b.out, "mosquitto is not installed: it is left out")
			continue
		}
		if err != nil {
			stopAll(list)
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func stopAll(list []*broker) {
	for _, b := range list {
		b.Stop()
	}
}

func (b *bench) startMemory(ctx context.Context) (*broker, error) {
	s, err := rig.StartOnelan(ctx, b.binary, "--ephemeral", "--auto-register")
	if err != nil {
		return nil, err
	}
	return &broker{onelanMemory, s.MQTT, s.Process, s.HTTP}, nil
}

func (b *bench) startSQLite(ctx context.Context, name, dir, sync string) (*broker, error) {
	s, err := rig.StartOnelan(ctx, b.binary, "--data", dir, "--sync", sync, "--auto-register")
	if err != nil {
		return nil, err
	}
	return &broker{name: name, addr: s.MQTT, Process: s.Process}, nil
}

func startMochi(ctx context.Context) (*broker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s, err := rig.StartReady(ctx, self, "-serve", "mochi")
	if err != nil {
		return nil, err
	}
	return &broker{name: mochi, addr: s.MQTT, Process: s.Process}, nil
}

// mosquittoConf takes away what would make mosquitto drop messages or wait.
const mosquittoConf = `listener %d 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
log_type error
`

func (b *bench) startMosquitto(ctx context.Context) (*broker, error) {
	name, err := findServer("mosquitto")
	if err != nil {
		return nil, err
	}
	port, err := rig.FreePort()
	if err != nil {
		return nil, err
	}
	conf := filepath.Join(b.dir, "mosquitto.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, mosquittoConf, port), 0o600); err != nil {
		return nil, err
	}
	p, err := rig.Run(nil, name, "-c", conf)
	if err != nil {
		return nil, err
	}
	m := &broker{name: mosquitto, addr: fmt.Sprintf("127.0.0.1:%d", port), Process: p}
	if err := awaitListener(ctx, m); err != nil {
		p.Kill()
		return nil, err
	}
	return m, nil
}

// awaitListener returns when the broker takes connections.
func awaitListener(ctx context.Context, b *broker) error {
	for range 500 {
		if b.Gone() {
			return fmt.Errorf("%s ended: %s", b.name, b.Said())
		}
		if c, err := rig.Dial(ctx, b.addr, ""); err == nil {
			return c.Close()
		}
		clock.Sleep(clock.System(), 10*time.Millisecond, ctx.Done())
	}
	return fmt.Errorf("%s does not listen on %s", b.name, b.addr)
}

// loginAs is the login of the load's client with this number, the same for every broker.
func loginAs(role string, n int) rig.Login {
	id := fmt.Sprintf("%s-%d", strings.ToLower(role), n)
	return rig.Login{Device: id, Product: string(server.DemoProduct), Secret: "secret of " + id}
}
