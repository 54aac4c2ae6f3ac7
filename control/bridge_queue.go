package control

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// bridgeEntries shows a piece of one device's queue, with the beginnings of the payloads.
func (d *door) bridgeEntries(r *http.Request) (answer, error) {
	b, err := d.theBridge()
	if err != nil {
		return answer{}, err
	}
	const usual, most = 100, 1000
	q := queryOf(r)
	query := onenet.UplinkQuery{Dead: q.isSet("dead"), After: int64(q.number("after")), Limit: q.count("limit")}
	if q.err != nil {
		return answer{}, q.err
	}
	if query.Ref, err = d.bridged(r.Context(), b, bridgeRefOf(q)); err != nil {
		return answer{}, err
	}
	if query.Limit == 0 {
		query.Limit = usual
	}
	query.Limit = min(query.Limit, most)
	out, err := d.entries(r.Context(), b, query)
	return ok(out), carried(err)
}

func bridgeRefOf(q *query) lab.BridgeRef {
	return lab.BridgeRef{Product: onenet.ProductID(q.text("product")), Device: onenet.DeviceID(q.text("device"))}
}

// entries reads in small pieces: a payload may have 4 MiB, of which an answer shows little.
func (d *door) entries(ctx context.Context, b Bridge, q onenet.UplinkQuery) (lab.BridgeEntries, error) {
	const step = 32
	out, limit := lab.BridgeEntries{Entries: []lab.BridgeEntry{}, Last: q.After}, q.Limit
	for len(out.Entries) < limit {
		q.Limit = min(step, limit-len(out.Entries))
		list, err := b.Inspect(ctx, q)
		if err != nil || len(list) == 0 {
			return out, err
		}
		for _, e := range list {
			out.Entries = append(out.Entries, entryOf(e, d.p.Switches().BinaryUTC))
		}
		q.After = list[len(list)-1].Seq
		out.Last = q.After
	}
	return out, nil
}

func entryOf(e onenet.UplinkEntry, utc bool) lab.BridgeEntry {
	out := lab.BridgeEntry{
		Seq: e.Seq, At: e.At, Topic: e.Topic, QoS: e.QoS, Size: len(e.Payload), Tries: e.Tries, Dead: e.Dead,
		Payload: bytes.Clone(e.Payload[:min(len(e.Payload), onenet.PayloadKept)]),
	}
	if e.Topic == wire.DPTopic {
		out.Points, out.Count = pointsOf(e.Payload, utc)
	}
	return out
}

// pointsOf are the first of a $dp message's points for people, and how many it has; none when it is none.
func pointsOf(payload []byte, utc bool) (list []string, n int) {
	const most = 20
	points, refusal := wire.DecodeDP(payload, wire.DPOptions{BinaryUTC: utc})
	if refusal != nil {
		return nil, 0
	}
	for _, p := range points[:min(len(points), most)] {
		list = append(list, string(p.Stream)+"="+valueOf(p))
	}
	return list, len(points)
}

func valueOf(p onenet.Datapoint) string {
	const most = 200 // bytes
	switch {
	case p.File != nil:
		return "file of " + strconv.Itoa(p.File.Size) + " bytes"
	case len(p.Value) > most:
		return string(bytes.ToValidUTF8(p.Value[:most], nil)) + "…"
	}
	return string(p.Value)
}

// retryBridge without devices tries those of all devices again.
func (d *door) retryBridge(r *http.Request) (answer, error) {
	p, err := d.picked(r)
	if err == nil && len(p.refs) == 0 {
		p.refs, err = quarantined(p.b)
	}
	if err != nil {
		return answer{}, err
	}
	return moved(p.refs, func(ref onenet.DeviceRef) (int, error) { return p.b.Retry(r.Context(), ref, p.Seqs...) })
}

// quarantined are the devices that have something in quarantine.
func quarantined(b Bridge) (refs []onenet.DeviceRef, _ error) {
	s, err := b.Status()
	for _, dev := range s.Devices {
		if dev.Books.Quarantined > 0 {
			refs = append(refs, onenet.DeviceRef{Product: dev.Product, Device: dev.Device})
		}
	}
	return refs, err
}

// dropBridge wants its devices named: what it drops is gone, and an empty body must not be all there is.
func (d *door) dropBridge(r *http.Request) (answer, error) {
	p, err := d.picked(r)
	switch {
	case err != nil:
		return answer{}, err
	case len(p.refs) == 0:
		return answer{}, onenet.Invalid("devices", "say whose messages are to be given up")
	}
	return moved(p.refs, func(ref onenet.DeviceRef) (int, error) { return p.b.Drop(r.Context(), ref, p.Dead, p.Seqs...) })
}

// moved does something to the entries of devices, and counts.
func moved(refs []onenet.DeviceRef, change func(onenet.DeviceRef) (int, error)) (answer, error) {
	var out lab.BridgeDone
	var failed error
	for _, ref := range refs {
		n, err := change(ref)
		failed = errors.Join(failed, err)
		out.Entries += n
		if n > 0 {
			out.Devices++
		}
	}
	return ok(out), carried(failed)
}

// exportBridge gives the queue of a device, or of all, as JSON lines.
func (d *door) exportBridge(w http.ResponseWriter, r *http.Request) {
	b, err := d.theBridge()
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	var refs []onenet.DeviceRef
	if named := bridgeRefOf(queryOf(r)); named != (lab.BridgeRef{}) {
		ref, err := d.bridged(r.Context(), b, named)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		refs = append(refs, ref)
	}
	d.pour(w, r, "uplink.jsonl", "application/jsonl", func(ctx context.Context, to io.Writer) error {
		return b.Export(ctx, to, refs...)
	})
}
