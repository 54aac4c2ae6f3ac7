package api

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func (d *door) commandHistoryRoutes() []route {
	return []route{{method: "GET", path: "/cmds/history/{id}", do: d.commandHistory}}
}

// commandPage is which commands of a device a call asks for, in one of the two forms that OneNET's
// documentation has (reference, section 4.3).
//
// Form A (the API's page) has pages: page and per_page. Form B (a later SDK) goes on with a cursor: limit and cursor, and
// also duration, sort and status. A call that has page or per_page is of form A, one that has any of the others of form
// B, and one that has neither of form A. start is wanted by both, and duration, sort and status are heeded in both.
type commandPage struct {
	query   onenet.CommandQuery
	cursors bool   // form B
	page    paging // form A
}

// The bounds of form B.
const (
	longestCommands = 7 * 24 * 60 * 60 // seconds
	usualCommands   = 10
	mostCommands    = 6000
)

// commandHistory is GET /cmds/history/{id}: newest first, unless told otherwise.
func (d *door) commandHistory(ctx context.Context, c *call) (reply, error) {
	p, err := c.commandPage(d.p.Clock().Now())
	if err != nil {
		return reply{}, err
	}
	dev, err := d.p.OpenDevice(ctx, c.access, c.device(), c.method())
	if err != nil {
		return reply{}, err
	}
	p.query.Ref = dev.Ref()
	list, total, err := d.commandsOf(ctx, p.query)
	if err != nil {
		return reply{}, err
	}
	if p.cursors {
		return cursorAnswer(p, list, total)
	}
	return pageAnswer(p, list, total)
}

func (c *call) commandPage(now time.Time) (commandPage, error) {
	var p commandPage
	has := func(name string) bool { return c.params[name] != "" }
	p.cursors = !has("page") && !has("per_page") && slices.ContainsFunc([]string{"limit", "cursor", "duration", "sort", "status"}, has)
	_, err0 := c.needed("start")
	var err1, err2, err3, err4, err5, err6 error
	p.query.Start, err1 = c.time("start")
	p.query.End, err2 = c.time("end")
	seconds, err3 := c.number("duration", 0, 0, longestCommands)
	if p.query.End.IsZero() && seconds > 0 {
		p.query.End = p.query.Start.Add(time.Duration(seconds) * time.Second)
	}
	if p.query.End.IsZero() { // what comes later belongs to no page of this list
		p.query.End = now
	}
	p.query.Desc, err4 = c.newestFirst()
	p.query.States, err5 = c.states()
	if p.cursors {
		p.query.Limit, err6 = c.number("limit", usualCommands, 1, mostCommands)
		err6 = cmp.Or(err6, c.commandCursor(&p.query))
	} else {
		p.page, err6 = c.paging(mostPerPage)
		p.query.Offset, p.query.Limit = p.page.offset(), p.page.size
	}
	return p, cmp.Or(err0, err1, err2, err3, err4, err5, err6)
}

// newestFirst is the order of a history of commands; unlike that of points it is DESC when nothing is said.
func (c *call) newestFirst() (bool, error) {
	if c.params["sort"] == "" {
		return true, nil
	}
	return c.descending()
}

// states is the state to choose by.
func (c *call) states() ([]onenet.CommandState, error) {
	const any = -1
	n, err := c.number("status", any, 0, 6)
	if n == any || err != nil {
		return nil, err
	}
	state, _ := wire.CommandStateOf(n)
	return []onenet.CommandState{state}, nil
}

// commandCursor lets the query go on where an answer ended: as many commands further in the list that ended then.
func (c *call) commandCursor(q *onenet.CommandQuery) error {
	at, err := c.cursor()
	if err != nil || at == nil {
		return err
	}
	if at.Seq < 0 || at.Seq > 1<<40 {
		return onenet.Invalid("cursor", "it is none of onelan's")
	}
	q.Offset, q.End = int(at.Seq), at.At
	return nil
}

// commandsOf asks for commands. A state may have changed by the mere passing of time, which the store does not
// know: to choose by state, all are looked at.
func (d *door) commandsOf(ctx context.Context, q onenet.CommandQuery) ([]onenet.Command, int, error) {
	if len(q.States) == 0 {
		return d.p.Commands(ctx, q)
	}
	all := q
	all.States, all.Offset, all.Limit = nil, 0, 0
	list, _, err := d.p.Commands(ctx, all)
	list = slices.DeleteFunc(list, func(c onenet.Command) bool { return c.State != q.States[0] })
	total := len(list)
	list = list[min(q.Offset, total):]
	return list[:min(q.Limit, len(list))], total, err
}

// commandItem is a command in form A; bodies are in hexadecimal digits.
type commandItem struct {
	ID          onenet.CommandID `json:"cmd_uuid"`
	Device      numericID        `json:"device_id"`
	ExpireTime  string           `json:"expire_time"`
	Status      int              `json:"status"`
	SendTime    string           `json:"send_time,omitempty"`
	ConfirmTime string           `json:"confirm_time,omitempty"`
	ConfirmBody *string          `json:"confirm_body,omitempty"` // an empty answer is not none
	Body        string           `json:"body"`
}

// cursorItem is a command in form B, where the device's member has another name.
type cursorItem struct {
	ID          onenet.CommandID `json:"cmd_uuid"`
	Device      numericID        `json:"dev_id"`
	ExpireTime  string           `json:"expire_time"`
	Status      int              `json:"status"`
	SendTime    string           `json:"send_time,omitempty"`
	ConfirmTime string           `json:"confirm_time,omitempty"`
	ConfirmBody *string          `json:"confirm_body,omitempty"`
	Body        string           `json:"body"`
}

func commandItemOf(c onenet.Command) commandItem {
	status, _, _ := wire.CommandStatus(c.State)
	item := commandItem{
		ID: c.ID, Device: numericID(c.Device), ExpireTime: wire.FormatTime(c.ExpiresAt), Status: status, Body: hex.EncodeToString(c.Body),
	}
	if !c.SentAt.IsZero() {
		item.SendTime = wire.FormatTime(c.SentAt)
	}
	if !c.AnsweredAt.IsZero() {
		item.ConfirmTime = wire.FormatTime(c.AnsweredAt)
	}
	if c.Answer != nil {
		answer := hex.EncodeToString(c.Answer)
		item.ConfirmBody = &answer
	}
	return item
}

func pageAnswer(p commandPage, list []onenet.Command, total int) (reply, error) {
	items := []commandItem{}
	for _, c := range list {
		items = append(items, commandItemOf(c))
	}
	return envelope(wire.Envelope{DataLast: true, Data: struct {
		Page    int           `json:"page"`
		PerPage int           `json:"per_page"`
		Total   int           `json:"total_count"`
		Items   []commandItem `json:"items"`
	}{p.page.number, p.page.size, total, items}})
}

func cursorAnswer(p commandPage, list []onenet.Command, total int) (reply, error) {
	cursor := ""
	if next := p.query.Offset + len(list); next < total && len(list) > 0 {
		cursor = wire.Cursor(p.query.Ref.Device, onenet.Position{Seq: int64(next), At: p.query.End})
	}
	items := []cursorItem{}
	for _, c := range list {
		items = append(items, cursorItem(commandItemOf(c)))
	}
	return envelope(wire.Envelope{DataLast: true, Data: struct {
		Cursor string       `json:"cursor,omitempty"`
		Count  int          `json:"count"`
		Items  []cursorItem `json:"items"`
	}{cursor, len(items), items}})
}
