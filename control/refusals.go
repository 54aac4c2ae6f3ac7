package control

import (
	"net/http"
	"slices"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// refusals gathers what was turned down or warned of: a board that tries every five seconds is one entry, not
// seven hundred in an hour.
func (d *door) refusals(r *http.Request) (answer, error) {
	q := queryOf(r)
	c := choiceOf(q)
	if q.err != nil {
		return answer{}, q.err
	}
	limit := c.limit
	c.kinds, c.limit = []onenet.Kind{onenet.KindRefused, onenet.KindWarning}, 1000
	out := lab.Refusals{Refusals: []lab.Refused{}}
	g := gathering{}
	for {
		page := c.read(d.p.Journal())
		out.Last, out.Lost = page.Last, out.Lost+page.Lost
		for i := range page.Records {
			g.add(&page.Records[i])
		}
		if len(page.Records) < c.limit {
			break
		}
	}
	list := g.newestFirst()
	out.Total = len(list)
	out.Refusals = append(out.Refusals, list[:min(limit, len(list))]...)
	return ok(out), nil
}

// gathering counts refusals that are alike: of one device, for one cause.
type gathering map[like]*lab.Refused

type like struct {
	product onenet.ProductID
	device  onenet.DeviceID
	cause   onenet.Cause
}

func (g gathering) add(r *onenet.Record) {
	if r.Refusal == nil {
		return
	}
	k := like{r.Product, r.Device, r.Refusal.Cause}
	if g[k] == nil {
		g[k] = &lab.Refused{First: r.At}
	}
	g[k].Times++
	g[k].Record = *r
}

func (g gathering) newestFirst() []lab.Refused {
	list := make([]lab.Refused, 0, len(g))
	for _, r := range g {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b lab.Refused) int { return int(b.Record.Seq) - int(a.Record.Seq) })
	return list
}
