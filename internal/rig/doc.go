// Package rig is what the programs that test onelan from outside share: a broker in a
// process of its own that can be killed, and an MQTT client made of bytes.
//
// It is for killtest and peers. The client knows nothing of the broker's code, sends
// what it is told to and hides no delay: it has no goroutine of its own.
package rig
