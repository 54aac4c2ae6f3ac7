package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
)

// Upstream is a cloud that the bridge goes to.
type Upstream struct {
	Addr    string
	TLS     *tls.Config // nil for none
	Devices int         // that go there
}

func (u Upstream) going() string {
	if u.Devices == 1 {
		return "1 device goes there"
	}
	return fmt.Sprintf("%d devices go there", u.Devices)
}

// Steps on the way to an upstream.
var (
	ErrName = errors.New("its name is not known")
	ErrDial = errors.New("no connection")
	ErrTLS  = errors.New("no TLS")
)

// upstreams tells whether the clouds of the bridge can be reached. Nobody logs in: that would throw the device out that is there.
func upstreams(ctx context.Context, e Environment) []Finding {
	const n = note("bridge")
	if e.BridgeFault != nil {
		return []Finding{n.say(Fail, "the configuration of the bridge: "+e.BridgeFault.Error(), "onelan config check")}
	}
	found := make([]Finding, len(e.Upstreams))
	var work sync.WaitGroup
	for i, u := range e.Upstreams {
		work.Go(func() { found[i] = judgeUpstream(n, u, e.Upward(ctx, u)) })
	}
	work.Wait()
	return found
}

func judgeUpstream(n note, u Upstream, err error) Finding {
	host, port, _ := net.SplitHostPort(u.Addr)
	reason := ""
	if err != nil {
		reason = fmt.Sprintf("%s cannot be reached: %v", u.Addr, err)
	}
	switch {
	case err == nil && u.TLS != nil:
		return n.say(OK, u.Addr+" answers with TLS; "+u.going())
	case err == nil:
		return n.say(OK, u.Addr+" answers; "+u.going()+" in plain text")
	case errors.Is(err, ErrName):
		return n.say(Fail, reason, "check bridge.upstream, and the network's DNS: nslookup "+host)
	case errors.Is(err, ErrTLS):
		return n.say(Fail, reason, "port "+port+" may have no TLS (bridge.tls: false), or a certificate of its own (bridge.ca)")
	}
	return n.say(Fail, reason, "check bridge.upstream, and whether a firewall lets port "+port+" out: nc -vz "+host+" "+port)
}

// upward goes as far as TLS.
func upward(ctx context.Context, u Upstream) error {
	ctx, cancel := context.WithTimeout(ctx, upwardWithin)
	defer cancel()
	host, _, err := net.SplitHostPort(u.Addr)
	if err != nil {
		return err
	}
	if _, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host); err != nil {
		return fmt.Errorf("%w: %w", ErrName, err)
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", u.Addr)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDial, err)
	}
	defer func() { _ = c.Close() }() // it has served
	if u.TLS == nil {
		return nil
	}
	secure := u.TLS.Clone()
	secure.ServerName = host
	if err := tls.Client(c, secure).HandshakeContext(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrTLS, err)
	}
	return nil
}
