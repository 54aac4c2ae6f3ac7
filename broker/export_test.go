package broker

import mqtt "github.com/mochi-mqtt/server/v2"

// Capabilities are what Mochi is told it may do, for tests that inspect what cannot be shown cheaply.
func (b *Broker) Capabilities() *mqtt.Capabilities { return b.mochi.Options.Capabilities }

// MochiRetains is how many retained messages Mochi holds itself.
func (b *Broker) MochiRetains() int { return b.mochi.Topics.Retained.Len() }
