package broker

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/onelan/onelan/onenet"
)

// judge decides about one frame. What it returns goes on to Mochi; nothing means that the
// link has dealt with it.
func (l *link) judge(f frame) []byte {
	switch l.state {
	case awaitConnect:
		return l.judgeFirst(f)
	case turnedDown:
		return nil
	case loggedIn:
	}
	switch f.kind() {
	case typePublish:
		l.publish(f)
	case typePuback, typePubrec, typePubrel, typePubcomp:
		l.acknowledged(f)
	case typeSubscribe, typeUnsubscribe:
		return l.mendSubscribe(f)
	case typePingreq:
		if f.head != typePingreq<<4 || len(f.body) != 0 {
			l.violation(onenet.LinkMalformed, "C0 00", f)
			return nil
		}
		return f.raw
	case typeDisconnect:
		l.will = nil // [MQTT-3.14.4-3]
		l.end(whyDisconnect)
	case typeConnect:
		// Without its bytes: they hold a password.
		l.violationOn(onenet.ConnectSecond, "one CONNECT on a connection", "another", "", nil)
	default:
		l.violation(onenet.LinkBadType, "a packet that a device sends", f)
	}
	return nil
}

// violation ends the link because of a packet that breaks the protocol (reference, section 1.4).
func (l *link) violation(c onenet.Cause, expected string, f frame) {
	l.violationOn(c, expected, fmt.Sprintf("% X", f.raw[:min(len(f.raw), 16)]), "", f.raw)
}

func (l *link) violationOn(c onenet.Cause, expected, got, topic string, payload []byte) {
	r := onenet.Refuse(c).Want(expected, got)
	l.refuse(r, topic, payload)
	l.end("protocol violated: " + r.Says)
}

// refuse records a refusal of something this link's device did.
func (l *link) refuse(r *onenet.Refusal, topic string, payload []byte) {
	a := l.attempt
	a.Addr = l.addr
	l.broker.platform.Refused(a, r, topic, payload)
}

// badFrame ends the link because the stream cannot be cut into packets.
func (l *link) badFrame(err error) {
	head := l.in.buf[l.in.start:min(l.in.end, l.in.start+16)]
	if errors.Is(err, errFrameTooLarge) {
		if l.state == awaitConnect && l.notMQTT() {
			return
		}
		l.violationOn(onenet.LinkTooLarge, fmt.Sprintf("at most %d bytes", l.in.max), fmt.Sprintf("a header that announces more: % X", head), "", head)
		return
	}
	if l.state == awaitConnect && l.notMQTT() {
		return
	}
	l.violationOn(onenet.LinkMalformed, "a remaining length of at most four bytes", fmt.Sprintf("% X", head), "", head)
}

// judgeFirst waits for CONNECT and throws everything else away: OneNET does not cut
// a device for talking too early (reference, section 1.4).
func (l *link) judgeFirst(f frame) []byte {
	if f.kind() == typeConnect {
		return l.connect(f)
	}
	if !l.early {
		l.early = true
		l.refuse(onenet.Refuse(onenet.LinkEarlyPacket).Want("CONNECT", fmt.Sprintf("packet type %d", f.kind())), "", f.raw)
	}
	if l.broker.switches.PreConnack == onenet.PreConnackClose {
		l.end("a packet came before the login")
	}
	return nil
}

// notMQTT looks at the first bytes of a connection and ends it when they are
// another protocol's. It asks for so much that no MQTT packet is mistaken.
func (l *link) notMQTT() bool {
	b := l.in.buf[l.in.start:l.in.end]
	if l.early || len(b) == 0 {
		return false
	}
	c := foreign(b)
	if c == "" {
		return false
	}
	// The first bytes tell the protocol; what follows may be a credential.
	r := onenet.Refuse(c).Want("an MQTT CONNECT", fmt.Sprintf("%q …", b[:min(len(b), 8)]))
	if b[0] == '*' {
		r = r.Near("a registration packet of OneNET's TCP access begins like this")
	}
	l.refuse(r, "", nil)
	l.end("protocol violated: " + r.Says)
	return true
}

func foreign(b []byte) onenet.Cause {
	for _, verb := range [][]byte{[]byte("GET "), []byte("POST "), []byte("PUT "), []byte("HEAD "), []byte("OPTIONS "), []byte("DELETE ")} {
		if bytes.HasPrefix(b, verb) {
			return onenet.LinkHTTP
		}
	}
	switch {
	case len(b) >= 3 && b[0] == 0x16 && b[1] == 3 && b[2] <= 4:
		return onenet.LinkTLS
	case len(b) >= 7 && b[0] == 0x10 && bytes.Contains(b[:min(len(b), 9)], []byte("\x00\x03EDP")):
		return onenet.LinkEDP
	case b[0] == '*' || bytes.HasPrefix(b, []byte("AT")) || bytes.HasPrefix(b, []byte("{\"")):
		return onenet.LinkText
	case b[0]>>4 == 0 || b[0]>>4 == 15:
		return onenet.LinkNotMQTT
	}
	return ""
}

// explainSilence records a connection that came and went without a CONNECT.
func (l *link) explainSilence() {
	if l.early {
		return // already told
	}
	got := "nothing"
	if l.got > 0 {
		got = fmt.Sprintf("%d bytes: % X", l.got, l.in.buf[l.in.start:min(l.in.end, l.in.start+16)])
	}
	l.refuse(onenet.Refuse(onenet.LinkNoConnect).Want("a CONNECT packet", got), "", nil)
}
