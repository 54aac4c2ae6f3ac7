package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/onelan/onelan/onenet"
)

// Bridge is how the bridge to the real OneNET stands.
type Bridge struct {
	Devices []BridgeDevice
}

// BridgeDevice is how it stands with one device. Numbers that count rise, until what counts them begins anew.
type BridgeDevice struct {
	Ref   onenet.DeviceRef
	State string // of its link; empty where only its queue is left

	Waiting     int
	Bytes       int64         // of the payloads that wait
	Oldest      time.Duration // how long the first of those has waited
	Quarantined int

	Accepted  int64
	Delivered int64
	Dropped   map[string]int64 // by reason

	Logins, Refusals, Lost, Sent, Repeated, Received, Suppressed int
}

// The series that are there from the start, at 0.
var (
	linkStates  = []string{"idle", "connecting", "online", "refused", "evicted", "half-open", "paused"}
	dropReasons = []string{"oldest", "newest", "age", "person", "offline"}
)

// All series of the bridge are totals over devices: with a label for each, a thousand boards would be 20,000 series, of
// which most never change. Which device it is, onelan bridge status tells.
var (
	bridgeLinks       = desc("bridge_links", "Links to the real OneNET, by state.", "state")
	bridgeWaiting     = desc("bridge_queue_messages", "Messages that wait for the cloud, all devices together.")
	bridgeBytes       = desc("bridge_queue_bytes", "Payload bytes of the messages that wait for the cloud.")
	bridgeOldest      = desc("bridge_oldest_seconds", "How long the message has waited that has waited longest; 0 when none waits.")
	bridgeQuarantined = desc("bridge_quarantined_messages", "Messages that were put aside because the cloud does not bear them.")
)

var bridgeCounters = []struct {
	desc  *prometheus.Desc
	value func(BridgeDevice) int64
}{
	{desc("bridge_accepted_total", "Messages that were taken for the cloud."), func(d BridgeDevice) int64 { return d.Accepted }},
	{desc("bridge_delivered_total", "Messages that the cloud has acknowledged."), func(d BridgeDevice) int64 { return d.Delivered }},
	{desc("bridge_suppressed_total", "Messages from the cloud that were dropped as copies of what was here already."), func(d BridgeDevice) int64 { return int64(d.Suppressed) }},
	{desc("bridge_logins_total", "Logins that the cloud has accepted."), func(d BridgeDevice) int64 { return int64(d.Logins) }},
	{desc("bridge_login_refusals_total", "Logins that the cloud has refused."), func(d BridgeDevice) int64 { return int64(d.Refusals) }},
	{desc("bridge_connections_lost_total", "Connections to the cloud that ended without our will."), func(d BridgeDevice) int64 { return int64(d.Lost) }},
	{desc("bridge_sent_messages_total", "Messages sent to the cloud, repeated ones included."), func(d BridgeDevice) int64 { return int64(d.Sent) }},
	{desc("bridge_repeated_messages_total", "Messages sent again: the most that can have arrived twice."), func(d BridgeDevice) int64 { return int64(d.Repeated) }},
	{desc("bridge_received_messages_total", "Messages from the cloud."), func(d BridgeDevice) int64 { return int64(d.Received) }},
}

var bridgeDropped = desc("bridge_dropped_total", "Messages that were given up on their way to the cloud, by reason.", "reason")

// crossing tells what the bridge does. It keeps its own sums: when one device of many gets a new link, which counts from 0, the
// sum over the devices would fall, and Prometheus would take that for a restart and count all the others once more.
type crossing struct {
	now func() Bridge

	mu   sync.Mutex                   // outside all others: held across now, so that no scrape overtakes another
	last map[onenet.DeviceRef]counted // guarded by mu: when the device was last told of; one that went may come back with its books
	sums counted                      // guarded by mu
}

// counted is what there is to count, in the order of bridgeCounters, and the drops by reason.
type counted struct {
	counters []int64
	dropped  map[string]int64
}

func newCounted() counted {
	return counted{make([]int64, len(bridgeCounters)), map[string]int64{}}
}

func newCrossing(now func() Bridge) *crossing {
	return &crossing{now: now, last: map[onenet.DeviceRef]counted{}, sums: newCounted()}
}

// Describe implements prometheus.Collector.
func (c *crossing) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{bridgeLinks, bridgeWaiting, bridgeBytes, bridgeOldest, bridgeQuarantined, bridgeDropped} {
		ch <- d
	}
	for _, n := range bridgeCounters {
		ch <- n.desc
	}
}

// Collect implements prometheus.Collector.
func (c *crossing) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	b := c.now()
	sums := c.addLocked(b)
	c.mu.Unlock()
	depthsOf(b, func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	})
	for i, n := range bridgeCounters {
		ch <- prometheus.MustNewConstMetric(n.desc, prometheus.CounterValue, float64(sums.counters[i]))
	}
	for reason, n := range sums.dropped {
		ch <- prometheus.MustNewConstMetric(bridgeDropped, prometheus.CounterValue, float64(n), reason)
	}
}

// addLocked adds what has come since the scrape before; it gives a copy of the sums.
func (c *crossing) addLocked(b Bridge) counted {
	for _, d := range b.Devices {
		n := newCounted()
		for i, counter := range bridgeCounters {
			n.counters[i] = counter.value(d)
		}
		for reason, dropped := range d.Dropped {
			n.dropped[reason] = dropped
		}
		c.sums.add(n, c.last[d.Ref])
		c.last[d.Ref] = n
	}
	out := newCounted()
	for _, reason := range dropReasons {
		out.dropped[reason] = 0
	}
	out.add(c.sums, counted{})
	return out
}

// add adds what now is more than before, for each number; one that fell began anew.
func (s counted) add(now, before counted) {
	for i, n := range now.counters {
		if before.counters != nil && n >= before.counters[i] {
			n -= before.counters[i]
		}
		s.counters[i] += n
	}
	for reason, n := range now.dropped {
		if n >= before.dropped[reason] {
			n -= before.dropped[reason]
		}
		s.dropped[reason] += n
	}
}

// depthsOf gives what there is at this moment.
func depthsOf(b Bridge, gauge func(*prometheus.Desc, float64, ...string)) {
	links := map[string]int{}
	for _, s := range linkStates {
		links[s] = 0
	}
	var waiting, quarantined int
	var bytes int64
	var oldest time.Duration
	for _, d := range b.Devices {
		if d.State != "" {
			links[d.State]++
		}
		waiting, quarantined, bytes, oldest = waiting+d.Waiting, quarantined+d.Quarantined, bytes+d.Bytes, max(oldest, d.Oldest)
	}
	for state, n := range links {
		gauge(bridgeLinks, float64(n), state)
	}
	gauge(bridgeWaiting, float64(waiting))
	gauge(bridgeBytes, float64(bytes))
	gauge(bridgeOldest, oldest.Seconds())
	gauge(bridgeQuarantined, float64(quarantined))
}
