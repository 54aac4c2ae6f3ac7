package control

import (
	"context"
	"net/http"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) send(r *http.Request) (answer, error) {
	in, err := decode[lab.Send](r)
	if err != nil {
		return answer{}, err
	}
	body := in.BodyBase64
	switch {
	case in.Body != "" && len(body) > 0:
		return answer{}, onenet.Invalid("body", "give body or body_base64, not both")
	case in.Body != "":
		body = []byte(in.Body)
	}
	c, err := d.p.SendCommand(r.Context(), refOf(r), onenet.CommandRequest{
		Body: body, Confirm: in.Confirm, Timeout: time.Duration(in.TimeoutSeconds) * time.Second,
	})
	return created(commandOf(c)), err
}

func (d *door) command(r *http.Request) (answer, error) {
	q := queryOf(r)
	wait := q.wait("wait")
	if q.err != nil {
		return answer{}, q.err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	c, err := d.p.AwaitCommand(ctx, onenet.CommandID(r.PathValue("uuid")))
	return ok(commandOf(c)), err
}

func commandOf(c onenet.Command) lab.Command {
	status, _, _ := wire.CommandStatus(c.State)
	return lab.Command{
		ID: c.ID, Product: c.Product, Device: c.Device, State: c.State, Status: status, Confirm: c.Confirm,
		Ended: c.Ended(), CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt, SentAt: c.SentAt, AnsweredAt: c.AnsweredAt,
		Body: text(c.Body), BodyBase64: c.Body, Answer: text(c.Answer), AnswerBase64: c.Answer,
	}
}

// text is b where people can read it, and else nothing.
func text(b []byte) string {
	if !utf8.Valid(b) {
		return ""
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\t' && r != '\r' {
			return ""
		}
	}
	return string(b)
}
