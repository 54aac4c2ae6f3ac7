package control

import (
	"net/http"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// expect answers 200 whether the expectation came true or not: the call itself worked.
func (d *door) expect(r *http.Request) (answer, error) {
	in, err := decode[lab.Expect](r)
	if err != nil {
		return answer{}, err
	}
	e, err := expectationOf(in)
	if err != nil {
		return answer{}, err
	}
	out, err := d.p.Expect(r.Context(), e)
	return ok(expectedOf(out)), err
}

func expectedOf(out onenet.Outcome) lab.Expected {
	e := lab.Expected{OK: out.OK, Says: out.Says, Record: out.Record, Last: out.Last, Lost: out.Lost}
	for _, r := range out.Nearest {
		e.Nearest = append(e.Nearest, *r)
	}
	return e
}

func expectationOf(in lab.Expect) (e onenet.Expectation, err error) {
	e.After = in.After
	if e.Within, err = durationOf("within", in.Within); err != nil {
		return e, err
	}
	e.Within = min(e.Within, maxWait)
	if p := in.Point; p != nil {
		e.Point = &onenet.WantPoint{Product: p.Product, Device: p.Device, Stream: p.Stream, Value: string(p.Value)}
	}
	if p := in.Publish; p != nil {
		e.Publish = &onenet.WantPublish{Product: p.Product, Device: p.Device, Topic: p.Topic, Payload: bytesOf(p.Payload)}
		if p.PayloadBase64 != nil {
			e.Publish.Payload = p.PayloadBase64
		}
		if p.Payload != nil && p.PayloadBase64 != nil {
			return e, onenet.Invalid("payload", "give payload or payload_base64, not both")
		}
	}
	if c := in.Command; c != nil {
		e.Command = &onenet.WantCommand{
			ID: c.ID, Product: c.Product, Device: c.Device, State: c.State, Body: bytesOf(c.Body), Answer: bytesOf(c.Answer),
		}
	}
	if r := in.Refusal; r != nil {
		e.Refusal = &onenet.WantRefusal{Product: r.Product, Device: r.Device, Cause: r.Cause}
	}
	if o := in.Online; o != nil {
		e.Online = &onenet.WantOnline{Product: o.Product, Device: o.Device}
		e.Online.For, err = durationOf("for", o.For)
	}
	return e, err
}

// bytesOf is a text as bytes: nil for none, not nil for an empty one.
func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return append([]byte{}, *text...)
}

func durationOf(name, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, onenet.Invalid(name, "want a duration such as 10s, got %q", text)
	}
	return d, nil
}
