package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/onelan/onelan/firmware/sim"
)

// The tutorial's device, and the code with which more boards of its product register.
const (
	product      = "244754"
	device       = "527521926"
	authInfo     = "3C71BFC80054"
	registerCode = "demoRegisterCode"
)

// board is a virtual board and what its desk knows of it.
type board struct {
	*sim.Board
	led      led
	wifi     bool
	halfOpen bool
}

// led is how the LED is wired, as config.json says.
type led struct {
	Pin int `json:"led_pin"`
	On  int `json:"led_on"`
}

// switchOn makes the boards.
func switchOn(o options) ([]*board, error) {
	dir, err := folder(o.firmware)
	if err != nil {
		return nil, err
	}
	if err := sim.Ready(filepath.Join(dir, "sim")); err != nil {
		return nil, hinted{err, "install Node.js 18 or newer, then: npm ci --prefix " + filepath.Join(dir, "sim")}
	}
	var boards []*board
	for i := range o.boards {
		b, err := newBoard(dir, o, i)
		if err != nil {
			for _, b := range boards {
				_ = b.Close()
			}
			return nil, err
		}
		boards = append(boards, b)
	}
	return boards, nil
}

func newBoard(dir string, o options, i int) (*board, error) {
	config, err := configOf(o, i)
	if err != nil {
		return nil, err
	}
	files, err := sim.Program(dir)
	if err != nil {
		return nil, err
	}
	files["/config.json"] = config
	b := &board{led: led{Pin: 2, On: 1}, wifi: true}
	_ = json.Unmarshal(config, &b.led) // what is wrong with a config.json the firmware tells better
	b.Board, err = sim.New(sim.Config{
		Sim: filepath.Join(dir, "sim"), Files: files, MAC: fmt.Sprintf("240AC4%06X", i+1), Resolve: sim.OpenResolve, Route: sim.Open,
	})
	return b, err
}

// lit tells whether the LED is.
func (b *board) lit() bool { return b.Pin(b.led.Pin) == b.led.On }

// configOf is the config.json of a board: the named file, the tutorial's device, or one that registers itself.
func configOf(o options, i int) ([]byte, error) {
	if len(o.configs) > 0 {
		return os.ReadFile(o.configs[i])
	}
	lan, err := endpoint(o)
	if err != nil {
		return nil, err
	}
	c := map[string]any{
		"wifi": map[string]string{"ssid": "virtual", "password": ""}, "use": []string{"lan"}, "lan": lan, "product_id": product,
		"report_s": 60, "keepalive_s": 15, "timeout_s": 5, // nobody wants to wait a minute until a silent network is noticed
	}
	if i == 0 {
		c["device_id"], c["auth_info"] = device, authInfo
	} else {
		c["register_code"] = registerCode
	}
	return json.Marshal(c)
}

// endpoint is the platform as config.json spells it.
func endpoint(o options) (map[string]any, error) {
	out := map[string]any{"host": "auto"}
	if o.broker != "auto" {
		host, port, err := split("-broker", o.broker)
		if err != nil {
			return nil, err
		}
		out["host"], out["port"] = host, port
	}
	if o.api != "" {
		host, port, err := split("-api", o.api)
		if err != nil {
			return nil, err
		}
		out["api_host"], out["api_port"] = host, port
	}
	return out, nil
}

func split(name, address string) (string, int, error) {
	host, text, err := net.SplitHostPort(address)
	port, wrong := strconv.Atoi(text)
	if err != nil || wrong != nil || host == "" {
		return "", 0, hinted{fmt.Errorf("%s %s is no address with a port", name, address), name + " 127.0.0.1:6002"}
	}
	return host, port, nil
}

// folder finds the firmware: as given, or in a folder above the one that we stand in.
func folder(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		dir := filepath.Join(at, "firmware")
		if _, err := os.Stat(filepath.Join(dir, "sim", "board.mjs")); err == nil {
			return dir, nil
		}
		if filepath.Dir(at) == at {
			return "", hinted{errors.New("no firmware/ here or above"), "stand in the project's folder, or say -firmware FOLDER"}
		}
		at = filepath.Dir(at)
	}
}
