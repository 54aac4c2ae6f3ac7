package memory

import (
	"sync"

	"github.com/onelan/onelan/onenet"
)

// backlog are streams and points of a device that Replace has left where they came in. They are unpacked when somebody
// asks for the device's streams, which after most resets nobody does: so a reset costs what its devices cost, and their
// points next to nothing. Points with files never wait, because files are found by other ways than through their device.
type backlog struct {
	once      sync.Once
	stretches []stretch
	room      int // how many more may wait: no stream can get more points than the store keeps
}

// stretch are streams, and then points, that followed each other.
type stretch struct {
	metas  []onenet.StreamMeta
	points []onenet.StoredPoint
	before int64 // points that the store had before them
}

// live are the device's streams, with all their points. Several goroutines may call it with Store.mu held for reading.
func (d *device) live() map[onenet.StreamID]*stream {
	if b := d.backlog; b != nil {
		b.once.Do(func() {
			for _, s := range b.stretches {
				d.unpack(s)
			}
			b.stretches = nil
		})
	}
	return d.streams
}

func (d *device) unpack(s stretch) {
	d.putStreams(s.metas)
	for i, to := range find(d, s.points) {
		p := &s.points[i]
		to.add(point{at: p.At.UnixMilli(), seq: s.before + int64(i) + 1, value: p.Value})
	}
}

// putBy lets a stretch wait, when there is room, behind those that wait already. The world is still being made, so
// nobody else sees it.
func (d *device) putBy(s stretch, most int) bool {
	if d.backlog == nil || d.backlog.stretches == nil {
		d.backlog = &backlog{room: most}
		for _, s := range d.streams {
			d.backlog.room -= len(s.points)
		}
	}
	b := d.backlog
	if b.room < len(s.points) {
		return false
	}
	b.room -= len(s.points)
	b.stretches = append(b.stretches, s)
	return true
}
