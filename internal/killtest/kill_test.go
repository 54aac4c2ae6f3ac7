package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mustBuild builds the real binary.
func mustBuild(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "onelan")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", bin, "github.com/onelan/onelan/cmd/onelan").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	o := options{binary: mustBuild(t), dir: t.TempDir(), times: 3, devices: 4, seed: 7}
	sum, err := newTrial(o, nil, t.Output()).run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if sum.lost > 0 {
		t.Errorf("lost %d", sum.lost)
	}
	if sum.acked < 100 {
		t.Errorf("only %d things were acknowledged: the flood is none", sum.acked)
	}
}

// TestAForgetfulServerIsFoundOut shows that the trial above can fail: a server that keeps
// nothing loses something of every kind.
func TestAForgetfulServerIsFoundOut(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	o := options{binary: mustBuild(t), dir: t.TempDir(), times: 1, devices: 2, seed: 7}
	trial := newTrial(o, []string{"--ephemeral"}, &out)
	sum, err := trial.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range trial.witnesses {
		if !bytes.Contains(out.Bytes(), []byte(w.name()+" (LOST ")) {
			t.Errorf("lost %s were not noticed:\n%s", w.name(), out.String())
		}
	}
	if sum.lost == 0 {
		t.Error("nothing was lost?")
	}
}

func TestCompareFindsWhatIsMissingDoubledOrMadeUp(t *testing.T) {
	t.Parallel()
	acked := []bool{true, false, true, true}
	for _, c := range []struct {
		name   string
		stored []int
		want   tally
	}{
		{"all", []int{0, 2, 3}, tally{acked: 3}},
		{"one that was not acknowledged", []int{0, 1, 2, 3}, tally{acked: 3, extra: 1}},
		{"one missing", []int{0, 3}, tally{acked: 3, lost: 1}},
		{"one twice", []int{0, 2, 2, 3}, tally{acked: 3, lost: 1}},
		{"one never sent", []int{0, 2, 3, 4}, tally{acked: 3, lost: 1}},
		{"none", nil, tally{acked: 3, lost: 3}},
	} {
		if d := cmp.Diff(c.want, compare(acked, c.stored), cmp.AllowUnexported(tally{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestCompareQueueKnowsWhatOneNETKeeps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		begun, acked int
		got          []int
		want         tally
	}{
		{"fewer than ten", 5, 8, []int{6, 7, 8}, tally{acked: 3}},
		{"the newest ten of many", 0, 30, []int{21, 22, 23, 24, 25, 26, 27, 28, 29, 30}, tally{acked: 30}},
		{"one sent but not acknowledged pushes one out", 0, 12, []int{4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, tally{acked: 12, extra: 1}},
		{"one missing", 0, 3, []int{1, 3}, tally{acked: 3, lost: 1}},
		{"the last missing", 0, 3, []int{1, 2}, tally{acked: 3, lost: 1}},
		{"out of order", 0, 3, []int{2, 1, 3}, tally{acked: 3, lost: 1}},
		{"the session gone", 0, 30, nil, tally{acked: 30, lost: 10}},
	} {
		if d := cmp.Diff(c.want, compareQueue(c.begun, c.acked, c.got), cmp.AllowUnexported(tally{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
