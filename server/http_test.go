package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenettest"
)

func TestControlDoorBoundsTheHeadOfACall(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c, err := net.Dial("tcp", srv.LabAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(clock.System().Now().Add(10 * time.Second))
	go func() {
		_, _ = io.WriteString(c, "GET /_lab/ready HTTP/1.1\r\nHost: localhost\r\nX-Long: "+strings.Repeat("a", 1<<20)+"\r\n\r\n")
	}()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("HTTP %d, wanted %d", resp.StatusCode, http.StatusRequestHeaderFieldsTooLarge)
	}
}

// More connections than it takes at once wait for room, and get it.
func TestControlDoorTakesABoundedNumberOfConnectionsAtOnce(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	const most = 512
	var quiet []net.Conn
	for range most {
		c, err := net.Dial("tcp", srv.LabAddr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		quiet = append(quiet, c)
	}
	ask := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.LabURL()+"/ready", http.NoBody)
		if err != nil {
			return err
		}
		tr := &http.Transport{DisableKeepAlives: true}
		resp, err := tr.RoundTrip(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := ask(100 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one more than %d connections: %v, wanted no answer", most, err)
	}
	quiet[0].Close()
	if err := ask(10 * time.Second); err != nil {
		t.Errorf("with room for one: %v", err)
	}
}

func TestMetricsAreServedByTheControlDoor(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := srv.Connect(t, d)
	c.Disconnect(0)
	srv.Wait(t, onenettest.Offline(d))
	resp, err := http.Get(srv.LabURL() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`onelan_logins_total{result="accepted"} 1`, "onelan_connections ", "onelan_devices_online 0",
		`onelan_store_operation_seconds_count{op="product"}`, `onelan_build_info{goversion=`,
	} {
		if !strings.Contains(string(text), "\n"+line) {
			t.Errorf("no line begins with %s", line)
		}
	}
}
