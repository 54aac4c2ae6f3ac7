package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestApplicationInPythonUsesTheWholeAPI lets testdata/rest.py go through the REST API with requests.
func TestApplicationInPythonUsesTheWholeAPI(t *testing.T) {
	t.Parallel()
	if exec.CommandContext(timeout(t), debianPython, "-c", "import requests").Run() != nil {
		missing(t, "requests for "+debianPython, "python3-requests")
	}
	p := start(t)
	script, err := filepath.Abs("testdata/rest.py")
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, debianPython, []string{script, "http://" + p.ready.HTTP, "demoRegisterCode", "onelan=demo=key=not=secret=0"})
	if r.code != 0 || strings.TrimSpace(r.stdout) != "done" {
		t.Fatalf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}
