package server_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

const consolePassword = "correct horse"

func consoleHash(t *testing.T) onenet.Secret {
	t.Helper()
	hash, err := console.HashPassword(consolePassword)
	if err != nil {
		t.Fatal(err)
	}
	return onenet.Secret(hash)
}

// visitor is a browser that keeps cookies and follows where it is led.
type visitor struct{ http.Client }

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, _ := cookiejar.New(nil) // it fails for bad options only
	v := &visitor{http.Client{Jar: jar, Transport: &http.Transport{}}}
	t.Cleanup(v.CloseIdleConnections)
	return v
}

// do asks for a path at an address; header pairs follow. It gives status, path and text of where that led.
func (v *visitor) do(t *testing.T, method, addr, path, form string, header ...string) (status int, at, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := v.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Request.URL.Path, string(body)
}

func TestTheConsoleIsBesideTheControlDoor(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	v := newVisitor(t)
	if status, _, text := v.do(t, "GET", srv.LabAddr(), "/", ""); status != http.StatusOK || !strings.Contains(text, "</html>") {
		t.Errorf("/: HTTP %d\n%s", status, text)
	}
	if status, _, text := v.do(t, "GET", srv.LabAddr(), "/_lab/ready", ""); status != http.StatusOK || !strings.Contains(text, `"console":"`+srv.LabAddr()+`"`) {
		t.Errorf("/_lab/ready: HTTP %d\n%s", status, text)
	}
	if status, _, text := v.do(t, "GET", srv.LabAddr(), "/_lab/nothing", ""); status != http.StatusNotFound || strings.Contains(text, "<html") {
		t.Errorf("an unknown call is answered by the console: HTTP %d\n%s", status, text)
	}
	if status, _, text := v.do(t, "GET", srv.LabAddr(), "/settings", ""); status != http.StatusOK || !strings.Contains(text, srv.MQTTAddr()) {
		t.Errorf("the settings do not tell where MQTT is: HTTP %d\n%s", status, text)
	}
	_, port, _ := strings.Cut(srv.LabAddr(), ":")
	for _, host := range []string{"evil.example:" + port, "192.168.1.5:" + port, "127.0.0.1:1"} {
		if status, _, _ := v.do(t, "GET", srv.LabAddr(), "/", "", "Host", host); status != http.StatusForbidden {
			t.Errorf("as %s: HTTP %d", host, status)
		}
	}
	form := url.Values{"product": {string(server.DemoProduct)}, "device": {string(server.DemoDevice)}}.Encode()
	if status, _, _ := v.do(t, "POST", srv.LabAddr(), "/device/delete", form, "Origin", "http://evil.example", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("a form of another site: HTTP %d", status)
	}
	if _, err := srv.Platform().Device(t.Context(), srv.Demo(t).Ref()); err != nil {
		t.Errorf("it deleted the device: %v", err)
	}
	if status, at, _ := v.do(t, "POST", srv.LabAddr(), "/reset", "yes=1", "Origin", "http://"+srv.LabAddr()); status != http.StatusOK || at != "/" {
		t.Errorf("reset: HTTP %d at %s", status, at)
	}
}

