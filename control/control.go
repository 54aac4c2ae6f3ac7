// Package control is the door for tools: what lies under /_lab/ and OneNET has no
// counterpart of. The CLI, scripts and other programs' tests use it to see whether the
// platform is ready, to read its journal and to wait for what they expect, to manage products and devices, to
// send commands, and to bring the platform into a known state. docs/LAB.md lists the calls.
//
// It translates JSON to calls of onenet.Platform and back, and decides nothing. The
// bodies and a client are in package lab. It answers only those who address it by a loopback
// name and port, and no web page of another origin. A handler may be called from any
// number of goroutines; a reader of the journal that is slow slows nobody but itself.
package control

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// Config is what the door is made of. Platform and Info are required. What is nil of the others is not on offer: its calls
// say so.
type Config struct {
	Platform *onenet.Platform
	Info     func() lab.Ready // what runs where; how many devices are here and how long the journal is, the door adds itself
	Log      *slog.Logger

	Reset func(ctx context.Context) (lab.ResetDone, error) // to the seed
	// Seed creates what a seed file names and is not there yet; with reset it becomes the seed, and the platform is reset to it.
	Seed    func(ctx context.Context, file []byte, reset bool) (lab.ResetDone, error)
	Save    func(ctx context.Context, w io.Writer) error                  // writes a snapshot
	Load    func(ctx context.Context, r io.Reader) (lab.ResetDone, error) // takes the content of a snapshot
	Metrics http.Handler                                                  // in Prometheus' format
	OpenAPI func() []byte                                                 // describes OneNET's REST API, as JSON

	Bridge       func() Bridge                                       // to the real OneNET, as it is now; nil while it is off
	ReloadBridge func(ctx context.Context) (lab.BridgeReload, error) // reads its configuration again, which may turn it on or off
}

// New makes the door.
func New(c Config) http.Handler { return newDoor(c).handler() }

type door struct {
	Config
	p         *onenet.Platform
	log       *slog.Logger
	heartbeat time.Duration // between signs of life to a live reader
	maxLoad   int64         // bytes of a snapshot
}

func newDoor(c Config) *door {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &door{Config: c, p: c.Platform, log: c.Log, heartbeat: 15 * time.Second, maxLoad: 4 << 30}
}

func (d *door) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, f := range d.calls() {
		mux.Handle(pattern, d.answering(f))
	}
	for pattern, h := range d.streams() {
		mux.Handle(pattern, h)
	}
	mux.Handle("/", d.answering(unknownCall))
	return d.recovering(d.guarded(mux))
}

// calls are those that take and give JSON.
func (d *door) calls() map[string]call {
	const (
		products = "/_lab/products"
		product  = products + "/{product}"
		devices  = product + "/devices"
		device   = devices + "/{device}"
		carried  = "/_lab/bridge/devices/{product}/{device}"
	)
	return map[string]call{
		"GET /_lab/ready":    d.ready,
		"GET /_lab/version":  d.version,
		"GET /_lab/refusals": d.refusals,
		"POST /_lab/expect":  d.expect,
		"POST /_lab/reset":   d.reset,
		"POST /_lab/seed":    d.seed,

		"GET " + products:   d.products,
		"POST " + products:  d.addProduct,
		"GET " + product:    d.product,
		"PUT " + product:    d.changeProduct,
		"DELETE " + product: d.removeProduct,

		"GET " + devices:             d.devices,
		"POST " + devices:            d.addDevice,
		"GET " + device:              d.device,
		"PUT " + device:              d.changeDevice,
		"DELETE " + device:           d.removeDevice,
		"GET /_lab/devices/{device}": d.findDevice,
		"POST /_lab/devices/import":  d.importDevices,

		"GET " + product + "/keys":          d.keys,
		"POST " + product + "/keys":         d.addKey,
		"DELETE " + product + "/keys/{key}": d.removeKey,
		"GET " + product + "/topics":        d.topics,
		"GET " + product + "/triggers":      d.triggers,

		"POST " + device + "/commands": d.send,
		"GET /_lab/commands/{uuid}":    d.command,
		"GET " + device + "/points":    d.points,
		"POST " + device + "/points":   d.upload,
		"GET " + device + "/streams":   d.datastreams,
		"POST /_lab/explain":           d.explain,

		"GET /_lab/bridge":         d.bridge,
		"GET " + carried:           d.bridgeDevice,
		"PUT " + carried:           d.putBridgeDevice,
		"DELETE " + carried:        d.removeBridgeDevice,
		"PUT /_lab/bridge/topics":  d.bridgeTopics,
		"POST /_lab/bridge/pause":  d.pauseBridge,
		"POST /_lab/bridge/resume": d.resumeBridge,
		"POST /_lab/bridge/drain":  d.drainBridge,
		"POST /_lab/bridge/reload": d.reloadBridge,
		"POST /_lab/bridge/test":   d.testBridge,
		"GET /_lab/bridge/entries": d.bridgeEntries,
		"POST /_lab/bridge/retry":  d.retryBridge,
		"POST /_lab/bridge/drop":   d.dropBridge,
	}
}

// streams are the calls that write what they give as it comes.
func (d *door) streams() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /_lab/journal":   http.HandlerFunc(d.journal),
		"GET /_lab/snapshot":  http.HandlerFunc(d.saveSnapshot),
		"POST /_lab/snapshot": http.HandlerFunc(d.loadSnapshot),
		"GET /_lab/metrics":   d.metrics(),
		"GET /_lab/api":       http.HandlerFunc(d.openAPI),

		"GET /_lab/bridge/export": http.HandlerFunc(d.exportBridge),
	}
}

// patterns are those of all calls: "GET /_lab/ready".
func (d *door) patterns() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for _, names := range []iter.Seq[string]{maps.Keys(d.calls()), maps.Keys(d.streams())} {
			for name := range names {
				if !yield(name) {
					return
				}
			}
		}
	})
}

func unknownCall(r *http.Request) (answer, error) {
	return answer{}, &lab.Error{
		Status:  http.StatusNotFound,
		Message: fmt.Sprintf("there is no call %s %s", r.Method, r.URL.Path),
		Hint:    "docs/LAB.md lists the calls under /_lab/; OneNET's own REST API has a port of its own",
	}
}

func (d *door) ready(*http.Request) (answer, error) {
	info := d.Info()
	info.Online, info.Journal = d.p.OnlineCount(), d.p.Journal().Last()
	return ok(info), nil
}

// recovering turns a panic, which is a mistake of ours, into an answer.
func (d *door) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: // on purpose: the caller is to notice that the answer is cut
				panic(v)
			default:
				d.log.Error("panic in a call", "method", r.Method, "path", pathOf(r), "panic", v, "stack", string(debug.Stack()))
				writeJSON(w, http.StatusInternalServerError, internalError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
