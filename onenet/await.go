package onenet

import (
	"cmp"
	"context"
)

// Ended tells whether nothing more is expected to happen to the command by itself.
func (c Command) Ended() bool { return c.State != CommandCreated && c.State != CommandSent }

// AwaitCommand returns the command when it has ended, or as it stands when ctx ends.
func (p *Platform) AwaitCommand(ctx context.Context, id CommandID) (Command, error) {
	for {
		last := p.journal.Last()
		// A change is journaled after it was submitted and perhaps before it is stored; an
		// empty batch comes back when everything submitted before it is stored.
		if err := p.store.Apply(context.WithoutCancel(ctx), Batch{}); err != nil {
			return Command{}, err
		}
		c, err := p.Command(context.WithoutCancel(ctx), id)
		if err != nil || c.Ended() {
			return c, err
		}
		if err := p.journal.awaitCommand(ctx, id, last); err != nil {
			return c, nil // the caller's patience ended: the command as it stands
		}
	}
}

// awaitCommand returns when there is a record of the command after the number, or
// when records were lost, of which one may have been.
func (j *Journal) awaitCommand(ctx context.Context, id CommandID, after uint64) error {
	const step = 256
	for {
		if err := cmp.Or(ctx.Err(), j.Wait(ctx, after)); err != nil { // Wait by itself looks for records first
			return err
		}
		records, lost := j.Read(after, step)
		after += lost + uint64(len(records))
		if lost > 0 {
			return nil
		}
		for _, r := range records {
			if r.Command == id {
				return nil
			}
		}
	}
}
