package console

import (
	"net"
	"net/http"
	"slices"
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
	REST     string // the address of the REST API
	Commands []tally
	Bridge   *lab.Bridge // nil when it is off
	Refusals []troubled  // the newest that are not solved
	Refused  int         // how many there are
	More     bool        // at least
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
	Board   string
	Device  onenet.Device
	Any     bool     // there is a device to log in as
	Buttons []string // one click sends one of them
	Here    bool     // the device is here now: what is left is to send it a command
}

func (d *door) overview(r *http.Request) (reply, error) {
	const lately, someRefusals = 16, 4
	products, err := d.p.Products(r.Context())
	if err != nil {
		return nil, err
	}
	b := overviewBody{Info: d.Info(), Products: len(products), Online: d.p.OnlineCount(), Commands: d.commandStates()}
	b.REST = restURL(b.Info)
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
	refused, err := d.gather(r, 0, troubledPerPage)
	if err != nil {
		return nil, err
	}
	b.Refusals, b.Refused, b.More = refused.Groups[:min(refused.Unsolved, someRefusals)], refused.Unsolved, refused.Total > len(refused.Groups)
	list, _, _ := choice{}.read(d.p.Journal(), 0, lately)
	b.Rows = d.rowsOf(list)
	return page{name: "overview", nav: "overview", title: "overview.title", body: b, live: choice{}.Values()}, nil
}

// restURL is where programs on other machines find the REST API: at the address that boards are given, where the API listens there too.
func restURL(info Info) string {
	if info.HTTP == "" {
		return ""
	}
	host, port := hostPort(info.HTTP)
	if whoReaches(info.HTTP) == "open.all" && len(info.Boards) > 0 {
		if board, _, err := net.SplitHostPort(info.Boards[0].Addr); err == nil && host == "127.0.0.1" {
			host = board
		}
	}
	return "http://" + net.JoinHostPort(host, port)
}

// commandStates counts how often commands came into each state since the start, in the order of the states; none that nothing came into.
func (d *door) commandStates() []tally {
	counts := d.p.Journal().Counts().Commands
	var out []tally
	for i := 0; ; i++ {
		state, ok := wire.CommandStateOf(i)
		if !ok {
			return out
		}
		if counts[state] > 0 {
			out = append(out, tally{state, counts[state]})
		}
	}
}

// pointsToday is how many points came since midnight, as far as the journal remembers; key says what the number means.
func (d *door) pointsToday(started time.Time) (n int, key string) {
	now := d.p.Clock().Now().In(d.Zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, d.Zone)
	if started.After(midnight) {
		return int(d.p.Journal().Counts().Points), "overview.points.today"
	}
	list, older, lost := choice{Kinds: []onenet.Kind{onenet.KindData}}.read(d.p.Journal(), 0, onenet.DefaultJournalSize)
	for _, r := range list {
		if r.At.Before(midnight) {
			return n, "overview.points.today"
		}
		n += r.Count
	}
	if lost || older > 0 {
		return n, "overview.points.atleast"
	}
	return n, "overview.points.today"
}

// firstSteps are shown until a device has logged in, and the last of them, which is a command, until one was sent; it tells how many
// devices there are, too.
func (d *door) firstSteps(r *http.Request, info Info) (*firstSteps, int, error) {
	const some = 100
	list, total, err := d.p.Devices(r.Context(), onenet.DeviceFilter{Limit: some})
	if err != nil {
		return nil, total, err
	}
	for _, dev := range list {
		if d.isNew(dev) {
			return &firstSteps{Device: dev, Here: true, Buttons: buttonsOf(r)}, total, nil
		}
	}
	if d.p.OnlineCount() > 0 || slices.ContainsFunc(list, func(dev onenet.Device) bool { return !dev.LastLogin.IsZero() }) {
		return nil, total, nil
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

// isNew tells of a device that it is here for the first time, on a platform where nobody has sent a command yet.
func (d *door) isNew(dev onenet.Device) bool {
	const young = 10 * time.Minute
	return d.p.Journal().Counts().Commands[onenet.CommandCreated] == 0 && d.p.Presence(dev.Ref()).Online &&
		d.p.Clock().Now().Sub(dev.ActivatedAt) < young
}
