// Package discovery answers boards that ask the local network where the platform is: who sends
// the datagram Question, by broadcast or straight, gets one back that names the MQTT port. The address is
// the one that the answer comes from, so nothing has to be configured on either side.
//
// Anybody on the network can ask, and anybody can answer falsely; MQTT without TLS is no safer. The
// answer is hardly longer than the question, it goes to neighbours only, and it is rationed, so that the
// port is of no use for flooding others.
package discovery

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/lan"
)

// Question is what a board sends. Anything else is not for us, and not answered.
const Question = "onenet-local?"

// Port is the UDP port that boards ask on.
const Port = 6003

// How many answers leave in a second: a board asks three times within two seconds; a class of
// boards that got their power back at once gets its answers at the second try.
const (
	perBoard = 5
	inAll    = 200
)

// Answer is what a board gets back.
func Answer(port uint16) []byte { return fmt.Appendf(nil, `{"onenet-local": %d}`, port) }

// Config says what is answered. All fields are required.
type Config struct {
	Socket   *lan.Socket // the responder closes it
	Networks func() lan.Networks
	MQTT     netip.AddrPort // where MQTT listens
	Clock    clock.Clock
	Log      *slog.Logger
}

// Responder answers until it is closed.
type Responder struct {
	c        Config
	limit    *lan.Limiter
	work     sync.WaitGroup
	answered atomic.Uint64
	ignored  atomic.Uint64
}

// Serve begins to answer.
func Serve(c Config) *Responder {
	r := &Responder{c: c, limit: lan.NewLimiter(c.Clock, perBoard, inAll)}
	r.work.Go(r.run)
	return r
}

// Counts tells how many datagrams were answered, and how many were not.
func (r *Responder) Counts() (answered, ignored uint64) { return r.answered.Load(), r.ignored.Load() }

// Close ends the answers and waits for the one under way. It may be called twice.
func (r *Responder) Close() error {
	err := r.c.Socket.Close()
	r.work.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (r *Responder) run() {
	buf := make([]byte, len(Question)+1) // one more, so that a longer datagram is told from the question
	for {
		n, from, err := r.c.Socket.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		peer, ok := from.(*lan.Peer)
		if err != nil || !ok {
			r.ignored.Add(1)
			continue
		}
		if why := r.refuse(buf[:n], peer); why != "" {
			r.ignored.Add(1)
			r.c.Log.Debug("discovery: not answered", "from", peer.From, "why", why)
			continue
		}
		r.answer(peer)
	}
}

// refuse says why a datagram gets no answer; "" when it gets one.
func (r *Responder) refuse(datagram []byte, peer *lan.Peer) string {
	from := peer.From.Addr()
	switch {
	case string(datagram) != Question:
		return "not the question"
	case !r.c.Networks().Local(from):
		return "not from the local network"
	case !lan.Reachable(r.c.MQTT.Addr(), r.c.Socket.Facing(peer)):
		return "MQTT is not open to it"
	case !r.limit.Allow(from):
		return "too many questions"
	}
	return ""
}

func (r *Responder) answer(peer *lan.Peer) {
	if _, err := r.c.Socket.WriteTo(Answer(r.c.MQTT.Port()), peer); err != nil {
		r.ignored.Add(1)
		r.c.Log.Debug("discovery: answer not sent", "to", peer.From, "err", err)
		return
	}
	r.answered.Add(1)
	r.c.Log.Debug("discovery: answered", "to", peer.From, "interface", peer.Index)
}
