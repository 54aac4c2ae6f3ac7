package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFaults compares what is said of each file in testdata/faults with the .txt
// beside it. UPDATE=1 writes the latter; read the difference before you keep it.
func TestFaults(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "faults", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := mustFault(t, string(text), Input{}).Error() + "\n"
			golden := strings.TrimSuffix(name, ".yaml") + ".txt"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsOfEnvironmentAndFlagsNameThem(t *testing.T) {
	t.Parallel()
	faults := mustFault(t, "", Input{
		Env: []string{"ONELAN_DEMO=perhaps", "ONELAN_LISTEN_MQTT=nowhere"},
		Flags: []Override{
			{Path: "limits.retention", Value: "soon", Flag: "--set"},
			{Path: "switches.bad_dpp", Value: "close", Flag: "--set"},
			{Path: "nonsense", Value: "1", Flag: "--set"},
			{Path: "sync", Value: "never", Flag: "--sync"},
		},
	})
	want := `ONELAN_DEMO: demo: want true or false, got "perhaps"
--set: limits.retention: want a duration such as 500ms, 30s, 48h or 365d, got "soon"
--set: switches.bad_dpp: there is no such setting; did you mean switches.bad_dp?
--set: nonsense: there is no such setting; onelan config show lists them
ONELAN_LISTEN_MQTT: listen.mqtt: want host:port, :port or off, got "nowhere"
--sync: sync: want one of full, normal, off, got "never"`
	if diff := cmp.Diff(want, faults.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestManyFaultsAreCounted(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, "wrong%d: 1\n", i)
	}
	faults := mustFault(t, b.String(), Input{})
	if len(faults) != 30 || !strings.HasSuffix(faults.Error(), "and 10 more") {
		t.Errorf("%d faults: %s", len(faults), faults)
	}
}

func TestAFileThatIsNoTextIsTold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name: \xb5\xc6":                 "onelan.yaml: the file is not UTF-8 text; save it as UTF-8",
		strings.Repeat("#", 5<<20):       "onelan.yaml: the file has 5242880 bytes, more than 4194304",
		"a: " + strings.Repeat("[", 100): "onelan.yaml:1:36: nested too deeply",
	} {
		got, _, _ := strings.Cut(mustFault(t, text, Input{}).Error(), "\n")
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
