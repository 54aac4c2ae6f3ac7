// Package config says how onelan is set up: one Config, one function with its
// defaults, and Load, which lays environment over file and flags over environment.
//
// The file is onelan.yaml. What it says wrongly (unknown keys, wrong types, values
// out of range) is told all at once, each fault with its line, column and source
// line. The package reads files and starts nothing; cmd/onelan turns a Config into
// a running server.
package config

import (
	"encoding/json"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// FileName is the configuration file that Load looks for in the current directory.
const FileName = "onelan.yaml"

// Config is everything that can be set. Each field's name in the file is its yaml
// tag; Settings lists them all with their names in the environment.
type Config struct {
	Listen      Listen          `yaml:"listen"`
	Console     Console         `yaml:"console"`
	LAN         LAN             `yaml:"lan"`
	TLS         TLS             `yaml:"tls"`
	Data        string          `yaml:"data"`
	Ephemeral   bool            `yaml:"ephemeral"`
	Sync        string          `yaml:"sync"`
	JournalSize int             `yaml:"journal_size"`
	Log         Log             `yaml:"log"`
	Demo        bool            `yaml:"demo"`
	Products    []Product       `yaml:"products"`
	Devices     []Device        `yaml:"devices"`
	Keys        []Key           `yaml:"keys"`
	Seed        string          `yaml:"seed"`
	Bridge      Bridge          `yaml:"bridge"`
	Limits      onenet.Limits   `yaml:"limits"`
	Switches    onenet.Switches `yaml:"switches"`
}

// Listen holds the addresses to listen on: host:port, :port for all interfaces, or
// empty for off. Port 0 takes a free one.
type Listen struct {
	MQTT  string `yaml:"mqtt"`
	MQTTS string `yaml:"mqtts"`
	WS    string `yaml:"ws"`
	WSS   string `yaml:"wss"`
	HTTP  string `yaml:"http"`
	Lab   string `yaml:"lab"`
}

// Console says where the web pages are and who may see them.
type Console struct {
	Listen   string   `yaml:"listen"`   // OnLab, an address, or empty for off
	Password string   `yaml:"password"` // a hash, or a reference: env:NAME or file:PATH
	Names    []string `yaml:"names"`
}

// OnLab puts the console on the address of listen.lab.
const OnLab = server.OnLab

// LAN says how boards find this machine. The addresses are like those of Listen.
type LAN struct {
	MDNS      bool   `yaml:"mdns"`
	Discovery string `yaml:"discovery"`
	DNS       string `yaml:"dns"`
}

// TLS names the PEM files that mqtts and wss need.
type TLS struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// Log says what is logged and how it looks.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Default is the configuration of a start without file, environment and flags.
func Default() Config {
	return Config{
		Listen:      Listen{MQTT: ":6002", HTTP: ":8080", Lab: "127.0.0.1:8090"},
		Console:     Console{Listen: OnLab},
		LAN:         LAN{MDNS: true, Discovery: ":6003"},
		Sync:        "full",
		JournalSize: onenet.DefaultJournalSize,
		Log:         Log{Level: "info", Format: "text"},
		Demo:        true,
		Bridge:      defaultBridge(),
		Limits:      onenet.DefaultLimits(),
		Switches:    onenet.DefaultSwitches(),
	}
}

// The leaf types that are not told apart by their kind.
var (
	durationType = typeOf[time.Duration]()
	jsonType     = typeOf[json.RawMessage]()
)
