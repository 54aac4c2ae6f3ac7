package onenet

import (
	"context"
	"iter"
)

// Reset gives the platform a new content: that of the batches, and nothing else. Every link is cut, and nothing of
// before reaches what comes after: no message, no command, no firing, no record of the journal, which
// begins anew (its numbers go on). All of it happens or nothing, but for the links, which are cut in any case: an
// error of the batches or of the store leaves the content as it was. One reset runs at a time; others wait for it.
func (p *Platform) Reset(ctx context.Context, text string, batches iter.Seq2[Batch, error]) error {
	select {
	case p.resets <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.resets }()
	err := p.downlink().Reset(ctx, "the platform is being reset", func() error {
		return p.uplink().Reset(ctx, func() error { return p.replace(ctx, text, batches) })
	})
	if err != nil {
		return err
	}
	p.log.Info("platform reset", "text", text)
	return nil
}

// replace changes the content, while nobody can come in and nothing is under way.
func (p *Platform) replace(ctx context.Context, text string, batches iter.Seq2[Batch, error]) error {
	if err := p.store.Replace(ctx, batches); err != nil {
		return err
	}
	p.forgetAll()
	p.began.Store(p.journal.Append(Record{Kind: KindSystem, Text: text})) // it is the first
	p.reloadTriggers(ctx)
	return nil
}

// Began is the number of the record with which the present content begins: that of the newest Reset, 0 before the
// first. What happens to the content comes after it.
func (p *Platform) Began() uint64 { return p.began.Load() }

// forgetAll drops what the platform knows besides the store.
func (p *Platform) forgetAll() {
	p.Close() // no trigger fires behind it
	p.outlet().Forget()
	p.pace.forget()
	p.topics.forgetAll()
	p.admitted.clear()
	p.mu.Lock()
	clear(p.flaps)
	p.mu.Unlock()
	p.journal.Cut()
}

// Dump gives all the content as batches, for Reset of this or another platform.
func (p *Platform) Dump(ctx context.Context) iter.Seq2[Batch, error] { return p.store.Dump(ctx) }

// Contents is the content of batches that are at hand, for Reset.
func Contents(list ...Batch) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		for _, b := range list {
			if !yield(b, nil) {
				return
			}
		}
	}
}
