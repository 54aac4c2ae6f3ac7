package wire

import "github.com/onelan/onelan/onenet"

// The return codes of CONNACK [MQTT section 3.2.2.3].
const (
	ConnackAccepted    = 0
	ConnackVersion     = 1 // unacceptable protocol version
	ConnackID          = 2 // identifier rejected
	ConnackUnavailable = 3 // server unavailable
	ConnackBadLogin    = 4 // wrong user name or password
	ConnackNotAllowed  = 5 // not authorized

	// NoConnack stands for closing the connection without an answer.
	NoConnack = 0xff
)

// connackCodes says what a device is told (reference, section 1.3), where that does
// not follow from the stage and the field.
var connackCodes = map[onenet.Cause]byte{
	onenet.ConnectLevel3: ConnackVersion,
	onenet.ConnectLevel5: ConnackVersion,
	onenet.ConnectLevel:  ConnackVersion,

	onenet.LoginUnknownDevice: ConnackID,

	onenet.LoginStore: ConnackUnavailable,

	onenet.LoginBlocked:    ConnackNotAllowed,
	onenet.LoginKeyUnbound: ConnackNotAllowed,
	onenet.LoginToken:      ConnackNotAllowed,
}

// ConnackCode is the CONNACK return code for a refused login, or NoConnack: a packet
// that breaks the protocol is not answered. A mistake in the client id is
// ConnackID, any other mistake in a login ConnackBadLogin.
func ConnackCode(r *onenet.Refusal) byte {
	if code, ok := connackCodes[r.Cause]; ok {
		return code
	}
	switch {
	case r.Stage != onenet.StageLogin:
		return NoConnack
	case r.Field == onenet.FieldDevice:
		return ConnackID
	}
	return ConnackBadLogin
}
