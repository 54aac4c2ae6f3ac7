// Package bridge is the door to the real OneNET. A Bridge does what a Plan says: for each device on it there is a Link to the cloud, a
// place in the queue that they share (bridge/queue), and routes between the topics here and there. The Platform raises what devices
// send, as an onenet.Uplink, into the queue, with the commit that is behind the device's own acknowledgement; the links take it from
// there. What comes down is given to the Platform. A message that is to be seen here and there goes one way once: nothing that came
// from the cloud goes up, and copies of what the bridge has published itself are dropped (echoes says where that can go wrong).
//
// To the cloud a Link is the device itself: one session per device, with the
// device's own credentials and the bytes that a plain device sends; no bridge bit, no will, nothing retained, no wildcard.
//
// A Link takes messages from a Source in order, sends them over Eclipse Paho and tells the Source which of them the cloud has
// acknowledged. The Source is the truth and Paho is the wire: it never holds more than the window, it never reconnects, and it
// has a new client for each connection, because its token of a message completes without a PUBACK across a reconnect, and its
// stores lose the order (trap_test.go shows both). What the Source has not been told of is sent again on the next connection,
// from the oldest on; so nothing is lost, the order of first arrivals is that of the Source, and a cut repeats at most a window.
//
// Start and Stop say whether the cloud should see the device: the Bridge calls them as the device comes and goes here. Pause and Resume
// are for people. All methods are safe for concurrent use, and a Link's failure is its own: it shares nothing with other links
// but two Pacers.
package bridge
