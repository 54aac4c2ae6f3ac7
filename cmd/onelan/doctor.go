package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/doctor"
	"github.com/onelan/onelan/lan/mdns"
	"github.com/onelan/onelan/server"
)

const doctorLong = `Look at this machine as a board on its network would: ports, addresses, clock, data folder and
firewall, and say what to type about what stands in the way. Nothing is changed. It reads the
configuration as onelan serve does, with the same flags, and sees a server that runs already.
With a bridge, it looks whether the cloud can be reached, and logs nobody in.

--board prints a config.json for the ESP32 firmware instead, --recipes how to catch firmware
in which mqtt.heclouds.com or 183.230.40.39 cannot be changed.

The exit code is 0 when nothing failed, warnings or not, and 1 otherwise.`

// doctorOptions are the flags of doctor.
type doctorOptions struct {
	settings             settingsFlags
	board, recipes, json bool
	device, product      string
	host                 string
}

func (a *app) doctorCommand() *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say why a board cannot find this machine, and what to do",
		Long:  doctorLong,
		Example: `  onelan doctor
  onelan doctor --board > config.json             # for the tutorial's device
  onelan doctor --board --device 527521927 --host auto
  onelan doctor --recipes`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd, o) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.board, "board", false, "print a config.json for the ESP32 firmware; only the Wi-Fi is left to fill in")
	f.StringVar(&o.device, "device", "", "with --board: the `DEVICE` that the board is (default: the tutorial's)")
	f.StringVar(&o.product, "product", "", "`ID` of the device's product, where several have a device of that id")
	f.StringVar(&o.host, "host", "", "with --board: `HOST` that the board looks for: an address, "+mdns.Host+", or auto, which asks the network (default: this machine's best address)")
	f.BoolVar(&o.recipes, "recipes", false, "print what to do about firmware in which the server cannot be changed")
	f.BoolVar(&o.json, "json", false, "print JSON: what was found, the board's configuration and the recipes")
	cmd.MarkFlagsMutuallyExclusive("board", "recipes", "json")
	o.settings.flags(cmd)
	return a.clientFlags(cmd)
}

// doctorReport is what doctor --json prints.
type doctorReport struct {
	OK       bool             `json:"ok"`
	Findings []doctor.Finding `json:"findings"`
	Board    doctor.Board     `json:"board"`
	Recipes  []doctor.Recipe  `json:"recipes"`
}

func (a *app) doctor(cmd *cobra.Command, o *doctorOptions) error {
	if !o.board && (o.device != "" || o.host != "") && !o.json {
		return usage("--device and --host are for --board").with("onelan doctor --board --device 527521926")
	}
	e, err := a.environment(cmd, &o.settings)
	if err != nil {
		return err
	}
	switch {
	case o.board:
		board, err := a.boardConfig(cmd, o, e)
		if err != nil {
			return err
		}
		return a.printJSON(board)
	case o.recipes:
		return a.printRecipes(recipesOf(e))
	}
	return a.report(cmd, o, e)
}

// environment is this machine with the settings in force, and the server that runs.
func (a *app) environment(cmd *cobra.Command, settings *settingsFlags) (doctor.Environment, error) {
	loaded, err := settings.load(a, cmd)
	if err != nil {
		return doctor.Environment{}, err
	}
	c, err := a.serverConfig(loaded)
	if err != nil {
		return doctor.Environment{}, err
	}
	a.server = cmp.Or(a.server, a.getenv("ONELAN_LAB"), localLab(c.Lab)) // the one that serve with these settings would be
	up, fault := upstreamsOf(loaded)
	return doctor.System(doctor.Options{
		Now: a.clock.Now, Listeners: listenersOf(loaded.Config), Running: a.running(cmd), DataDir: dataDir(c), Database: database,
		Upstreams: up, BridgeFault: fault,
	}), nil
}

// report prints what was found.
func (a *app) report(cmd *cobra.Command, o *doctorOptions, e doctor.Environment) error {
	found := doctor.Examine(cmd.Context(), e)
	if err := a.printReport(cmd, o, e, found); err != nil {
		return err
	}
	if doctor.Worst(found) == doctor.Fail {
		return &failure{code: exitFailed} // the report has said it all
	}
	return nil
}

func (a *app) printReport(cmd *cobra.Command, o *doctorOptions, e doctor.Environment, found []doctor.Finding) error {
	if !o.json {
		return a.printFindings(found)
	}
	board, err := a.boardConfig(cmd, o, e)
	if err != nil {
		return err
	}
	return a.printJSON(doctorReport{doctor.Worst(found) != doctor.Fail, found, board, recipesOf(e)})
}

