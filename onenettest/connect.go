package onenettest

import (
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/onenet"
)

// ClientOption changes how Connect's client logs in.
type ClientOption func(*mqtt.ClientOptions)

// KeepSession asks for a session that outlives the connection (clean session 0).
func KeepSession() ClientOption {
	return func(o *mqtt.ClientOptions) { o.SetCleanSession(false) }
}

// WithWill sets the message that the platform publishes when the device is lost.
func WithWill(topic, payload string, qos byte, retained bool) ClientOption {
	return func(o *mqtt.ClientOptions) { o.SetWill(topic, payload, qos, retained) }
}

// OnMessage calls f with every message of a topic that has no handler of its own: commands too.
func OnMessage(f func(topic string, payload []byte)) ClientOption {
	return func(o *mqtt.ClientOptions) {
		o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { f(m.Topic(), m.Payload()) })
	}
}

// Options are Paho's options for a login of the device, for tests that want more than Connect gives.
func (s *Server) Options(d onenet.Device) *mqtt.ClientOptions {
	return mqtt.NewClientOptions().
		AddBroker("tcp://" + s.MQTTAddr()).
		SetUsername(string(d.Product)).SetClientID(string(d.ID)).SetPassword(string(d.AuthInfo)).
		SetProtocolVersion(4).SetAutoReconnect(false).SetConnectRetry(false).
		SetConnectTimeout(Patience).SetKeepAlive(60 * time.Second)
}

// Connect logs the device in with Eclipse Paho, as its own auth info allows, and logs it
// out when the test ends. The test fails when it is refused.
func (s *Server) Connect(t testing.TB, d onenet.Device, opts ...ClientOption) mqtt.Client {
	t.Helper()
	o := s.Options(d)
	for _, opt := range opts {
		opt(o)
	}
	c := mqtt.NewClient(o)
	token := c.Connect()
	if !token.WaitTimeout(Patience) {
		t.Fatalf("onenettest: device %s: no answer to CONNECT within %s", d.ID, Patience)
	}
	if err := token.Error(); err != nil {
		t.Fatalf("onenettest: device %s: %v", d.ID, err)
	}
	t.Cleanup(func() { c.Disconnect(50) })
	return c
}
