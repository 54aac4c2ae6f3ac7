package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// mustVariables starts a platform with a seed and gives its variables by name, without the addresses.
func mustVariables(t *testing.T, demo bool, seed server.Seed) map[string]string {
	t.Helper()
	c := server.DefaultConfig()
	c.MQTT, c.HTTP, c.Lab, c.Ephemeral, c.MDNS, c.Discovery = "127.0.0.1:0", "", "", true, false, ""
	c.Demo, c.Seed = demo, seed
	srv, err := server.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = srv.Close() }()
	vars, err := variables(t.Context(), srv, c, false)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, v := range vars {
		if !strings.HasPrefix(v.name, "ONELAN_MQTT") {
			got[v.name] = v.value
		}
	}
	return got
}

func TestVariablesNameTheFirstDeviceAndItsProduct(t *testing.T) {
	t.Parallel()
	got := mustVariables(t, true, server.Seed{
		Products: []onenet.Product{{ID: "1", MasterKey: "m1", RegisterCode: "r1"}, {ID: "2", MasterKey: "m2", RegisterCode: "r2"}},
		Devices:  []onenet.Device{{Product: "2", ID: "20", AuthInfo: "a"}, {Product: "1", ID: "10"}},
	})
	want := map[string]string{
		"ONELAN_PRODUCT": "2", "ONELAN_MASTER_KEY": "m2", "ONELAN_REGISTER_CODE": "r2", "ONELAN_DEVICE": "20", "ONELAN_AUTH_INFO": "a",
		"ONELAN_PRODUCT_1": "1", "ONELAN_MASTER_KEY_1": "m1", "ONELAN_REGISTER_CODE_1": "r1",
		"ONELAN_PRODUCT_2": "2", "ONELAN_MASTER_KEY_2": "m2", "ONELAN_REGISTER_CODE_2": "r2",
		"ONELAN_DEVICE_1": "20", "ONELAN_AUTH_INFO_1": "a", "ONELAN_DEVICE_1_PRODUCT": "2",
		"ONELAN_DEVICE_2": "10", "ONELAN_AUTH_INFO_2": "10", "ONELAN_DEVICE_2_PRODUCT": "1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVariablesOfASeedInTheTutorialsProduct(t *testing.T) {
	t.Parallel()
	got := mustVariables(t, true, server.Seed{Devices: []onenet.Device{{Product: server.DemoProduct, ID: "7"}}})
	if got["ONELAN_DEVICE"] != "7" || got["ONELAN_PRODUCT"] != string(server.DemoProduct) || got["ONELAN_DEVICE_2"] != "" {
		t.Errorf("got %v", got)
	}
}

func TestVariablesWithoutDevices(t *testing.T) {
	t.Parallel()
	if got := mustVariables(t, false, server.Seed{}); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
	got := mustVariables(t, true, server.Seed{Products: []onenet.Product{{ID: "1", MasterKey: "m1"}}})
	if got["ONELAN_PRODUCT"] != "1" || got["ONELAN_MASTER_KEY"] != "m1" || got["ONELAN_DEVICE"] != "" {
		t.Errorf("of a product alone: %v", got)
	}
}

func TestVariablesOfAGreatSeedAreBounded(t *testing.T) {
	t.Parallel()
	seed := server.Seed{Products: []onenet.Product{{ID: "1"}}}
	for i := range mostNumbered + 1 {
		seed.Devices = append(seed.Devices, onenet.Device{Product: "1", ID: onenet.DeviceID(fmt.Sprint(1000 + i))})
	}
	got := mustVariables(t, false, seed)
	if got["ONELAN_DEVICE_100"] != "1099" || got["ONELAN_DEVICE_101"] != "" {
		t.Errorf("device 100 %q, device 101 %q", got["ONELAN_DEVICE_100"], got["ONELAN_DEVICE_101"])
	}
}

func TestVariablesOfAnOuterPlatformDoNotLeakIn(t *testing.T) {
	t.Parallel()
	env := []string{"PATH=/bin", "ONELAN_DEVICE_2=7", "ONELAN_LAB=http://x", "ONELAN_DATA=/d", "ONELAN_LABEL=kept"}
	got := withVariables(env, []variable{{"ONELAN_DEVICE", "8"}, {"ONELAN_AUTH_INFO", "a\x00b"}})
	want := []string{"PATH=/bin", "ONELAN_DATA=/d", "ONELAN_LABEL=kept", "ONELAN_DEVICE=8"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAShellReadsWhatIsWrittenForIt(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	vars := []variable{{"A", "plain=1"}, {"B", `it's "two" $words`}, {"C", ""}, {"D", "灯\n2"}, {"E", "*"}}
	out, err := exec.Command(sh, "-c", shellText(vars)+`printf '%s|' "$A" "$B" "$C" "$D" "$E"`).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := `plain=1|it's "two" $words||` + "灯\n2|*|"; string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
	if text := shellText(vars[:1]); text != "A=plain=1\n" {
		t.Errorf("what needs no quotes has some: %s", text)
	}
}

func TestALogbookKeepsTheEnd(t *testing.T) {
	t.Parallel()
	l := &logbook{most: 2}
	for _, part := range []string{"one\ntw", "o\nthree\n", "half"} {
		if _, err := l.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	if err := l.writeTo(&b); err != nil {
		t.Fatal(err)
	}
	if kept, all := l.count(); b.String() != "two\nthree\n" || kept != 2 || all != 3 {
		t.Errorf("kept %d of %d: %q", kept, all, b.String())
	}
}
