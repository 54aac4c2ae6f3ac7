package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// workDir holds the program; TestMain removes it.
var workDir string

func TestMain(m *testing.M) {
	var err error
	if workDir, err = os.MkdirTemp("", "onelan-e2e-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(workDir)
	m.Run() // its result becomes the exit code when TestMain returns
}

// built is the program, built for the first test that wants it.
func built(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("these tests send SIGTERM, which Windows does not have")
	}
	path, err := buildOnce()
	if err != nil {
		sayOnce.Do(func() { t.Error(err) })
		t.Fatal("the program was not built")
	}
	return path
}

// sayOnce keeps the compiler's errors from coming once for each test.
var sayOnce sync.Once

var buildOnce = sync.OnceValues(func() (string, error) {
	touchSources("..")
	path := filepath.Join(workDir, "onelan")
	args := []string{"build", "-o", path}
	if raceDetector {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "./cmd/onelan")...)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return path, nil
})

// touchSources looks at every file that the program may be built from. `go test` keeps a result until a file
// changes that the test has looked at itself; what the compiler reads for us does not count, and a new
// program would be taken for tested.
func touchSources(root string) {
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // it is gone: somebody's temporary file
		case d.IsDir() && path != root && (d.Name()[0] == '.' || d.Name() == "bin"):
			return filepath.SkipDir
		}
		_, _ = os.Stat(path)
		return nil
	})
}
