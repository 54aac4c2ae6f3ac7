// Package broker is the MQTT door: port 6002 of OneNET, on Mochi.
//
// Mochi keeps who is here and who wants what: the register of clients, the
// sessions' subscriptions and the index over them, SUBACK, UNSUBACK and PINGRESP. The messages are ours.
// A link, which is the net.Conn that Mochi reads from, takes every frame off
// the wire first: it judges CONNECT, mends what OneNET tolerates, and keeps PUBLISH and
// all acknowledgements to itself, in both directions. So a message is
// acknowledged when it is safe, whatever Mochi would have done, and Mochi's
// delivery queues, whose defects docs/ARCHITECTURE.md lists, are never used.
//
// A session is what a device owns here while it is connected, or for longer when
// it asked for it. A world is a product: nothing in one world can see another.
// Broker implements onenet.Downlink and calls onenet.Platform for every decision.
//
// Lock order: session.mu, then link.outMu, then socket.mu. world.mu and Broker.mu
// are leaves. None is held across a call of the Platform, the Store or Mochi.
package broker
