package console

import (
	"net/http"
	"strconv"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// pageRows is how many records a page shows; a live page keeps as many again.
const pageRows = 200

type trafficBody struct {
	Choice   choice
	Kinds    []onenet.Kind
	Rows     []row
	Older    uint64
	Lost     bool
	Before   uint64 // not the newest page: it does not live
	Last     uint64
	Products []onenet.Product
}

func (d *door) traffic(r *http.Request) (reply, error) {
	c := choiceOf(r)
	before, _ := strconv.ParseUint(r.URL.Query().Get("before"), 10, 63) // what is no number is the newest page
	limit := pageRows
	if onlyIslands(r) {
		limit = 0 // the rows of this page come by its live connection
	}
	list, older, lost := c.read(d.p.Journal(), before, limit)
	products, err := d.p.Products(r.Context())
	if err != nil {
		return nil, err
	}
	p := page{name: "traffic", nav: "traffic", title: "traffic.title", body: trafficBody{
		Choice: c, Kinds: kinds, Rows: d.rowsOf(list), Older: older, Lost: lost, Before: before, Last: d.p.Journal().Last(), Products: products,
	}}
	if before == 0 {
		p.live = c.Values()
		p.live.Set("rows", strconv.Itoa(pageRows))
	}
	return p, nil
}

type recordBody struct {
	Row        row
	Prev, Next uint64
	Payload    *payload
	Fix        *remedy
}

func (d *door) record(r *http.Request) (reply, error) {
	seq, err := strconv.ParseUint(r.URL.Query().Get("seq"), 10, 63)
	if err != nil || seq == 0 {
		return nil, &problem{status: http.StatusNotFound, key: "error.record", detail: r.URL.Query().Get("seq")}
	}
	list, _ := d.p.Journal().Read(seq-1, 1)
	if len(list) == 0 || list[0].Seq != seq {
		return nil, &problem{status: http.StatusNotFound, key: "error.record", detail: strconv.FormatUint(seq, 10)}
	}
	rec := list[0]
	b := recordBody{Row: d.rowOf(rec), Payload: payloadOf(rec, wire.DPOptions{BinaryUTC: d.p.Switches().BinaryUTC})}
	if b.Fix, err = d.remedyOf(r.Context(), rec); err != nil {
		return nil, err
	}
	if seq > 1 {
		b.Prev = seq - 1
	}
	if seq < d.p.Journal().Last() {
		b.Next = seq + 1
	}
	return page{name: "record", nav: "traffic", title: "record.title", body: b}, nil
}
