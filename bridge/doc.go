// Package bridge is the door to the real OneNET. To the cloud a Link is the device itself: one session per device, with the
// device's own credentials and the bytes that a plain device sends; no bridge bit, no will, nothing retained, no wildcard.
//
// A Link takes messages from a Source in order, sends them over Eclipse Paho and tells the Source which of them the cloud has
// acknowledged. The Source is the truth and Paho is the wire: it never holds more than the window, it never reconnects, and it
// has a new client for each connection, because its token of a message completes without a PUBACK across a reconnect, and its
// stores lose the order (trap_test.go shows both). What the Source has not been told of is sent again on the next connection,
// from the oldest on; so nothing is lost, the order of first arrivals is that of the Source, and a cut repeats at most a window.
//
// Start and Stop say whether the cloud should see the device; who calls them decides between following the local device and
// being there always. Pause and Resume are for people. All methods are safe for concurrent use, and a Link's failure is its own:
// it shares nothing with other links but two Pacers.
package bridge
