package server

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/control"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// labBridge is the bridge as the control door needs it; nil while it is off.
func (s *Server) labBridge() control.Bridge {
	b := s.Bridge()
	if b == nil {
		return nil // not a span without a bridge: the door asks for nil
	}
	return span{s, b}
}

// reloadForLab is ReloadBridge in the door's words.
func (s *Server) reloadForLab(ctx context.Context) (lab.BridgeReload, error) {
	c, err := s.ReloadBridge(ctx)
	return lab.BridgeReload{Added: names(c.Added), Removed: names(c.Removed), Changed: names(c.Changed), Kept: c.Kept}, err
}

func names(list []onenet.DeviceRef) []string {
	texts := make([]string, len(list))
	for i, ref := range list {
		texts[i] = ref.String()
	}
	return texts
}

// span translates between the bridge and the control door.
type span struct {
	s *Server
	b *bridge.Bridge
}

// change lets f change the plan. No reload happens meanwhile: it would be undone, or undo it.
func (p span) change(f func() error) error {
	c := &p.s.cloud
	c.turning.Lock()
	defer c.turning.Unlock()
	if c.on.Load() != p.b {
		return onenet.Invalid("bridge", "it is being turned off")
	}
	return f()
}

func (p span) Put(ctx context.Context, ref onenet.DeviceRef, m lab.BridgeMapping) error {
	return p.change(func() error {
		plan := p.b.Plan()
		d, err := p.mapped(ctx, plan, ref, m)
		if err != nil {
			return err
		}
		plan.Devices = replaced(plan.Devices, d)
		if err := p.s.notItself(ctx, plan); err != nil {
			return err
		}
		return p.b.Put(ctx, d)
	})
}

// replaced is a list of devices with d in it.
func replaced(devices []bridge.Device, d bridge.Device) []bridge.Device {
	list := []bridge.Device{d}
	for _, old := range devices {
		if old.Ref != d.Ref {
			list = append(list, old)
		}
	}
	return list
}

// mapped is a device of the plan as m changes it, or a new one: who logs in with its auth info here may well do so there. What is
// wrong with it, the bridge tells.
func (p span) mapped(ctx context.Context, plan bridge.Plan, ref onenet.DeviceRef, m lab.BridgeMapping) (bridge.Device, error) {
	d, known := bridge.Device{Ref: ref}, false
	for _, on := range plan.Devices {
		if on.Ref == ref {
			d, known = on, true
		}
	}
	if !known && m.Upstream.Password == "" {
		here, err := p.s.platform.Device(ctx, ref)
		if err != nil {
			return d, err
		}
		d.Login.Password = here.AuthInfo
	}
	d.Addr = cmp.Or(m.Upstream.Addr, d.Addr)
	d.Login.Product = cmp.Or(m.Upstream.Product, d.Login.Product)
	d.Login.Device = cmp.Or(m.Upstream.Device, d.Login.Device)
	d.Login.Password = cmp.Or(onenet.Secret(m.Upstream.Password), d.Login.Password)
	d.Presence = cmp.Or(bridge.Presence(m.Presence), d.Presence)
	if m.Topics != nil {
		topics, err := routes(m.Topics)
		if err != nil {
			return d, err
		}
		d.Topics = topics
	}
	return d, nil
}

func (p span) Remove(ctx context.Context, ref onenet.DeviceRef) error {
	return p.change(func() error { return p.b.Remove(ctx, ref) })
}

func (p span) SetTopics(ctx context.Context, texts []string) (n int, _ error) {
	topics, err := routes(texts)
	if err != nil {
		return 0, err
	}
	return n, p.change(func() error {
		plan := p.b.Plan()
		plan.Topics = topics
		c, err := p.b.Apply(ctx, plan)
		n = len(c.Changed)
		return err
	})
}

// routes reads routes; the error names the one that is none.
func routes(texts []string) ([]bridge.Route, error) {
	list := make([]bridge.Route, len(texts))
	for i, text := range texts {
		r, err := bridge.ParseRoute(text)
		if err != nil {
			return nil, onenet.Invalid("topics", "%q: %v", text, err)
		}
		list[i] = r
	}
	return list, nil
}

func (p span) Pause(refs ...onenet.DeviceRef) (int, error)  { return p.b.Pause(refs...) }
func (p span) Resume(refs ...onenet.DeviceRef) (int, error) { return p.b.Resume(refs...) }

func (p span) Drain(ctx context.Context, refs ...onenet.DeviceRef) (int, error) {
	return p.b.Drain(ctx, refs...)
}

func (p span) Test(ctx context.Context, ref onenet.DeviceRef) (lab.BridgeTest, error) {
	took, err := p.b.Test(ctx, ref)
	out := lab.BridgeTest{OK: err == nil, Took: took.Round(time.Millisecond).String()}
	plan := p.b.Plan()
	for _, d := range plan.Devices {
		if d.Ref == ref {
			out.Upstream = upstreamLogin(plan, d)
		}
	}
	if r, is := asRefusal(err); is {
		out.Refusal, err = r, nil
	}
	return out, err
}

func (p span) Inspect(ctx context.Context, q onenet.UplinkQuery) ([]onenet.UplinkEntry, error) {
	return p.b.Inspect(ctx, q)
}

func (p span) Retry(ctx context.Context, ref onenet.DeviceRef, seqs ...int64) (int, error) {
	return p.b.Retry(ctx, ref, seqs...)
}

func (p span) Drop(ctx context.Context, ref onenet.DeviceRef, dead bool, seqs ...int64) (int, error) {
	return p.b.Drop(ctx, ref, queue.Pick{Seqs: seqs, Dead: dead})
}

func (p span) Export(ctx context.Context, w io.Writer, refs ...onenet.DeviceRef) error {
	return p.b.Export(ctx, w, refs...)
}
