package control

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/peer"
)

// guarded keeps web pages out that the user's browser may show. A page can send
// calls to loopback in two ways: from its own origin, which the browser tells in Sec-Fetch-Site, Origin or Referer, and by
// letting its own name point to 127.0.0.1 (DNS rebinding), which the Host header gives away. Reading is refused
// as writing is: a page could not see the answer, but it must not even make the platform write a snapshot.
func (d *door) guarded(next http.Handler) http.Handler {
	host, page := d.answering(foreignHost), d.answering(foreignPage)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff") // or an old browser might run an answer as a script
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case !loopbackHost(r.Host, peer.OwnPort(r)):
			host.ServeHTTP(w, r)
		case fromForeignPage(r):
			page.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// origins judges by Sec-Fetch-Site, and for browsers without it by Origin.
var origins = http.NewCrossOriginProtection()

// fromForeignPage tells whether a browser sent the call for a page that is not ours. Programs send none of the headers.
func fromForeignPage(r *http.Request) bool {
	asWrite := *r
	asWrite.Method = http.MethodPost // the standard's judgement is for calls that change something
	if origins.Check(&asWrite) != nil {
		return true
	}
	referer := r.Header.Get("Referer") // all that an old browser tells of an image or a script
	if r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" || referer == "" {
		return false
	}
	u, err := url.Parse(referer)
	return err != nil || u.Host != r.Host
}

func foreignPage(r *http.Request) (answer, error) {
	return answer{}, &lab.Error{
		Status:  http.StatusForbidden,
		Message: fmt.Sprintf("a web page of another origin (%q) may not call %s", cmp.Or(r.Header.Get("Origin"), r.Header.Get("Referer")), r.URL.Path),
		Hint:    "call /_lab/ from a program, or type its address into the browser",
	}
}

func foreignHost(r *http.Request) (answer, error) {
	own := "127.0.0.1"
	if port := peer.OwnPort(r); port != "" {
		own = net.JoinHostPort(own, port)
	}
	return answer{}, &lab.Error{
		Status:  http.StatusForbidden,
		Message: fmt.Sprintf("/_lab/ does not answer to the name %q", r.Host),
		Hint:    "address it as http://" + own,
	}
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
