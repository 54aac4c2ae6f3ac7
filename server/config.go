package server

import (
	"fmt"
	"log/slog"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Config says what a Server is made of. DefaultConfig gives the one that needs no
// thought; the zero value listens nowhere and keeps everything in DataDir.
type Config struct {
	MQTT  string // listen addresses, "host:port"; empty for none
	MQTTS string // MQTT over TLS
	WS    string // MQTT over WebSocket
	WSS   string // MQTT over WebSocket over TLS
	HTTP  string // OneNET's REST API
	Lab   string // the control door, /_lab/

	Console         string        // the web pages: OnLab, or an address of their own; empty for none
	ConsolePassword onenet.Secret // the hash, by console.HashPassword, of what a visitor must know
	ConsoleNames    []string      // host names of the console besides loopback's and onelan.local

	MDNS      bool   // be onelan.local on the networks that MQTT is open to
	Discovery string // UDP address on which boards are told where MQTT is; empty for none
	DNS       string // UDP and TCP address that answers OneNET's own host names with this machine; empty for none

	TLSCert string // PEM files, for MQTTS and WSS
	TLSKey  string

	DataDir     string       // where the database lives; made when absent
	Ephemeral   bool         // keep everything in memory instead
	Store       onenet.Store // use this store instead of either; Close closes it
	Sync        string       // durability of the database: "full" (default), "normal" or "off"
	JournalSize int          // records; 0 for the default

	Switches onenet.Switches
	Limits   onenet.Limits
	Seed     Seed
	Demo     bool // the tutorial's product and device exist

	Bridge *bridge.Plan // what goes to the real OneNET; nil for no bridge
	// ReadPlan reads the plan of the bridge anew, for ReloadBridge; no plan means off. A nil ReadPlan refuses to.
	ReadPlan func() (*bridge.Plan, error)
	// BridgeTiming is how patient the bridge is; its zero value is for the real OneNET.
	BridgeTiming bridge.Timing

	// ParseSeed reads the seed file that comes by /_lab/seed; nil refuses it.
	ParseSeed func(text []byte) (Seed, error)

	Version string
	Log     *slog.Logger
	Clock   clock.Clock
}

// OnLab as Config.Console puts the console on the control door's address.
const OnLab = "lab"

// Seed is what must exist at the start. What exists already is left as it is.
type Seed struct {
	Products []onenet.Product
	Devices  []onenet.Device
	Keys     []onenet.Key
	Topics   []onenet.TopicRef
	Streams  []onenet.StreamMeta
	Triggers []onenet.Trigger
	Points   []onenet.StoredPoint
}

// The tutorial's device, which exists when Config.Demo is set.
const (
	DemoProduct  onenet.ProductID = "244754"
	DemoDevice   onenet.DeviceID  = "527521926"
	DemoAuthInfo onenet.Secret    = "3C71BFC80054"
	// DemoMasterKey is fake for everybody to see: nobody can mistake it for a real one.
	DemoMasterKey onenet.Secret = "onelan=demo=key=not=secret=0"
	// DemoRegisterCode registers devices in the demo product.
	DemoRegisterCode onenet.Secret = "demoRegisterCode"
)

// DefaultConfig is what `onelan serve` uses when nobody says otherwise.
func DefaultConfig() Config {
	return Config{
		MQTT: ":6002", HTTP: ":8080", Lab: "127.0.0.1:8090", Console: OnLab, MDNS: true, Discovery: ":6003", Sync: "full", Demo: true,
		Switches: onenet.DefaultSwitches(), Limits: onenet.DefaultLimits(), Version: "dev",
	}
}

// demoSeed is the world of the public ESP32 tutorial.
func demoSeed() Seed {
	return Seed{
		Products: []onenet.Product{{
			ID: DemoProduct, Name: "ESP32 tutorial", Dialect: onenet.Legacy, MasterKey: DemoMasterKey, RegisterCode: DemoRegisterCode, AllowDup: true,
		}},
		Devices: []onenet.Device{{
			Product: DemoProduct, ID: DemoDevice, Title: "esp32-led", AuthInfo: DemoAuthInfo, Protocol: "MQTT", Private: true,
			Desc: "the blue LED of the tutorial: on, off, toggle", Tags: []string{"demo"},
		}},
	}
}

// ListenError says that an address could not be listened on.
type ListenError struct {
	What string // "MQTT"
	Addr string // as configured
	Flag string // the flag that moves it
	Err  error
}

func (e *ListenError) Error() string {
	return fmt.Sprintf("%s: cannot listen on %s: %v", e.What, e.Addr, e.Err)
}

// Unwrap gives the operating system's reason.
func (e *ListenError) Unwrap() error { return e.Err }
