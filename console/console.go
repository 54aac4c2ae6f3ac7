// Package console is the door for people: web pages that show what the platform does, why it turned something down,
// and let their reader add devices and send commands.
//
// Pages are made on the server and work without a script, for reading and for sending; our one script adds
// liveness by Server-Sent Events. Everything is embedded, nothing comes from another host, and all that a device
// can have written is escaped. The package translates forms to calls of onenet.Platform and decides nothing.
//
// Without a password it answers a loopback name only; with one it answers whoever logs in. A
// handler may be called from any number of goroutines.
package console

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// Config is what the door is made of. Platform and Info are required; what is nil of the others is not on offer, and the pages say so.
type Config struct {
	Platform *onenet.Platform
	Info     func() Info
	Log      *slog.Logger

	Reset  func(ctx context.Context) (lab.ResetDone, error) // to the seed
	Bridge func() Bridge                                    // the bridge to the real OneNET; it gives nil while that is off

	// Password is the hash, made by HashPassword, of what a visitor must know. Without one only loopback names are answered.
	Password string
	// Names are those under which the door is addressed besides loopback names and IP addresses; they count with a password only.
	Names []string

	Zone *time.Location // of the times that are shown; nil means the machine's
}

// Info is what the pages tell of the program around the platform.
type Info struct {
	lab.Ready
	Boards  []Board // where a board finds MQTT, the best first
	DataDir string  // empty: everything is kept in memory
	Demo    bool    // the tutorial's device exists
}

// Board is an address to give to a board.
type Board struct {
	Addr string // host:port
	Via  string // the network it is on: "wlan0"
}

// New makes the door. It owns every path but /_lab/. A password that is no hash of ours is an error.
func New(c Config) (http.Handler, error) {
	d, err := newDoor(c)
	if err != nil {
		return nil, err
	}
	return d.handler(), nil
}

type door struct {
	Config
	p         *onenet.Platform
	log       *slog.Logger
	pages     func() pages // read when somebody looks: a test that starts a platform has no visitors
	files     files
	boot      string        // differs from run to run: a script that sees another one starts anew
	heartbeat time.Duration // between signs of life to a live page
	outside   form          // what anybody may send
	inside    form          // and who may see more than the door
	lock      *lock         // nil without a password
	works     *works
}

func newDoor(c Config) (*door, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Zone == nil {
		c.Zone = time.Local
	}
	d := &door{Config: c, p: c.Platform, log: c.Log, boot: rand.Text(), heartbeat: 15 * time.Second, outside: outsideForm, inside: insideForm, works: newWorks()}
	var err error
	if d.files, err = readFiles(embedded); err != nil {
		return nil, err
	}
	d.pages = sync.OnceValue(d.readPages)
	if c.Password != "" {
		d.lock, err = newLock(c.Password, clock.System())
	}
	return d, err
}

func (d *door) readPages() pages {
	p, err := readPages(embedded, d)
	if err != nil {
		panic(err) // they are our own, and the tests show every one
	}
	return p
}

func (d *door) handler() http.Handler {
	mux := newRoutes()
	for pattern, v := range d.views() {
		take := d.taking
		if pattern == readsItself {
			take = d.bounded
		}
		mux.handle(pattern, take(d.inside, d.showing(v)))
	}
	mux.handle("GET /live", http.HandlerFunc(d.live))
	mux.handle("GET /work", http.HandlerFunc(d.workEvents))
	mux.handle("GET /device/points.csv", http.HandlerFunc(d.pointsCSV))
	open := newRoutes() // what a visitor sees before the password
	open.handle("GET /static/", http.HandlerFunc(d.file))
	open.handle("POST /prefs", d.taking(d.outside, d.showing(d.setPrefs)))
	open.handle("GET /login", d.showing(d.askPassword))
	open.handle("POST /login", d.taking(d.outside, http.HandlerFunc(d.login)))
	return d.recovering(granting(d.timed(d.guarded(open.orElse(d, d.locked(mux.orElse(d, d.showing(d.unknownPage))))))))
}

// readsItself takes its form by itself, as that comes: a page hears meanwhile how far it is.
const readsItself = "POST /devices/import"

// views are the pages and what their forms do. What names a device is a parameter and no part of the path: an id may be "..".
func (d *door) views() map[string]view {
	return map[string]view{
		"GET /{$}": d.overview,

		"GET /products":         d.products,
		"GET /product":          d.product,
		"POST /products":        d.addProduct,
		"POST /product":         d.changeProduct,
		"GET /product/delete":   d.askRemoveProduct,
		"POST /product/delete":  d.removeProduct,
		"POST /product/keys":    d.addKey,
		"POST /product/unkey":   d.removeKey,
		"GET /devices":          d.devices,
		"GET /devices/add":      d.newDevice,
		"POST /devices/add":     d.addDevice,
		"GET /devices/import":   d.newImport,
		"POST /devices/import":  d.importDevices,
		"GET /device":           d.device,
		"GET /device/edit":      d.editDevice,
		"POST /device/edit":     d.changeDevice,
		"GET /device/delete":    d.askRemoveDevice,
		"POST /device/delete":   d.removeDevice,
		"GET /device/stream":    d.stream,
		"POST /device/commands": d.send,
		"POST /device/buttons":  d.setButtons,

		"GET /devices/import.csv": d.importTemplate,

		"GET /traffic":       d.traffic,
		"GET /record":        d.record,
		"GET /refusals":      d.refusals,
		"POST /refusals/fix": d.fix,
		"GET /bridge":        d.bridge,
		"POST /bridge":       d.steer,
		"GET /bridge/link":   d.link,
		"POST /bridge/test":  d.tryLogin,
		"POST /bridge/retry": d.retry,
		"GET /bridge/drop":   d.askDrop,
		"POST /bridge/drop":  d.drop,
		"GET /settings":      d.settings,
		"GET /reset":         d.askReset,
		"POST /reset":        d.reset,
		"POST /logout":       d.logout,
	}
}
