package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// device is what a device logs in with.
type device struct{ product, id, auth string }

var (
	// tutorial is the device of the public ESP32 tutorial, which exists without any configuration.
	tutorial = device{"244754", "527521926", "3C71BFC80054"}

	// The devices of testdata/onelan.yaml.
	greenhouseNorth = device{"100001", "700123456", "greenhouse-north"}
	greenhouseSouth = device{"100001", "700123457", "greenhouse-south"}
	stableDoor      = device{"100002", "700123456", "stable-door"}
	stableRoof      = device{"100002", "700123457", "stable-roof"}
)

// The keys by which people call the REST API.
const (
	tutorialKey   = "onelan=demo=key=not=secret=0"
	greenhouseKey = "GreenhouseMasterKey00000001="
	stableKey     = "StableMasterKey000000000002="
	southKey      = "KeyOfGreenhouseSouth0000001="
)

// login is how Mosquitto's clients are told who they are.
func (p *program) login(t *testing.T, d device) []string {
	t.Helper()
	return []string{"-h", "127.0.0.1", "-p", mustPort(t, p.ready.MQTT), "-V", "mqttv311", "-i", d.id, "-u", d.product, "-P", d.auth}
}

// tryPublish runs mosquitto_pub, which may be refused.
func (p *program) tryPublish(t *testing.T, d device, args ...string) result {
	t.Helper()
	return run(t, mustTool(t, "mosquitto_pub", "mosquitto-clients"), append(p.login(t, d), args...))
}

// mustPublish runs mosquitto_pub; above QoS 0 it returns when the message is acknowledged.
func (p *program) mustPublish(t *testing.T, d device, args ...string) {
	t.Helper()
	if r := p.tryPublish(t, d, args...); r.code != 0 || r.stderr != "" {
		t.Fatalf("mosquitto_pub %s: exit code %d\n%s", strings.Join(args, " "), r.code, r.stderr)
	}
}

// mustUpload uploads data points with mosquitto_pub.
func (p *program) mustUpload(t *testing.T, d device, qos int, payload string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dp") // there are NULs in it
	if err := os.WriteFile(file, []byte(payload), 0o600); err != nil {
		t.Fatal(err)
	}
	p.mustPublish(t, d, "-t", "$dp", "-q", strconv.Itoa(qos), "-f", file)
}

// message is what mosquitto_sub prints of one.
type message struct {
	topic, payload string
	qos            int
	retained       bool
}

// subscribe runs mosquitto_sub until it has n messages. It returns at once; messages gives them.
func (p *program) subscribe(t *testing.T, d device, n int, args ...string) *process {
	t.Helper()
	args = append(append(p.login(t, d), "-C", strconv.Itoa(n), "-F", "%q %r %t %p"), args...)
	return startProcess(t, exec.Command(mustTool(t, "mosquitto_sub", "mosquitto-clients"), args...))
}

// mustMessages waits for all that subscribe was to wait for.
func (p *process) mustMessages(t *testing.T) []message {
	t.Helper()
	var list []message
	for _, line := range p.mustSucceed(t) {
		f := strings.SplitN(line, " ", 4)
		qos, err := strconv.Atoi(f[0])
		if len(f) != 4 || err != nil {
			t.Fatalf("mosquitto_sub printed %q", line)
		}
		list = append(list, message{f[2], f[3], qos, f[1] == "1"})
	}
	return list
}
