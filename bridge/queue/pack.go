package queue

import (
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// Packing says how entries become messages to the cloud. The zero value gives every point its time and packs what it can.
type Packing struct {
	Off   bool           // every entry is a message of its own
	Raw   bool           // and none is changed: the cloud stamps what came without a time
	Fresh time.Duration  // a message that goes alone and is not older than this stays as it is, too
	Now   time.Time      // to which Fresh counts
	Tries int            // as in Limits
	DP    wire.DPOptions // how the platform reads data points
	Limit wire.PackLimit // of the cloud's messages
}

// Parcel is a message to the cloud.
//
// An entry that its times made too long, or that has files and values, goes in several pieces, of which all but the last say More. The
// server acknowledges in the order in which it was sent to [MQTT-4.6.0-2], so the last one's acknowledgement is that of the entry.
type Parcel struct {
	Topic   string
	QoS     byte
	Payload []byte
	Seqs    []int64 // of the entries that it carries, rising
	More    bool    // its entry goes on in the next one
	Points  int     // how many data points it has; 0 for anything else, and for what was not looked into
	Timed   bool    // all its points tell their time

	// A message that goes as it is because it is Fresh may have to wait for its turn all the same. After Until its payload is what Aged gives: with times.
	Until time.Time
	Aged  func() []byte // nil for one to which that does not happen
	Err   error         // why the times could not be told, nil when they are or nobody wanted it
}

// Pack makes messages of a run of entries of one device, in their order: neighbours that are data points share one, everything else keeps
// its place between them.
func Pack(entries []onenet.UplinkEntry, p Packing) []Parcel {
	k := packer{Packing: p, dp: wire.NewDPPacker(p.Limit)}
	if k.Tries == 0 {
		k.Tries = Limits{}.withDefaults().Tries
	}
	for _, e := range entries {
		k.add(e)
	}
	k.flush()
	return k.parcels
}

type packer struct {
	Packing
	dp      *wire.DPPacker
	group   []onenet.UplinkEntry // what dp holds
	parcels []Parcel
}

func (k *packer) add(e onenet.UplinkEntry) {
	if e.Topic != wire.DPTopic || k.Raw {
		k.flush()
		k.parcels = append(k.parcels, Parcel{Topic: e.Topic, QoS: e.QoS, Payload: e.Payload, Seqs: []int64{e.Seq}})
		return
	}
	if n := len(k.group); n > 0 && (k.Off || k.group[0].Tries != e.Tries || n >= together(e.Tries, k.Tries)) {
		k.flush()
	}
	points, r := wire.DecodeDP(e.Payload, k.DP)
	if r != nil || !k.join(e, points) {
		k.flush()
		k.alone(e)
	}
}

// together is how many entries with so many tries may share a message: fewer the more often a connection died of them, so that
// in the end the one that is to blame is alone, and the others are through.
func together(tries, most int) int {
	switch {
	case tries == 0:
		return wire.MaxDPPoints
	case most > 0 && tries >= most-1 || tries > 2:
		return 1
	default:
		return 64 >> (3 * (tries - 1))
	}
}

// join puts an entry into the group, if need be into a new one. It reports false if it has to go alone.
func (k *packer) join(e onenet.UplinkEntry, points []onenet.Datapoint) bool {
	wire.StampDP(points, e.At)
	fits, err := k.dp.Add(points)
	if err == nil && !fits && len(k.group) > 0 {
		k.flush()
		fits, err = k.dp.Add(points)
	}
	if err != nil || !fits {
		return false
	}
	k.group = append(k.group, e)
	return true
}

// flush makes a message of the group.
func (k *packer) flush() {
	group := k.group
	k.group = nil
	if len(group) == 1 {
		_, _ = k.dp.Take() // it stays as its device wrote it, but for the times
		k.alone(group[0])
		return
	}
	points := k.dp.Points()
	payload, err := k.dp.Take()
	if len(group) == 0 {
		return
	}
	if err != nil || payload == nil { // the entries hold no points
		for _, e := range group {
			k.alone(e)
		}
		return
	}
	parcel := Parcel{Topic: wire.DPTopic, Payload: payload, Points: points, Timed: true}
	for _, e := range group {
		parcel.QoS = max(parcel.QoS, e.QoS)
		parcel.Seqs = append(parcel.Seqs, e.Seq)
	}
	k.parcels = append(k.parcels, parcel)
}

// alone makes a message of one entry, or several where it must be.
func (k *packer) alone(e onenet.UplinkEntry) {
	parcel := Parcel{Topic: e.Topic, QoS: e.QoS, Payload: e.Payload, Seqs: []int64{e.Seq}}
	if k.Fresh > 0 && e.Tries == 0 && k.Now.Sub(e.At) <= k.Fresh {
		parcel.Until, parcel.Aged = e.At.Add(k.Fresh), k.aged(e)
		k.parcels = append(k.parcels, parcel)
		return
	}
	payload, err := wire.TimedDP(e.Payload, e.At, k.DP)
	if err == nil && !k.tooLong(payload, e.Payload) {
		points, _ := wire.DecodeDP(payload, k.DP)
		parcel.Payload, parcel.Points, parcel.Timed = payload, len(points), true
		k.parcels = append(k.parcels, parcel)
		return
	}
	pieces, splitErr := k.split(e)
	if splitErr != nil {
		parcel.Err = splitErr
		k.parcels = append(k.parcels, parcel)
		return
	}
	k.parcels = append(k.parcels, pieces...)
}

// aged makes the payload that an entry goes with when it is fresh no more. One whose times need a message more stays as it was: by then
// its place in the order is taken.
func (k *packer) aged(e onenet.UplinkEntry) func() []byte {
	p := k.Packing
	return func() []byte {
		payload, err := wire.TimedDP(e.Payload, e.At, p.DP)
		if err != nil || p.tooLong(payload, e.Payload) {
			return e.Payload
		}
		return payload
	}
}

// tooLong reports whether the times made a message longer than the cloud takes. One that was too long before is sent as it is:
// that is between its device and the cloud.
func (p *Packing) tooLong(timed, before []byte) bool {
	most := p.Limit.Message
	return most > 0 && len(timed) > most && len(timed) > len(before)
}

// split makes several messages of an entry.
func (k *packer) split(e onenet.UplinkEntry) ([]Parcel, error) {
	points, r := wire.DecodeDP(e.Payload, k.DP)
	if r != nil {
		return nil, r
	}
	wire.StampDP(points, e.At)
	packed, err := wire.PackDP(points, k.Limit)
	if err != nil {
		return nil, err
	}
	var parcels []Parcel
	for _, piece := range packed {
		parcels = append(parcels, Parcel{Topic: e.Topic, QoS: e.QoS, Payload: piece.Payload, Points: piece.Points, Timed: true, Seqs: []int64{e.Seq}, More: true})
	}
	parcels[len(parcels)-1].More = false
	return parcels, nil
}
