package main

import (
	"net"

	"github.com/onelan/onelan/server"
)

// lanHint says how to start without a listener for the network that cannot be had, or with another address for it; "" for
// the other listeners. Another port is no way out: boards and resolvers ask on one port only.
func lanHint(e *server.ListenError) string {
	_, port, _ := net.SplitHostPort(e.Addr)
	switch {
	case e.What == "Discovery":
		return "another onelan may run (onelan status); boards find this one by its name or address too: onelan serve " + e.Flag
	case e.What == "DNS" && port == "53":
		return "port 53 needs rights (sudo), and systemd-resolved or dnsmasq may have it on one address: " +
			"name the one that boards ask, onelan serve --dns 192.168.1.10:53; docs/LAN.md has ways without DNS"
	}
	return ""
}
