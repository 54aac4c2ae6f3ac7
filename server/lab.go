package server

import (
	"github.com/onelan/onelan/api"
	"github.com/onelan/onelan/control"
	"github.com/onelan/onelan/control/lab"
)

// labConfig is what the control door is made of.
func (s *Server) labConfig() control.Config {
	return control.Config{
		Platform: s.platform, Info: s.ready, Log: s.log,
		Reset: s.Reset, Seed: s.Reseed, Save: s.SaveSnapshot, Load: s.LoadSnapshot,
		Metrics: s.metrics(), OpenAPI: api.OpenAPI,
		Bridge: s.labBridge, ReloadBridge: s.reloadForLab,
	}
}

// ready is what GET /_lab/ready tells.
func (s *Server) ready() lab.Ready {
	return lab.Ready{
		Ready: true, Version: s.config.Version, Started: s.started,
		MQTT: s.MQTTAddr(), MQTTS: s.MQTTSAddr(), WS: s.WSAddr(), WSS: s.WSSAddr(), HTTP: s.HTTPAddr(), Lab: s.LabAddr(), Console: s.ConsoleAddr(),
		Discovery: s.DiscoveryAddr(), DNS: s.DNSAddr(), MDNS: s.MDNSAddr(),
		Online: s.platform.OnlineCount(), Journal: s.platform.Journal().Last(),
	}
}
