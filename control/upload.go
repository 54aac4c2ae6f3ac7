package control

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// upload stores points as if the device had sent them: judged by the same rules, told to subscribers and triggers.
func (d *door) upload(r *http.Request) (answer, error) {
	in, err := decode[lab.Points](r)
	if err != nil {
		return answer{}, err
	}
	if len(in.Points) == 0 {
		return answer{}, onenet.Invalid("points", "want at least one")
	}
	if _, err := d.p.Device(r.Context(), refOf(r)); err != nil {
		return answer{}, err
	}
	body, err := json.Marshal(fullJSON(in.Points))
	if err != nil {
		return answer{}, onenet.Invalid("value", "not JSON: %v", err)
	}
	points, refusal := wire.DecodeDPBody(wire.DPFull, body, wire.DPOptions{})
	if refusal != nil {
		return answer{}, onenet.Invalid("points", "%v", refusal)
	}
	err = d.p.IngestWait(r.Context(), onenet.Upload{
		Ref: refOf(r), Points: points, Addr: r.RemoteAddr, Call: r.Method + " /_lab/.../points", Size: len(body), Payload: body,
	})
	return done(), err
}

// fullUpload is what a device would send: a block of type 1 (reference, section 3.1).
type fullUpload struct {
	Streams []fullStream `json:"datastreams"`
}

type fullStream struct {
	ID     onenet.StreamID `json:"id"`
	Points []fullPoint     `json:"datapoints"`
}

type fullPoint struct {
	At    string          `json:"at,omitempty"`
	Value json.RawMessage `json:"value"`
}

func fullJSON(points []lab.Point) fullUpload {
	var out fullUpload
	for _, p := range points {
		out.Streams = append(out.Streams, fullStream{p.Stream, []fullPoint{{moment(p.At), p.Value}}})
	}
	return out
}

// moment is a point's time as devices write it, empty for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return wire.FormatMillis(t)
}
