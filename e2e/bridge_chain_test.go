package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// startEdge runs an onelan that bridges two devices to another one that plays the cloud: the tutorial's, which is in the cloud while it is
// here, and a greenhouse, which has another id there and is in the cloud always.
func startEdge(t *testing.T, upstream string) *program {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/onelan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text = fmt.Appendf(text, `
bridge:
  enabled: true
  upstream: %s
  passwords: passwords
  devices:
    - {device: %s}
    - {product: %s, device: %s, upstream_product: %s, upstream_device: %s, presence: always}
`, upstream, tutorial.id, greenhouseSouth.product, greenhouseSouth.id, stableRoof.product, stableRoof.id)
	passwords := ""
	for _, d := range []device{tutorial, stableRoof} {
		passwords += d.product + " " + d.id + " " + d.auth + "\n"
	}
	for name, content := range map[string]string{"onelan.yaml": string(text), "passwords": passwords} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return startIn(t, dir, "--config", filepath.Join(dir, "onelan.yaml"))
}

// onFixedPort runs an onelan in a folder, at a port that it can have again.
func onFixedPort(t *testing.T, dir, addr string) *program {
	t.Helper()
	return startIn(t, dir, "--mqtt", addr)
}

// freeAddr is an address of loopback that nothing listens at.
func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// TestTwoProgramsCarryADeviceToTheCloudAndBack: point up at each QoS, command down, answer up, presence; each program a process.
func TestTwoProgramsCarryADeviceToTheCloudAndBack(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	edge := startEdge(t, cloud.ready.MQTT)
	cloud.mustSeeKind(t, "connected", stableRoof)

	board := edge.paho(t, tutorial, pahoTask{Clean: true, LED: true})
	board.mustConnect(t, false)
	cloud.mustSeeKind(t, "connected", tutorial)
	cloud.mustBeOnline(t, tutorial, true)
	uuid := cloud.mustSend(t, tutorialKey, tutorial, "on", "")
	cloud.mustSeeCommand(t, uuid, "answered")
	cloud.curl(t, tutorialKey, "/cmds/"+uuid+"/resp").mustBe(t, 200, "led=1")
	if got := edge.mustOnelan(t, "send", tutorial.id, "off", "--wait", "10s"); got != "led=0" {
		t.Errorf("here the board answers %q, want led=0", got)
	}

	for qos := 1; qos >= 0; qos-- { // where QoS 1 has arrived the link is on line, and QoS 0 goes up
		edge.mustUpload(t, greenhouseSouth, qos, fmt.Sprintf("\x03\x00\x08{\"q%d\":%d}", qos, qos))
		cloud.mustSee(t, fmt.Sprintf("the point of QoS %d", qos), func(r record) bool {
			return r.Kind == "data" && r.of(stableRoof) && r.Points[0].Stream == fmt.Sprint("q", qos) && string(r.Points[0].Value) == strconv.Itoa(qos)
		})
	}
	edge.mustUpload(t, greenhouseSouth, 2, "\x03\x00\x08{\"q2\":2}")
	cloud.mustSee(t, "the point of QoS 2", func(r record) bool {
		return r.Kind == "data" && r.of(stableRoof) && r.Points[0].Stream == "q2"
	})
	board.leave(t)
	cloud.mustSeeKind(t, "disconnected", tutorial)
	cloud.mustBeOnline(t, tutorial, false)
	for _, r := range cloud.refusals(t) {
		t.Errorf("the cloud has refused something: %+v", r)
	}
}

// TestABacklogOutlivesBothPrograms: what waits for a cloud that was killed is there after a kill of the edge, too, and goes up when both are
// back.
func TestABacklogOutlivesBothPrograms(t *testing.T) {
	t.Parallel()
	dir, addr := t.TempDir(), freeAddr(t)
	cloud := onFixedPort(t, dir, addr)
	edge := startEdge(t, addr)
	cloud.mustSeeKind(t, "connected", stableRoof)
	cloud.kill(t)
	for n := range 5 {
		edge.mustUpload(t, greenhouseSouth, 1, fmt.Sprintf("\x03\x00\x07{\"n\":%d}", n))
	}
	config := filepath.Join(edge.dir, "onelan.yaml")
	edge.kill(t)
	edge = startIn(t, edge.dir, "--config", config)
	if got := edge.mustOnelan(t, "bridge", "status", "--json"); !strings.Contains(got, `"waiting": 5`) && !strings.Contains(got, `"waiting":5`) {
		t.Errorf("after the kill the bridge says %s", got)
	}
	cloud = onFixedPort(t, dir, addr)
	edge.mustOnelan(t, "bridge", "drain")
	here := edge.mustHistory(t, greenhouseKey, greenhouseSouth, "datastream_id=n&start=2018-06-01T08:00:00").points()
	there := cloud.mustHistory(t, stableKey, stableRoof, "datastream_id=n&start=2018-06-01T08:00:00").points()
	if len(here) != 5 || fmt.Sprint(here) != fmt.Sprint(there) {
		t.Errorf("the edge has %v, the cloud %v", here, there)
	}
}
