package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/onelan/onelan/onenet"
)

// activity tells what the journal has counted.
type activity struct{ platform *onenet.Platform }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("onelan_"+name, help, labels, nil)
}

var (
	logins    = desc("logins_total", "Logins of devices, by what became of them.", "result")
	refusals  = desc("refusals_total", "What was turned down, by stage and cause; onelan explain tells what a cause means.", "stage", "cause")
	warnings  = desc("warnings_total", "What was accepted but is probably not what was meant, by stage and cause.", "stage", "cause")
	messages  = desc("messages_total", "Topic messages that came in, over MQTT and HTTP.")
	uploads   = desc("uploads_total", "Messages with data points that were stored, over MQTT and HTTP.")
	points    = desc("points_total", "Data points that were stored.")
	losses    = desc("undelivered_total", "Messages that were not delivered, and data points that were not stored.")
	commands  = desc("commands_total", "Times that a command came into a state.", "state")
	triggered = desc("trigger_firings_total", "Firings of triggers, by what became of them.", "result")
	records   = desc("journal_records_total", "Records of the journal.")
	online    = desc("devices_online", "Devices that are logged in.")
)

// The series that are there from the start, at 0.
var (
	states = []onenet.CommandState{
		onenet.CommandNotOnline, onenet.CommandCreated, onenet.CommandSent, onenet.CommandSendFailed, onenet.CommandAnswered,
		onenet.CommandUnanswered, onenet.CommandTooLarge,
	}
	results = []onenet.TriggerResult{onenet.TriggerFired, onenet.TriggerDelivered, onenet.TriggerRetrying, onenet.TriggerGivenUp}
)

// Describe implements prometheus.Collector.
func (a *activity) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		logins, refusals, warnings, messages, uploads, points, losses, commands, triggered, records, online,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (a *activity) Collect(ch chan<- prometheus.Metric) {
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	c := a.platform.Journal().Counts()
	count(logins, c.Records[onenet.KindConnected], "accepted")
	count(logins, refusedLogins(c), "refused")
	for cause, n := range c.Refusals {
		count(refusals, n, string(cause.Stage()), string(cause))
	}
	for cause, n := range c.Warnings {
		count(warnings, n, string(cause.Stage()), string(cause))
	}
	count(messages, c.Records[onenet.KindMessage])
	count(uploads, c.Records[onenet.KindData])
	count(points, c.Points)
	count(losses, c.Dropped)
	for _, s := range states {
		count(commands, c.Commands[s], string(s))
	}
	for _, r := range results {
		count(triggered, c.Triggers[r], string(r))
	}
	count(records, a.platform.Journal().Last())
	ch <- prometheus.MustNewConstMetric(online, prometheus.GaugeValue, float64(a.platform.OnlineCount()))
}

// refusedLogins are the refusals of CONNECT packets, for their form or for who they say the device is.
func refusedLogins(c onenet.Counts) (n uint64) {
	for cause, times := range c.Refusals {
		if stage := cause.Stage(); stage == onenet.StageConnect || stage == onenet.StageLogin {
			n += times
		}
	}
	return n
}
