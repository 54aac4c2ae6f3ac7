package bridge_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// worked is the device of the worked example (reference section 1.3).
var worked = onenet.Device{Product: "88001", ID: "700123456", AuthInfo: "dev-sn-0001"}

// What a plain device says from its login to its leaving: the example of the reference, and then what umqtt and other standard
// clients send.
const plainDevice = `
CONNECT     10 29 00 04 4D 51 54 54 04 C2 00 78 00 09 37 30 30 31 32 33 34 35 36 00 05 38 38 30 30 31 00 0B 64 65 76 2D 73 6E 2D 30 30 30 31
SUBSCRIBE   82 0C 00 01 00 07 73 65 74 74 69 6E 67 01
PUBLISH     32 11 00 03 24 64 70 00 02 03 00 07 7B 22 61 22 3A 31 7D
DISCONNECT  E0 00`

var point = string(onenettest.DP(`{"a":1}`))

func mustBytes(t *testing.T, packets string) []byte {
	t.Helper()
	var all []byte
	for line := range strings.Lines(packets) {
		_, digits, _ := strings.Cut(line, " ")
		b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func diffBytes(want, got []byte) string {
	return cmp.Diff(hex.Dump(want), hex.Dump(got))
}

func TestUpstreamBytesAreThoseOfAPlainDevice(t *testing.T) {
	t.Parallel()
	cloud := onenettest.Start(t)
	dev := cloud.AddDevice(t, worked)
	q := newFakeQueue()
	r := newRigTo(t, cloud, dev, q, func(c *bridge.Config) {
		c.Keepalive = 120 * time.Second
		c.Topics = []bridge.Topic{{Name: "setting", QoS: 1}}
	})
	r.Start()
	r.cloud.Wait(t, onenettest.Subscribed(dev, "setting"))
	q.add("$dp", 1, point)
	r.proxy.Await(t, "the message", func(n faultnet.Counts) bool { return n.Up[faultnet.Publish] == 1 })
	q.awaitEmpty(t)
	r.Stop()
	r.awaitState(0, bridge.Idle)
	r.proxy.Await(t, "the end", func(n faultnet.Counts) bool { return n.Open == 0 })
	link := r.proxy.Sent()[0]
	t.Run("those of the reference", func(t *testing.T) {
		if d := diffBytes(mustBytes(t, plainDevice), link); d != "" {
			t.Errorf("(-a device +the link)\n%s", d)
		}
	})
	t.Run("those of a device that uses bare Paho", func(t *testing.T) {
		if d := diffBytes(plainPaho(t, cloud, dev), link); d != "" {
			t.Errorf("(-a device +the link)\n%s", d)
		}
	})
}

func TestTheBridgeSpeaksAsAPlainDeviceDoes(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) {
		p.Keepalive, p.Presence = 120*time.Second, bridge.Always
		p.Topics = []bridge.Route{mustRoute(t, "down x -> setting")}
	}})
	dev := e.cloud.AddDevice(t, worked)
	if _, err := e.Apply(t.Context(), bridgePlanFor(e, dev)); err != nil {
		t.Fatal(err)
	}
	e.cloud.Wait(t, onenettest.Subscribed(dev, "setting"))
	e.send(0, 1, point)
	e.awaitDelivered(0, 1)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e.proxy.Await(t, "the end", func(n faultnet.Counts) bool { return n.Open == 0 })
	sent := e.proxy.Sent()
	if d := diffBytes(mustBytes(t, plainDevice), sent[len(sent)-1]); d != "" {
		t.Errorf("(-a device +the bridge)\n%s", d)
	}
}

// bridgePlanFor makes the edge's device that one of the cloud.
func bridgePlanFor(e *edge, dev onenet.Device) bridge.Plan {
	p := e.Plan()
	p.Devices[0].Login = bridge.Login{Product: string(dev.Product), Device: string(dev.ID), Password: dev.AuthInfo}
	return p
}

// plainPaho is what the device sends when it does the same with bare Paho.
func plainPaho(t *testing.T, cloud *onenettest.Server, dev onenet.Device) []byte {
	t.Helper()
	p := faultnet.Start(t, cloud.MQTTAddr())
	o := cloud.Options(dev).SetKeepAlive(120 * time.Second)
	o.Servers = nil
	c := mqtt.NewClient(o.AddBroker("tcp://" + p.Addr()))
	mustComplete(t, c.Connect())
	mustComplete(t, c.Subscribe("setting", 1, nil))
	mustComplete(t, c.Publish("$dp", 1, false, point))
	c.Disconnect(250)
	p.Await(t, "the end", func(n faultnet.Counts) bool { return n.Up[faultnet.Disconnect] == 1 })
	return p.Sent()[0]
}

func TestAKeptSessionIsOneBitOfTheLogin(t *testing.T) {
	t.Parallel()
	r := newRig(t, newFakeQueue(), func(c *bridge.Config) { c.KeepSession = true })
	r.Start()
	r.awaitState(0, bridge.Online)
	if login := r.proxy.Sent()[0]; !bytes.HasPrefix(login[2:], []byte("\x00\x04MQTT\x04\xC0\x00\x3C")) {
		t.Errorf("CONNECT is % X", login)
	}
}