func TestTheConsoleWithAnAddressOfItsOwnHasNothingBeside(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithConfig(func(c *server.Config) {
		c.Console, c.ConsolePassword, c.ConsoleNames = "127.0.0.1:0", consoleHash(t), []string{"greenhouse.example"}
	}))
	v := newVisitor(t)
	if status, _, text := v.do(t, "GET", srv.LabAddr(), "/", ""); status != http.StatusNotFound || strings.Contains(text, "<html") {
		t.Errorf("the control door has it, too: HTTP %d\n%s", status, text)
	}
	at := srv.ConsoleAddr()
	for _, path := range []string{"/", "/_lab/ready", "/_lab/reset", "/devices"} {
		if _, led, text := v.do(t, "GET", at, path, ""); led != "/login" || strings.Contains(text, string(server.DemoDevice)) {
			t.Errorf("%s before the password leads to %s\n%s", path, led, text)
		}
	}
	login := url.Values{"password": {consolePassword}, "to": {"/devices"}}.Encode()
	if _, led, text := v.do(t, "POST", at, "/login", login, "Origin", "http://"+at); led != "/devices" || !strings.Contains(text, string(server.DemoDevice)) {
		t.Errorf("the password leads to %s\n%s", led, text)
	}
	if status, _, text := v.do(t, "GET", at, "/_lab/ready", ""); status != http.StatusNotFound || !strings.Contains(text, "<html") {
		t.Errorf("the control door is beside it: HTTP %d\n%s", status, text)
	}
	for host, want := range map[string]int{"greenhouse.example": http.StatusOK, "onelan.local:8091": http.StatusOK, "192.168.1.5": http.StatusOK, "evil.example": http.StatusForbidden} {
		if status, _, _ := v.do(t, "GET", at, "/login", "", "Host", host); status != want {
			t.Errorf("as %s: HTTP %d, want %d", host, status, want)
		}
	}
}

func TestTheConsoleIsNotOpenToOthersWithoutAPassword(t *testing.T) {
	t.Parallel()
	c := server.DefaultConfig()
	c.MQTT, c.HTTP, c.Lab, c.MDNS, c.Discovery, c.Ephemeral = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", false, "", true
	c.Console = ":0"
	if srv, err := server.Start(t.Context(), c); err == nil {
		_ = srv.Close()
		t.Error("it started")
	} else if !strings.Contains(err.Error(), "password") {
		t.Errorf("it does not start, but for another reason: %v", err)
	}
	c.Console, c.Lab = server.OnLab, "0.0.0.0:0"
	srv, err := server.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	_, port, _ := strings.Cut(srv.LabAddr(), ":")
	port = port[strings.LastIndexByte(port, ':')+1:]
	v := newVisitor(t)
	if status, _, text := v.do(t, "GET", "127.0.0.1:"+port, "/", ""); status != http.StatusForbidden || !strings.Contains(text, "onelan console password") {
		t.Errorf("where the control door is open to everybody: HTTP %d\n%s", status, text)
	}
	if got := srv.ConsoleAddr(); got != "" {
		t.Errorf("there is a console at %s", got)
	}
	if status, _, _ := v.do(t, "GET", "127.0.0.1:"+port, "/_lab/ready", ""); status != http.StatusOK {
		t.Errorf("the control door went with it: HTTP %d", status)
	}
}

func TestAControlDoorThatIsOpenBesideAPasswordIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, lab, own string
		password, want bool
	}{
		{"open, with a password", "0.0.0.0:0", server.OnLab, true, true},
		{"open, with a console of its own", "0.0.0.0:0", "127.0.0.1:0", true, true},
		{"open, and no password to rely on", "0.0.0.0:0", server.OnLab, false, false},
		{"closed", "127.0.0.1:0", "127.0.0.1:0", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			c := server.DefaultConfig()
			c.MQTT, c.HTTP, c.MDNS, c.Discovery, c.Ephemeral = "127.0.0.1:0", "127.0.0.1:0", false, "", true
			c.Lab, c.Console, c.Log = tt.lab, tt.own, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
			if tt.password {
				c.ConsolePassword = consoleHash(t)
			}
			srv, err := server.Start(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
			if got := strings.Contains(log.String(), "does not guard it"); got != tt.want {
				t.Errorf("the log says\n%s", log.String())
			}
		})
	}
}

func TestAConsoleThatIsOffIsNowhere(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithConfig(func(c *server.Config) { c.Console = "" }))
	if status, _, _ := newVisitor(t).do(t, "GET", srv.LabAddr(), "/", ""); status != http.StatusNotFound || srv.ConsoleAddr() != "" {
		t.Errorf("HTTP %d, address %q", status, srv.ConsoleAddr())
	}
}

func TestLivePagesEndWithTheServer(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	v := newVisitor(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+srv.LabAddr()+"/live?rows=10", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := v.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); t.Context().Err() != nil {
		t.Errorf("the page goes on: %v", err)
	}
}
