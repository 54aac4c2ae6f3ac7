package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/onelan/onelan/internal/clock"
)

// Calls measures the calls of the REST API. Which of them were refused, and why, refusals_total tells with stage "call".
type Calls struct{ seconds *prometheus.HistogramVec }

// NewCalls has seen no call yet.
func NewCalls() *Calls {
	return &Calls{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "onelan_call_seconds", Help: "How long calls of the REST API take, from the end of their headers to their answer.",
		Buckets: []float64{100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method"})}
}

// Through gives the calls to h and measures them.
func (c *Calls) Through(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := clock.System().Now()
		defer func() { c.seconds.WithLabelValues(known(r.Method)).Observe(clock.System().Now().Sub(start).Seconds()) }()
		h.ServeHTTP(w, r)
	})
}

// known keeps methods that callers invent from becoming series.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete:
		return method
	default:
		return "other"
	}
}
