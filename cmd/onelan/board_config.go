package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/doctor"
	"github.com/onelan/onelan/firmware"
	"github.com/onelan/onelan/server"
)

// boardConfig is the config.json of a board that is the device of the flags.
func (a *app) boardConfig(cmd *cobra.Command, o *doctorOptions, e doctor.Environment) (doctor.Board, error) {
	login, err := a.boardLogin(cmd, o, e)
	return doctor.NewBoard(cmp.Or(o.host, bestAddress(e).String()), e.Port("MQTT"), login), err
}

// boardLogin is the device's login as the server has it. The tutorial's device is known without a server.
func (a *app) boardLogin(cmd *cobra.Command, o *doctorOptions, e doctor.Environment) (doctor.Login, error) {
	login := doctor.Login{Product: string(server.DemoProduct), Device: string(server.DemoDevice), AuthInfo: string(server.DemoAuthInfo)}
	name, product := o.device, o.product
	if name == "" {
		if e.Running == nil {
			return login, nil
		}
		name, product = login.Device, cmp.Or(product, login.Product)
	}
	err := a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
		ref, err := find(ctx, c, name, product)
		if err != nil {
			return err
		}
		d, err := c.Device(ctx, ref)
		if err == nil {
			login = doctor.Login{Product: string(d.Product), Device: string(d.ID), AuthInfo: d.AuthInfo}
		}
		return err
	})
	if o.device == "" && status(err) == http.StatusNotFound {
		if o.json {
			return login, nil // a report of what was found, in which it is one part of many
		}
		err = fail(exitNotFound, "the server has no device %s, the tutorial's", name).with("onelan device list names those that it has; then --device DEVICE")
	}
	return login, err
}

// pushedConfig is the config.json to copy; nil when the board keeps its own.
func (a *app) pushedConfig(cmd *cobra.Command, o *pushOptions, found present) ([]byte, error) {
	if found.config != nil && !o.fresh() {
		return nil, nil
	}
	config, err := a.newConfig(cmd, o, found)
	if err != nil || found.config == nil {
		return config, err
	}
	if bytes.Equal(config, found.config) {
		return nil, nil
	}
	if err := a.confirm(o.yes, "Replace the board's config.json%s by one%s?", whoIs(found.config), whoIs(config)); err != nil {
		return nil, fail(exitFailed, "nothing was copied").with("onelan board push, without more, leaves the board's config.json as it is")
	}
	return config, nil
}

func (a *app) newConfig(cmd *cobra.Command, o *pushOptions, found present) ([]byte, error) {
	if o.file != "" {
		return givenConfig(o.file)
	}
	e, err := a.environment(cmd, &settingsFlags{})
	if err != nil {
		return nil, err
	}
	board, err := a.boardConfig(cmd, &o.board, e)
	if err != nil {
		return nil, err
	}
	wifi, err := a.wifi(&o.wifi, found)
	if err != nil {
		return nil, err
	}
	return renewed(found.config, struct {
		WiFi json.RawMessage `json:"wifi"` // in the place of the Board's: it may be a list
		doctor.Board
	}{wifi, board})
}

// lasting are the settings of a Board that say nothing of who it is and where it logs in: what somebody has set on a board stays.
var lasting = []string{"use", "cloud", "led_pin", "report_s", "watchdog_s"}

// renewed is a new config.json with what lasts of the old one, if there is one that can be read.
func renewed(old []byte, made any) ([]byte, error) {
	var kept, fresh map[string]json.RawMessage
	if json.Unmarshal(old, &kept) != nil || len(kept) == 0 {
		return indented(made)
	}
	text, err := json.Marshal(made)
	if err == nil {
		err = json.Unmarshal(text, &fresh)
	}
	if err != nil {
		return nil, err
	}
	delete(kept, "register_code") // it is another device now
	for name, value := range fresh {
		if kept[name] == nil || !slices.Contains(lasting, name) {
			kept[name] = value
		}
	}
	return indented(kept)
}

func indented(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return out.Bytes(), err
}

// givenConfig reads a file that is to be a config.json. What is wrong in it beyond that, the firmware tells.
func givenConfig(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // as Windows' editors write it
	if err := json.Unmarshal(text, &map[string]any{}); err != nil {
		return nil, fail(exitFailed, "%s is no JSON object: %v", name, err).with("onelan doctor --board prints one that is")
	}
	if bytes.Contains(text, []byte(firmware.Placeholder)) {
		return nil, fail(exitFailed, "%s has no Wi-Fi in it yet: it says %q", name, firmware.Placeholder).with("put the name and the password of your network in")
	}
	return text, nil
}

// wifiOptions are the flags for the network that a board joins.
type wifiOptions struct {
	name, password string
	given          bool // the password was a flag, and may be empty
}

// wifi is the member of config.json: as the flags say, else as the board has it.
func (a *app) wifi(o *wifiOptions, found present) (json.RawMessage, error) {
	if o.name == "" {
		if known := wifiOf(found.config); known != nil {
			return known, nil
		}
		return nil, fail(exitUsage, "which Wi-Fi is the board to join?").with("onelan board push --wifi NAME; the ESP32 knows 2.4 GHz only")
	}
	if !o.given {
		line, err := a.wifiPassword(o.name)
		if err != nil {
			return nil, err
		}
		o.password = line
	}
	return json.Marshal(doctor.WiFi{SSID: o.name, Password: o.password})
}

// wifiOf is the Wi-Fi in a config.json; nil where there is none, or nobody has filled it in.
func wifiOf(config []byte) json.RawMessage {
	var c struct{ WiFi json.RawMessage }
	if json.Unmarshal(config, &c) != nil || bytes.Contains(c.WiFi, []byte(firmware.Placeholder)) {
		return nil
	}
	return c.WiFi
}

// wifiPassword reads a line. A person who types it does not see it.
func (a *app) wifiPassword(network string) (string, error) {
	if f, is := a.stdin.(*os.File); is && isTerminal(f) {
		_, _ = fmt.Fprintf(a.stderr, "password of %s: ", printable(network))
		text, err := term.ReadPassword(int(f.Fd()))
		_, failed := fmt.Fprintln(a.stderr)
		return string(text), errors.Join(err, failed)
	}
	line, _ := bufio.NewReader(a.stdin).ReadString('\n') // the end of input ends the password too
	return strings.TrimRight(line, "\r\n"), nil
}

// whoIs tells from a config.json which device a board is, and where it logs in; "" when it does not say.
func whoIs(config []byte) string {
	var c struct {
		Device   json.RawMessage `json:"device_id"` // a number will do, too
		Register string          `json:"register_code"`
		Use      []string        `json:"use"`
		LAN      struct {
			Host string `json:"host"`
		} `json:"lan"`
	}
	if json.Unmarshal(config, &c) != nil {
		return ""
	}
	who := "that registers itself"
	if c.Register == "" {
		who = "for device " + cmp.Or(strings.Trim(string(c.Device), `"`), "mac")
	}
	if len(c.Use) > 0 && c.Use[0] != "lan" {
		return fmt.Sprintf(" %s in the %s", printable(who), printable(c.Use[0]))
	}
	return fmt.Sprintf(" %s at %s", printable(who), printable(cmp.Or(c.LAN.Host, "auto")))
}
