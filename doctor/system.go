package doctor

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/onelan/onelan/lan"
)

// Options are what System cannot find out by itself.
type Options struct {
	Now       func() time.Time
	Listeners []Listener
	Running   *Running
	DataDir   string                                            // "" when everything is kept in memory
	Database  func(ctx context.Context, dir string) (DB, error) // looks at the database in a directory

	Upstreams   []Upstream // of the bridge
	BridgeFault error
}

// DB is what there is to know of a database. An error beside it says what is wrong with it.
type DB struct {
	InUse  bool
	Exists bool
	Size   int64
}

// System is the Environment of this machine.
func System(o Options) Environment {
	return Environment{
		GOOS: runtime.GOOS, Now: o.Now, Listeners: o.Listeners, Running: o.Running,
		Networks: lan.System, WayOut: lan.WayOut,
		Listen: listen,
		Holder: func(network string, port uint16) string { return holder("/proc", network, port) },
		Reach:  connect,
		Data:   func(ctx context.Context) Data { return dataOf(ctx, o) },
		Firewalls: func(ctx context.Context, port uint16) []Firewall {
			return tools{runtime.GOOS, os.ReadFile, run}.firewalls(ctx, port)
		},
		Upstreams: o.Upstreams, BridgeFault: o.BridgeFault, Upward: upward,
	}
}

// listen takes an address and gives it back.
func listen(ctx context.Context, network, addr string, shared bool) error {
	if shared { // as mDNS does it: on a multicast address Go shares the port
		_, port, _ := net.SplitHostPort(addr)
		addr = net.JoinHostPort("224.0.0.251", port)
	}
	var lc net.ListenConfig
	if strings.HasPrefix(network, "udp") {
		c, err := lc.ListenPacket(ctx, "udp4", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	ln, err := lc.Listen(ctx, network, addr)
	if err != nil {
		return err
	}
	return ln.Close()
}

// connectWithin is how long a machine may take to reach itself.
const connectWithin = 3 * time.Second

// upwardWithin is how long the way to a cloud may take, its name and TLS included.
const upwardWithin = 8 * time.Second

// connect reaches this machine by one of its addresses; port 0 stands for a listener made for it.
func connect(ctx context.Context, ip netip.Addr, port uint16) error {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	at := netip.AddrPortFrom(ip, port).String()
	if port == 0 {
		var lc net.ListenConfig
		ln, err := lc.Listen(ctx, "tcp", at)
		if err != nil {
			return err
		}
		defer func() { _ = ln.Close() }()
		at = ln.Addr().String()
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", at)
	if err != nil {
		return err
	}
	return c.Close()
}

// dataOf looks at the data directory and leaves it as it is.
func dataOf(ctx context.Context, o Options) Data {
	d := Data{Dir: o.DataDir}
	if d.Dir == "" {
		return d
	}
	if abs, err := filepath.Abs(d.Dir); err == nil {
		d.Dir = abs
	}
	there := d.Dir
	if info, err := os.Stat(there); err == nil && info.IsDir() {
		d.Exists = true
	} else if errors.Is(err, os.ErrNotExist) {
		there = parent(there)
	}
	d.Free = free(there)
	d.Writable = writable(there)
	if !d.Exists {
		return d
	}
	db, err := o.Database(ctx, d.Dir)
	d.InUse, d.Database, d.Size, d.Problem = db.InUse, db.Exists, db.Size, err
	return d
}

// parent is the nearest directory above one that is not there.
func parent(dir string) string {
	for {
		up := filepath.Dir(dir)
		if _, err := os.Stat(up); err == nil || up == dir {
			return up
		}
		dir = up
	}
}

// writable tries it: permissions alone do not tell of a file system that is mounted for reading only.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".onelan-doctor-*")
	if err != nil {
		return false
	}
	return cmp.Or(f.Close(), os.Remove(f.Name())) == nil
}

// toolWithin is how long a program of the system may take to tell of a firewall.
const toolWithin = 3 * time.Second

// run runs a program that only tells something.
func run(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, toolWithin)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	return string(out), err
}
