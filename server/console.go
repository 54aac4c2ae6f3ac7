package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/lan/mdns"
)

// consoleAddr is where the console listens by itself; empty when it does not.
func (c Config) consoleAddr() string {
	if c.Console == OnLab {
		return ""
	}
	return c.Console
}

// console makes the web pages; nil when there are to be none.
func (s *Server) console() (http.Handler, error) {
	own := s.config.Console != OnLab
	switch addr := s.pagesAddr(); {
	case addr == "":
		return nil, nil
	case s.mayShow(addr):
	case own:
		return nil, fmt.Errorf("the console at %s is open to others than this machine: it needs a password", addr)
	default:
		return http.HandlerFunc(passwordMissing), nil
	}
	if s.unguarded() {
		s.log.Warn("the control door is open to others than this machine and asks for no password: the console's does not guard it", "addr", s.LabAddr())
	}
	return console.New(console.Config{
		Platform: s.platform, Info: s.consoleInfo, Log: s.log, Reset: s.Reset, Bridge: s.consoleBridge,
		Password: string(s.config.ConsolePassword), Names: append([]string{mdns.Host}, s.config.ConsoleNames...),
	})
}

// ConsoleAddr is the address of the console, which may be the control door's; empty when there is none.
func (s *Server) ConsoleAddr() string {
	if addr := s.pagesAddr(); s.mayShow(addr) {
		return addr
	}
	return ""
}

// pagesAddr is where the console would be, were it only for its address.
func (s *Server) pagesAddr() string {
	if s.config.Console == OnLab {
		return s.LabAddr()
	}
	return s.addr("Console")
}

// mayShow tells whether the pages may be at an address: where others reach it they need a password.
func (s *Server) mayShow(addr string) bool { return s.config.ConsolePassword != "" || loopback(addr) }

// unguarded tells whether somebody who gave the console a password could think that it guards the control door.
func (s *Server) unguarded() bool {
	return s.config.ConsolePassword != "" && s.LabAddr() != "" && !loopback(s.LabAddr())
}

// passwordMissing stands in for the console where others could reach it through a control door that was opened to them.
func passwordMissing(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "The console is not on: this address is open to others than this machine, and there is no password.\n"+
		"Set console.password (ONELAN_CONSOLE_PASSWORD, --console-password); `onelan console password` makes one.\n", http.StatusForbidden)
}

// besideConsole is the control door with the console on the same address.
func (s *Server) besideConsole(door, pages http.Handler) http.Handler {
	if pages == nil || s.config.Console != OnLab {
		return door
	}
	mux := http.NewServeMux()
	mux.Handle("/_lab/", door)
	mux.Handle("/_lab", door)
	mux.Handle("/", pages)
	return mux
}

// consoleBridge is the bridge as the console needs it; nil while it is off.
func (s *Server) consoleBridge() console.Bridge {
	b := s.Bridge()
	if b == nil {
		return nil
	}
	return span{s, b}
}

// consoleInfo is what the pages tell of the program around the platform.
func (s *Server) consoleInfo() console.Info {
	i := console.Info{Ready: s.ready(), Boards: s.boards(), Demo: s.config.Demo}
	if s.config.Store == nil && !s.config.Ephemeral {
		i.DataDir = s.config.DataDir
	}
	return i
}

// boards lists where a board finds MQTT, the best first.
func (s *Server) boards() []console.Board {
	addresses, err := lan.Addresses()
	if err != nil {
		s.log.Warn("network interfaces not listed", "err", err)
	}
	_, port, err := net.SplitHostPort(s.MQTTAddr())
	if err != nil {
		return nil // MQTT is off
	}
	var out []console.Board
	for _, a := range lan.Serving(s.MQTTAddr(), addresses) {
		out = append(out, console.Board{Addr: net.JoinHostPort(a.IP.String(), port), Via: a.Interface})
	}
	if name := s.MDNSName(); name != "" && len(out) > 0 {
		out = append(out, console.Board{Addr: net.JoinHostPort(name, port), Via: "mDNS"})
	}
	return out
}

// loopback tells whether only this machine reaches a listener.
func loopback(listener string) bool {
	ap, err := netip.ParseAddrPort(listener)
	return err == nil && ap.Addr().Unmap().IsLoopback()
}
