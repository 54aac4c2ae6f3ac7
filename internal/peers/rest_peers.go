package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/rig"
)

// The servers that calls of the REST API are compared with.
const (
	plainHTTP = "net/http"
	nginx     = "nginx"
)

// startPlain starts a net/http server, in a process of its own, that gives the answers without doing anything for them.
func (b *bench) startPlain(ctx context.Context, calls []*restCall) (*broker, error) {
	answers := map[string]string{}
	for _, c := range calls {
		path, _, _ := strings.Cut(c.path, "?")
		answers[path] = string(c.answer)
	}
	text, err := json.Marshal(answers)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(b.dir, "answers.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s, err := rig.StartReady(ctx, self, "-serve", "plain", "-data", name)
	if err != nil {
		return nil, err
	}
	return &broker{name: plainHTTP, addr: s.HTTP, Process: s.Process}, nil
}

// servePlain is that server.
func servePlain(ctx context.Context, answers string, stdout io.Writer) error {
	text, err := os.ReadFile(answers)
	if err != nil {
		return err
	}
	var bodies map[string]string
	if err := json.Unmarshal(text, &bodies); err != nil {
		return err
	}
	mux := http.NewServeMux()
	for path, body := range bodies {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = io.WriteString(w, body)
		})
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := json.NewEncoder(stdout).Encode(lab.Ready{Ready: true, HTTP: ln.Addr().String()}); err != nil {
		return err
	}
	srv := &http.Server{Handler: mux}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// nginxConf is one process that gives answers out of its configuration. It never ends a connection by itself.
const nginxConf = `daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  tcp_nodelay on;
  client_body_temp_path %[1]s;
  proxy_temp_path %[1]s;
  fastcgi_temp_path %[1]s;
  uwsgi_temp_path %[1]s;
  scgi_temp_path %[1]s;
  default_type application/json;
  server {
    listen 127.0.0.1:%[2]d;
%[3]s  }
}
`

func (b *bench) startNginx(ctx context.Context, calls []*restCall) (*broker, error) {
	name, err := findServer("nginx")
	if err != nil {
		return nil, err
	}
	port, err := rig.FreePort()
	if err != nil {
		return nil, err
	}
	var places strings.Builder
	for _, c := range calls {
		path, _, _ := strings.Cut(c.path, "?")
		fmt.Fprintf(&places, "    location = %s { return 200 '%s'; }\n", path, c.answer)
	}
	dir := filepath.Join(b.dir, "nginx")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, port, places.String()), 0o600); err != nil {
		return nil, err
	}
	p, err := rig.Run(nil, name, "-c", conf, "-p", dir, "-e", "stderr")
	if err != nil {
		return nil, err
	}
	s := &broker{name: nginx, addr: fmt.Sprintf("127.0.0.1:%d", port), Process: p}
	if err := awaitListener(ctx, s); err != nil {
		p.Kill()
		return nil, err
	}
	return s, nil
}

// findServer looks where Debian puts servers too: that folder is not on everybody's path.
func findServer(name string) (string, error) {
	if found, err := exec.LookPath(name); err == nil {
		return found, nil
	}
	return exec.LookPath("/usr/sbin/" + name)
}

// nginxVersion is "nginx 1.22.1", or that there is none.
func nginxVersion(ctx context.Context) string {
	name, err := findServer("nginx")
	if err != nil {
		return "nginx not installed"
	}
	out, _ := exec.CommandContext(ctx, name, "-v").CombinedOutput() // "nginx version: nginx/1.22.1"
	_, version, _ := strings.Cut(strings.TrimSpace(string(out)), "/")
	return "nginx " + version
}
