package bridge

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/onelan/onelan/onenet"
)

// Changes is what Apply has changed.
type Changes struct {
	Added, Removed, Changed []onenet.DeviceRef
	Kept                    int // links that went on without noticing
}

// Apply changes what the bridge does. Links whose part of the plan is the same go on without noticing; so do those of which only
// the routes up, the presence or the rates are others. An error tells all faults of the plan, and then nothing has changed.
func (b *Bridge) Apply(ctx context.Context, p Plan) (Changes, error) {
	p = p.clone()
	specs, err := p.specs()
	if err != nil {
		return Changes{}, err
	}
	if err := b.begin(ctx); err != nil {
		return Changes{}, err
	}
	defer b.end()
	return b.change(p, specs), nil
}

// Put puts one device on the bridge, or changes how it is carried.
func (b *Bridge) Put(ctx context.Context, d Device) error {
	return b.edit(ctx, func(p *Plan) error {
		for i := range p.Devices {
			if p.Devices[i].Ref == d.Ref {
				p.Devices[i] = d
				return nil
			}
		}
		p.Devices = append(p.Devices, d)
		return nil
	})
}

// Remove takes a device off the bridge. What it has in the queue stays.
func (b *Bridge) Remove(ctx context.Context, ref onenet.DeviceRef) error {
	return b.edit(ctx, func(p *Plan) error {
		n := len(p.Devices)
		p.Devices = slices.DeleteFunc(p.Devices, func(d Device) bool { return d.Ref == ref })
		if len(p.Devices) == n {
			return notCarried(ref)
		}
		return nil
	})
}

func notCarried(ref onenet.DeviceRef) error {
	return onenet.NotFound("device on the bridge", ref.String())
}

// edit changes the plan that is in force.
func (b *Bridge) edit(ctx context.Context, change func(*Plan) error) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	defer b.end()
	p := b.Plan()
	if err := change(&p); err != nil {
		return err
	}
	specs, err := p.specs()
	if err != nil {
		return err
	}
	b.change(p, specs)
	return nil
}

// change puts a plan without faults into force, which nobody else may change any more. The caller has the token, or nobody knows b yet.
func (b *Bridge) change(p Plan, specs []spec) (c Changes) {
	old := b.roster.Load().posts
	b.plan.Store(&p)
	b.logins.Set(p.LoginRate)
	b.total.Set(p.TotalRate)
	b.queue.SetLimits(p.Limits)
	now := make(map[onenet.DeviceRef]*post, len(specs))
	next := map[*post]spec{}
	for _, s := range specs {
		ref := s.device.Ref
		at := old[ref]
		switch {
		case at == nil:
			at = b.enroll(s)
			c.Added = append(c.Added, ref)
		case at.now().same(s) && at.linked() == !p.DryRun:
			c.Kept++
		default:
			c.Changed = append(c.Changed, ref)
		}
		now[ref], next[at] = at, s
	}
	b.roster.Store(&roster{posts: now, listeners: listeners(next)})
	gone := map[onenet.DeviceRef]*post{}
	for ref, at := range old {
		if now[ref] == nil {
			gone[ref] = at
			c.Removed = append(c.Removed, ref)
		}
	}
	slices.SortFunc(c.Removed, compareRefs)
	eachPost(gone, func(p *post) { p.unlink(patience); p.story.end() }) // before the others: one may take over its login
	eachPost(now, func(at *post) { at.set(next[at], !p.DryRun) })
	b.moved.beat()
	return c
}

// enroll makes a post for a device that comes onto the bridge. The cloud's commands that waited for it when onelan ended wait on.
func (b *Bridge) enroll(s spec) *post {
	b.resumeCommands(s.device.Ref)
	return newPost(b, s)
}

func (b *Bridge) resumeCommands(ref onenet.DeviceRef) {
	if err := b.platform.ResumeCommands(context.Background(), ref); err != nil {
		b.log.Error("bridge: the end of commands that wait for a device will not be told", "device", ref.String(), "err", err)
	}
}

// listeners are the posts whose links subscribe to a topic in the cloud.
func listeners(specs map[*post]spec) map[place][]*post {
	all := map[place][]*post{}
	for p, s := range specs {
		for _, t := range s.routes.topics {
			all[s.place(t.Name)] = append(all[s.place(t.Name)], p)
		}
	}
	return all
}

// eachPost does something with each, at the same time, and waits until all of it is done.
func eachPost(posts map[onenet.DeviceRef]*post, do func(*post)) {
	var work sync.WaitGroup
	for _, p := range posts {
		work.Go(func() { do(p) })
	}
	work.Wait()
}

func compareRefs(a, b onenet.DeviceRef) int { return cmp.Compare(a.String(), b.String()) }
