package doctor

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecipesAreForThisMachine(t *testing.T) {
	t.Parallel()
	for goos, want := range map[string][]string{
		"linux": {
			"address=/mqtt.heclouds.com/192.168.1.10", "192.168.1.10 mqtt.heclouds.com api.heclouds.com", "onelan serve --dns 192.168.1.10:53", "nmcli device wifi hotspot",
			"ip address add 183.230.40.39/32 dev lo", "--dport 6002 -j REDIRECT --to-ports 7002", "--dport 80 -j REDIRECT --to-ports 8080",
			"onelan serve --mqtt :6002", "onelan serve --http-port 80",
		},
		"windows": {`drivers\etc\hosts`, "192.168.137.1", `netsh interface ipv4 add address "Local Area Connection* 10" 183.230.40.39 255.255.255.255`},
		"darwin":  {"/etc/hosts", "192.168.2.1", "ifconfig lo0 alias 183.230.40.39"},
	} {
		text, err := json.Marshal(Recipes(goos, netip.MustParseAddr("192.168.1.10"), 7002, 8080))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			quoted, _ := json.Marshal(part)
			if !strings.Contains(string(text), strings.Trim(string(quoted), `"`)) {
				t.Errorf("%s: no %q", goos, part)
			}
		}
	}
}

func TestPortsOfTheCloudNeedNoReminder(t *testing.T) {
	t.Parallel()
	want := Recipe{"Firmware like that has OneNET's ports in it, too", []string{"MQTT is on 6002 here, as in the cloud", "REST is on 80 here, as in the cloud"}}
	if diff := cmp.Diff(want, otherPorts(6002, 80)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestBoardIsTheFirmwaresConfiguration(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(NewBoard("192.168.1.10", 6002, Login{"244754", "527521926", "3C71BFC80054"}))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"wifi":{"ssid":"NAME OF YOUR WI-FI","password":"ITS PASSWORD"},"use":["lan"],"lan":{"host":"192.168.1.10","port":6002},` +
		`"cloud":{"host":"183.230.40.39","port":6002},"product_id":"244754","device_id":"527521926","auth_info":"3C71BFC80054","led_pin":2,"report_s":300,"watchdog_s":120}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
