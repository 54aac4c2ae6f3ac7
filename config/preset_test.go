package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

func TestLimitsOfOneNETByOneWord(t *testing.T) {
	t.Parallel()
	want := Default()
	want.Limits, want.Switches.RESTRate = onenet.AccountLimits(), 300
	for name, in := range map[string]struct {
		text, from string
		input      Input
	}{
		"file":        {"limits: onenet\n", "onelan.yaml:1:9", Input{}},
		"environment": {"", "ONELAN_LIMITS", Input{Env: []string{"ONELAN_LIMITS=onenet"}}},
		"flag":        {"limits: default\n", "--limits", Input{Flags: []Override{{Path: "limits", Value: "onenet", Flag: "--limits"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := mustLoad(t, in.text, in.input)
			if diff := cmp.Diff(want, l.Config); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, path := range []string{"limits.products", "switches.rest_rate"} {
				if got := l.Origins[path].String(); got != in.from {
					t.Errorf("%s comes from %s, want %s", path, got, in.from)
				}
			}
		})
	}
}

func TestASingleLimitLiesOverThoseOfOneWord(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "switches: {rest_rate: 7}\nlimits: onenet\n", Input{
		Env:   []string{"ONELAN_LIMITS_PRODUCTS=9", "ONELAN_LIMITS=onenet"},
		Flags: []Override{{Path: "limits.command_interval", Value: "2s", Flag: "--set"}},
	})
	if l.Switches.RESTRate != 300 || l.Limits.Products != 9 || l.Limits.CommandInterval != 2*time.Second {
		t.Errorf("got %d calls, %d products, %s", l.Switches.RESTRate, l.Limits.Products, l.Limits.CommandInterval)
	}
	l = mustLoad(t, "switches: {rest_rate: 7}\nlimits: onenet\n", Input{})
	if l.Switches.RESTRate != 7 {
		t.Errorf("in one file: %d calls", l.Switches.RESTRate)
	}
}

func TestAPortKeepsItsHost(t *testing.T) {
	t.Parallel()
	for before, want := range map[string]string{"": ":8081", "127.0.0.1:9000": "127.0.0.1:8081", "off": ":8081", "9000": ":8081", "[::1]:9": "[::1]:8081"} {
		text := ""
		if before != "" {
			text = "listen: {http: \"" + before + "\"}\n"
		}
		l := mustLoad(t, text, Input{Flags: []Override{{Path: "listen.http", Value: "8081", Flag: "--http-port", Port: true}}})
		if l.Listen.HTTP != want {
			t.Errorf("%q becomes %q, want %q", before, l.Listen.HTTP, want)
		}
	}
	both := []Override{{Path: "listen.http", Value: "127.0.0.1:1", Flag: "--http"}, {Path: "listen.http", Value: "80", Flag: "--http-port", Port: true}}
	if l := mustLoad(t, "", Input{Flags: both}); l.Listen.HTTP != "127.0.0.1:80" {
		t.Errorf("with a host by another flag: %q", l.Listen.HTTP)
	}
	faults := mustFault(t, "", Input{Flags: []Override{{Path: "listen.http", Value: "many", Flag: "--http-port", Port: true}}})
	if want := `--http-port: listen.http: want a port from 0 to 65535, got "many"`; faults.Error() != want {
		t.Errorf("got %v\nwant %s", faults, want)
	}
}

func TestVariablesOfExecAreNoSettings(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "", Input{Env: []string{"ONELAN_MQTT=127.0.0.1:1", "ONELAN_MQTT_PORT=1", "ONELAN_DEVICE_2=7", "ONELAN_AUTH_INFO=x"}})
	if len(l.Warnings) > 0 {
		t.Errorf("warned of %q", l.Warnings)
	}
}
