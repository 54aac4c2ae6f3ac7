package onenettest

import "encoding/binary"

// DP makes the payload of a $dp message of type 3, {"stream":value,…}, out of JSON of
// at most 65535 bytes: the type byte, the length in two bytes, the text.
func DP(json string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{3}, uint16(len(json))), json...)
}
