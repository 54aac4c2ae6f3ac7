package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

// span is a range of time that a page offers: a word of its own, and how long it is.
type span struct {
	Name string // "1h"; a key of words with "span." before it
	Long time.Duration
}

var spans = []span{
	{"10m", 10 * time.Minute}, {"1h", time.Hour}, {"6h", 6 * time.Hour}, {"1d", 24 * time.Hour}, {"7d", 7 * 24 * time.Hour}, {"30d", 30 * 24 * time.Hour},
}

const (
	usualSpan  = "1h"
	formTime   = "2006-01-02T15:04" // as <input type="datetime-local"> has it
	mostDrawn  = 60000              // points that one chart looks at
	mostRead   = 64 << 20           // and bytes of their values
	mostListed = 50
)

type streamBody struct {
	Device onenet.Device
	Stream onenet.Datastream
	Spans  []span
	Span   string // the one chosen; empty when start and end are
	From   string // for the form
	To     string
	Chart  chart
	List   []onenet.Point // the newest of the range first
	Total  int            // points in the range, as far as they were read
	Cut    bool           // there are more than were read
	CSV    string
	Zoom   []zoom
}

// zoom is a way to another range: a link, so it needs no script.
type zoom struct{ Key, URL string }

// window is the range of time that a page shows.
type window struct {
	name     string
	from, to time.Time
}

func (d *door) windowOf(r *http.Request) window {
	q := r.URL.Query()
	now := d.p.Clock().Now()
	from, to := d.formTime(q.Get("from")), d.formTime(q.Get("to"))
	switch {
	case !from.IsZero() && !to.IsZero() && from.Before(to):
		return window{"", from, to}
	case !from.IsZero() && from.Before(now):
		return window{"", from, now}
	}
	i := slices.IndexFunc(spans, func(s span) bool { return s.Name == q.Get("span") })
	if i < 0 {
		i = slices.IndexFunc(spans, func(s span) bool { return s.Name == usualSpan })
	}
	return window{spans[i].Name, now.Add(-spans[i].Long), now}
}

// formTime reads a time as a form or one of our links has it; zero when it is none.
func (d *door) formTime(text string) time.Time {
	for _, layout := range []string{formTime, formTime + ":05", formTime + ":05.000"} {
		if t, err := time.ParseInLocation(layout, text, d.Zone); err == nil {
			return t
		}
	}
	return time.Time{}
}

func (d *door) stream(r *http.Request) (reply, error) {
	ref, id := refOf(r), onenet.StreamID(r.FormValue("stream"))
	dev, err := d.p.Device(r.Context(), ref)
	if err != nil {
		return nil, err
	}
	s, err := d.p.Stream(r.Context(), onenet.StreamRef{Ref: ref, Stream: id})
	if err != nil {
		return nil, err
	}
	w := d.windowOf(r)
	points, more, err := d.pointsBetween(r, ref, id, w)
	if err != nil {
		return nil, err
	}
	b := streamBody{
		Device: dev, Stream: s, Spans: spans, Span: w.name, From: w.from.In(d.Zone).Format(formTime), To: w.to.In(d.Zone).Format(formTime),
		Chart: drawChart(points, w.from, w.to, d.Zone), Total: len(points), Cut: more, Zoom: d.zooms(ref, id, w),
	}
	b.List = points[max(len(points)-mostListed, 0):]
	slices.Reverse(b.List)
	csv := d.windowValues(ref, id, w.from, w.to)
	b.CSV = "/device/points.csv?" + csv.Encode()
	p := page{name: "stream", nav: "devices", plain: shown(string(id)), body: b}
	if w.name != "" { // a range that ends now goes on
		p.live = choice{Product: ref.Product, Device: ref.Device, Kinds: []onenet.Kind{onenet.KindData}}.Values()
	}
	return p, nil
}

// pointsBetween reads a range, the newest mostDrawn or mostRead of it, in order of time.
func (d *door) pointsBetween(r *http.Request, ref onenet.DeviceRef, id onenet.StreamID, w window) (list []onenet.Point, more bool, err error) {
	pages := pointPages{p: d.p, q: onenet.PointQuery{Ref: ref, Streams: []onenet.StreamID{id}, Start: w.from, End: w.to, Desc: true}}
	for len(list) < mostDrawn && pages.read < mostRead {
		part, err := pages.next(r.Context())
		if err != nil {
			return nil, false, err
		}
		for _, p := range part {
			list = append(list, brief(p))
		}
		if pages.end {
			break
		}
	}
	slices.Reverse(list)
	return list, !pages.end, nil
}

func (d *door) windowValues(ref onenet.DeviceRef, id onenet.StreamID, from, to time.Time) url.Values {
	v := refValues(ref)
	v.Set("stream", string(id))
	v.Set("from", from.In(d.Zone).Format(formTime+":05.000"))
	v.Set("to", to.In(d.Zone).Format(formTime+":05.000"))
	return v
}

// zooms are the ways to ranges beside, inside and around this one.
func (d *door) zooms(ref onenet.DeviceRef, id onenet.StreamID, w window) []zoom {
	long := w.to.Sub(w.from)
	at := func(key string, from, to time.Time) zoom {
		return zoom{key, "/device/stream?" + d.windowValues(ref, id, from, to).Encode()}
	}
	return []zoom{
		at("zoom.before", w.from.Add(-long/2), w.to.Add(-long/2)),
		at("zoom.in", w.from.Add(long/4), w.to.Add(-long/4)),
		at("zoom.out", w.from.Add(-long/2), w.to.Add(long/2)),
		at("zoom.after", w.from.Add(long/2), w.to.Add(long/2)),
	}
}
