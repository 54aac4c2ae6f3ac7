package api

import (
	"bytes"
	"context"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// mostUpload is how long an upload may be. OneNET's bound is not known; this is that of files, and far above the 64 KiB
// that a block of $dp can hold.
const mostUpload = 800 << 10

// dpTypes are the values of the type parameter (reference, section 5.7). The type of the full JSON has no value: it is left out.
var dpTypes = map[string]wire.DPType{"": wire.DPFull, "3": wire.DPSimple, "4": wire.DPTimed, "5": wire.DPText}

// upload is POST /devices/{id}/datapoints: bodies as in $dp, without the binary header. It is answered when the points are safe.
func (d *door) upload(ctx context.Context, c *call) (reply, error) {
	kind, known := dpTypes[c.params["type"]]
	if !known {
		return reply{}, onenet.Invalid("type", "want 3, 4, 5 or none, got %q", c.params["type"])
	}
	dev, mine, err := d.p.OpenStreams(ctx, c.access, c.device(), nil, c.method())
	if err != nil {
		return reply{}, err
	}
	body, err := c.body(mostUpload)
	if err != nil {
		return reply{}, err
	}
	points, err := decodePoints(kind, body)
	if err != nil {
		return reply{}, err
	}
	if len(mine) > 0 { // a key for single streams
		if _, _, err := d.p.OpenStreams(ctx, c.access, dev.ID, streamsIn(points), c.method()); err != nil {
			return reply{}, err
		}
	}
	err = d.p.IngestWait(ctx, onenet.Upload{
		Ref: dev.Ref(), Points: points, Addr: c.r.RemoteAddr, Call: "POST /devices/{id}/datapoints", Size: len(body), Payload: body,
	})
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// decodePoints reads a body. The line ends that firmware sends behind everything belong to no record.
func decodePoints(kind wire.DPType, body []byte) ([]onenet.Datapoint, error) {
	body = bytes.TrimRight(body, "\r\n")
	if len(body) == 0 {
		return nil, &wire.APIError{Code: wire.ErrnoBodyRequired}
	}
	points, why := wire.DecodeDPBody(kind, body, wire.DPOptions{})
	if why != nil {
		return nil, reasoned{uploadError(kind, why.Cause), why}
	}
	return points, nil
}

// uploadErrors are the numbers for mistakes in a body: 7 for what is missing, 6 for what is wrong.
var uploadErrors = map[onenet.Cause]wire.APIError{
	onenet.DataNoDatastreams:   {Code: wire.ErrnoParameterRequired, Detail: "datastreams"},
	onenet.DataType3InType1:    {Code: wire.ErrnoParameterRequired, Detail: "datastreams"},
	onenet.DataNoID:            {Code: wire.ErrnoParameterRequired, Detail: "id"},
	onenet.DataNoDatapoints:    {Code: wire.ErrnoParameterRequired, Detail: "datapoints"},
	onenet.DataNoValue:         {Code: wire.ErrnoParameterRequired, Detail: "value"},
	onenet.DataEmptyStream:     {Code: wire.ErrnoInvalidParameter, Detail: "id"},
	onenet.DataBadTime:         {Code: wire.ErrnoInvalidParameter, Detail: "at"},
	onenet.DataType4Value:      {Code: wire.ErrnoInvalidParameter, Detail: "datapoints"},
	onenet.DataType5Separators: {Code: wire.ErrnoInvalidParameter, Detail: "datapoints"},
	onenet.DataType5Fields:     {Code: wire.ErrnoInvalidParameter, Detail: "datapoints"},
	onenet.DataTooManyPoints:   {Code: wire.ErrnoTooLarge},
}

// uploadError is the number for a mistake in a body. All others than those above are faults of the text: errno 4 where
// it is to be JSON.
func uploadError(kind wire.DPType, c onenet.Cause) error {
	e, ok := uploadErrors[c]
	switch {
	case ok:
	case kind == wire.DPText:
		e = wire.APIError{Code: wire.ErrnoInvalidParameter, Detail: "datapoints"}
	default:
		e = wire.APIError{Code: wire.ErrnoInvalidJSON}
	}
	return &e
}

func streamsIn(points []onenet.Datapoint) []onenet.StreamID {
	seen := map[onenet.StreamID]bool{}
	var ids []onenet.StreamID
	for _, p := range points {
		if !seen[p.Stream] {
			seen[p.Stream] = true
			ids = append(ids, p.Stream)
		}
	}
	return ids
}

// removePoints is DELETE /devices/{id}/datapoints, of the PHP SDK. Without a start and an end nothing is deleted: a
// parameter that got lost must not cost a history.
func (d *door) removePoints(ctx context.Context, c *call) (reply, error) {
	q, err := historyQuery(c)
	if err != nil {
		return reply{}, err
	}
	if q.Start.IsZero() && q.End.IsZero() {
		return reply{}, &wire.APIError{Code: wire.ErrnoParameterRequired, Detail: "start"}
	}
	dev, streams, err := d.p.OpenStreams(ctx, c.access, c.device(), q.Streams, c.method())
	if err != nil {
		return reply{}, err
	}
	r := onenet.PointRange{Ref: dev.Ref(), Streams: streams}
	if r.Start, r.End, err = span(q, c.params["duration"] != ""); err != nil {
		return reply{}, err
	}
	if err := d.p.RemovePoints(ctx, r); err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{})
}

// span is the time that the parameters mean. A duration of 0 that is there is one moment, and not all that follows.
func span(q onenet.HistoryQuery, lasts bool) (from, to time.Time, err error) {
	if lasts && q.Duration == 0 {
		if q.Start.IsZero() {
			q.Start = q.End
		}
		if q.End.IsZero() {
			q.End = q.Start
		}
	}
	return onenet.Span(q.Start, q.End, q.Duration)
}
