package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/onelan/onelan/onenet"
)

var (
	demo  = onenet.DeviceRef{Product: "244754", Device: "527521926"}
	start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
)

// mustSeed opens a store that knows the demo device.
func mustSeed(t *testing.T) *Store {
	t.Helper()
	s := mustOpen(t)
	mustApply(t, s, onenet.Batch{
		AddProducts: []onenet.Product{{ID: demo.Product}}, AddDevices: []onenet.Device{{Product: demo.Product, ID: demo.Device}},
	})
	return s
}

func mustApply(t *testing.T, s *Store, b onenet.Batch) {
	t.Helper()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// mustChange runs SQL on the writer's connection.
func mustChange(t *testing.T, s *Store, sql string) {
	t.Helper()
	if err := s.change(t.Context(), func(c *conn) error { return exec(c, sql) }); err != nil {
		t.Fatal(err)
	}
}

func valued(i int, value string) onenet.Batch {
	return onenet.Batch{Points: []onenet.StoredPoint{{Ref: demo, Received: start, Datapoint: onenet.Datapoint{
		Stream: "t", At: start.Add(time.Duration(i) * time.Millisecond), Value: []byte(value),
	}}}}
}

// mustCount counts the rows of a table in the writer's turn.
func mustCount(t *testing.T, s *Store, table string) int {
	t.Helper()
	var n int64
	err := s.change(t.Context(), func(c *conn) (err error) {
		n, err = one(c, "SELECT count(*) FROM "+table)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// together submits the batches so that they meet in one group, and returns their results.
func together(t *testing.T, s *Store, batches []onenet.Batch) []error {
	t.Helper()
	let := make(chan struct{})
	errs := make([]error, len(batches))
	var wg sync.WaitGroup
	wg.Add(1 + len(batches))
	err := s.queue.put(t.Context(), job{ // holds the writer up until all have come
		work: func(*conn) error { <-let; return nil },
		done: func(error) { wg.Done() },
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range batches {
		s.Submit(b, func(err error) {
			errs[i] = err
			wg.Done()
		})
	}
	close(let)
	wg.Wait()
	return errs
}

func mustProblem(t *testing.T, err error, says string) {
	t.Helper()
	p, ok := errors.AsType[*Problem](err)
	if !ok || !strings.Contains(p.What, says) || !strings.Contains(err.Error(), "\nhint: "+p.Hint) {
		t.Errorf("got %v, want a problem with %q in it and a hint", err, says)
	}
}

func TestFullDiskLosesNothingThatIsDoneAndEndsWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	mustApply(t, s, valued(0, `"before"`))
	mustChange(t, s, "PRAGMA max_page_count = 100")
	var batches []onenet.Batch
	for i := range 500 {
		batches = append(batches, valued(i+1, `"`+strings.Repeat("x", 2000)+`"`))
	}
	done := 1
	for len(batches) > 0 {
		n := min(50, len(batches))
		for _, err := range together(t, s, batches[:n]) {
			if err == nil {
				done++
				continue
			}
			mustProblem(t, err, "is full")
		}
		batches = batches[n:]
	}
	if done < 2 || done > 400 {
		t.Fatalf("%d of 501 points were done on a disk for about 200", done)
	}
	if n := mustCount(t, s, "point"); n != done {
		t.Errorf("%d points are stored and %d were done", n, done)
	}
	if streams, err := s.Streams(t.Context(), demo); err != nil || len(streams) != 1 {
		t.Errorf("reads on a full disk give %v, %v", streams, err)
	}
	mustChange(t, s, "PRAGMA max_page_count = 100000")
	mustApply(t, s, valued(1000, `"after"`))
	if n := mustCount(t, s, "point"); n != done+1 {
		t.Errorf("%d points are stored after there was room again, want %d", n, done+1)
	}
}

func TestDatabaseHeldByAnotherProgramIsToldAndWaitedFor(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	mustChange(t, s, "PRAGMA busy_timeout = 10")
	other, err := sqlite.OpenConn(s.path(), sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := exec(newConn(other), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	mustProblem(t, s.Apply(t.Context(), valued(0, "1")), "another program holds")
	if _, err := s.Device(t.Context(), demo); err != nil {
		t.Errorf("reads beside the other program give %v", err)
	}
	if err := exec(newConn(other), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	mustApply(t, s, valued(0, "1"))
}

func TestBatchThatTheDatabaseCannotTakeFailsAlone(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	err := s.change(t.Context(), func(c *conn) error {
		c.Limit(sqlite.LimitLength, 5000)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var batches []onenet.Batch
	for i := range 20 {
		batches = append(batches, valued(i, "1"))
	}
	batches[7] = valued(7, `"`+strings.Repeat("x", 6000)+`"`)
	for i, err := range together(t, s, batches) {
		if i == 7 {
			mustProblem(t, err, "reports an error")
		} else if err != nil {
			t.Errorf("its neighbour %d gives %v", i, err)
		}
	}
	if n := mustCount(t, s, "point"); n != 19 {
		t.Errorf("%d points are stored, want 19", n)
	}
}

func TestDroppedPointsAreSweptAwayBetweenBatches(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	var b onenet.Batch
	for i := range 2*rowsPerStep + 10 {
		b.Points = append(b.Points, valued(i, "1").Points...)
	}
	mustApply(t, s, b)
	mustApply(t, s, onenet.Batch{
		DropDevices: []onenet.DeviceRef{demo},
		AddDevices:  []onenet.Device{{Product: demo.Product, ID: demo.Device}},
		Points:      valued(0, `"new"`).Points,
	})
	const rounds = 20 // after each job the writer sweeps one step
	for i := 0; mustCount(t, s, "point") > 1 || mustCount(t, s, "dropped_stream") > 0; i++ {
		if i == rounds {
			t.Fatalf("%d points are left after %d rounds", mustCount(t, s, "point"), rounds)
		}
	}
	points, err := s.Points(t.Context(), onenet.PointQuery{Ref: demo})
	if err != nil || len(points) != 1 || string(points[0].Value) != `"new"` {
		t.Errorf("the new device has the points %+v, %v", points, err)
	}
}

func TestAllPointsOfAStreamAreDroppedAtOnceAndSweptAwayLater(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	var b onenet.Batch
	for i := range rowsPerStep + 10 {
		b.Points = append(b.Points, valued(i, "1").Points...)
	}
	mustApply(t, s, b)
	mustApply(t, s, onenet.Batch{DropPoints: []onenet.PointRange{{Ref: demo}}, Points: valued(7, `"new"`).Points})
	const rounds = 20 // after each job the writer sweeps one step
	for i := 0; mustCount(t, s, "point") > 1 || mustCount(t, s, "dropped_stream") > 0; i++ {
		if i == rounds {
			t.Fatalf("%d points are left after %d rounds", mustCount(t, s, "point"), rounds)
		}
	}
	points, err := s.Points(t.Context(), onenet.PointQuery{Ref: demo})
	if err != nil || len(points) != 1 || string(points[0].Value) != `"new"` {
		t.Errorf("the stream has the points %+v, %v", points, err)
	}
}

func TestSweepingGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	mustApply(t, s, valued(0, "1"))
	mustChange(t, s, "DELETE FROM stream") // behind the back of the writer, which does not sweep for it
	if n := mustCount(t, s, "point"); n != 1 {
		t.Fatalf("%d points before the restart, want 1", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for i := 0; mustCount(t, again, "point") > 0; i++ {
		if i == 5 {
			t.Fatal("the points of a dropped stream stay after a restart")
		}
	}
}

// endless is a query that does not end by itself. It says when it has begun.
func endless(begun chan<- struct{}) func(*conn) error {
	return func(c *conn) error {
		close(begun)
		_, err := one(c, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
		return err
	}
}

func TestRunningReadsEndWithTheirContextOrTheStore(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	read := func(ctx context.Context) <-chan error {
		begun, result := make(chan struct{}), make(chan error, 1)
		go func() { result <- s.read(ctx, endless(begun)) }()
		<-begun
		return result
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := read(ctx)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("the cancelled read gives %v", err)
	}
	for range 2 * readers { // the connection is fit for use again
		if _, err := s.Device(t.Context(), demo); err != nil {
			t.Fatal(err)
		}
	}
	result = read(context.Background())
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, errClosed) {
		t.Errorf("the read that Close met gives %v", err)
	}
}

func TestLayoutsAreTakenOnce(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	steps, err := layouts()
	if err != nil {
		t.Fatal(err)
	}
	var version, owner int64
	err = s.read(t.Context(), func(c *conn) (err error) {
		if version, err = one(c, "PRAGMA user_version"); err != nil {
			return err
		}
		owner, err = one(c, "PRAGMA application_id")
		return err
	})
	if err != nil || int(version) != len(steps) || owner != ourDatabase {
		t.Errorf("layout %d of owner %x, %v; want %d of %x", version, owner, err, len(steps), ourDatabase)
	}
}

func TestFailedLayoutLeavesTheDatabaseAsItWas(t *testing.T) {
	t.Parallel()
	s := mustSeed(t)
	steps, err := layouts()
	if err != nil {
		t.Fatal(err)
	}
	next := len(steps) + 1
	err = s.change(t.Context(), func(c *conn) error {
		if err := exec(c, "COMMIT"); err != nil { // layouts bring their own transaction
			return err
		}
		failure := layout(c, next, "CREATE TABLE half (a); CREATE TABLE product (again)")
		if failure == nil || !strings.Contains(failure.Error(), fmt.Sprintf("layout %d", next)) {
			return fmt.Errorf("a faulty layout gives %w", failure)
		}
		return exec(c, "BEGIN")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"SELECT count(*) FROM sqlite_schema WHERE name = 'half'", fmt.Sprintf("SELECT user_version - %d FROM pragma_user_version", len(steps))} {
		err := s.read(t.Context(), func(c *conn) error {
			if n, err := one(c, sql); err != nil || n != 0 {
				return fmt.Errorf("%s gives %d, %w", sql, n, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
