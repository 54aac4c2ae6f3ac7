package bridgetest_test

import (
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
	"github.com/onelan/onelan/store/memory"
)

// shaky is a store whose disk may fail. What it has committed stays, and can be read.
type shaky struct {
	*memory.Store

	mu     sync.Mutex
	err    error                   // guarded by mu: given in place of a commit
	only   func(onenet.Batch) bool // guarded by mu: batches that meet it; nil for all
	failed int                     // guarded by mu
}

func newShaky() *shaky { return &shaky{Store: memory.New()} }

// fail makes commits fail, all or those that only chooses; a nil error ends that.
func (s *shaky) fail(err error, only func(onenet.Batch) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.only = err, only
}

func (s *shaky) failures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// Submit implements onenet.Store.
func (s *shaky) Submit(b onenet.Batch, done func(error)) {
	s.mu.Lock()
	err := s.err
	if s.only != nil && !s.only(b) {
		err = nil
	}
	if err != nil {
		s.failed++
	}
	s.mu.Unlock()
	if err != nil {
		done(err)
		return
	}
	s.Store.Submit(b, done)
}

func (s *shaky) option() onenettest.Option {
	return onenettest.WithConfig(func(c *server.Config) { c.Store = s })
}

var diskFaults = map[string]error{"a full disk": syscall.ENOSPC, "a disk that can only be read": syscall.EROFS, "a damaged disk": syscall.EIO}

func TestADeviceIsNotAcknowledgedWhileTheDiskFails(t *testing.T) {
	t.Parallel()
	for name, fault := range diskFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startChain(t, setup{shaky: true})
			p := c.pairs[0]
			c.awaitLink(t, p, bridge.Online)
			b := c.mustBoard(t, p)
			b.mustUpload(t, "n", 0, 10)
			mark := c.edge.Mark()
			c.store.fail(fault, func(b onenet.Batch) bool { return len(b.EnqueueUplink) > 0 })
			if err := b.send("$dp", 1, point("n", 10)); err != nil {
				t.Fatal(err)
			}
			r := c.edge.WaitAfter(t, mark, onenettest.Dropped(p.here))
			if !strings.Contains(r.Text, fault.Error()) {
				t.Errorf("the journal says %q, want the reason %q", r.Text, fault)
			}
			if head, _, err := b.Next(100 * time.Millisecond); head == rig.Puback {
				t.Fatalf("the device was acknowledged, %v", err)
			}
			c.store.fail(nil, nil)
			c.mustDrain(t)
			b = c.mustBoard(t, p) // as a device does that has no acknowledgement
			b.mustUpload(t, "n", 10, 20)
			c.mustDrain(t)
			c.mustHave(t, "n", 20)
		})
	}
}

// What the cloud has got, and cannot be taken out of the queue, comes to the cloud twice. That is all.
func TestADiskThatFailsWhenTheCloudHasAcknowledgedLosesNothing(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{shaky: true, plan: func(p *bridge.Plan) { p.NoPack = true }})
	p := c.pairs[0]
	c.awaitLink(t, p, bridge.Online)
	c.store.fail(syscall.ENOSPC, func(b onenet.Batch) bool { return len(b.DropUplink) > 0 })
	b := c.mustBoard(t, p)
	b.mustUpload(t, "n", 0, 30)
	c.await(t, "word of the queue", func() bool {
		s := c.status(t, c.ref()).Link
		return c.store.failures() > 3 && s.Trouble != nil && s.Trouble.Cause == bridge.CauseQueue
	})
	if b := c.status(t, c.ref()).Books; b.Waiting != 30 || b.Delivered != 0 {
		t.Errorf("books %+v, want 30 waiting", b)
	}
	c.mustVerify(t)
	c.store.fail(nil, nil)
	c.mustDrain(t)
	c.mustHave(t, "n", 30)
	order, again := firsts(received(t, c.cloud, p.there, "n"))
	if !slices.Equal(order, upTo(30)) || again == 0 {
		t.Errorf("first arrivals %v, %d came twice: want order, and some", order, again)
	}
}

// A device that is told nothing sends again: what the queue has no room for, and may not drop, is not accepted either.
func TestAFullQueueThatRefusesDoesNotAcknowledge(t *testing.T) {
	t.Parallel()
	c := startBeforeNothing(t, setup{plan: func(p *bridge.Plan) {
		p.Limits = queue.Limits{Device: queue.Bound{Entries: 5}, Policy: queue.Refuse}
	}})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	b.mustUpload(t, "n", 0, 5)
	if err := b.send("$dp", 1, point("n", 5)); err != nil {
		t.Fatal(err)
	}
	r := c.edge.Wait(t, onenettest.Dropped(p.here))
	if !strings.Contains(r.Text, "full") {
		t.Errorf("the journal says %q", r.Text)
	}
	if head, _, err := b.Next(100 * time.Millisecond); head == rig.Puback {
		t.Errorf("the device was acknowledged, %v", err)
	}
	if books := c.status(t, c.ref()).Books; books.Accepted != 5 || books.Waiting != 5 {
		t.Errorf("books %+v, want 5 accepted and waiting", books)
	}
	c.back()
	c.mustDrain(t)
	c.mustBoard(t, p).mustUpload(t, "n", 5, 7)
	c.mustDrain(t)
	c.mustHave(t, "n", 7)
}

// The cloud sends $creq at QoS 0 and will not repeat it: a device that is here gets it, whatever the disk does.
func TestACloudCommandReachesTheDeviceThoughTheDiskIsFull(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{shaky: true})
	p := c.pairs[0]
	c.awaitLink(t, p, bridge.Online)
	c.cloud.Wait(t, onenettest.Online(p.there))
	b := c.mustBoard(t, p)
	c.store.fail(syscall.ENOSPC, nil)
	cmd := c.cloud.Send(t, p.there, "LED=1")
	uuid, body := b.readCommand(t)
	if body != "LED=1" {
		t.Errorf("the device was told %q", body)
	}
	c.store.fail(nil, nil)
	b.mustSend(t, "$crsp/"+uuid, 1, "lit")
	c.cloud.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))
	c.mustDrain(t)
}
