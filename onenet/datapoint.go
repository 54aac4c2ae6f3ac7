package onenet

import (
	"cmp"
	"encoding/json"
	"math"
	"time"
)

// Datapoint is one value at one time (数据点).
type Datapoint struct {
	Stream StreamID
	At     time.Time       // millisecond precision; zero means: when the platform received it
	Shift  time.Duration   // added to the time of receipt when At is zero; points of one message that follow each other
	Value  json.RawMessage // compact JSON: number, string, object, array, bool or null; its type is kept
	File   *File           // set for a binary upload; Value then becomes {"index":"…"}
}

// File is the body of a binary data point.
type File struct {
	Index string          // "{device}_{epoch ms}_{stream}"; the platform gives it
	Desc  json.RawMessage // what the device said of it; JSON, may be absent
	Size  int             // bytes
	Data  []byte          // at most 3 MiB over MQTT
}

// Datastream is a named series of data points (数据流) and the newest of them.
type Datastream struct {
	ID         StreamID
	Unit       string
	UnitSymbol string
	Tags       []string
	CreatedAt  time.Time
	UpdatedAt  time.Time       // time of the newest point; zero when there is none
	Current    json.RawMessage // value of the newest point; nil when there is none
}

// Point is a stored Datapoint with its place in the order of arrival.
type Point struct {
	Stream StreamID
	At     time.Time
	Value  json.RawMessage
	Seq    int64 // rises with each stored point; breaks ties between points of one millisecond
}

// PointQuery asks for stored points of one device.
type PointQuery struct {
	Ref       DeviceRef
	Streams   []StreamID // none means all
	Start     time.Time  // inclusive; zero means from the first
	End       time.Time  // inclusive; zero means to the last
	Limit     int        // 1 to 6000; 0 means 100
	PerStream bool       // Limit counts for each stream by itself
	Desc      bool       // newest first
	After     *Position  // go on behind this point, in the direction of the query
}

// The bounds of PointQuery.Limit (reference section 0).
const (
	DefaultPoints = 100
	MostPoints    = 6000
)

// Most is how many points the answer may hold, or each stream's part of it with PerStream.
func (q PointQuery) Most() int {
	if q.Limit <= 0 {
		return DefaultPoints
	}
	return min(q.Limit, MostPoints)
}

// Between gives the places between which the points asked for lie; neither counts itself.
func (q PointQuery) Between() (lo, hi Position) {
	lo, hi = Position{Seq: -1}, Position{At: time.UnixMilli(math.MaxInt64), Seq: math.MaxInt64}
	if !q.Start.IsZero() {
		lo.At = q.Start.Add(time.Millisecond - 1).Truncate(time.Millisecond)
	}
	if !q.End.IsZero() {
		hi.At = q.End.Truncate(time.Millisecond)
	}
	switch {
	case q.After == nil:
	case q.Desc && q.After.Compare(hi) < 0:
		hi = *q.After
	case !q.Desc && q.After.Compare(lo) > 0:
		lo = *q.After
	}
	return lo, hi
}

// Position is a place in the history of a device: points are ordered by time, then by arrival.
type Position struct {
	At  time.Time
	Seq int64
}

// Compare orders places: by time, then by arrival.
func (p Position) Compare(o Position) int {
	return cmp.Or(p.At.Compare(o.At), cmp.Compare(p.Seq, o.Seq))
}