// listenersOf are the ports of the platform as configured, and those that some wish for.
func listenersOf(c config.Config) []doctor.Listener {
	all := []doctor.Listener{
		{What: "MQTT", Network: "tcp", Addr: c.Listen.MQTT, Flag: "--mqtt"},
		{What: "MQTT over TLS", Network: "tcp", Addr: c.Listen.MQTTS, Flag: "--mqtts"},
		{What: "MQTT over WebSocket", Network: "tcp", Addr: c.Listen.WS, Flag: "--ws"},
		{What: "MQTT over WebSocket and TLS", Network: "tcp", Addr: c.Listen.WSS, Flag: "--wss"},
		{What: "REST API", Network: "tcp", Addr: c.Listen.HTTP, Flag: "--http"},
		{What: "/_lab/", Network: "tcp", Addr: c.Listen.Lab, Flag: "--lab"},
		{What: "console", Network: "tcp", Addr: ownConsole(c), Flag: "--console-listen"},
		{What: "discovery", Network: "udp", Addr: c.LAN.Discovery, Flag: "--no-discovery"},
		{What: "mDNS", Network: "udp", Addr: mdnsAddr(c.LAN.MDNS), Flag: "--no-mdns", Shared: true},
		{What: "DNS", Network: "udp", Addr: cmp.Or(c.LAN.DNS, ":53"), Flag: "--dns :53", Later: c.LAN.DNS == ""},
		{What: "REST API where firmware has no port in it", Network: "tcp", Addr: ":80", Flag: "--http-port 80", Later: true},
	}
	var list []doctor.Listener
	for _, l := range all {
		if l.Addr != "" {
			list = append(list, l)
		}
	}
	return list
}

// upstreamsOf are the clouds that the bridge goes to; none when it is off.
func upstreamsOf(l *config.Loaded) ([]doctor.Upstream, error) {
	plan, err := l.Plan()
	if faults, are := errors.AsType[config.Faults](err); are { // on one line; config check shows all of them
		return nil, fmt.Errorf("%s: %s", faults[0].Path, faults[0].Says)
	}
	if plan == nil {
		return nil, err
	}
	var list []doctor.Upstream
	for _, u := range upstreams(*plan) {
		list = append(list, doctor.Upstream{Addr: u.addr, TLS: plan.TLS, Devices: len(u.devices)})
	}
	return list, nil
}

func mdnsAddr(on bool) string {
	if !on {
		return ""
	}
	return ":" + strconv.Itoa(mdns.Port)
}

// glance is how long the doctor waits for a server that may not run.
const glance = 2 * time.Second

// running asks the server; nil when none answers.
func (a *app) running(cmd *cobra.Command) *doctor.Running {
	var r *doctor.Running
	_ = a.withServerFor(cmd, glance, func(ctx context.Context, c *lab.Client) error { // none runs: that is a finding, no error
		ready, err := c.Ready(ctx)
		if err == nil {
			r = &doctor.Running{Version: printable(ready.Version), Addrs: map[string]string{
				"MQTT": ready.MQTT, "MQTT over TLS": ready.MQTTS, "MQTT over WebSocket": ready.WS, "MQTT over WebSocket and TLS": ready.WSS,
				"REST API": ready.HTTP, "/_lab/": ready.Lab, "console": ready.Console, "discovery": ready.Discovery, "mDNS": ready.MDNS, "DNS": ready.DNS,
			}}
		}
		return err
	})
	return r
}

// localLab is the control door's address as this machine calls it; "" when it is off.
func localLab(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "0" {
		return ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func dataDir(c server.Config) string {
	if c.Ephemeral {
		return ""
	}
	return c.DataDir
}

// database looks at the data directory's database for the doctor.
func database(ctx context.Context, dir string) (doctor.DB, error) {
	h, err := server.Inspect(ctx, dir)
	return doctor.DB{InUse: h.InUse, Exists: h.Exists, Size: h.Size}, err
}

// bestAddress is the address that a board should be given; on a machine without a network its own loopback.
func bestAddress(e doctor.Environment) netip.Addr {
	networks, err := e.Networks()
	if list := networks.Addresses(e.WayOut()); err == nil && len(list) > 0 {
		return list[0].IP
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

func recipesOf(e doctor.Environment) []doctor.Recipe {
	return doctor.Recipes(e.GOOS, bestAddress(e), e.Port("MQTT"), e.Port("REST API"))
}
