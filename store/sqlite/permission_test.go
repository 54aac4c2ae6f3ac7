//go:build unix

package sqlite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/onelan/onelan/store/sqlite"
)

// deniedDir names the variable that makes this test open a directory as a user who owns
// nothing: root, who runs tests in many a container, may write everywhere.
const deniedDir = "ONELAN_TEST_DENIED_DIR"

const nobody = 65534

func TestWithoutPermissionOpenSaysWhatToDo(t *testing.T) {
	if dir := os.Getenv(deniedDir); dir != "" {
		openAsNobody(t, dir)
		return
	}
	t.Parallel()
	for name, lock := range map[string]func(dir string) error{
		"a directory that cannot be written": func(dir string) error { return os.Chmod(dir, 0o555) },
		"a database that can only be read": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "onelan.db"), nil, 0o444)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil { // so that nobody may pass through it
				t.Fatal(err)
			}
			if os.Geteuid() == 0 {
				if err := os.Chown(dir, nobody, nobody); err != nil {
					t.Fatal(err)
				}
			}
			if err := lock(dir); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+strings.Split(t.Name(), "/")[0]+"$")
			cmd.Env = append(os.Environ(), deniedDir+"="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func openAsNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() == 0 {
		if err := syscall.Setuid(nobody); err != nil {
			t.Fatal(err)
		}
	}
	s, err := sqlite.Open(dir, sqlite.Options{})
	if err == nil {
		_ = s.Close()
	}
	mustProblem(t, err, "cannot be written")
}
