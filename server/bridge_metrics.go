package server

import (
	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/metrics"
)

// bridgeDepths is how the bridge stands, for Prometheus; nothing while it is off. The numbers are the queue's own. Books that
// do not balance are told as they are; /_lab/bridge says so.
func (s *Server) bridgeDepths() metrics.Bridge {
	b := s.Bridge()
	if b == nil {
		return metrics.Bridge{}
	}
	list, _ := b.Status()
	var out metrics.Bridge
	for _, d := range list {
		out.Devices = append(out.Devices, s.depthOf(d))
	}
	return out
}

func (s *Server) depthOf(d bridge.DeviceStatus) metrics.BridgeDevice {
	c := d.Link.Counts
	m := metrics.BridgeDevice{
		Ref: d.Ref, Waiting: d.Books.Waiting, Bytes: d.Books.Bytes, Quarantined: d.Books.Quarantined,
		Accepted: d.Books.Accepted, Delivered: d.Books.Delivered, Dropped: map[string]int64{},
		Logins: c.Logins, Refusals: c.Refusals, Lost: c.Lost, Sent: c.Sent, Repeated: c.Repeated, Received: c.Received, Suppressed: d.Suppressed,
	}
	if d.Mapped {
		m.State = string(d.Link.State)
	}
	if !d.Books.Oldest.IsZero() {
		m.Oldest = max(0, s.config.Clock.Now().Sub(d.Books.Oldest))
	}
	for column, n := range d.Books.Dropped {
		m.Dropped[reasonOf(column)] = n
	}
	return m
}
