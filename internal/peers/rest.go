package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/server"
)

// restCall is one call of the REST API, and the answer to it.
type restCall struct {
	name   string
	method string
	path   string
	body   string

	answer []byte // the body of onelan's answer, which the others give too
}

// restCalls are a call that reads, one that writes, and one that is refused.
func restCalls() []*restCall {
	device := string(server.DemoDevice)
	return []*restCall{
		{name: "GET /devices/{id}", method: "GET", path: "/devices/" + device},
		{name: "POST datapoints", method: "POST", path: "/devices/" + device + "/datapoints?type=3", body: `{"temperature":25.5}`},
		{name: "POST /cmds, refused", method: "POST", path: "/cmds?device_id=" + device, body: "on"},
	}
}

// request is the call's bytes.
func (c *restCall) request(last bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: api.heclouds.com\r\napi-key: %s\r\n", c.method, c.path, string(server.DemoMasterKey))
	if c.body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(c.body))
	}
	if last {
		b.WriteString("Connection: close\r\n")
	}
	fmt.Fprintf(&b, "\r\n%s", c.body)
	return b.Bytes()
}

// restLoad is a call as many clients make it: on one connection each, or on a new one each time.
type restLoad struct {
	call  *restCall
	fresh bool // a connection for each call
}

func (l restLoad) name() string {
	if l.fresh {
		return l.call.name + ", a connection each"
	}
	return l.call.name + ", keep-alive"
}

func restLoads(calls []*restCall) []restLoad {
	var list []restLoad
	for _, fresh := range []bool{false, true} {
		for _, c := range calls {
			list = append(list, restLoad{c, fresh})
		}
	}
	return list
}

// restClients is how many clients call at once.
const restClients = 8

// restResult is one measurement of one server under one load.
type restResult struct {
	rate     float64 // calls per second
	cpu      float64 // microseconds of the server's CPU time per call
	p50, p99 time.Duration
}

// restSeries are the results by load and server, one for each round.
type restSeries map[[2]string][]restResult

// rest compares calls of the REST API with a plain net/http handler and with nginx that give the same answers.
func (b *bench) rest(ctx context.Context, r *report) error {
	ours, err := b.startMemory(ctx)
	if err != nil {
		return err
	}
	defer ours.Stop()
	ours.addr = ours.http
	calls := restCalls()
	for range 2 { // the first points create a stream, of which the device tells
		for _, c := range calls {
			if err := c.learn(ctx, ours.addr); err != nil {
				return err
			}
		}
	}
	servers := []*broker{ours}
	for _, start := range []func(context.Context, []*restCall) (*broker, error){b.startPlain, b.startNginx} {
		s, err := start(ctx, calls)
		if errors.Is(err, exec.ErrNotFound) {
			_, _ = fmt.Fprintln(b.out, "nginx is not installed: it is left out")
			continue
		}
		if err != nil {
			return err
		}
		defer s.Stop()
		servers = append(servers, s)
	}
	r.rest, err = b.restInTurns(ctx, restLoads(calls), servers)
	return err
}

func (b *bench) restInTurns(ctx context.Context, loads []restLoad, servers []*broker) (restSeries, error) {
	s := restSeries{}
	for round := range b.rounds {
		for _, l := range loads {
			for k := range servers {
				srv := servers[(k+round)%len(servers)] // in another order each round
				one, err := b.runRest(ctx, srv, l)
				if err != nil {
					return s, fmt.Errorf("%s, %s: %w", srv.name, l.name(), err)
				}
				key := [2]string{l.name(), srv.name}
				s[key] = append(s[key], one)
				_, _ = fmt.Fprintf(b.out, "round %d: %-42s %-10s %7.0f calls/s, CPU %5.1f us/call, p50 %s, p99 %s\n",
					round+1, l.name(), srv.name, one.rate, one.cpu, one.p50, one.p99)
			}
		}
	}
	return s, nil
}

// runRest measures one server under one load.
func (b *bench) runRest(ctx context.Context, srv *broker, l restLoad) (r restResult, err error) {
	var measuring, over atomic.Bool
	all := make([][]time.Duration, restClients)
	errs := make([]error, restClients)
	var work sync.WaitGroup
	for i := range restClients {
		work.Go(func() {
			c := caller{load: l, addr: srv.addr, request: l.call.request(l.fresh)}
			defer c.close()
			for !over.Load() && errs[i] == nil {
				took, err := c.call(ctx)
				errs[i] = err
				if measuring.Load() {
					all[i] = append(all[i], took)
				}
			}
		})
	}
	clock.Sleep(clock.System(), b.warm, ctx.Done())
	before, err1 := cpuTime(srv.PID)
	start := clock.System().Now()
	measuring.Store(true)
	clock.Sleep(clock.System(), b.each, ctx.Done())
	measuring.Store(false)
	length := clock.System().Now().Sub(start)
	after, err2 := cpuTime(srv.PID)
	over.Store(true)
	work.Wait()
	if err := errors.Join(append(errs, err1, err2, ctx.Err())...); err != nil {
		return r, err
	}
	times := slices.Concat(all...)
	if len(times) == 0 {
		return r, errors.New("no call was answered")
	}
	slices.Sort(times)
	n := float64(len(times))
	return restResult{
		rate: n / length.Seconds(), cpu: float64((after - before).Microseconds()) / n,
		p50: times[len(times)/2], p99: times[len(times)*99/100],
	}, nil
}
