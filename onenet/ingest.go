package onenet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Upload is what one message of a device brought.
type Upload struct {
	Ref    DeviceRef
	Points []Datapoint
	Addr   string // the peer, for the journal
	Topic  string // as the device spelled it; empty for uploads over HTTP
	Call   string // of the REST API, empty for uploads over MQTT: "POST /devices/{id}/datapoints"
	QoS    byte
	Size   int // bytes of the payload

	Payload []byte // as the device sent it; valid during Ingest only
}

// Ingest stores the points: points without a time get the time of now, files get
// their index. done is called once, when the points survive a crash or with the
// reason why they do not; calls come in the order of the Ingests. Who subscribed to
// /{device}/{stream} is told after the commit. Where the device's data go to the real OneNET too, the same
// commit takes them into its queue; ErrLimit when there is no room for them: then nothing is stored.
func (p *Platform) Ingest(u Upload, done func(error)) {
	now := p.clock.Now().Truncate(time.Millisecond)
	points := make([]StoredPoint, len(u.Points))
	for i, dp := range u.Points {
		points[i] = p.stamp(u.Ref, dp, now)
	}
	p.submit(u, points, done)
}

// submit stores points of an upload that have their time.
func (p *Platform) submit(u Upload, points []StoredPoint, done func(error)) {
	if p.WantsUp(u.Ref, dataTopic) {
		p.submitUp(u, points, done)
		return
	}
	u.Payload = keep(u.Payload) // the journal's: the rest of it is gone when the store answers
	p.store.Submit(Batch{Points: points}, func(err error) {
		p.ingested(u, points, err)
		done(err)
	})
}

// ingested tells how the storing of points went.
func (p *Platform) ingested(u Upload, points []StoredPoint, err error) {
	if err != nil {
		p.Drop(u.Ref, u.Topic, len(points), "data points not stored: "+err.Error())
		return
	}
	p.stored(u, points)
}

func (p *Platform) stamp(ref DeviceRef, dp Datapoint, now time.Time) StoredPoint {
	if dp.At.IsZero() {
		dp.At = now.Add(dp.Shift)
	}
	if dp.File != nil {
		f := *dp.File
		f.Index = fmt.Sprintf("%s_%d_%s", ref.Device, p.nextFileMS(now), dp.Stream)
		f.Size = len(f.Data)
		dp.File = &f
		dp.Value, _ = json.Marshal(map[string]string{"index": f.Index})
	}
	return StoredPoint{Ref: ref, Datapoint: dp, Received: now}
}

// nextFileMS is now in milliseconds, moved on where needed so that no two files share an index.
func (p *Platform) nextFileMS(now time.Time) int64 {
	for {
		last := p.fileMS.Load()
		next := max(now.UnixMilli(), last+1)
		if p.fileMS.CompareAndSwap(last, next) {
			return next
		}
	}
}

// stored tells everybody who wants to know of points that are now safe.
func (p *Platform) stored(u Upload, points []StoredPoint) {
	first, last := span(points)
	p.journal.Append(Record{
		Kind: KindData, Product: u.Ref.Product, Device: u.Ref.Device, Addr: u.Addr, Topic: u.Topic, Call: u.Call, QoS: u.QoS,
		Size: u.Size, Payload: u.Payload, Count: len(points), Points: notePoints(points, u.Size), First: first, Last: last,
	})
	down := p.downlink()
	for _, dp := range points {
		down.Publish(u.Ref.Product, "/"+string(u.Ref.Device)+"/"+string(dp.Stream), bareText(dp.Value))
	}
	p.judge(u.Ref, points)
}

// bareText is a value as a notification carries it: strings without quotes, all else as JSON.
func bareText(v json.RawMessage) []byte {
	if len(v) > 1 && v[0] == '"' && bytes.IndexByte(v, '\\') < 0 {
		return v[1 : len(v)-1] // no escapes: nothing to decode, on the busiest path there is
	}
	var s string
	if len(v) > 0 && v[0] == '"' && json.Unmarshal(v, &s) == nil {
		return []byte(s)
	}
	return v
}
