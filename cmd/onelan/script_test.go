package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/server"
)

// TestScript runs testdata/script: each script is a person at a terminal. Next to each
// runs a server of its own, at which ONELAN_LAB points and whose clock stands still at
// 2026-01-02 03:04:05 UTC. Beyond testscript's commands there are
//
//	publish DEVICE TOPIC HEX    a device logs in, publishes at QoS 1 and goes; with ! it is to be refused
//	online DEVICE [ANSWER]      a device logs in, stays, and answers its commands
//	freeport NAME...            puts the number of a free port into each variable
//
// UPDATE=1 rewrites what a script compares with.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		UpdateScripts:      os.Getenv("UPDATE") != "",
		RequireUniqueNames: true,
		Setup:              setupServer,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"publish":  publish,
			"online":   online,
			"freeport": freePort,
		},
	})
}

func setupServer(env *testscript.Env) error {
	c := server.DefaultConfig()
	c.MQTT, c.HTTP, c.Lab, c.Ephemeral = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", true
	c.MDNS, c.Discovery = false, ""
	c.Clock = clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	c.Log = slog.New(slog.DiscardHandler)
	c.ParseSeed = (&app{clock: c.Clock}).parseSeed
	srv, err := server.Start(env.T().(testing.TB).Context(), c)
	if err != nil {
		return err
	}
	env.Defer(func() { _ = srv.Close() })
	env.Values["mqtt"] = srv.MQTTAddr()
	env.Setenv("ONELAN_LAB", "http://"+srv.LabAddr())
	env.Setenv("MQTT", srv.MQTTAddr())
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("LOCALAPPDATA", filepath.Join(env.WorkDir, "home"))
	env.Setenv("TZ", "UTC")
	return nil
}

// connect logs the device of the demo product in with its id as auth info, or as the demo device.
func connect(ts *testscript.TestScript, device string, answer []byte) (mqtt.Client, error) {
	auth := device
	if device == string(server.DemoDevice) {
		auth = string(server.DemoAuthInfo)
	}
	opts := mqtt.NewClientOptions().AddBroker("tcp://" + ts.Value("mqtt").(string)).SetAutoReconnect(false).
		SetClientID(device).SetUsername(string(server.DemoProduct)).SetPassword(auth)
	opts.SetDefaultPublishHandler(func(c mqtt.Client, m mqtt.Message) {
		if id, ok := strings.CutPrefix(m.Topic(), "$creq/"); ok && answer != nil {
			c.Publish("$crsp/"+id, 0, false, answer)
		}
	})
	c := mqtt.NewClient(opts)
	return c, done(c.Connect())
}

func done(t mqtt.Token) error {
	if !t.WaitTimeout(10 * time.Second) {
		return errors.New("no answer in time")
	}
	return t.Error()
}

func publish(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: publish DEVICE TOPIC HEX")
	}
	payload, err := parseHex(args[2])
	ts.Check(err)
	c, err := connect(ts, args[0], nil)
	if err == nil {
		defer c.Disconnect(0)
		err = done(c.Publish(args[1], 1, false, payload))
	}
	if (err != nil) != neg {
		ts.Fatalf("publish: %v", err)
	}
}

func online(ts *testscript.TestScript, _ bool, args []string) {
	var answer []byte
	if len(args) > 1 {
		answer = []byte(args[1])
	}
	c, err := connect(ts, args[0], answer)
	ts.Check(err)
	ts.Defer(func() { c.Disconnect(0) })
}

func freePort(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer func() { _ = ln.Close() }() // only at the end, so that no number comes twice
		ts.Setenv(name, fmt.Sprint(ln.Addr().(*net.TCPAddr).Port))
	}
}
