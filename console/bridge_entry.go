package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// testPatience is how long a login to the cloud may take.
const testPatience = 40 * time.Second

// queued is a message on its way to the cloud, as a list shows it.
type queued struct {
	Seq   int64
	At    time.Time
	Topic string
	Size  int
	Text  string // the points of a $dp, or the beginning of the payload
	Tries int
	Dead  string
}

// entries reads the oldest of a queue in small pieces: a payload may have 4 MiB, of which a page shows a line.
func (d *door) entries(ctx context.Context, b Bridge, q onenet.UplinkQuery) ([]queued, error) {
	const step = 10
	var out []queued
	for limit := q.Limit; len(out) < limit; {
		q.Limit = min(step, limit-len(out))
		list, err := b.Inspect(ctx, q)
		if err != nil || len(list) == 0 {
			return out, err
		}
		for _, e := range list {
			out = append(out, d.queuedOf(e))
		}
		q.After = list[len(list)-1].Seq
	}
	return out, nil
}

func (d *door) queuedOf(e onenet.UplinkEntry) queued {
	out := queued{Seq: e.Seq, At: e.At, Topic: e.Topic, Size: len(e.Payload), Tries: e.Tries, Dead: e.Dead}
	if e.Topic == wire.DPTopic {
		if points, refusal := wire.DecodeDP(e.Payload, wire.DPOptions{BinaryUTC: d.p.Switches().BinaryUTC}); refusal == nil {
			out.Text = pointsLine(points)
			return out
		}
	}
	out.Text = cut(longestText, bodyText(e.Payload[:min(len(e.Payload), onenet.PayloadKept)]))
	return out
}

// pointsLine is the first points of a message: temperature = 25.5 · led = on.
func pointsLine(points []onenet.Datapoint) string {
	const most = 4
	line := ""
	for i, p := range points[:min(len(points), most)] {
		if i > 0 {
			line += " · "
		}
		value := cut(longestValue, valueText(p.Value))
		if p.File != nil {
			value = strconv.Itoa(p.File.Size) + " B"
		}
		line += shown(string(p.Stream) + " = " + value)
	}
	if more := len(points) - most; more > 0 {
		line += " +" + strconv.Itoa(more)
	}
	return line
}

// retry puts what was given up back into the queue: one entry, or all of the device where the form names none.
func (d *door) retry(r *http.Request) (reply, error) {
	b, seqs, err := d.theEntries(r)
	if err != nil {
		return nil, err
	}
	_, err = b.Retry(r.Context(), refOf(r), seqs...)
	return redirect{to: linkURL(refOf(r)) + "&done=bridge.retry"}, err
}

// askDrop asks before what was given up is forgotten.
func (d *door) askDrop(r *http.Request) (reply, error) {
	ref := refOf(r)
	if d.theBridge() == nil {
		return nil, errBridgeOff
	}
	return page{name: "ask", nav: "bridge", title: "bridge.drop", body: askBody{
		Question: "bridge.drop.ask", Args: []any{shown(string(ref.Device))}, Action: "/bridge/drop", Yes: "bridge.drop",
		Fields: [][2]string{{"product", string(ref.Product)}, {"device", string(ref.Device)}}, Back: linkURL(ref),
	}}, nil
}

func (d *door) drop(r *http.Request) (reply, error) {
	b, seqs, err := d.theEntries(r)
	if err != nil {
		return nil, err
	}
	_, err = b.Drop(r.Context(), refOf(r), true, seqs...)
	return redirect{to: linkURL(refOf(r)) + "&done=bridge.drop"}, err
}

// theEntries are those a form is about; none means all.
func (d *door) theEntries(r *http.Request) (b Bridge, seqs []int64, err error) {
	if b = d.theBridge(); b == nil {
		return nil, nil, errBridgeOff
	}
	for _, text := range r.PostForm["seq"] {
		seq, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, nil, onenet.Invalid("seq", "%q is no number of an entry", text)
		}
		seqs = append(seqs, seq)
	}
	return b, seqs, nil
}

// tryLogin logs a device in to the cloud once, and shows what came of it.
func (d *door) tryLogin(r *http.Request) (reply, error) {
	b := d.theBridge()
	if b == nil {
		return nil, errBridgeOff
	}
	ctx, cancel := context.WithTimeout(r.Context(), testPatience)
	defer cancel()
	tried, err := b.Test(ctx, refOf(r))
	if err != nil && ctx.Err() != nil {
		err = &problem{status: http.StatusGatewayTimeout, key: "error.cloud"}
	}
	if err != nil {
		return nil, err
	}
	return d.linkPage(r, &tried)
}

func linkURL(ref onenet.DeviceRef) string {
	return "/bridge/link?" + url.Values{"product": {string(ref.Product)}, "device": {string(ref.Device)}}.Encode()
}
