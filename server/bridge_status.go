package server

import (
	"cmp"
	"errors"
	"strings"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// Status is how the bridge stands. Books that do not balance are shown as they are, with a warning: to hide them would be
// the worse answer.
func (p span) Status() (lab.Bridge, error) {
	list, err := p.b.Status()
	if err != nil && list == nil {
		return lab.Bridge{}, err
	}
	plan := p.b.Plan()
	out := lab.Bridge{
		On: true, At: p.s.config.Clock.Now(), DryRun: plan.DryRun, Upstream: plan.Addr, TLS: plan.TLS != nil,
		Topics: texts(plan.Topics), Devices: []lab.BridgeDevice{}, Warnings: p.b.Warnings(),
	}
	if err != nil {
		out.Warnings = append(out.Warnings, err.Error())
	}
	for _, d := range list {
		dev := statusOf(plan, d)
		addBooks(&out.Totals, dev.Books)
		out.Devices = append(out.Devices, dev)
	}
	return out, nil
}

func statusOf(plan bridge.Plan, d bridge.DeviceStatus) lab.BridgeDevice {
	out := lab.BridgeDevice{
		Product: d.Ref.Product, Device: d.Ref.Device, Mapped: d.Mapped, Here: d.Here, Books: booksOf(d.Books),
	}
	if !d.Mapped {
		return out
	}
	l := d.Link
	out.Upstream = upstreamLogin(plan, d.Device)
	out.Presence = string(cmp.Or(d.Device.Presence, plan.Presence, bridge.Follow))
	out.Topics = texts(d.Device.Topics)
	out.State, out.Since, out.Trouble, out.TroubleAt = string(l.State), l.Since, l.Trouble, l.At
	out.Proved, out.Next, out.InFlight, out.Refused = l.Proved, l.Next, l.InFlight, l.Refused
	out.Counts = countsOf(d)
	return out
}

// upstreamLogin is who a device is in the cloud, without its password.
func upstreamLogin(plan bridge.Plan, d bridge.Device) lab.BridgeLogin {
	addr, as := upstreamOf(plan, d)
	return lab.BridgeLogin{Addr: addr, Product: string(as.Product), Device: string(as.Device)}
}

func booksOf(b queue.Books) lab.BridgeBooks {
	out := lab.BridgeBooks{
		Accepted: b.Accepted, Delivered: b.Delivered, Waiting: b.Waiting, Quarantined: b.Quarantined, Bytes: b.Bytes, Oldest: b.Oldest,
	}
	for column, n := range b.Dropped {
		if out.Dropped == nil {
			out.Dropped = map[string]int64{}
		}
		out.Dropped[reasonOf(column)] = n
	}
	return out
}

// reasonOf is a column of drops as people read it: oldest.
func reasonOf(c onenet.UplinkColumn) string { return strings.TrimPrefix(string(c), "dropped.") }

func addBooks(sum *lab.BridgeBooks, b lab.BridgeBooks) {
	sum.Accepted += b.Accepted
	sum.Delivered += b.Delivered
	sum.Waiting += b.Waiting
	sum.Quarantined += b.Quarantined
	sum.Bytes += b.Bytes
	if !b.Oldest.IsZero() && (sum.Oldest.IsZero() || b.Oldest.Before(sum.Oldest)) {
		sum.Oldest = b.Oldest
	}
	for reason, n := range b.Dropped {
		if sum.Dropped == nil {
			sum.Dropped = map[string]int64{}
		}
		sum.Dropped[reason] += n
	}
}

func countsOf(d bridge.DeviceStatus) lab.BridgeCounts {
	c := d.Link.Counts
	return lab.BridgeCounts{
		Attempts: c.Attempts, Logins: c.Logins, Refusals: c.Refusals, Lost: c.Lost, HalfOpens: c.HalfOpens, Evictions: c.Evictions,
		Sent: c.Sent, Acked: c.Acked, Repeated: c.Repeated, Received: c.Received, Failed: c.Failed, Suppressed: d.Suppressed,
		UpRate: d.UpRate, DownRate: d.DownRate,
	}
}

func asRefusal(err error) (*onenet.Refusal, bool) { return errors.AsType[*onenet.Refusal](err) }

// texts are routes as onelan.yaml writes them.
func texts(list []bridge.Route) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.String())
	}
	return out
}
