// Package dns answers for OneNET's own host names with the address of this machine, and for nothing
// else, so that firmware which has mqtt.heclouds.com in it finds the platform on the desk.
//
// It is no resolver: it asks nobody, and refuses every name that is not OneNET's, so that it cannot
// be mistaken for the network's DNS, nor used as one. Each asker gets the address under which it reaches this
// machine. The library is miekg/dns; package lan tells where a question came in.
package dns

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	miekg "github.com/miekg/dns"
	"golang.org/x/net/netutil"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
)

// Bounds on what askers can take. A router that asks for a whole class is one address.
const (
	perAsker   = 200 // answers a second
	inAll      = 1000
	tcpAtOnce  = 32 // connections
	tcpQueries = 16 // on one connection
	tcpWithin  = 2 * time.Second
)

// Config says what is answered. All fields are required.
type Config struct {
	UDP     *lan.Socket // the responder closes both
	TCP     net.Listener
	Seen    func() lan.Seen
	Service netip.Addr // the address that MQTT is bound to; unspecified for all
	Clock   clock.Clock
	Log     *slog.Logger
}

// Responder answers until it is closed.
type Responder struct {
	c        Config
	limit    *lan.Limiter
	servers  []*miekg.Server
	work     sync.WaitGroup
	closing  sync.Once
	answered atomic.Uint64
	refused  atomic.Uint64
}

// tries is how often another port is taken when the system's choice for UDP is not free for TCP.
const tries = 20

// Listen opens one port for UDP and TCP. networks tells what this machine's addresses are.
func Listen(ctx context.Context, addr string, networks func() lan.Networks) (*lan.Socket, net.Listener, error) {
	_, port, _ := net.SplitHostPort(addr)
	for try := 1; ; try++ {
		udp, err := lan.Listen(ctx, addr, networks)
		if err != nil {
			return nil, nil, err
		}
		var lc net.ListenConfig
		tcp, err := lc.Listen(ctx, "tcp4", udp.LocalAddr().String())
		if err == nil {
			return udp, tcp, nil
		}
		_ = udp.Close()
		if port != "0" || try == tries {
			return nil, nil, err
		}
	}
}

// Serve begins to answer; it answers when it returns.
func Serve(c Config) *Responder {
	r := &Responder{c: c, limit: lan.NewLimiter(c.Clock, perAsker, inAll)}
	r.servers = []*miekg.Server{
		{PacketConn: gate{c.UDP, r.admit}, Handler: r},
		{
			Listener: netutil.LimitListener(c.TCP, tcpAtOnce), Handler: r,
			MaxTCPQueries: tcpQueries, ReadTimeout: tcpWithin, WriteTimeout: tcpWithin, IdleTimeout: func() time.Duration { return tcpWithin },
		},
	}
	for _, s := range r.servers {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		r.work.Go(func() {
			if err := s.ActivateAndServe(); err != nil && !errors.Is(err, net.ErrClosed) {
				c.Log.Error("DNS listener ended", "err", err)
			}
		})
		<-started // to shut a server down that has not started yet does nothing
	}
	return r
}

// Counts tells how many questions were answered with the address, and how many were refused or dropped.
func (r *Responder) Counts() (answered, refused uint64) { return r.answered.Load(), r.refused.Load() }

// closeWithin is how long Close waits for connections that are open.
const closeWithin = 5 * time.Second

// Close ends the answers and waits for what is under way. It may be called twice.
func (r *Responder) Close() (err error) {
	r.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		for _, s := range r.servers {
			if e := s.ShutdownContext(ctx); !errors.Is(e, net.ErrClosed) {
				err = errors.Join(err, e)
			}
		}
		r.work.Wait()
	})
	return err
}

// ServeDNS implements the library's Handler.
func (r *Responder) ServeDNS(w miekg.ResponseWriter, q *miekg.Msg) {
	from, at := r.where(w)
	if _, tcp := w.RemoteAddr().(*net.TCPAddr); tcp && !r.admit(from) {
		_ = w.Close()
		return
	}
	reply := Reply(q, r.address(r.c.Seen(), at))
	if len(reply.Answer) > 0 {
		r.answered.Add(1)
	} else {
		r.refused.Add(1)
	}
	r.c.Log.Debug("DNS question", "from", from, "name", q.Question[0].Name, "type", miekg.Type(q.Question[0].Qtype).String(), "answer", miekg.RcodeToString[reply.Rcode])
	if err := w.WriteMsg(reply); err != nil {
		r.c.Log.Debug("DNS answer not sent", "to", from, "err", err)
	}
}

// admit tells whether who asks may have an answer, and counts who may not.
func (r *Responder) admit(from netip.Addr) bool {
	if r.c.Seen().Networks.Local(from) && r.limit.Allow(from) {
		return true
	}
	r.refused.Add(1)
	return false
}

// gate keeps packets from the library, which would answer a malformed one itself.
type gate struct {
	*lan.Socket
	admit func(netip.Addr) bool
}

// ReadFrom implements net.PacketConn.
func (g gate) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := g.Socket.ReadFrom(b)
		if p, ok := from.(*lan.Peer); err != nil || ok && g.admit(p.From.Addr()) {
			return n, from, err
		}
	}
}

// where says who asks, and which of this machine's addresses it asks at.
func (r *Responder) where(w miekg.ResponseWriter) (from, at netip.Addr) {
	if p, ok := w.RemoteAddr().(*lan.Peer); ok {
		return p.From.Addr(), r.c.UDP.Facing(p)
	}
	return ip(w.RemoteAddr()), ip(w.LocalAddr())
}

func ip(a net.Addr) netip.Addr {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return t.AddrPort().Addr().Unmap()
}

// address is what an asker at the address at is told. Who asks over the loopback is often another DNS
// server on this machine that passes the answer on to a board, so it gets the address for boards.
func (r *Responder) address(seen lan.Seen, at netip.Addr) netip.Addr {
	bound := r.c.Service.Unmap()
	switch {
	case !bound.IsUnspecified() && (!bound.IsLoopback() || at.IsLoopback()):
		return bound
	case !bound.IsUnspecified(): // the loopback, which is of no use to a neighbour
		return netip.Addr{}
	case at.IsLoopback() && len(seen.Addresses) > 0:
		return seen.Addresses[0].IP
	}
	return at
}
