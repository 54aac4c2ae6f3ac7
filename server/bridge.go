package server

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/onenet"
)

// cloud is the way to the real OneNET. Once opened it stays attached to the platform until the end; while it is off it has no devices.
type cloud struct {
	on atomic.Pointer[bridge.Bridge] // nil while it is off

	turning sync.Mutex     // held across every change of the plan; no lock of ours is taken inside it
	opened  *bridge.Bridge // guarded by turning: nil until there was a plan
	closed  bool           // guarded by turning
}

// Bridge is the way to the real OneNET; nil while it is off.
func (s *Server) Bridge() *bridge.Bridge { return s.cloud.on.Load() }

// startBridge opens the bridge of the configuration, before anybody can send anything: what a device gets an acknowledgement for is on
// its way to the cloud.
func (s *Server) startBridge(ctx context.Context) error {
	s.cloud.turning.Lock()
	defer s.cloud.turning.Unlock()
	_, err := s.turnLocked(ctx, s.config.Bridge)
	return err
}

// ReloadBridge reads the plan anew and does what it says: links whose part of it is the same go on without noticing. A
// plan that is at fault changes nothing. No plan turns the bridge off; what waits in its queue stays there.
func (s *Server) ReloadBridge(ctx context.Context) (bridge.Changes, error) {
	if s.config.ReadPlan == nil {
		return bridge.Changes{}, onenet.Invalid("bridge", "this onelan was started without a reader of the configuration")
	}
	s.cloud.turning.Lock()
	defer s.cloud.turning.Unlock()
	plan, err := s.config.ReadPlan()
	if err != nil {
		return bridge.Changes{}, &PlanError{err}
	}
	c, err := s.turnLocked(ctx, plan)
	if err != nil {
		return bridge.Changes{}, err
	}
	s.log.Info("bridge reloaded", "on", plan != nil, "added", strings.Join(names(c.Added), " "),
		"removed", strings.Join(names(c.Removed), " "), "changed", strings.Join(names(c.Changed), " "), "kept", c.Kept)
	s.platform.Journal().Append(onenet.Record{Kind: onenet.KindBridge, Text: reloaded(plan, c)})
	return c, nil
}

func reloaded(plan *bridge.Plan, c bridge.Changes) string {
	if plan == nil {
		return "the configuration was read again: the bridge is off"
	}
	return fmt.Sprintf("the configuration was read again; devices of the bridge: %d added, %d removed, %d changed, %d as before",
		len(c.Added), len(c.Removed), len(c.Changed), c.Kept)
}

// turnLocked makes a plan the one in force; nil is off. turning is held.
func (s *Server) turnLocked(ctx context.Context, plan *bridge.Plan) (changes bridge.Changes, err error) {
	c := &s.cloud
	switch {
	case c.closed:
		return changes, onenet.Invalid("bridge", "the server is ending")
	case plan == nil && c.opened == nil:
		return changes, nil
	case plan == nil:
		off := c.opened.Plan()
		off.Devices = nil
		if changes, err = c.opened.Apply(ctx, off); err == nil {
			c.on.Store(nil)
		}
		return changes, err
	}
	if err := s.notItself(ctx, *plan); err != nil {
		return changes, err
	}
	if c.opened == nil {
		changes, err = s.openLocked(ctx, *plan)
	} else {
		changes, err = c.opened.Apply(ctx, *plan)
	}
	if err != nil {
		return changes, err
	}
	c.on.Store(c.opened)
	for _, w := range c.opened.Warnings() {
		s.log.Warn("bridge", "warning", w)
	}
	return changes, nil
}

// openLocked opens the bridge and tells the platform of it. turning is held.
func (s *Server) openLocked(ctx context.Context, plan bridge.Plan) (changes bridge.Changes, err error) {
	b, err := bridge.Open(ctx, bridge.Options{
		Platform: s.platform, Store: s.store, Plan: plan, Timing: s.config.BridgeTiming, Clock: s.config.Clock, Log: s.log,
	})
	if err != nil {
		return changes, err
	}
	s.platform.AttachUplink(b)
	s.cloud.opened = b
	for _, d := range plan.Devices {
		changes.Added = append(changes.Added, d.Ref)
	}
	return changes, nil
}

// closeBridge ends the bridge for good. Nobody may have anything for the cloud any more.
func (s *Server) closeBridge() error {
	c := &s.cloud
	c.turning.Lock()
	defer c.turning.Unlock()
	c.closed = true
	c.on.Store(nil)
	if c.opened == nil {
		return nil
	}
	return c.opened.Close()
}

// PlanError says what is wrong with a plan that was read anew.
type PlanError struct{ Err error }

func (e *PlanError) Error() string { return e.Err.Error() }

// Unwrap gives the kind, and the reader's own error.
func (e *PlanError) Unwrap() []error { return []error{onenet.ErrInvalid, e.Err} }
