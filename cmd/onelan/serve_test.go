package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

func TestTheDefaultConfigurationIsTheServersOwn(t *testing.T) {
	t.Parallel()
	a := &app{stderr: io.Discard, clock: clock.System(), env: []string{"LOCALAPPDATA=/kept", "XDG_DATA_HOME=/kept"}}
	got, err := a.serverConfig(&config.Loaded{Config: config.Default()})
	if err != nil {
		t.Fatal(err)
	}
	ignored := cmpopts.IgnoreFields(server.Config{}, "DataDir", "Version", "Log", "Clock", "JournalSize", "ParseSeed", "ReadPlan")
	if diff := cmp.Diff(server.DefaultConfig(), got, ignored); diff != "" {
		t.Errorf("(-server +config):\n%s", diff)
	}
	if got.JournalSize != onenet.DefaultJournalSize || config.DemoProduct != string(server.DemoProduct) {
		t.Errorf("journal size %d, demo product %s", got.JournalSize, config.DemoProduct)
	}
}

func TestBanner(t *testing.T) {
	t.Parallel()
	addresses := []lan.Address{
		{IP: netip.MustParseAddr("192.168.1.23"), Interface: "wlan0"}, {IP: netip.MustParseAddr("172.17.0.1"), Interface: "docker0"},
	}
	for name, b := range map[string]banner{
		"banner-default.txt": {
			ready:  lab.Ready{Version: "v1.0.0", MQTT: "[::]:6002", HTTP: "[::]:8080", Lab: "127.0.0.1:8090", Console: "127.0.0.1:8090", Discovery: "0.0.0.0:6003", MDNS: "0.0.0.0:5353"},
			config: server.Config{Demo: true, DataDir: "/home/me/.local/share/onelan"},
		},
		"banner-all.txt": {
			ready: lab.Ready{
				Version: "v1.0.0", MQTT: "192.168.1.23:7002", MQTTS: "[::]:8883", WS: "0.0.0.0:8083", WSS: "[::1]:8084",
				HTTP: "127.0.0.1:9080", Lab: "[::]:9090", Console: "[::]:8091", Discovery: "127.0.0.1:6003", MDNS: "0.0.0.0:5353", DNS: "0.0.0.0:53",
			},
			config: server.Config{Ephemeral: true, Demo: true, ConsolePassword: "$argon2id$"}, paint: painter{true},
		},
		"banner-bridge.txt": {
			ready:  lab.Ready{Version: "v1.0.0", MQTT: "127.0.0.1:6002"},
			config: server.Config{Ephemeral: true, Bridge: bridgeTo("mqtt.heclouds.com:6002", 1, false)},
		},
		"banner-bridges.txt": {
			ready:  lab.Ready{Version: "v1.0.0", MQTT: "127.0.0.1:6002"},
			config: server.Config{Ephemeral: true, Bridge: bridgeTo("mqtt.heclouds.com:6002", 3, true)},
		},
		"banner-least.txt": {
			ready:  lab.Ready{Version: "v1.0.0", MQTT: "127.0.0.1:6002"},
			config: server.Config{Ephemeral: true},
		},
	} {
		b.lan = addresses
		golden(t, name, b.String())
	}
}

// bridgeTo is a plan of some devices; with mixed they go to two places, and the cloud sees some always.
func bridgeTo(addr string, n int, mixed bool) *bridge.Plan {
	p := &bridge.Plan{Addr: addr, DryRun: mixed}
	for i := range n {
		d := bridge.Device{Ref: onenet.DeviceRef{Product: server.DemoProduct, Device: server.DemoDevice}, Addr: addr, Presence: bridge.Follow}
		d.Login = bridge.Login{Product: "88001", Device: "700123456"}
		if mixed && i > 0 {
			d.Presence = bridge.Always
		}
		p.Devices = append(p.Devices, d)
	}
	if mixed {
		other := bridge.Device{Ref: onenet.DeviceRef{Product: "1", Device: "7"}, Login: bridge.Login{Product: "1", Device: "7"}, Addr: "[::1]:6003", Presence: bridge.Always}
		p.TLS, p.Devices = &tls.Config{}, append(p.Devices, other)
	}
	return p
}

func TestLoggersDoAsTheyAreTold(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger(&out, config.Log{Level: "warn", Format: "json"}).Info("quiet")
	logger(&out, config.Log{Level: "debug", Format: "text"}).Debug("loud", "k", 1)
	if s := out.String(); strings.Contains(s, "quiet") || !strings.Contains(s, "level=DEBUG msg=loud k=1") {
		t.Error(s)
	}
	out.Reset()
	logger(&out, config.Log{Level: "info", Format: "json"}).LogAttrs(t.Context(), slog.LevelInfo, "x")
	if !strings.HasPrefix(out.String(), "{") {
		t.Error(out.String())
	}
}

func TestErrorsForPeople(t *testing.T) {
	t.Parallel()
	busy := &server.ListenError{What: "MQTT", Addr: ":6002", Flag: "--mqtt", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	low := &server.ListenError{What: "HTTP", Addr: ":80", Flag: "--http", Err: os.NewSyscallError("bind", syscall.EACCES)}
	for _, row := range []struct {
		err  error
		code int
		says string
		hint string
	}{
		{errors.New("boom"), exitFailed, "boom", ""},
		{usage("wrong").with("right"), exitUsage, "wrong", "right"},
		{fmt.Errorf("start: %w", busy), exitFailed, "MQTT: port 6002 is in use by another program", "onelan serve --mqtt :6003"},
		{low, exitFailed, "HTTP: cannot listen on :80", "onelan serve --http :6002"},
		{&lab.Error{Status: 404, Message: "none", Hint: "look"}, exitNotFound, "none", "look"},
		{&lab.Error{Status: 400, Message: "bad"}, exitUsage, "bad", ""},
		{&lab.Error{Status: 403, Message: "no"}, exitRefused, "no", ""},
		{&lab.Error{Status: 504, Message: "late"}, exitTimeout, "late", ""},
		{&lab.Error{Status: 500, Message: "oops"}, exitFailed, "oops", ""},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, exitUnreachable, "no onelan answers", "onelan serve"},
		{io.ErrUnexpectedEOF, exitUnreachable, "the server went away", "onelan serve"},
		{onenet.NotFound("device", "7"), exitNotFound, `device "7": not found`, ""},
	} {
		f := classify(row.err)
		if f.code != row.code || !strings.Contains(f.says, row.says) || !strings.Contains(f.hint, row.hint) {
			t.Errorf("%v is told as %d, %q, %q", row.err, f.code, f.says, f.hint)
		}
	}
}

func TestNextPort(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		":6002": ":6003", "127.0.0.1:80": "127.0.0.1:81", "[::1]:1": "[::1]:2", ":65535": "HOST:PORT", ":mqtt": "HOST:PORT", "x": "HOST:PORT",
	} {
		if got := nextPort(addr); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}
