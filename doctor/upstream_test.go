package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestCloudsOfTheBridge(t *testing.T) {
	t.Parallel()
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	for name, tt := range map[string]struct {
		u    Upstream
		err  error
		want Finding
	}{
		"one that answers": {Upstream{"cloud:6002", nil, 1}, nil, Finding{"bridge", OK, "cloud:6002 answers; 1 device goes there in plain text", nil}},
		"one with TLS":     {Upstream{"cloud:6003", secure, 3}, nil, Finding{"bridge", OK, "cloud:6003 answers with TLS; 3 devices go there", nil}},
		"no such name":     {Upstream{"clod:6002", nil, 1}, fmt.Errorf("%w: no such host", ErrName), Finding{"bridge", Fail, "its name is not known", []string{"nslookup clod"}}},
		"a port that is shut": {
			Upstream{"cloud:6004", nil, 1},
			fmt.Errorf("%w: refused", ErrDial),
			Finding{"bridge", Fail, "cloud:6004 cannot be reached: no connection: refused", []string{"nc -vz cloud 6004"}},
		},
		"a port without TLS": {Upstream{"cloud:6002", secure, 1}, fmt.Errorf("%w: first record", ErrTLS), Finding{"bridge", Fail, "no TLS", []string{"bridge.ca"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := laptop()
			e.Upstreams = []Upstream{tt.u}
			e.Upward = func(context.Context, Upstream) error { return tt.err }
			if list := Examine(t.Context(), e); !slices.ContainsFunc(list, tt.want.like) {
				t.Errorf("nothing like %+v in\n%s", tt.want, story(list))
			}
		})
	}
}

func TestABridgeWithoutASecretIsAFinding(t *testing.T) {
	t.Parallel()
	e := laptop()
	e.BridgeFault = errors.New("bridge.password: there is no variable KEY")
	want := Finding{"bridge", Fail, "there is no variable KEY", []string{"onelan config check"}}
	if list := Examine(t.Context(), e); !slices.ContainsFunc(list, want.like) {
		t.Errorf("nothing like %+v in\n%s", want, story(list))
	}
	if slices.ContainsFunc(Examine(t.Context(), laptop()), func(f Finding) bool { return f.Check == "bridge" }) {
		t.Error("the bridge is told of where there is none")
	}
}

func TestTheWayToACloudIsTriedAsFarAsTLS(t *testing.T) {
	t.Parallel()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shut, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = shut.Close()
	go func() { // a server that hangs up on what it does not understand
		for {
			c, err := plain.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	defer plain.Close()
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	known := x509.NewCertPool()
	known.AddCert(web.Certificate())
	secured := strings.TrimPrefix(web.URL, "https://")
	trusting := &tls.Config{RootCAs: known, MinVersion: tls.VersionTLS12}
	for name, tt := range map[string]struct {
		u    Upstream
		want error
	}{
		"plain":              {Upstream{Addr: plain.Addr().String()}, nil},
		"TLS":                {Upstream{Addr: secured, TLS: trusting}, nil},
		"nobody":             {Upstream{Addr: shut.Addr().String()}, ErrDial},
		"an unknown issuer":  {Upstream{Addr: secured, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}}, ErrTLS},
		"a port without TLS": {Upstream{Addr: plain.Addr().String(), TLS: trusting}, ErrTLS},
	} {
		t.Run(name, func(t *testing.T) {
			if err := upward(t.Context(), tt.u); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
