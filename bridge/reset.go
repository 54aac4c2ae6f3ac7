package bridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/onelan/onelan/onenet"
)

// Forget implements onenet.Uplink. The devices' links stay while the plan names them: a device that is made again goes on with them.
func (b *Bridge) Forget(refs ...onenet.DeviceRef) {
	b.queue.Forget(refs...)()
	for _, ref := range refs {
		if p := b.post(ref); p != nil {
			p.forgotten()
		}
	}
}

// ForgetProduct implements onenet.Uplink.
func (b *Bridge) ForgetProduct(id onenet.ProductID) {
	b.queue.ForgetProduct(id)()
	for ref, p := range b.roster.Load().posts {
		if ref.Product == id {
			p.forgotten()
		}
	}
}

// forgotten begins anew: nothing of what the post knew of the device's messages is so any more.
func (p *post) forgotten() {
	p.echoes.forget()
	p.story.restart()
	p.review()
	p.bridge.moved.beat()
}

// Reset implements onenet.Uplink. The links are cut without a farewell, which loses nothing that is not to be lost anyway, and log
// in again afterwards where the new content has a reason for it.
func (b *Bridge) Reset(ctx context.Context, change func() error) error {
	if err := b.begin(ctx); err != nil {
		if errors.Is(err, errClosed) {
			return change()
		}
		return err
	}
	defer b.end()
	posts := b.roster.Load().posts
	eachPost(posts, func(p *post) { p.unlink(0) })
	defer func() {
		on := !b.plan.Load().DryRun
		eachPost(posts, func(p *post) { p.set(p.now(), on) })
	}()
	if err := b.gate.bar(ctx); err != nil {
		return err
	}
	defer b.gate.lift()
	err := change()
	if fault := b.queue.Reload(context.WithoutCancel(ctx)); fault != nil && err == nil {
		err = fmt.Errorf("taking up the bridge's queue: %w", fault)
	}
	for ref, p := range posts {
		b.resumeCommands(ref)
		p.forgotten()
	}
	return err
}
