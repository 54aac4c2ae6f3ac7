package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// board is a microcontroller: it writes bytes and takes packets apart itself.
type board struct {
	conn  net.Conn
	rest  []byte        // of the last read, behind its first packet
	last  time.Time     // when the last readAlone ended
	apart time.Duration // readAlone wants this much between two packets
}

func (p *program) dial(t *testing.T) *board {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(timeout(t), "tcp", p.ready.MQTT)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &board{conn: conn}
}

// write sends each piece by a TCP write of its own.
func (b *board) write(t *testing.T, pieces ...[]byte) {
	t.Helper()
	for _, piece := range pieces {
		if _, err := b.conn.Write(piece); err != nil {
			t.Fatalf("write: %v", err)
		}
	}
}

// read is the next packet.
func (b *board) read(t *testing.T) []byte {
	t.Helper()
	if len(b.rest) == 0 {
		_ = b.conn.SetReadDeadline(clock.System().Now().Add(patience))
		buf := make([]byte, 1500) // none of these tests gets more at once
		n, err := b.conn.Read(buf)
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		b.rest = buf[:n]
	}
	if len(b.rest) < 2 || b.rest[1] >= 0x80 || len(b.rest) < 2+int(b.rest[1]) {
		t.Fatalf("one read gave % X, want whole packets", b.rest)
	}
	one := b.rest[:2+int(b.rest[1])]
	b.rest = b.rest[len(one):]
	return one
}

// readAlone is read for a packet that must come in a read of its own: the kit looks at the first
// packet of a read and forgets what stands behind it (client requirements, MQTT 8).
func (b *board) readAlone(t *testing.T) []byte {
	t.Helper()
	if len(b.rest) > 0 {
		t.Fatalf("% X came in one read with the packet before it", b.rest)
	}
	one := b.read(t)
	if len(b.rest) > 0 {
		t.Fatalf("% X and % X came in one read", one, b.rest)
	}
	now := clock.System().Now()
	if gap := now.Sub(b.last); gap < b.apart {
		t.Fatalf("% X came %s after the packet before it: it was luck that one read did not take both", one, gap)
	}
	b.last = now
	return one
}

// mustRead is read for a packet that is known.
func (b *board) mustRead(t *testing.T, want ...byte) {
	t.Helper()
	if got := b.read(t); !bytes.Equal(got, want) {
		t.Fatalf("read % X, want % X", got, want)
	}
}

// mustBeClosed waits for the end of the connection.
func (b *board) mustBeClosed(t *testing.T) {
	t.Helper()
	_ = b.conn.SetReadDeadline(clock.System().Now().Add(patience))
	if n, err := b.conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Fatalf("read gave %d bytes and %v, want the end of the connection", n, err)
	}
}

// text is a string as MQTT writes it.
func text(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

// packet puts a fixed header before the parts; it does for packets below 128 bytes.
func packet(head byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append([]byte{head, byte(len(body))}, body...)
}

// octets reads hex as people write it, for packets that the reference spells out.
func octets(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}
