package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

func TestNothingOfASecretIsShownWhereOneStandsInTheFile(t *testing.T) {
	t.Parallel()
	const secret = "Kf8v,Zq=1 {x}"
	for name, text := range map[string]string{
		"of all":             "bridge:\n  password: %s\n",
		"quoted":             "bridge:\n  password: \"%s\" # mine\n",
		"in braces":          "bridge: {window: 1000, password: '%s'}\n",
		"of a device":        "bridge:\n  devices:\n    - {device: 527521926, password: '%s'}\n",
		"a block":            "bridge:\n  password: |\n    %s\n",
		"with its scheme":    "bridge:\n  password: 'secret:%s'\n",
		"as a key":           "bridge:\n  password: {'%s': 1}\n",
		"in a list":          "bridge:\n  password: ['%s']\n",
		"a mistyped key":     "bridge:\n  pasword: '%s'\n",
		"mistyped in braces": "bridge: {devices: [{device: 527521926, passwort: '%s'}]}\n",
		"beside other fault": "bridge:\n  devices: [{device: a/b, password: '%s'}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := mustFault(t, fmt.Sprintf(text, secret), Input{}).Error()
			for _, part := range []string{"Kf8v", "Zq=1", "{x}"} {
				if strings.Contains(got, part) {
					t.Errorf("%q is shown in\n%s", part, got)
				}
			}
		})
	}
}

func TestASecretInPlaceOfItsReferenceIsRefusedFromEverywhere(t *testing.T) {
	t.Parallel()
	faults := mustFault(t, "", Input{Env: []string{"ONELAN_BRIDGE_PASSWORD=TopSecret"}})
	if len(faults) != 1 || faults[0].Path != "bridge.password" || strings.Contains(faults.Error(), "TopSecret") {
		t.Errorf("by a variable: %v", faults)
	}
	faults = mustFault(t, "", Input{Flags: []Override{{Path: "bridge.password", Value: "TopSecret", Flag: "--set"}}})
	want := "--set: bridge.password: secrets do not belong in onelan.yaml: say env:NAME for a variable that holds it, or file:PATH for a file"
	if faults.Error() != want {
		t.Errorf("by a flag:\n got %v\nwant %s", faults, want)
	}
}

func TestFilesOfTheBridgeStartAtTheFilesFolder(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "bridge:\n  password: file:a.key\n  devices: [{device: 527521926, password: env:HERE}, {product: 1, device: 2, password: 'file:/b.key'}]\n", Input{})
	b := l.Bridge
	b.relativeTo("lab")
	want := []string{"file:lab/a.key", "env:HERE", "file:/b.key"}
	got := []string{b.Password, b.Devices[0].Password, b.Devices[1].Password}
	for i, s := range got {
		got[i] = strings.ReplaceAll(s, `\`, "/")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheProductOfABridgedDeviceIsFound(t *testing.T) {
	t.Parallel()
	const own = "products: [{id: 1}, {id: 2}]\ndevices: [{product: 1, id: a}, {product: 2, id: b}, {product: 1, id: both}, {product: 2, id: both}]\n"
	for _, row := range []struct{ name, file, device, want string }{
		{"the demo's", "", "527521926", "244754"},
		{"one that is made later, where there is one product", "", "5", "244754"},
		{"the only product with it", own, "b", "2"},
		{"the demo's beside others", own, "527521926", "244754"},
		{"in two products", own, "both", ""},
		{"in none of several", own, "5", ""},
		{"without the demo", "demo: false\nproducts: [{id: 1}]\n", "5", "1"},
		{"without any product", "demo: false\n", "5", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			text := row.file + "bridge: {devices: [{device: '" + row.device + "'}]}\n"
			if row.want == "" {
				if faults := mustFault(t, text, Input{}); len(faults) != 1 || faults[0].Path != "bridge.devices[0].product" {
					t.Errorf("got %v", faults)
				}
				return
			}
			d := mustLoad(t, text, Input{}).bridged()[0]
			want := BridgeDevice{
				Product: row.want, Device: row.device, UpstreamProduct: row.want, UpstreamDevice: row.device,
				Upstream: "mqtt.heclouds.com:6002", Presence: "follow",
			}
			if diff := cmp.Diff(want, d); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestARouteThatIsNoneIsFoundInTheFile(t *testing.T) {
	t.Parallel()
	faults := mustFault(t, "bridge:\n  topics:\n    - up led\n    - sideways led\n  devices:\n    - {device: 527521926, topics: [down led, nowhere]}\n", Input{})
	var got []string
	for _, f := range faults {
		got = append(got, fmt.Sprintf("%s at %d:%d", f.Path, f.Origin.Line, f.Origin.Column))
	}
	want := []string{"bridge.topics[1] at 4:7", "bridge.devices[0].topics[1] at 6:46"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%v", diff, faults)
	}
}

func TestTheDefaultBridgeIsWhatOneNETBears(t *testing.T) {
	t.Parallel()
	b := Default().Bridge
	// The papers of different years allow keepalives from 120 s to 65535 s and from 1 s to 1200 s.
	if b.Enabled || b.Rate != 1 || b.Keepalive < 120*time.Second || b.Keepalive > 1200*time.Second || b.CommandWait > onenet.MaxCommandTimeout {
		t.Errorf("%+v", b)
	}
}
