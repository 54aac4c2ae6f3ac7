package e2e

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// pahoTask is what testdata/device.py is to do.
type pahoTask struct {
	Clean     bool          `json:"clean"`
	Keepalive int           `json:"keepalive"` // seconds
	Subscribe []pahoTopic   `json:"subscribe"`
	Publish   []pahoPublish `json:"publish"`
	Will      string        `json:"will,omitempty"` // its topic
	LED       bool          `json:"led"`            // obey on, off and toggle, and answer

	Port     int    `json:"port"`
	Product  string `json:"product"`
	Device   string `json:"device"`
	Password string `json:"password"`
}

type pahoTopic struct {
	Topic string `json:"topic"`
	QoS   int    `json:"qos"`
}

// pahoPublish is a message: a text, or blocks of data points that Python builds.
type pahoPublish struct {
	Topic  string      `json:"topic"`
	QoS    int         `json:"qos"`
	Retain bool        `json:"retain"`
	Text   string      `json:"text"`
	Blocks []pahoBlock `json:"blocks,omitempty"`
}

// pahoBlock is a block of data points, as the function block of device.py takes it.
type pahoBlock struct {
	Kind   int    `json:"kind"`
	Text   any    `json:"text,omitempty"`
	File   string `json:"file,omitempty"` // in hex
	Time   []int  `json:"time,omitempty"` // six bytes
	Floats []any  `json:"floats,omitempty"`
}

// pahoEvent is what testdata/device.py tells.
type pahoEvent struct {
	Event   string `json:"event"`
	Code    int    `json:"code"`
	Present bool   `json:"present"`
	Granted []int  `json:"granted"`
	Topic   string `json:"topic"`
	Payload string `json:"payload"`
	QoS     int    `json:"qos"`
	Retain  bool   `json:"retain"`
}

// paho is a device on Eclipse Paho for Python.
type paho struct{ *process }

// paho connects a device; what happens then is told by mustTell.
func (p *program) paho(t *testing.T, d device, task pahoTask) paho {
	t.Helper()
	script, err := filepath.Abs("testdata/device.py")
	if err != nil {
		t.Fatal(err)
	}
	task.Product, task.Device, task.Password = d.product, d.id, d.auth
	if task.Port, err = strconv.Atoi(mustPort(t, p.ready.MQTT)); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	return paho{startProcess(t, exec.Command(mustPython(t), script, string(text)))}
}

// mustTell waits for the next thing that happens, which must be the named one.
func (d paho) mustTell(t *testing.T, event string) pahoEvent {
	t.Helper()
	line := d.mustLine(t)
	var e pahoEvent
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		t.Fatalf("device.py printed %q: %v", line, err)
	}
	if e.Event != event {
		t.Fatalf("the device told %s, want %s", line, event)
	}
	return e
}

// mustConnect waits for a login, with a session that was there already or not, and
// for the SUBACK where there is something to subscribe to.
func (d paho) mustConnect(t *testing.T, present bool) {
	t.Helper()
	if e := d.mustTell(t, "connack"); e.Code != 0 || e.Present != present {
		t.Fatalf("CONNACK %d with session present %v, want 0 with %v", e.Code, e.Present, present)
	}
}

// mustGet is the next message, which must be this one.
func (d paho) mustGet(t *testing.T, topic, payload string, qos int) pahoEvent {
	t.Helper()
	e := d.mustTell(t, "message")
	if e.Topic != topic || e.Payload != payload || e.QoS != qos {
		t.Fatalf("got %q on %s at QoS %d, want %q on %s at QoS %d", e.Payload, e.Topic, e.QoS, payload, topic, qos)
	}
	return e
}

// leave makes the device say DISCONNECT and waits for its end.
func (d paho) leave(t *testing.T) {
	t.Helper()
	if err := d.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	d.mustSucceed(t)
}
