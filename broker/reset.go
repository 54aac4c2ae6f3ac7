package broker

import (
	"context"
	"fmt"
	"net"

	"github.com/onelan/onelan/onenet"
)

// Reset implements onenet.Downlink. Connections that come meanwhile are accepted and wait. When the connections of
// before do not end in time, which only a store that hangs can cause, nothing is changed: it is better
// to fail than to let something of theirs reach what comes after.
func (b *Broker) Reset(ctx context.Context, reason string, change func() error) error {
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.turn }()
	links, ok := b.bar()
	if !ok {
		return net.ErrClosed
	}
	defer b.unbar()
	err := b.silence(ctx, links, reason)
	if err == nil {
		err = change()
	}
	if again := b.startOver(context.WithoutCancel(ctx)); err == nil {
		err = again
	}
	return err
}

// bar lets nobody in until unbar, and returns who is in; it reports false when the broker is closed.
func (b *Broker) bar() (links []*link, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, false
	}
	b.barred = make(chan struct{})
	for l := range b.links {
		links = append(links, l)
	}
	return links, true
}

func (b *Broker) unbar() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.barred)
	b.barred = nil
}

// silence cuts the links and returns when nothing that they began is under way any more: first they end, then the store
// answers what they gave it, then the settler finishes what waited for these answers.
func (b *Broker) silence(ctx context.Context, links []*link, reason string) error {
	for _, l := range links {
		go l.cut(reason)
	}
	in, cancel := context.WithTimeout(ctx, loginTime)
	defer cancel()
	for i, l := range links {
		select {
		case <-l.gone:
		case <-in.Done():
			return fmt.Errorf("%d connections, or some of them, do not end: %w", len(links)-i, in.Err())
		}
	}
	if err := b.store.Apply(ctx, onenet.Batch{}); err != nil {
		return err
	}
	return b.settler.drain(ctx)
}

// startOver takes up what the store has, and nothing else, as a broker does that has just been started. Mochi too is
// a new one. The numbers of messages go on, so that those of before and after cannot be mistaken for each other.
func (b *Broker) startOver(ctx context.Context) error {
	found, unread := b.readStore(ctx)
	next, err := b.assemble(found)
	if err != nil {
		return err
	}
	b.seq.Store(max(b.seq.Load(), found.last))
	b.mu.Lock()
	old := b.mochi
	b.state = next
	b.mu.Unlock()
	b.serving.Go(func() { _ = old.Close() }) // it waits for its clients
	return unread
}
