package firmware_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/doctor"
	"github.com/onelan/onelan/firmware"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan/discovery"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

func mustVectors(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// spelt is a packet that the firmware writes, and what it must say.
type spelt struct {
	Name      string
	Hex       string
	Type      string
	ClientID  string `json:"client_id"`
	User      string
	Password  string
	Keepalive uint16
	PacketID  uint16 `json:"packet_id"`
	Topic     string
	Payload   string
}

// Another client library reads out of each packet what the firmware's tests put in.
func TestMQTTVectors(t *testing.T) {
	t.Parallel()
	var all []spelt
	mustVectors(t, "mqtt.json", &all)
	for _, want := range all {
		t.Run(want.Name, func(t *testing.T) {
			t.Parallel()
			raw, err := hex.DecodeString(strings.ReplaceAll(want.Hex, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			r := bytes.NewReader(raw)
			p, err := packets.ReadPacket(r)
			if err != nil || r.Len() != 0 {
				t.Fatalf("%v, %d bytes left", err, r.Len())
			}
			got := read(t, p)
			got.Name, got.Hex = want.Name, want.Hex
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func read(t *testing.T, packet packets.ControlPacket) spelt {
	t.Helper()
	switch p := packet.(type) {
	case *packets.ConnectPacket:
		if code := p.Validate(); code != packets.Accepted || !p.CleanSession || p.WillFlag {
			t.Errorf("code %d, clean session %t, will %t", code, p.CleanSession, p.WillFlag)
		}
		return spelt{Type: "CONNECT", ClientID: p.ClientIdentifier, User: p.Username, Password: string(p.Password), Keepalive: p.Keepalive}
	case *packets.SubscribePacket:
		if len(p.Topics) != 1 || p.Qoss[0] != 0 {
			t.Fatalf("topics %v at %v", p.Topics, p.Qoss)
		}
		return spelt{Type: "SUBSCRIBE", PacketID: p.MessageID, Topic: p.Topics[0]}
	case *packets.PublishPacket:
		return spelt{Type: "PUBLISH", Topic: p.TopicName, Payload: string(p.Payload), PacketID: p.MessageID}
	case *packets.PingreqPacket:
		return spelt{Type: "PINGREQ"}
	case *packets.DisconnectPacket:
		return spelt{Type: "DISCONNECT"}
	}
	t.Fatalf("the firmware does not send %s", packet)
	return spelt{}
}

func TestDiscoveryVectors(t *testing.T) {
	t.Parallel()
	var v struct {
		Question string
		UDPPort  int `json:"udp_port"`
		Answers  []struct {
			Text string
			Port uint16
		}
		Noise []string
	}
	mustVectors(t, "discovery.json", &v)
	if v.Question != discovery.Question || v.UDPPort != discovery.Port {
		t.Errorf("boards ask %q on %d, the platform waits for %q on %d", v.Question, v.UDPPort, discovery.Question, discovery.Port)
	}
	for _, a := range v.Answers {
		if got := string(discovery.Answer(a.Port)); got != a.Text {
			t.Errorf("the platform answers %s, boards know %s", got, a.Text)
		}
	}
}

// The very bytes that a board sends to register_de get an answer that it can read.
func TestRegisterVectors(t *testing.T) {
	t.Parallel()
	var v struct {
		Code, Serial, Host, Request string
		Answers                     []struct{ Name, HTTP, Key, Failure, DeviceID string }
	}
	raw, err := os.ReadFile("../../testdata/vectors/register.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if v.Code != string(server.DemoRegisterCode) {
		t.Errorf("code %q is not the demo product's", v.Code)
	}
	_, body, _ := strings.Cut(v.Answers[0].HTTP, "\r\n\r\n")
	if d := cmp.Diff(shape(t, body), shape(t, register(t, v.Request))); d != "" {
		t.Errorf("members of an answer (-vector +platform):\n%s", d)
	}
}

// register sends the request as it is, and gives the answer's body.
func register(t *testing.T, request string) string {
	t.Helper()
	srv := onenettest.Start(t)
	c, err := net.Dial("tcp", srv.HTTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(clock.System().Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || res.ContentLength < 0 {
		t.Fatalf("%s, %v", res.Status, err)
	}
	return string(body)
}

// shape is an answer with its id and key replaced by their lengths' kind: what is left is the same for every device.
func shape(t *testing.T, body string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	data, _ := out["data"].(map[string]any)
	for name, value := range data {
		if text, ok := value.(string); ok && text != "" {
			data[name] = "text"
		}
	}
	return out
}

// What the doctor prints is what the firmware's tests read, and find complete but for the Wi-Fi.
func TestBoardVector(t *testing.T) {
	t.Parallel()
	var want doctor.Board
	mustVectors(t, "board.json", &want)
	login := doctor.Login{Product: string(server.DemoProduct), Device: string(server.DemoDevice), AuthInfo: string(server.DemoAuthInfo)}
	if d := cmp.Diff(want, doctor.NewBoard("192.168.1.10", 6002, login)); d != "" {
		t.Errorf("config.json of onelan doctor --board (-vector +doctor):\n%s", d)
	}
	if want.WiFi.SSID != firmware.Placeholder {
		t.Errorf("the Wi-Fi to fill in is %q here, and %q for onelan board push", want.WiFi.SSID, firmware.Placeholder)
	}
}
