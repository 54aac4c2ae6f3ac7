// Package control is the door for tools: what lies under /_lab/ and OneNET has no
// counterpart of. The CLI, scripts and other programs' tests use it to see whether the
// platform is ready, to read its journal, to manage products and devices and to send commands.
//
// It translates JSON to calls of onenet.Platform and back, and decides nothing. The
// bodies and a client are in package lab. It answers only those who address it by a loopback
// name and port, and no web page of another origin. A handler may be called from any
// number of goroutines; a reader of the journal that is slow slows nobody but itself.
package control

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// New makes the door. info says what runs where; how many devices are here and how
// long the journal is, the door adds itself.
func New(p *onenet.Platform, info func() lab.Ready, log *slog.Logger) http.Handler {
	return newDoor(p, info, log).handler()
}

type door struct {
	p         *onenet.Platform
	info      func() lab.Ready
	log       *slog.Logger
	heartbeat time.Duration // between signs of life to a live reader
}

func newDoor(p *onenet.Platform, info func() lab.Ready, log *slog.Logger) *door {
	return &door{p: p, info: info, log: log, heartbeat: 15 * time.Second}
}

func (d *door) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, f := range d.calls() {
		mux.Handle(pattern, d.answering(f))
	}
	mux.HandleFunc("GET /_lab/journal", d.journal)
	mux.Handle("/", d.answering(unknownCall))
	return d.recovering(d.guarded(mux))
}

func (d *door) calls() map[string]call {
	const (
		products = "/_lab/products"
		product  = products + "/{product}"
		devices  = product + "/devices"
		device   = devices + "/{device}"
	)
	return map[string]call{
		"GET /_lab/ready": d.ready,

		"GET " + products:   d.products,
		"POST " + products:  d.addProduct,
		"GET " + product:    d.product,
		"DELETE " + product: d.removeProduct,

		"GET " + devices:             d.devices,
		"POST " + devices:            d.addDevice,
		"GET " + device:              d.device,
		"PUT " + device:              d.changeDevice,
		"DELETE " + device:           d.removeDevice,
		"GET /_lab/devices/{device}": d.findDevice,
		"POST /_lab/devices/import":  d.importDevices,

		"GET " + product + "/keys":  d.keys,
		"POST " + product + "/keys": d.addKey,

		"POST " + device + "/commands": d.send,
		"GET /_lab/commands/{uuid}":    d.command,
		"GET " + device + "/points":    d.points,
		"GET " + device + "/streams":   d.streams,
		"POST /_lab/explain":           d.explain,
	}
}

func unknownCall(r *http.Request) (answer, error) {
	return answer{}, &lab.Error{
		Status:  http.StatusNotFound,
		Message: fmt.Sprintf("there is no call %s %s", r.Method, r.URL.Path),
		Hint:    "the calls under /_lab/ are listed in the documentation; OneNET's own REST API has a port of its own",
	}
}

func (d *door) ready(*http.Request) (answer, error) {
	info := d.info()
	info.Online, info.Journal = d.p.OnlineCount(), d.p.Journal().Last()
	return ok(info), nil
}

// recovering turns a panic, which is a mistake of ours, into an answer.
func (d *door) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				d.log.Error("panic in a call", "method", r.Method, "path", r.URL.Path, "panic", v, "stack", string(debug.Stack()))
				writeJSON(w, http.StatusInternalServerError, internalError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
