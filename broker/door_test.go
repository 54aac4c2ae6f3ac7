package broker_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// mustCertificate makes a certificate of its own for loopback, and the pool that trusts it.
func mustCertificate(t testing.TB) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.System().Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AddCert(must(x509.ParseCertificate(der)))
	return certFile, keyFile, pool
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// wsClient is a WebSocket as a stream of bytes.
type wsClient struct {
	*websocket.Conn
	rest []byte
}

func (c *wsClient) Read(b []byte) (int, error) {
	for len(c.rest) == 0 {
		_, p, err := c.ReadMessage()
		if err != nil {
			return 0, err
		}
		c.rest = p
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *wsClient) Write(b []byte) (int, error) {
	return len(b), c.WriteMessage(websocket.BinaryMessage, b)
}

func (c *wsClient) SetDeadline(at time.Time) error { return c.NetConn().SetDeadline(at) }

// doors is a platform with all its doors open, and a way through each.
type doors struct {
	*onenettest.Server
	pool *x509.CertPool
}

func openDoors(t testing.TB, opts ...onenettest.Option) *doors {
	t.Helper()
	cert, key, pool := mustCertificate(t)
	open := onenettest.WithConfig(func(c *server.Config) {
		c.MQTTS, c.WS, c.WSS, c.TLSCert, c.TLSKey = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", cert, key
	})
	return &doors{onenettest.Start(t, append(opts, open)...), pool}
}

func (d *doors) tls(t testing.TB) *raw {
	t.Helper()
	c, err := tls.Dial("tcp", d.MQTTSAddr(), &tls.Config{RootCAs: d.pool})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &raw{t, c}
}

func (d *doors) websocket(t testing.TB, url string) *raw {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"mqtt"}, TLSClientConfig: &tls.Config{RootCAs: d.pool}}
	c, answer, err := dialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.Header.Get("Sec-Websocket-Protocol") != "mqtt" { // [MQTT-6.0.0-4]
		t.Errorf("the subprotocol is %q", answer.Header.Get("Sec-Websocket-Protocol"))
	}
	t.Cleanup(func() { c.Close() })
	return &raw{t, &wsClient{Conn: c}}
}

// each runs the test through every door.
func (d *doors) each(t *testing.T, test func(t *testing.T, dial func(testing.TB) *raw)) {
	t.Run("MQTT", func(t *testing.T) { test(t, func(t testing.TB) *raw { return dial(t, d.Server) }) })
	t.Run("MQTT over TLS", func(t *testing.T) { test(t, d.tls) })
	t.Run("MQTT over WebSocket", func(t *testing.T) {
		test(t, func(t testing.TB) *raw { return d.websocket(t, "ws://"+d.WSAddr()+"/mqtt") })
	})
	t.Run("MQTT over WebSocket over TLS", func(t *testing.T) {
		test(t, func(t testing.TB) *raw { return d.websocket(t, "wss://"+d.WSSAddr()+"/any/path") })
	})
}

func TestEveryDoorLeadsToTheSamePlatform(t *testing.T) {
	t.Parallel()
	srv := openDoors(t)
	outside := login(t, srv.Server, srv.Device(t), clean, 0)
	outside.subscribe(1, "room1")
	srv.each(t, func(t *testing.T, dial func(testing.TB) *raw) {
		d := srv.Device(t)
		c := dial(t)
		c.send(connectPacket(clean, 60, d))
		c.wantHex("20 02 00 00")
		c.subscribe(1, "back")
		for range 50 {
			c.publish("room1", "there", 1)
			outside.answer(outside.wantMessage("room1", "there", 1), 1)
			outside.publish("back", "again", 1)
			c.answer(c.wantMessage("back", "again", 1), 1)
		}
		cmd := srv.Send(t, d, "on")
		c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
		big := string(bytes.Repeat([]byte("0123456789"), 100<<10))
		c.publish("back", big, 1)
		c.answer(c.wantMessage("back", big, 1), 1)
		c.bye(srv.Server, d)
	})
}

func TestRefusalsPassThroughEveryDoor(t *testing.T) {
	t.Parallel()
	srv := openDoors(t)
	srv.each(t, func(t *testing.T, dial func(testing.TB) *raw) {
		d := srv.Device(t)
		c := dial(t)
		wrong := d
		wrong.AuthInfo = "wrong"
		c.send(connectPacket(clean, 60, wrong), subscribePacket(1, 0, "room1"))
		c.wantHex("20 02 00 04")
		c.wantClosed()
		c = dial(t)
		c.send(hello{"MQTT", 4, 2, 60, []string{string(d.ID)}}.packet())
		c.wantClosed()
	})
}

