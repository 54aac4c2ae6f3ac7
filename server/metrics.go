package server

import (
	"net/http"

	"github.com/onelan/onelan/metrics"
)

// metrics is what GET /_lab/metrics serves.
func (s *Server) metrics() http.Handler {
	return metrics.New(metrics.Config{
		Platform: s.platform, Broker: func() metrics.Broker { return metrics.Broker(s.broker.Depths()) }, Store: s.measured, Calls: s.timed,
		Bridge: s.bridgeDepths, Version: s.config.Version, Log: s.log,
	})
}
