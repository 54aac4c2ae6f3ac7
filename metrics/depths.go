package metrics

import "github.com/prometheus/client_golang/prometheus"

// depths tells what waits in the broker.
type depths func() Broker

var brokerGauges = []struct {
	desc  *prometheus.Desc
	value func(Broker) int
}{
	{desc("connections", "MQTT connections, logged in or not."), func(b Broker) int { return b.Connections }},
	{desc("sessions", "Sessions of devices that are here, and kept sessions of those that are away."), func(b Broker) int { return b.Sessions }},
	{desc("broker_unacknowledged_messages", "Messages sent to devices that have not acknowledged them."), func(b Broker) int { return b.Unacknowledged }},
	{desc("broker_waiting_messages", "Messages that wait for room in the window of a device that is here."), func(b Broker) int { return b.Waiting }},
	{desc("broker_waiting_bytes", "Payload bytes of the messages that wait."), func(b Broker) int { return b.WaitingBytes }},
	{desc("broker_unsent_bytes", "Bytes that devices have not taken off the wire."), func(b Broker) int { return b.UnsentBytes }},
	{desc("broker_unsettled_messages", "Messages that are stored and not yet acknowledged and passed on."), func(b Broker) int { return b.Unsettled }},
}

// Describe implements prometheus.Collector.
func (depths) Describe(ch chan<- *prometheus.Desc) {
	for _, g := range brokerGauges {
		ch <- g.desc
	}
}

// Collect implements prometheus.Collector.
func (d depths) Collect(ch chan<- prometheus.Metric) {
	b := d()
	for _, g := range brokerGauges {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, float64(g.value(b)))
	}
}
