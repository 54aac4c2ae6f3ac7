package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/sqlite"
)

// victimDir names the variable that makes the test binary a victim: a process that
// stores points without end and prints the number of each that is done.
const victimDir = "ONELAN_TEST_VICTIM_DIR"

var (
	demo  = onenet.DeviceRef{Product: "244754", Device: "527521926"}
	start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
)

// numbered is a point that is on its way up as well.
func numbered(i int) onenet.Batch {
	at, value := start.Add(time.Duration(i)*time.Millisecond), strconv.AppendInt(nil, int64(i), 10)
	return onenet.Batch{
		Points: []onenet.StoredPoint{{Ref: demo, Received: start, Datapoint: onenet.Datapoint{
			Stream: "t", At: at, Value: value,
		}}},
		EnqueueUplink: []onenet.UplinkEntry{{Ref: demo, Seq: int64(i) + 1, At: at, Topic: "$dp", QoS: 1, Payload: value}},
		CountUplink:   []onenet.UplinkCount{{Ref: demo, Column: onenet.UplinkAccepted, N: 1}},
	}
}

func beVictim(dir string) int {
	s, err := sqlite.Open(dir, sqlite.Options{})
	if err == nil {
		err = s.Apply(context.Background(), onenet.Batch{
			AddProducts: []onenet.Product{{ID: demo.Product}}, AddDevices: []onenet.Device{{Product: demo.Product, ID: demo.Device}},
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for i := 0; ; i++ {
		s.Submit(numbered(i), func(err error) {
			if err == nil {
				fmt.Fprintln(os.Stdout, i)
			}
		})
	}
}

// startVictim starts one and returns what it prints.
func startVictim(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func TestNothingDoneIsLostWhenTheProcessIsKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, out := startVictim(t, dir)
	done := 0
	for out.Scan() {
		if done++; done == 3000 {
			if _, err := sqlite.Open(dir, sqlite.Options{}); err == nil {
				t.Error("a second process may use the directory")
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed
	if done < 3000 {
		t.Fatalf("the victim died by itself after %d points", done)
	}
	s := mustOpen(t, dir)
	n := mustCount(t, s)
	if n < done {
		t.Errorf("%d points were done and %d are there", done, n)
	}
	mustBalance(t, s, n)
}

// mustBalance checks that so many entries are on their way up and in the books, and that the next one gets a new number.
func mustBalance(t *testing.T, s *sqlite.Store, n int) {
	t.Helper()
	depths, err := s.UplinkDepths(t.Context())
	if err != nil || len(depths) != 1 || depths[0].Waiting != n {
		t.Errorf("the depths are %+v, %v; want %d entries, as many as points", depths, err, n)
	}
	counts, err := s.UplinkCounts(t.Context())
	if err != nil || len(counts) != 1 || counts[0].N != int64(n) {
		t.Errorf("the books are %+v, %v; want %d accepted, as many as points", counts, err, n)
	}
	if last, err := s.LastUplinkSeq(t.Context()); err != nil || last != int64(n) {
		t.Errorf("the highest number of the uplink is %d, %v; want %d", last, err, n)
	}
}

// mustCount checks that the points are there from the first on without a gap, and counts them.
func mustCount(t *testing.T, s *sqlite.Store) int {
	t.Helper()
	n := 0
	q := onenet.PointQuery{Ref: demo, Limit: onenet.MostPoints}
	for {
		points, err := s.Points(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(points) == 0 {
			return n
		}
		for _, p := range points {
			if string(p.Value) != strconv.Itoa(n) {
				t.Fatalf("point %d has the value %s", n, p.Value)
			}
			n++
		}
		last := points[len(points)-1]
		q.After = &onenet.Position{At: last.At, Seq: last.Seq}
	}
}

func TestCopyOfAnOpenDatabaseHasAllThatIsDone(t *testing.T) {
	t.Parallel()
	dir, copied := t.TempDir(), t.TempDir()
	s := mustOpen(t, dir)
	mustDevices(t, s, 1)
	const n = 1000
	for i := range n - 1 {
		s.Submit(numbered(i), func(error) {})
	}
	if err := s.Apply(t.Context(), numbered(n-1)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"onelan.db", "onelan.db-wal"} {
		mustCopy(t, filepath.Join(dir, name), filepath.Join(copied, name))
	}
	again := mustOpen(t, copied)
	if got := mustCount(t, again); got != n {
		t.Errorf("the copy has %d points, want %d", got, n)
	}
	mustBalance(t, again, n)
}

func mustCopy(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
