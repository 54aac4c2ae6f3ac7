package api

import (
	"context"
	"net/http"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) commandRoutes() []route {
	return []route{
		{method: "POST", path: "/cmds", do: d.sendCommand},
		{method: "GET", path: "/cmds/{uuid}", do: d.commandStatus},
		{method: "GET", path: "/cmds/{uuid}/resp", do: d.commandAnswer, refuse: refuseAnswer},
	}
}

// sendCommand is POST /cmds (reference, section 4.2). Its type parameter is for another protocol.
func (d *door) sendCommand(ctx context.Context, c *call) (reply, error) {
	id := onenet.DeviceID(c.params["device_id"])
	if id == "" {
		return reply{}, &wire.APIError{Code: wire.ErrnoParameterRequired, Detail: "device_id"}
	}
	qos, err := c.number("qos", 0, 0, 1)
	if err != nil {
		return reply{}, err
	}
	timeout, err := c.number("timeout", 0, 0, int(onenet.MaxCommandTimeout/time.Second))
	if err != nil {
		return reply{}, err
	}
	dev, err := d.p.OpenDevice(ctx, c.access, id, c.method())
	if err != nil {
		return reply{}, err
	}
	body, err := c.body(onenet.MaxCommandBody)
	if err != nil {
		return reply{}, err
	}
	cmd, err := d.p.SendCommand(ctx, dev.Ref(), onenet.CommandRequest{
		Body: body, Confirm: qos == 1, Timeout: time.Duration(timeout) * time.Second,
	})
	if err != nil {
		return reply{}, err
	}
	return envelope(wire.Envelope{DataLast: true, Data: struct {
		UUID onenet.CommandID `json:"cmd_uuid"`
	}{cmd.ID}})
}

// commandStatus is GET /cmds/{uuid} (section 4.3).
func (d *door) commandStatus(ctx context.Context, c *call) (reply, error) {
	cmd, err := d.p.OpenCommand(ctx, c.access, onenet.CommandID(c.path("uuid")))
	if err != nil {
		return reply{}, err
	}
	status, desc, _ := wire.CommandStatus(cmd.State)
	return envelope(wire.Envelope{Data: struct {
		Status int    `json:"status"`
		Desc   string `json:"desc"`
	}{status, desc}})
}

// commandAnswer is GET /cmds/{uuid}/resp: the bytes of the device's answer as they came, and for all
// else an HTTP status of OneNET's own (section 4.3).
func (d *door) commandAnswer(ctx context.Context, c *call) (reply, error) {
	cmd, err := d.p.OpenCommand(ctx, c.access, onenet.CommandID(c.path("uuid")))
	return reply{wire.CommandHTTPStatus(cmd.State), typeRaw, cmd.Answer}, err
}

// refuseAnswer puts into the HTTP status what other calls put into the errno.
func refuseAnswer(err error) reply {
	status := http.StatusInternalServerError
	code, _ := wire.ErrnoOf(err)
	switch code {
	case wire.ErrnoKeyRequired, wire.ErrnoInvalidParameter, wire.ErrnoParameterRequired:
		status = http.StatusBadRequest
	case wire.ErrnoAuthFailed:
		status = http.StatusForbidden
	case wire.ErrnoNotFound:
		status = http.StatusNotFound
	case wire.ErrnoFrequency:
		status = http.StatusTooManyRequests
	default:
	}
	return refusal(status, err)
}
