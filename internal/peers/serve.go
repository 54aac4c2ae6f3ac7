package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"runtime/pprof"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/server"
)

// serve is a broker in a process of its own. It says where it listens, as onelan serve
// --json does, and serves until it is interrupted.
func serve(ctx context.Context, o options, stdout io.Writer) error {
	switch o.serve {
	case "mochi":
		return serveMochi(ctx, stdout)
	case "plain":
		return servePlain(ctx, o.data, stdout)
	}
	return serveOnelan(ctx, o, stdout)
}

// serveMochi is the library as it comes: default options, everybody may log in. What it
// logs goes to standard output, behind the line that says where it listens.
func serveMochi(ctx context.Context, stdout io.Writer) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := json.NewEncoder(stdout).Encode(lab.Ready{Ready: true, MQTT: ln.Addr().String()}); err != nil {
		return err
	}
	s := mqtt.New(nil)
	if err := s.AddHook(new(auth.AllowHook), nil); err != nil {
		return err
	}
	if err := s.AddListener(listeners.NewNet("tcp", ln)); err != nil {
		return err
	}
	if err := s.Serve(); err != nil {
		return err
	}
	<-ctx.Done()
	return s.Close()
}

// serveOnelan is the same assembly as in the binary, with a profile of its whole life.
func serveOnelan(ctx context.Context, o options, stdout io.Writer) (err error) {
	if o.cpuProfile != "" {
		f, err := os.Create(o.cpuProfile)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	c := server.DefaultConfig()
	c.MQTT, c.HTTP, c.Lab = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.MDNS, c.Discovery = false, ""
	c.DataDir, c.Ephemeral = o.data, o.data == ""
	c.Switches.AutoRegister = true
	s, err := server.Start(ctx, c)
	if err != nil {
		return err
	}
	ready := lab.Ready{Ready: true, MQTT: s.MQTTAddr(), HTTP: s.HTTPAddr(), Lab: s.LabAddr()}
	if err := json.NewEncoder(stdout).Encode(ready); err != nil {
		return err
	}
	<-ctx.Done()
	return s.Close()
}
