package bridge

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

// named are the posts of these devices, or all.
func (b *Bridge) named(refs []onenet.DeviceRef) ([]*post, error) {
	posts := b.roster.Load().posts
	if len(refs) == 0 {
		refs = slices.SortedFunc(maps.Keys(posts), compareRefs)
	}
	list := make([]*post, 0, len(refs))
	for _, ref := range refs {
		p := posts[ref]
		if p == nil {
			return nil, notCarried(ref)
		}
		list = append(list, p)
	}
	return list, nil
}

// Pause makes links leave until Resume; none named means all. It gives how many.
func (b *Bridge) Pause(refs ...onenet.DeviceRef) (int, error) {
	list, err := b.named(refs)
	for _, p := range list {
		p.pause(true)
	}
	return len(list), err
}

// Resume ends a pause, and makes the next attempt of the others at once. It gives how many.
func (b *Bridge) Resume(refs ...onenet.DeviceRef) (int, error) {
	list, err := b.named(refs)
	for _, p := range list {
		p.pause(false)
	}
	return len(list), err
}

func (p *post) pause(on bool) {
	p.mu.Lock()
	p.paused = on
	p.haltLocked()
	p.mu.Unlock()
	p.bridge.moved.beat()
}

// haltLocked makes the link rest while there is a reason for it.
func (p *post) haltLocked() {
	switch {
	case p.link == nil:
	case p.paused || p.aside > 0:
		p.link.Pause()
	default:
		p.link.Resume()
	}
}

// Drain brings the devices on line, whatever their presence says, until nothing of what they have waits any more, or ctx ends; none
// named means all. It does not wait for those that are paused, nor in a dry run. It gives what is left, which is an error only if ctx ended.
func (b *Bridge) Drain(ctx context.Context, refs ...onenet.DeviceRef) (left int, err error) {
	list, err := b.named(refs)
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		p.drain(1)
	}
	defer func() {
		for _, p := range list {
			p.drain(-1)
		}
	}()
	for {
		moved := b.moved.wait()
		left, able := b.left(list)
		if able == 0 {
			return left, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return left, ctx.Err()
		}
	}
}

func (p *post) drain(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drains += n
	p.reviewLocked()
}

// left is how many entries wait, and how many of them can get away.
func (b *Bridge) left(list []*post) (left, able int) {
	for _, p := range list {
		n := b.queue.Waiting(p.ref)
		left += n
		if b.post(p.ref) == p && p.mayDrain() {
			able += n
		}
	}
	return left, able
}

func (p *post) mayDrain() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.paused && !p.bridge.plan.Load().DryRun
}

// Test logs one device in to the cloud once, and out again, and takes what the cloud has for it. Its link stands aside meanwhile. What is
// wrong is a *onenet.Refusal.
func (b *Bridge) Test(ctx context.Context, ref onenet.DeviceRef) (took time.Duration, err error) {
	p := b.post(ref)
	if p == nil {
		return 0, notCarried(ref)
	}
	p.standAside(1)
	defer p.standAside(-1)
	if err := b.awaitRest(ctx, p); err != nil {
		return 0, err
	}
	return try(ctx, p.config(p.now()))
}

func (p *post) standAside(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.aside += n
	p.haltLocked()
}

// awaitRest waits until the link of a post has left.
func (b *Bridge) awaitRest(ctx context.Context, p *post) error {
	for {
		moved := b.moved.wait()
		if link := p.current(); link == nil || link.Status().State == Paused {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Inspect gives entries of the queue; see queue.Queue.Inspect.
func (b *Bridge) Inspect(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error) {
	return b.queue.Inspect(ctx, q)
}

// Retry lets what is in quarantine wait again; see queue.Queue.Retry.
func (b *Bridge) Retry(ctx context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error) {
	b.gate.enter()
	defer b.touched()
	defer b.gate.leave()
	return b.queue.Retry(ctx, ref, seqs...)
}

// Drop gives up entries because a person said so; see queue.Queue.Drop.
func (b *Bridge) Drop(ctx context.Context, ref onenet.DeviceRef, p queue.Pick) (int, error) {
	b.gate.enter()
	defer b.touched()
	defer b.gate.leave()
	return b.queue.Drop(ctx, ref, p)
}

// Export writes the queue; see queue.Queue.Export.
func (b *Bridge) Export(ctx context.Context, w io.Writer, refs ...onenet.DeviceRef) error {
	return b.queue.Export(ctx, w, refs...)
}

// Verify compares the queue's memory with the store and balances all books; see queue.Queue.Verify.
func (b *Bridge) Verify(ctx context.Context) error { return b.queue.Verify(ctx) }
