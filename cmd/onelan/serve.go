package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/server"
)

const serveLong = `Run the platform until Ctrl-C. Nothing needs to be set up: devices find MQTT on port
6002 and the REST API on port 8080, and the product and device of the public ESP32
tutorial exist.

Settings come from flags, then the environment, then onelan.yaml. Each address can be
host:port, :port for every network of this machine, a bare port, 0 for a free port, or off.

With --bridge the devices that onelan.yaml names under bridge go to the real OneNET as well, and
its commands come down: docs/BRIDGE.md. A SIGHUP reads that part of the configuration again.`

// serveOptions are the flags of serve, and of onelan without a command.
type serveOptions struct {
	settings  settingsFlags
	json      bool
	readyFile string
	envFile   string
}

func (o *serveOptions) flags(cmd *cobra.Command) {
	o.settings.flags(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "instead of the banner print one line of JSON with the addresses")
	cmd.Flags().StringVar(&o.readyFile, "ready-file", "", "write the addresses as JSON to this `FILE` when everything listens; remove it at the end")
	cmd.Flags().StringVar(&o.envFile, "env-file", "", "likewise, for a shell: the variables that onelan exec gives to its command")
}

func (a *app) serveCommand() *cobra.Command {
	o := &serveOptions{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the platform",
		Long:  serveLong,
		Example: `  onelan serve
  onelan serve --mqtt :6003                # when 6002 is taken
  onelan serve --ephemeral --auto-register # let any device in, keep nothing
  onelan serve --config lab.yaml --data ./lab
  onelan serve --ephemeral --seed class.yaml --ready-file ready.json
  onelan serve --console-listen :8091 --console-password env:PW # the web pages for everyone on the network
  onelan serve --bridge                    # to the real OneNET, too: the devices under bridge in onelan.yaml
  onelan serve --http-port 80 --limits onenet    # as strict as the cloud, for clients that know only port 80`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd, o) },
	}
	o.flags(cmd)
	return cmd
}

// serve runs the platform until the context ends.
func (a *app) serve(cmd *cobra.Command, o *serveOptions) error {
	loaded, err := o.settings.load(a, cmd)
	if err != nil {
		return err
	}
	for _, w := range loaded.Warnings {
		_, _ = fmt.Fprintf(a.stderr, "warning: %s\n", w)
	}
	c, err := a.serverConfig(loaded)
	if err != nil {
		return err
	}
	if err := o.bridgeConfig(a, cmd, loaded, &c); err != nil {
		return err
	}
	hup, gone, stop := hangups()
	defer stop()
	files := signFiles{ready: o.readyFile, env: o.envFile}
	files.remove() // of a run that had no chance to
	srv, err := server.Start(cmd.Context(), c)
	if err != nil {
		return cannotStart(c, err)
	}
	defer files.remove()
	if err := files.write(cmd.Context(), srv, c); err != nil {
		_ = srv.Close()
		return err
	}
	if err := a.announce(srv, c, o.json); err != nil {
		_ = srv.Close()
		return err
	}
	attend(cmd.Context(), srv, c.Log, hup, gone)
	files.remove() // nobody is to come any more
	if !o.json {
		_, _ = fmt.Fprintln(a.stderr, "stopping; again to end at once")
	}
	return srv.Close()
}

// serverConfig turns a configuration into what the server is started with.
func (a *app) serverConfig(l *config.Loaded) (server.Config, error) {
	dir := l.Data
	if dir == "" && !l.Ephemeral {
		var err error
		if dir, err = config.DataDir(runtime.GOOS, a.getenv, os.UserHomeDir); err != nil {
			return server.Config{}, fail(exitFailed, "no folder for the data: %v", err).with("name one: onelan serve --data DIR")
		}
	}
	seed, err := a.seed(l)
	if err != nil {
		return server.Config{}, err
	}
	password, err := consolePassword(l)
	if err != nil {
		return server.Config{}, err
	}
	return server.Config{
		MQTT: l.Listen.MQTT, MQTTS: l.Listen.MQTTS, WS: l.Listen.WS, WSS: l.Listen.WSS, HTTP: l.Listen.HTTP, Lab: l.Listen.Lab,
		Console: l.Console.Listen, ConsolePassword: password, ConsoleNames: l.Console.Names,
		TLSCert: l.TLS.Cert, TLSKey: l.TLS.Key,
		DataDir: dir, Ephemeral: l.Ephemeral, Sync: l.Sync, JournalSize: l.JournalSize,
		Switches: l.Switches, Limits: l.Limits, Demo: l.Demo,
		MDNS: l.LAN.MDNS, Discovery: l.LAN.Discovery, DNS: l.LAN.DNS,
		Seed: seed, ParseSeed: a.parseSeed,
		Version: release(), Log: logger(a.stderr, l.Log), Clock: a.clock,
	}, nil
}

func logger(w io.Writer, l config.Log) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.Level)) // config has judged it
	o := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// cannotStart says what of the configuration stood in the way.
func cannotStart(c server.Config, err error) error {
	f := classify(err)
	if f.hint != "" || c.Ephemeral {
		return fail(exitFailed, "%s", f.says).with("%s", f.hint)
	}
	return fail(exitFailed, "%s", f.says).with("the data is in %s; --data DIR keeps it elsewhere, --ephemeral keeps none", c.DataDir)
}

// announce says where the server is: to people, or to a script.
func (a *app) announce(srv *server.Server, c server.Config, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.stdout).Encode(srv.Ready())
	}
	addresses, err := lan.Addresses()
	if err != nil {
		c.Log.Warn("network interfaces not listed", "err", err)
	}
	b := banner{ready: srv.Ready(), config: c, lan: addresses, paint: a.painter(a.stdout)}
	_, err = io.WriteString(a.stdout, b.String())
	return err
}

// keptIn says where the data is.
func keptIn(c server.Config) string {
	if c.Ephemeral {
		return "in memory: it ends with the server (--ephemeral)"
	}
	dir := c.DataDir
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return "in " + dir
}
