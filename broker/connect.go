package broker

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// connect is what a CONNECT packet says [MQTT section 3.1].
type connect struct {
	name      string
	level     byte
	flags     byte
	keepalive uint16 // seconds
	clientID  string
	username  string
	password  string
	will      *will
}

// The connect flags [MQTT section 3.1.2.3].
const (
	flagReserved   = 1 << 0
	flagClean      = 1 << 1
	flagWill       = 1 << 2
	flagWillQoS    = 3 << 3
	flagWillRetain = 1 << 5
	flagPassword   = 1 << 6
	flagUsername   = 1 << 7
)

func (c connect) clean() bool { return c.flags&flagClean != 0 }

// fields reads length-prefixed fields one after the other.
type fields struct {
	b   []byte
	at  int
	bad bool
}

func (f *fields) byte() byte {
	if f.at >= len(f.b) {
		f.bad = true
		return 0
	}
	f.at++
	return f.b[f.at-1]
}

func (f *fields) uint16() uint16 {
	if f.at+2 > len(f.b) {
		f.bad = true
		return 0
	}
	f.at += 2
	return binary.BigEndian.Uint16(f.b[f.at-2:])
}

func (f *fields) bytes() []byte {
	n := int(f.uint16())
	if f.bad || f.at+n > len(f.b) {
		f.bad = true
		return nil
	}
	f.at += n
	return f.b[f.at-n : f.at]
}

// parseConnect reads the body of a CONNECT. A refusal says that the packet breaks the protocol.
func parseConnect(body []byte) (connect, *onenet.Refusal) {
	f := &fields{b: body}
	c := connect{name: string(f.bytes()), level: f.byte(), flags: f.byte(), keepalive: f.uint16()}
	if f.bad {
		return c, onenet.Refuse(onenet.ConnectMalformed).Want("protocol name, level, flags and keepalive", fmt.Sprintf("%d bytes", len(body)))
	}
	if c.name != "MQTT" && c.name != "MQIsdp" {
		return c, onenet.Refuse(onenet.ConnectName).Want(`"MQTT"`, fmt.Sprintf("%q", c.name))
	}
	if c.level == 5 {
		skipProperties(f)
	}
	c.clientID = string(f.bytes())
	if c.flags&flagWill != 0 {
		if c.level == 5 {
			skipProperties(f)
		}
		c.will = &will{topic: string(f.bytes()), payload: append([]byte(nil), f.bytes()...)}
		c.will.qos, c.will.retain = c.flags&flagWillQoS>>3, c.flags&flagWillRetain != 0
	}
	if c.flags&flagUsername != 0 {
		c.username = string(f.bytes())
	}
	if c.flags&flagPassword != 0 {
		c.password = string(f.bytes())
	}
	switch {
	case f.bad:
		return c, onenet.Refuse(onenet.ConnectMalformed).Want("fields that end with the packet", "a field that is longer than the rest of it")
	case f.at != len(body) && c.level != 5:
		return c, onenet.Refuse(onenet.ConnectMalformed).Want("fields that end with the packet", fmt.Sprintf("%d bytes behind them", len(body)-f.at))
	}
	return c, nil
}

// skipProperties passes over the properties of MQTT 5, so that its refusal can name the device.
func skipProperties(f *fields) {
	n, used, err := remainingLength(f.b[min(f.at, len(f.b)):])
	if err != nil || used == 0 || f.at+used+n > len(f.b) {
		f.bad = true
		return
	}
	f.at += used + n
}

// check finds what breaks the rules of CONNECT. A level other than 4 is the caller's business.
func (c connect) check(profile onenet.Profile) *onenet.Refusal {
	switch {
	case c.flags&flagReserved != 0:
		return onenet.Refuse(onenet.ConnectReserved).Want("0", fmt.Sprintf("flags %#02x", c.flags))
	case c.will == nil && c.flags&(flagWillQoS|flagWillRetain) != 0:
		return onenet.Refuse(onenet.ConnectWillFlags).Want("will QoS 0 and will retain 0", fmt.Sprintf("flags %#02x", c.flags))
	case c.flags&flagWillQoS == flagWillQoS:
		return onenet.Refuse(onenet.ConnectWillQoS).Want("0, 1 or 2", "3")
	case c.flags&(flagUsername|flagPassword) == 0:
		return onenet.Refuse(onenet.ConnectAnonymous).Want("user name and password", "neither")
	case c.flags&flagUsername == 0:
		return onenet.Refuse(onenet.ConnectNoUser).Want("user name and password", "a password only")
	case c.flags&flagPassword == 0:
		return onenet.Refuse(onenet.ConnectNoPassword).Want("user name and password", "a user name only")
	case !validText(c.clientID) || !validText(c.username):
		return onenet.Refuse(onenet.ConnectNotUTF8).Want("UTF-8 without NUL", "other bytes")
	case c.will != nil:
		return c.will.check(profile)
	}
	return nil
}

// validText tells whether s may stand in a text field of MQTT [MQTT-1.5.3-1, -2].
func validText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] == 0 {
			return false
		}
	}
	return true
}

// levelCause names what a level other than 4 means.
func levelCause(c connect) onenet.Cause {
	switch {
	case c.name == "MQIsdp" || c.level == 3:
		return onenet.ConnectLevel3
	case c.level == 5:
		return onenet.ConnectLevel5
	default:
		return onenet.ConnectLevel
	}
}

// forMochi is the CONNECT that Mochi gets to see: the device under the name it has
// in the register, clean or not, and nothing else. Will, keepalive and
// credentials are the link's business.
func (c connect) forMochi(register string) []byte {
	body := appendText(nil, "MQTT")
	body = append(body, 4, c.flags&flagClean, 0, 0)
	body = appendText(body, register)
	return append(appendLength([]byte{typeConnect << 4}, len(body)), body...)
}
