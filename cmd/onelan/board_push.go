package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/firmware"
	"github.com/onelan/onelan/lan/mdns"
)

const boardPushLong = `Copy the firmware and a config.json to the board on a USB port, through mpremote, and start it.
Without PORT it is the first board that mpremote finds; mpremote connect list names them all.

A board that has a config.json keeps it, unless a flag asks for another one; then the old one
stays on the board as config.old.json. What a new one says comes from --config FILE, or from the
running server, as with onelan doctor --board: this machine's address, and the device and its auth
info. The Wi-Fi is --wifi NAME; without it, the one that the board knows already. The LED's pin and
all else that does not say who the board is stays as it was.

The Wi-Fi's password is asked for, or read from the standard input, or is --wifi-password.`

// pushOptions are the flags of board push.
type pushOptions struct {
	board doctorOptions // device, product and host
	file  string
	wifi  wifiOptions
	yes   bool
}

// fresh tells that a flag asks for another config.json than the one on the board.
func (o *pushOptions) fresh() bool {
	return o.file != "" || o.made()
}

// made tells that a flag says what a new config.json is to be like.
func (o *pushOptions) made() bool {
	return o.board.device != "" || o.board.product != "" || o.board.host != "" || o.wifi.name != ""
}

func (a *app) boardPush() *cobra.Command {
	o := &pushOptions{}
	cmd := &cobra.Command{
		Use: "push [PORT]", Short: "Copy firmware and configuration to a board on USB", Long: boardPushLong,
		Example: `  onelan board push --wifi my-wifi
  onelan board push                               # newer firmware; the board's config.json stays
  onelan board push COM4 --device 700123456       # it becomes another device; all else stays
  onelan board push /dev/ttyUSB1 --config class.json --yes`,
		Args: takes("[PORT]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			port := ""
			if len(args) > 0 {
				port = args[0]
			}
			return a.push(cmd, o, port)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.file, "config", "", "copy this `FILE` as the board's config.json")
	f.StringVar(&o.wifi.name, "wifi", "", "`NAME` of the network that the board joins")
	f.StringVar(&o.wifi.password, "wifi-password", "", "its `PASSWORD`; \"\" where it has none")
	f.StringVar(&o.board.device, "device", "", "the `DEVICE` that the board is (default: the tutorial's)")
	f.StringVar(&o.board.product, "product", "", "`ID` of the device's product, where several have a device of that id")
	f.StringVar(&o.board.host, "host", "", "`HOST` that the board looks for: an address, "+mdns.Host+", or auto (default: this machine's best address)")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask before the board's config.json is replaced")
	return a.clientFlags(cmd)
}

// push looks at the board, decides what it gets, and copies that.
func (a *app) push(cmd *cobra.Command, o *pushOptions, port string) error {
	o.wifi.given = cmd.Flags().Changed("wifi-password")
	if err := o.check(); err != nil {
		return err
	}
	tool, err := findTool(port)
	if err != nil {
		return err
	}
	found, err := tool.examine(cmd.Context())
	if err != nil {
		return err
	}
	if found.minor < firmware.MinVersion {
		_, _ = fmt.Fprintf(a.stderr, "MicroPython %s is older than 1.%d: on it a connection attempt has no time limit\n", found.python, firmware.MinVersion)
	}
	config, err := a.pushedConfig(cmd, o, found)
	if err != nil {
		return err
	}
	if err := a.pushTo(cmd.Context(), tool, config); err != nil {
		return err
	}
	return a.tellPushed(found, config)
}

// check refuses flags that contradict each other.
func (o *pushOptions) check() error {
	switch {
	case o.file != "" && o.made():
		return usage("--config FILE says all; --device, --product, --host and --wifi are for a config.json that onelan makes").
			with("onelan doctor --board > config.json makes one to edit")
	case o.wifi.given && o.wifi.name == "":
		return usage("--wifi-password is for --wifi NAME").with("onelan board push --wifi NAME --wifi-password PASSWORD")
	}
	return nil
}

// pushTo copies the firmware, and the config.json unless it is nil.
func (a *app) pushTo(ctx context.Context, tool boardTool, config []byte) error {
	dir, err := os.MkdirTemp("", "onelan-board-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it holds a password
	c := copying{dir: dir, files: programs(), config: config != nil}
	for _, name := range c.files {
		if err := os.WriteFile(filepath.Join(dir, name), program(name), 0o600); err != nil {
			return err
		}
	}
	if c.config {
		if err := os.WriteFile(filepath.Join(dir, firmware.Config), config, 0o600); err != nil {
			return err
		}
	}
	return tool.copy(ctx, a.stdout, a.stderr, c)
}

// tellPushed says what is on the board now.
func (a *app) tellPushed(found present, config []byte) error {
	kind := "its own config.json"
	switch {
	case config == nil:
		config = found.config
	case found.config == nil:
		kind = "a config.json"
	default:
		kind = "a new config.json (the old one is config.old.json there)"
	}
	_, err := fmt.Fprintf(a.stdout, "the board has %s and %s%s\nwatch it start: mpremote connect PORT, or mpremote alone; Ctrl-] leaves\n",
		count(len(programs()), "file"), kind, whoIs(config))
	return err
}
