// Package metrics tells Prometheus how a platform does: logins, refusals by cause, messages, points, commands, what waits
// where, how long the store takes, and what the process uses.
//
// New makes the handler that /_lab/metrics serves. Counts come from the platform's journal and depths from the broker, both at
// the moment of a scrape, so that what is not scraped costs next to nothing; only how long something takes is measured as it
// happens: Store is put around the platform's store, Calls around the REST API. Each handler has a registry of its
// own: several platforms in one process do not mix. Everything is safe for concurrent use.
package metrics

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/onelan/onelan/onenet"
)

// Config is what there is to be told of. Platform is required; what is nil of the others is left out.
type Config struct {
	Platform *onenet.Platform
	Broker   func() Broker
	Store    *Store
	Calls    *Calls
	Bridge   func() Bridge // one without devices while it is off
	Version  string        // of onelan
	Log      *slog.Logger
}

// Broker is how much waits in the broker.
type Broker struct {
	Connections    int // TCP connections, logged in or not
	Sessions       int // of devices that are here, and kept ones
	Unacknowledged int // messages sent to devices that have not answered
	Waiting        int // messages that wait for room in a device's window
	WaitingBytes   int // payload bytes of these
	UnsentBytes    int // bytes that the network has not taken yet
	Unsettled      int // messages that are stored, with their acknowledgements not yet on their way
}

// New makes the handler of GET /_lab/metrics.
func New(c Config) http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(c.Version),
		&activity{c.Platform},
	)
	if c.Broker != nil {
		reg.MustRegister(depths(c.Broker))
	}
	if c.Bridge != nil {
		reg.MustRegister(newCrossing(c.Bridge))
	}
	if c.Store != nil {
		reg.MustRegister(c.Store.collectors()...)
	}
	if c.Calls != nil {
		reg.MustRegister(c.Calls.seconds)
	}
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{ErrorLog: complaints{c.Log}})
}

func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "onelan_build_info", Help: "What runs: always 1.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}

// complaints writes what promhttp has to say into the log.
type complaints struct{ log *slog.Logger }

// Println is what promhttp calls.
func (c complaints) Println(v ...any) {
	if c.log != nil {
		c.log.Error("metrics not told", "err", fmt.Sprint(v...))
	}
}
