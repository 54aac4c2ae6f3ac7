package control

import (
	"net/http"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func (d *door) points(r *http.Request) (answer, error) {
	q := queryOf(r)
	pq := onenet.PointQuery{
		Ref: refOf(r), Start: q.time("start"), End: q.time("end"), Limit: q.count("limit"), Desc: q.isSet("desc"),
	}
	if s := q.text("stream"); s != "" {
		pq.Streams = []onenet.StreamID{onenet.StreamID(s)}
	}
	if q.err != nil {
		return answer{}, q.err
	}
	if _, err := d.p.Device(r.Context(), pq.Ref); err != nil {
		return answer{}, err
	}
	list, err := d.p.Points(r.Context(), pq)
	out := lab.Points{Points: []lab.Point{}}
	for _, p := range list {
		out.Points = append(out.Points, lab.Point{Stream: p.Stream, At: p.At, Value: p.Value})
	}
	return ok(out), err
}

func (d *door) datastreams(r *http.Request) (answer, error) {
	if _, err := d.p.Device(r.Context(), refOf(r)); err != nil {
		return answer{}, err
	}
	list, err := d.p.Streams(r.Context(), refOf(r))
	out := lab.Streams{Streams: []lab.Stream{}}
	for _, s := range list {
		out.Streams = append(out.Streams, lab.Stream{
			ID: s.ID, Unit: s.Unit, UnitSymbol: s.UnitSymbol, Tags: s.Tags,
			CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Current: s.Current,
		})
	}
	return ok(out), err
}

func (d *door) explain(r *http.Request) (answer, error) {
	in, err := decode[lab.Explain](r)
	if err != nil {
		return answer{}, err
	}
	login, refusal := d.p.Explain(r.Context(), onenet.Attempt{
		Product: in.Product, Device: in.Device, Credential: onenet.Secret(in.Password),
	})
	return ok(lab.Verdict{OK: refusal == nil, By: login.By, Refusal: refusal}), nil
}
