package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/onelan/onelan/config"
)

// settingsFlags are the flags that stand for settings of the configuration.
type settingsFlags struct {
	file string
	set  []string
}

// shortcuts are the settings with a flag of their own; --set reaches all others.
var shortcuts = []struct{ flag, path, value, help string }{
	{"mqtt", "listen.mqtt", "ADDR", "listen for MQTT on this address (default :6002)"},
	{"http", "listen.http", "ADDR", "listen for the REST API on this address (default :8080)"},
	{"lab", "listen.lab", "ADDR", "listen for onelan's own commands on this address (default 127.0.0.1:8090)"},
	{"console-listen", "console.listen", "ADDR", "the web pages on an address of their own, or off (default lab: where --lab is)"},
	{"console-password", "console.password", "REF", "what a visitor of the web pages must know: env:NAME, file:PATH, or its hash (onelan console password)"},
	{"mqtts", "listen.mqtts", "ADDR", "listen for MQTT over TLS; needs --tls-cert and --tls-key"},
	{"ws", "listen.ws", "ADDR", "listen for MQTT over WebSocket"},
	{"wss", "listen.wss", "ADDR", "listen for MQTT over WebSocket and TLS"},
	{"dns", "lan.dns", "ADDR", "answer DNS here, UDP and TCP, for OneNET's own host names only, with this machine's address"},
	{"tls-cert", "tls.cert", "FILE", "certificate in PEM form"},
	{"tls-key", "tls.key", "FILE", "private key in PEM form"},
	{"seed", "seed", "FILE", "create what this file names: products, devices, keys, streams, triggers, history"},
	{"limits", "limits", "NAME", "onenet: the limits of a OneNET account; a single one by --set"},
	{"data", "data", "DIR", "keep the data in this folder"},
	{"sync", "sync", "LEVEL", "durability of stored points: full, normal or off (default full)"},
	{"log-level", "log.level", "LEVEL", "debug, info, warn or error (default info)"},
	{"log-format", "log.format", "FORM", "text or json (default text)"},
}

// switches are the flags that switch on what is off, and another setting that has to be on then.
var switches = []struct{ flag, path, implies, help string }{
	{"ephemeral", "ephemeral", "", "keep everything in memory and forget it at the end"},
	{"auto-register", "switches.auto_register", "", "create unknown products and devices at their first login"},
	{"bridge", "bridge.enabled", "", "carry devices to the real OneNET: those that the configuration names under bridge"},
	{"dry-run", "bridge.dry_run", "bridge.enabled", "likewise, but log in nowhere: the journal tells what would go up (onelan watch)"},
}

// negations are the flags that switch off what is on, and the value that does it.
var negations = []struct{ flag, path, value, help string }{
	{"no-demo", "demo", "false", "do not create the tutorial's product and device"},
	{"no-mdns", "lan.mdns", "false", "do not answer to onelan.local, and do not announce MQTT on the network"},
	{"no-discovery", "lan.discovery", "off", "do not answer boards that ask the network for their server"},
}

// httpPort is the flag that keeps the host of listen.http, for firmware and programs that call port 80.
const httpPort = "http-port"

// flags adds the flags for settings, but for those left out.
func (s *settingsFlags) flags(cmd *cobra.Command, without ...string) {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.StringVar(&s.file, "config", "", "read the configuration from this `FILE` (default $ONELAN_CONFIG, or "+config.FileName+" in this folder)")
	for _, x := range shortcuts {
		f.Var(&word{kind: x.value}, x.flag, x.help)
		if x.flag == "http" {
			f.Var(&word{kind: "N"}, httpPort, "listen for the REST API on this port: --http with its host as it is")
		}
	}
	for _, x := range switches {
		f.Bool(x.flag, false, x.help)
	}
	for _, x := range negations {
		f.Bool(x.flag, false, x.help)
	}
	f.StringArrayVar(&s.set, "set", nil, "set any key of the configuration by `KEY=VALUE`, such as limits.retention=30d; may come again")
	cmd.Flags().SortFlags = false
	f.SortFlags = false
	f.VisitAll(func(x *pflag.Flag) {
		if !slices.Contains(without, x.Name) {
			cmd.Flags().AddFlag(x)
		}
	})
}

// word is the value of a flag that stands for a setting: package config judges it.
type word struct{ text, kind string }

func (w *word) String() string     { return w.text }
func (w *word) Set(s string) error { w.text = s; return nil }
func (w *word) Type() string       { return w.kind }

// load gives the configuration in force.
func (s *settingsFlags) load(a *app, cmd *cobra.Command) (*config.Loaded, error) {
	in := config.Input{File: cmp.Or(s.file, a.getenv("ONELAN_CONFIG")), Env: a.env}
	for _, pair := range s.set {
		path, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usage("--set wants KEY=VALUE, got %q", pair).with("for instance --set limits.retention=30d")
		}
		in.Flags = append(in.Flags, config.Override{Path: path, Value: value, Flag: "--set"})
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if path := implied(f); path != "" {
			in.Flags = append(in.Flags, config.Override{Path: path, Value: "true", Flag: "--" + f.Name})
		}
		if path, value := settingOf(f); path != "" {
			in.Flags = append(in.Flags, config.Override{Path: path, Value: value, Flag: "--" + f.Name, Port: f.Name == httpPort})
		}
	})
	return config.Load(in)
}

// settingOf tells which setting a flag stands for, and the value it gives it.
func settingOf(f *pflag.Flag) (path, value string) {
	if f.Name == httpPort {
		return "listen.http", f.Value.String()
	}
	for _, x := range negations {
		if x.flag == f.Name && f.Value.String() == "true" {
			return x.path, x.value
		}
	}
	for _, x := range shortcuts {
		if x.flag == f.Name {
			return x.path, f.Value.String()
		}
	}
	for _, x := range switches {
		if x.flag == f.Name {
			return x.path, f.Value.String()
		}
	}
	return "", ""
}

// implied is the setting that has to be on for a flag that is on.
func implied(f *pflag.Flag) string {
	for _, x := range switches {
		if x.flag == f.Name && f.Value.String() == "true" {
			return x.implies
		}
	}
	return ""
}
