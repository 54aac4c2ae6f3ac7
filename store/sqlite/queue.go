package sqlite

import (
	"context"
	"sync"

	"github.com/onelan/onelan/onenet"
)

// The bounds of what waits, and so of what is committed at once.
const (
	mostJobs  = 4096
	mostBytes = 16 << 20
)

// job is a batch on its way through the store, or other work on the database.
type job struct {
	batch onenet.Batch
	work  func(*conn) error // instead of a batch; gets a transaction of its own
	done  func(error)
	err   error // for done
}

// queue is where jobs wait for the writer, in order and bounded.
type queue struct {
	mu     sync.Mutex
	came   sync.Cond     // signals jobs and closed to the writer
	jobs   []job         // guarded by mu
	bytes  int           // guarded by mu
	closed bool          // guarded by mu: no more jobs for the writer
	late   []job         // guarded by mu: came after that, to be refused behind the others
	over   bool          // guarded by mu: all is told, there is nobody left to refuse
	room   chan struct{} // guarded by mu; closed when the writer takes the jobs; nil when nobody waits for it
}

func newQueue() *queue {
	q := &queue{}
	q.came.L = &q.mu
	return q
}

// put appends a job, once there is room. A job larger than the bound finds room in an
// empty queue. It fails when ctx ends before, or when all is over.
func (q *queue) put(ctx context.Context, j job) error {
	size := sizeOf(&j.batch)
	q.mu.Lock()
	for !q.closed && len(q.jobs) > 0 && (len(q.jobs) >= mostJobs || q.bytes+size > mostBytes) {
		if q.room == nil {
			q.room = make(chan struct{})
		}
		room := q.room
		q.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
		q.mu.Lock()
	}
	defer q.mu.Unlock()
	switch {
	case q.over:
		return errClosed
	case q.closed:
		q.late = append(q.late, j)
		return nil
	}
	q.jobs = append(q.jobs, j)
	q.bytes += size
	if len(q.jobs) == 1 {
		q.came.Signal()
	}
	return nil
}

// take gives all that waits, in exchange for an empty slice to collect the next jobs
// in. With patience it waits for something; it gives false when the queue is closed and empty.
func (q *queue) take(empty []job, patience bool) ([]job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for patience && len(q.jobs) == 0 && !q.closed {
		q.came.Wait()
	}
	jobs := q.jobs
	q.jobs, q.bytes = empty, 0
	q.letInLocked()
	return jobs, len(jobs) > 0 || !q.closed
}

// close lets no more jobs through to the writer.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.came.Signal()
	q.letInLocked()
}

// refused gives the jobs that came after close; when there are none, all is over.
func (q *queue) refused() []job {
	q.mu.Lock()
	defer q.mu.Unlock()
	late := q.late
	q.late, q.over = nil, len(late) == 0
	return late
}

// letInLocked wakes those who wait for room.
func (q *queue) letInLocked() {
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
}

// sizeOf is about how much a batch holds, in bytes.
func sizeOf(b *onenet.Batch) int {
	const each = 64
	n := each
	for i := range b.Points {
		n += each + len(b.Points[i].Value)
		if f := b.Points[i].File; f != nil {
			n += len(f.Data)
		}
	}
	for i := range b.PutCommands {
		n += each + len(b.PutCommands[i].Body) + len(b.PutCommands[i].Answer)
	}
	for i := range b.Enqueue {
		n += each + len(b.Enqueue[i].Payload)
	}
	for i := range b.EnqueueUplink {
		n += each + len(b.EnqueueUplink[i].Payload)
	}
	for i := range b.Retain {
		n += each + len(b.Retain[i].Payload)
	}
	return n
}
