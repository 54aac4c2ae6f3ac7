package bridge

import "github.com/eclipse/paho.mqtt.golang/packets"

// noStore is Paho's store, and keeps nothing: what is not acknowledged is in the Source, and Paho must not send anything again
// by itself.
type noStore struct{}

func (noStore) Open()                             {}
func (noStore) Put(string, packets.ControlPacket) {}
func (noStore) Get(string) packets.ControlPacket  { return nil }
func (noStore) All() []string                     { return nil }
func (noStore) Del(string)                        {}
func (noStore) Close()                            {}
func (noStore) Reset()                            {}
