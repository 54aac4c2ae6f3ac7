package console

import (
	"net/http"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

type overviewBody struct {
	Info     Info
	QR       qrCode
	Products int
	Devices  int
	Online   int
	Points   int
	PointsOf string // a key: since when the points are counted
	Commands []tally
	Bridge   *lab.Bridge // nil when it is off
	Refusals []troubled
	Rows     []row
	First    *firstSteps // nil when a device has connected
}

// tally is how many commands there were in a state.
type tally struct {
	State onenet.CommandState
	N     uint64
}

// firstSteps is what somebody needs who has just started onelan.
type firstSteps struct {
	Board  string
	Device onenet.Device
	Any    bool // there is a device to log in as
}

func (d *door) overview(r *http.Request) (reply, error) {
	const lately, someRefusals = 16, 4
	products, err := d.p.Products(r.Context())
	if err != nil {
		return nil, err
	}
	b := overviewBody{Info: d.Info(), Products: len(products), Online: d.p.OnlineCount(), Commands: d.commandStates()}
	if len(b.Info.Boards) > 0 {
		b.QR = newQR(b.Info.Boards[0].Addr)
	}
	if b.First, b.Devices, err = d.firstSteps(r, b.Info); err != nil {
		return nil, err
	}
	b.Points, b.PointsOf = d.pointsToday(b.Info.Started)
	if b.Bridge, err = d.bridgeState(); err != nil {
		return nil, err
	}
	refused, err := d.gather(r, someRefusals)
	if err != nil {
		return nil, err
	}
	b.Refusals = refused.Groups
	list, _, _ := choice{}.read(d.p.Journal(), 0, lately)
	b.Rows = d.rowsOf(list)
	return page{name: "overview", nav: "overview", title: "overview.title", body: b, live: choice{}.Values()}, nil
}

// commandStates counts how often commands came into each state since the start, in the order of the states.
func (d *door) commandStates() []tally {
	counts := d.p.Journal().Counts().Commands
	var out []tally
	for i := 0; ; i++ {
		state, ok := wire.CommandStateOf(i)
		if !ok {
			return out
		}
		out = append(out, tally{state, counts[state]})
	}
}

// pointsToday is how many points came since midnight, as far as the journal remembers; key says what the number means.
func (d *door) pointsToday(started time.Time) (n int, key string) {
	now := d.p.Clock().Now().In(d.Zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, d.Zone)
	if started.After(midnight) {
		return int(d.p.Journal().Counts().Points), "overview.points.today"
	}
	list, _, lost := choice{Kinds: []onenet.Kind{onenet.KindData}}.read(d.p.Journal(), 0, onenet.DefaultJournalSize)
	for _, r := range list {
		if r.At.Before(midnight) {
			return n, "overview.points.today"
		}
		n += r.Count
	}
	if lost {
		return n, "overview.points.atleast"
	}
	return n, "overview.points.today"
}

// firstSteps are shown until a device has logged in; it tells how many devices there are, too.
func (d *door) firstSteps(r *http.Request, info Info) (*firstSteps, int, error) {
	const some = 100
	list, total, err := d.p.Devices(r.Context(), onenet.DeviceFilter{Limit: some})
	if err != nil || d.p.OnlineCount() > 0 {
		return nil, total, err
	}
	for _, dev := range list {
		if !dev.LastLogin.IsZero() {
			return nil, total, nil
		}
	}
	steps := &firstSteps{}
	if len(info.Boards) > 0 {
		steps.Board = info.Boards[0].Addr
	}
	if len(list) > 0 {
		steps.Device, steps.Any = list[0], true
	}
	return steps, total, nil
}
