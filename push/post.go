package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// The bounds of a receiver's answer.
const (
	mostHeader = 64 << 10               // bytes
	mostBody   = 4 << 10                // bytes that are read, for the connection to serve again
	drainFor   = 200 * time.Millisecond // and how long for
)

func newClient(roots *x509.CertPool, l Limits) *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{ // Proxy is nil: the environment has no say
			DialContext:            (&net.Dialer{Timeout: l.Answer}).DialContext,
			TLSHandshakeTimeout:    l.Answer,
			TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			DisableCompression:     true,
			MaxIdleConns:           l.Receivers,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: mostHeader,
		},
	}
}

// post sends a letter once and tells how long it took. The error says why it does not count as delivered.
func (o *Outlet) post(ctx context.Context, l *letter) (time.Duration, error) {
	began := clock.System().Now()
	limited, cancel := context.WithTimeout(ctx, o.limits.Answer)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodPost, l.Trigger.URL, bytes.NewReader(l.body))
	if err != nil {
		return 0, o.reason(limited, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "onelan")
	res, err := o.client.Do(req)
	if err != nil {
		return 0, o.reason(limited, err)
	}
	took := clock.System().Now().Sub(began)
	drain(res, cancel)
	if res.StatusCode != http.StatusOK {
		return took, fmt.Errorf("it answered %d %s, and only 200 counts%s", res.StatusCode, http.StatusText(res.StatusCode), redirected(res))
	}
	return took, nil
}

// drain reads a small body to its end, so that the connection can serve again, and closes any. Cancel ends
// one that does not come: its receiver has answered all the same.
func drain(res *http.Response, cancel context.CancelFunc) {
	late := clock.System().AfterFunc(drainFor, cancel)
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, res.Body, mostBody)
	_ = res.Body.Close()
}

func redirected(res *http.Response) string {
	if res.StatusCode/100 == 3 {
		return "; redirects are not followed"
	}
	return ""
}

// reason is an error of the client without the URL, which may hold secrets and is told by itself.
func (o *Outlet) reason(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", o.limits.Answer)
	}
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
