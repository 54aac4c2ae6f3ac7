package control

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/onelan/onelan/control/lab"
)

// guarded keeps web pages out that the user's browser may show. A page can send
// calls to loopback in two ways: from its own origin, which CrossOriginProtection refuses, and by letting
// its own name point to 127.0.0.1 (DNS rebinding), which the Host header gives away.
func (d *door) guarded(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(d.answering(func(r *http.Request) (answer, error) {
		return answer{}, &lab.Error{
			Status:  http.StatusForbidden,
			Message: fmt.Sprintf("a web page of another origin (%q) may not call %s", r.Header.Get("Origin"), r.URL.Path),
			Hint:    "call /_lab/ from a program, not from a page",
		}
	}))
	inner := origin.Handler(next)
	foreign := d.answering(foreignHost)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopbackHost(r.Host, ownPort(r)) {
			foreign.ServeHTTP(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

func foreignHost(r *http.Request) (answer, error) {
	own := "127.0.0.1"
	if port := ownPort(r); port != "" {
		own = net.JoinHostPort(own, port)
	}
	return answer{}, &lab.Error{
		Status:  http.StatusForbidden,
		Message: fmt.Sprintf("/_lab/ does not answer to the name %q", r.Host),
		Hint:    "address it as http://" + own,
	}
}

// ownPort is the port the call came in on; empty where the server does not tell.
func ownPort(r *http.Request) string {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return ""
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return ""
	}
	return port
}

// loopbackHost tells whether a Host header names this machine's loopback and our port.
func loopbackHost(hostport, ours string) bool {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = strings.Trim(hostport, "[]"), "80"
	}
	if ours != "" && port != ours {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
