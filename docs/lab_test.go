package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// TestExamplesOfTheLabPageWork runs the page's shell blocks as one script, with real curl, against a platform of
// their own, which has a bridge to another one. An answer with an error status ends it.
func TestExamplesOfTheLabPageWork(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl", "sed"} {
		_, err := exec.LookPath(tool)
		if err != nil && os.Getenv("CI") != "" {
			t.Fatal(err) // nobody would see that it was skipped
		}
		if err != nil {
			t.Skip(err)
		}
	}
	page, err := os.ReadFile("LAB.md")
	if err != nil {
		t.Fatal(err)
	}
	var script []string
	for _, part := range strings.Split(string(page), "```sh\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		script = append(script, block)
	}
	if len(script) < 8 {
		t.Fatalf("only %d blocks were found: is the page still read right?", len(script))
	}
	srv, dir := bridged(t), t.TempDir()
	text := strings.ReplaceAll(strings.Join(script, "\n"), "http://127.0.0.1:8090", "http://"+srv.LabAddr())
	if err := os.WriteFile(filepath.Join(dir, ".curlrc"), []byte("fail-with-body\nsilent\nshow-error\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ex")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(text)
	cmd.Env = append(os.Environ(), "CURL_HOME="+dir, "HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// bridged is a platform with a bridge for the tutorial's device to another platform, which knows that device too.
func bridged(t *testing.T) *onenettest.Server {
	t.Helper()
	cloud := onenettest.Start(t)
	plan := &bridge.Plan{
		Addr: cloud.MQTTAddr(), Keepalive: time.Minute,
		Devices: []bridge.Device{{Ref: cloud.Demo(t).Ref(), Login: bridge.Login{Password: server.DemoAuthInfo}}},
	}
	return onenettest.Start(t, onenettest.WithConfig(func(c *server.Config) {
		c.Bridge, c.ReadPlan = plan, func() (*bridge.Plan, error) { return plan, nil }
	}))
}
