package console

import (
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/onelan/onelan/internal/peer"
)

// policy is what a page of ours may load: files of our own, nothing inline, nothing from elsewhere. So a text of a
// device's that found its way past the escaping still could not run.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded keeps others' pages out: by the name under which we are addressed (DNS rebinding) and by the origin of the page that asks.
func (d *door) guarded(next http.Handler) http.Handler {
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.refuse(w, r, &problem{status: http.StatusForbidden, key: "error.origin"})
	}))
	next = same.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if strange(r) {
			http.Error(w, say(langOf(r), "error.origin"), http.StatusForbidden)
			return
		}
		if !d.ours(r) {
			d.refuse(w, r, &problem{status: http.StatusForbidden, key: "error.host", detail: r.Host})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// strange tells whether a page of another site looks, other than by leading its reader here. It could not read the answer, but make
// us work for it as often as it likes. A browser that does not say where it is, an old one or one without TLS on a network, is answered.
func strange(r *http.Request) bool {
	h := r.Header
	if site := h.Get("Sec-Fetch-Site"); site != "cross-site" && site != "same-site" || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	return h.Get("Sec-Fetch-Mode") != "navigate" || h.Get("Sec-Fetch-Dest") != "document"
}

// ours tells whether the request was addressed to a name of ours. A name that somebody lets point here is none: without a
// password a page of his could read everything, and with one it could wait until the password was given.
func (d *door) ours(r *http.Request) bool {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host, port = strings.Trim(r.Host, "[]"), "80"
	}
	if own := peer.OwnPort(r); own != "" && own != port && d.lock == nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err == nil && ip.Unmap().IsLoopback() {
		return true
	}
	named := slices.ContainsFunc(d.Names, func(n string) bool { return strings.EqualFold(n, host) })
	return d.lock != nil && (err == nil || named)
}

// recovering turns a panic, which is a mistake of ours, into a page.
func (d *door) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: // on purpose: the browser is to notice that a download is cut
				panic(v)
			default:
				d.log.Error("panic in a page", "method", r.Method, "path", r.URL.Path, "panic", v, "stack", string(debug.Stack()))
				d.refuse(w, r, &problem{status: http.StatusInternalServerError, key: "error.internal"})
			}
		}()
		next.ServeHTTP(w, r)
	})
}