// [MQTT-6.0.0-1, -2]: packets need not begin with messages, and messages must be binary.
func TestPacketsMayLieAcrossWebSocketMessages(t *testing.T) {
	t.Parallel()
	srv := openDoors(t)
	d := srv.Device(t)
	c := srv.websocket(t, "ws://"+srv.WSAddr())
	stream := append(connectPacket(clean, 60, d), subscribePacket(1, 0, "room1")...)
	for len(stream) > 0 {
		n := min(7, len(stream))
		c.send(stream[:n])
		stream = stream[n:]
	}
	c.wantHex("20 02 00 00")
	c.wantHex("90 03 00 01 00")
	c.send(publishPacket("room1", []byte("a"), 0, 0), publishPacket("room1", []byte("b"), 0, 0))
	c.wantMessage("room1", "a", 0)
	c.wantMessage("room1", "b", 0)
	if err := c.Conn.(*wsClient).WriteMessage(websocket.TextMessage, []byte{0xC0, 0}); err != nil {
		t.Fatal(err)
	}
	c.wantClosed()
	srv.Wait(t, onenettest.Offline(d))
}

func TestOrdinaryHTTPRequestAtTheWebSocketDoorIsTurnedAway(t *testing.T) {
	t.Parallel()
	srv := openDoors(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + srv.WSAddr() + "/mqtt")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("status %s", answer.Status)
	}
	mustClose(t, srv.Server) // does not wait for the idle connection, and leaves none behind
}

func TestTLSHandshakeThatNeverEndsIsCutAfterTheLimit(t *testing.T) {
	t.Parallel()
	srv := openDoors(t, onenettest.WithClock(dawn))
	c := dialAddr(t, srv.MQTTSAddr())
	waitUntil(t, "the connection is cut", func() bool {
		srv.Advance(t, onenet.DefaultLimits().ConnectWithin)
		_ = c.SetReadDeadline(clock.System().Now().Add(time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		return err != nil && !os.IsTimeout(err)
	})
	srv.Wait(t, onenettest.Refused(onenet.LinkConnectTimeout))
}

// A device that takes nothing holds nobody up, whatever it speaks.
func TestStuckSubscriberBehindTLSOrWebSocketSlowsNobodyDown(t *testing.T) {
	t.Parallel()
	srv := openDoors(t)
	p := login(t, srv.Server, srv.Device(t), clean, 0)
	flood := publishPacket("flood", make([]byte, 256<<10), 0, 0)
	srv.each(t, func(t *testing.T, dial func(testing.TB) *raw) {
		d := srv.Device(t)
		c := dial(t)
		c.send(connectPacket(clean, 0, d))
		c.wantHex("20 02 00 00")
		c.subscribe(0, "flood")
		waitUntil(t, "a message is dropped", func() bool {
			p.send(flood)
			p.wantSilence()
			return dropped(srv.Server, d) > 0
		})
		before := srv.Platform().Journal().Last()
		c.Close()
		srv.WaitAfter(t, before, onenettest.Offline(d))
	})
}

func TestDeviceThatTakesNothingOffTheWireIsClosed(t *testing.T) {
	t.Parallel()
	srv := openDoors(t, onenettest.WithLimits(func(l *onenet.Limits) { l.StuckFor = 100 * time.Millisecond }))
	p := login(t, srv.Server, srv.Device(t), clean, 0)
	flood := publishPacket("flood", make([]byte, 256<<10), 0, 0)
	srv.each(t, func(t *testing.T, dial func(testing.TB) *raw) {
		d := srv.Device(t)
		c := dial(t)
		c.send(connectPacket(clean, 60, d))
		c.wantHex("20 02 00 00")
		c.subscribe(0, "flood")
		waitUntil(t, "the device is given up", func() bool {
			p.send(flood)
			p.wantSilence()
			return !srv.Platform().Presence(d.Ref()).Online
		})
		if r := srv.Wait(t, onenettest.Offline(d)); r.Text != "the device takes nothing off the wire" {
			t.Errorf("the journal says %q", r.Text)
		}
	})
}
