package broker

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// ServeWebSocket accepts MQTT over WebSocket on the listener until Close, over TLS when a config is
// given. Any path will do. It returns at once. OneNET's port 6002 has no
// WebSocket; this is for pages and tools on the desk.
func (b *Broker) ServeWebSocket(ln net.Listener, tlsConfig *tls.Config) {
	door := b.door(ln, tlsConfig)
	srv := &http.Server{Handler: http.HandlerFunc(b.upgrade), ReadHeaderTimeout: 10 * time.Second}
	b.enter(srv) // with its listener it closes connections that never became a WebSocket
	b.serving.Go(func() {
		if err := srv.Serve(door); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			b.log.Error("WebSocket listener ended", "err", err)
		}
	})
}

var upgrader = websocket.Upgrader{
	Subprotocols: []string{"mqtt", "mqttv3.1"},
	// A page from anywhere may try to log in, as any program on the LAN may: the
	// credentials decide.
	CheckOrigin: func(*http.Request) bool { return true },
}

func (b *Broker) upgrade(w http.ResponseWriter, r *http.Request) {
	c, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c.SetReadLimit(int64(b.limits.PacketBytes) + 5)
	if !b.begin() {
		_ = c.Close()
		return
	}
	defer b.serving.Done()
	b.ServeConn(&wsConn{ws: c})
}

// begin counts a connection that no accept loop counts, unless the broker is closing.
func (b *Broker) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.serving.Add(1)
	return true
}

// wsConn is a WebSocket as a stream of bytes: MQTT packets need not begin with its
// messages [MQTT-6.0.0-1, -2].
type wsConn struct {
	ws *websocket.Conn
	r  io.Reader // the message being read
	mu sync.Mutex
}

// Read reads on through the messages.
func (c *wsConn) Read(p []byte) (int, error) {
	for {
		if c.r == nil {
			kind, r, err := c.ws.NextReader()
			if err != nil {
				return 0, err
			}
			if kind != websocket.BinaryMessage {
				return 0, errors.New("MQTT wants binary WebSocket messages")
			}
			c.r = r
		}
		n, err := c.r.Read(p)
		if err == io.EOF {
			c.r, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Write sends p as one message.
func (c *wsConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ws.WriteMessage(websocket.BinaryMessage, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// NetConn is the connection below.
func (c *wsConn) NetConn() net.Conn { return c.ws.NetConn() }

// Close ends the connection.
func (c *wsConn) Close() error { return c.ws.Close() }

// LocalAddr is the address the peer connected to.
func (c *wsConn) LocalAddr() net.Addr { return c.ws.LocalAddr() }

// RemoteAddr is the peer's address.
func (c *wsConn) RemoteAddr() net.Addr { return c.ws.RemoteAddr() }

// SetDeadline bounds reads and writes.
func (c *wsConn) SetDeadline(t time.Time) error { return c.ws.NetConn().SetDeadline(t) }

// SetReadDeadline bounds reads.
func (c *wsConn) SetReadDeadline(t time.Time) error { return c.ws.SetReadDeadline(t) }

// SetWriteDeadline bounds writes.
func (c *wsConn) SetWriteDeadline(t time.Time) error { return c.ws.SetWriteDeadline(t) }
