package wire

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// PackLimit bounds the $dp messages into which points are packed. Zero fields take the default.
type PackLimit struct {
	Block   int // bytes of JSON in one block: MaxDPText, and never more
	Blocks  int // in one message: 1, as no paper of the MQTT platform shows a message with more (section 3.1)
	Message int // bytes of one payload: 3 MiB and some, so that any file of a device fits
}

func (l PackLimit) withDefaults() PackLimit {
	if l.Block <= 0 || l.Block > MaxDPText {
		l.Block = MaxDPText
	}
	if l.Blocks <= 0 {
		l.Blocks = 1
	}
	if l.Message <= 0 {
		l.Message = 3 + MaxDPText + 4 + MaxDPBinary
	}
	l.Blocks = min(l.Blocks, MaxDPBlocks)
	return l
}

// PackedDP is a payload and how many of the points it holds.
type PackedDP struct {
	Payload []byte
	Points  int
}

// PackDP writes points that have their times into as few payloads as the limit allows: the first payload holds the
// first points, and so on. A file has a payload of its own. Inside a payload the points stand stream by stream, those
// of one stream in their order.
//
// A point that cannot be packed gives ErrInvalid: one without a time or with one outside the years 1970 to 9999, or
// what is no point. One that is too long or nests too deep to carry a time gives ErrLimit.
func PackDP(points []onenet.Datapoint, limit PackLimit) ([]PackedDP, error) {
	var list []PackedDP
	p := NewDPPacker(limit)
	flush := func() error {
		n := p.Points()
		if n == 0 {
			return nil
		}
		payload, err := p.Take()
		list = append(list, PackedDP{Payload: payload, Points: n})
		return err
	}
	for i := range points {
		fits, err := p.Add(points[i : i+1])
		if err == nil && !fits {
			if err = flush(); err == nil {
				_, err = p.Add(points[i : i+1]) // into an empty one it goes, or that is the error
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return list, flush()
}

// DPPacker gathers the points of several messages into one. It is for one goroutine.
type DPPacker struct {
	limit  PackLimit
	blocks []packBlock
	file   *onenet.Datapoint // then there are no blocks
}

// NewDPPacker makes an empty one.
func NewDPPacker(limit PackLimit) *DPPacker { return &DPPacker{limit: limit.withDefaults()} }

// Points is how many it holds.
func (p *DPPacker) Points() int {
	n := 0
	for i := range p.blocks {
		n += len(p.blocks[i].points)
	}
	if p.file != nil {
		n++
	}
	return n
}

// Add takes all of the points, which it neither changes nor lets anybody else change until Take, or none: it reports false when
// there is no room for them beside what it holds. Those for which there is no room at all, and
// what cannot be packed, give the errors of PackDP. Points of one Add share a block.
func (p *DPPacker) Add(points []onenet.Datapoint) (bool, error) {
	if len(points) == 1 && points[0].File != nil {
		return p.addFile(points[0])
	}
	for _, dp := range points {
		if err := packable(dp); err != nil {
			return false, err
		}
	}
	if len(points) == 0 || p.file == nil && (p.addTo(len(p.blocks)-1, points) || p.addBlock(points)) {
		return true, nil
	}
	if p.Points() == 0 {
		return false, onenet.Errorf(onenet.ErrLimit, "points", "", "%d of them, the first of stream %q, do not fit into one message with their times",
			len(points), points[0].Stream)
	}
	return false, nil
}

// packable checks a point that is no file as the encoder and the decoder will.
func packable(p onenet.Datapoint) error {
	e := dpEncoder{DPBlock: DPBlock{Type: DPTimed}}
	if err := e.check(p); err != nil {
		return err
	}
	if err := writable(p); err != nil {
		return err
	}
	if !utf8.Valid(p.Value) {
		return e.cannot(p, "the value is not UTF-8")
	}
	// In a block of type 1, the deepest, a value lies five levels deep.
	if deepest := maxDepth - 5; tooNested(p.Value, deepest) {
		return onenet.Errorf(onenet.ErrLimit, "point", string(p.Stream), "its value nests more than %d levels deep", deepest)
	}
	return nil
}

// writable sees whether the name and the time of a point can be written and read again.
func writable(p onenet.Datapoint) error {
	if !utf8.ValidString(string(p.Stream)) {
		return onenet.Errorf(onenet.ErrInvalid, "stream", string(p.Stream), "its name is not UTF-8")
	}
	if y := p.At.In(onenet.Beijing).Year(); y < 1970 || y > 9999 {
		return onenet.Errorf(onenet.ErrInvalid, "point", string(p.Stream), "a time is in the years 1970 to 9999, not in %d", y)
	}
	return nil
}

// tooNested reports whether a JSON value has more than so many levels.
func tooNested(value []byte, most int) bool {
	if bytes.Count(value, []byte{'{'})+bytes.Count(value, []byte{'['}) <= most {
		return false
	}
	depth := 0
	s := scanner{src: value}
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case '"':
			s.str()
			continue
		case '{', '[':
			if depth++; depth > most {
				return true
			}
		case '}', ']':
			depth--
		}
		s.pos++
	}
	return false
}

// addFile takes a file with its time, if there is nothing else.
func (p *DPPacker) addFile(dp onenet.Datapoint) (bool, error) {
	if dp.At.IsZero() {
		return false, onenet.Errorf(onenet.ErrInvalid, "file", string(dp.Stream), "it has no time")
	}
	if err := writable(dp); err != nil {
		return false, err
	}
	payload, err := encodeFile(nil, dp)
	if err != nil {
		return false, err
	}
	if len(payload) > p.limit.Message {
		return false, onenet.Errorf(onenet.ErrLimit, "file", string(dp.Stream), "its message of %d bytes is longer than %d", len(payload), p.limit.Message)
	}
	if p.Points() > 0 {
		return false, nil
	}
	p.file = &dp
	return true, nil
}

func encodeFile(dst []byte, dp onenet.Datapoint) ([]byte, error) {
	return AppendDP(dst, DPBlock{Type: DPBinary, Points: []onenet.Datapoint{dp}}, DPOptions{})
}

// addTo puts the points into block i if it has room, else it leaves it as it was.
func (p *DPPacker) addTo(i int, points []onenet.Datapoint) bool {
	if i < 0 {
		return false
	}
	b := &p.blocks[i]
	mark := len(b.points)
	for _, dp := range points {
		b.add(dp)
		if b.size() > p.limit.Block {
			break
		}
	}
	if b.size() <= p.limit.Block && p.size() <= p.limit.Message && p.Points() <= MaxDPPoints {
		return true
	}
	b.cut(mark)
	return false
}

// addBlock puts the points into a new block, if there may be one and they fit.
func (p *DPPacker) addBlock(points []onenet.Datapoint) bool {
	if len(p.blocks) >= p.limit.Blocks {
		return false
	}
	p.blocks = append(p.blocks, newPackBlock())
	if p.addTo(len(p.blocks)-1, points) {
		return true
	}
	p.blocks = p.blocks[:len(p.blocks)-1]
	return false
}

// size is how long the payload will be, at most.
func (p *DPPacker) size() int {
	n := 0
	for i := range p.blocks {
		n += 3 + p.blocks[i].size()
	}
	return n
}

// Take gives the payload, nil when there is none, and leaves the packer empty.
func (p *DPPacker) Take() ([]byte, error) {
	var payload []byte
	var err error
	for i := 0; i < len(p.blocks) && err == nil; i++ {
		payload, err = AppendDP(payload, p.blocks[i].block(), DPOptions{})
	}
	if p.file != nil {
		payload, err = encodeFile(nil, *p.file)
	}
	p.blocks, p.file = nil, nil
	return payload, err
}

// packBlock is a block of type 4 in the making, or of type 1 where two points of a stream have the same time, or the later one
// the earlier time: type 4 has an object there, in which a name should stand once, and whose order counts for nothing.
type packBlock struct {
	points  []onenet.Datapoint // as they came
	streams map[onenet.StreamID]time.Time
	falling bool
	timed   int // bytes as type 4, at most
	full    int // bytes as type 1, at most
}

func newPackBlock() packBlock {
	b := packBlock{streams: map[onenet.StreamID]time.Time{}}
	b.cut(0)
	return b
}

func (b *packBlock) size() int {
	if b.falling {
		return b.full
	}
	return b.timed
}

// add keeps a point and counts its bytes, each with a comma behind it.
func (b *packBlock) add(p onenet.Datapoint) {
	p.At = p.At.Truncate(time.Millisecond)
	last, known := b.streams[p.Stream]
	if !known {
		name := len(appendString(nil, string(p.Stream)))
		b.timed += name + len(`:{},`)
		b.full += name + len(`{"id":,"datapoints":[]},`)
	}
	b.falling = b.falling || known && !p.At.After(last)
	b.streams[p.Stream] = p.At
	n := len(formatAt(p.At)) + len(p.Value)
	b.timed += n + len(`"":,`)
	b.full += n + len(`{"at":"","value":},`)
	b.points = append(b.points, p)
}

// cut takes back all points but the first n.
func (b *packBlock) cut(n int) {
	kept := b.points[:n]
	b.points, b.falling = b.points[:0], false
	b.timed, b.full = len(`{}`), len(`{"datastreams":[]}`)
	clear(b.streams)
	for _, p := range kept {
		b.add(p)
	}
}

// block is what to write: the points stream by stream, so that each name stands once.
func (b *packBlock) block() DPBlock {
	place := make(map[onenet.StreamID]int, len(b.streams))
	var runs [][]onenet.Datapoint
	for _, p := range b.points {
		i, known := place[p.Stream]
		if !known {
			i = len(runs)
			place[p.Stream] = i
			runs = append(runs, nil)
		}
		runs[i] = append(runs[i], p)
	}
	out := DPBlock{Type: DPTimed, Points: make([]onenet.Datapoint, 0, len(b.points))}
	if b.falling {
		out.Type = DPFull
	}
	for _, run := range runs {
		out.Points = append(out.Points, run...)
	}
	return out
}
