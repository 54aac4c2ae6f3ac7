package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// registry registers devices and leaves each a command that waits for it.
type registry struct {
	lab      *lab.Client
	promises []promise
	begun    int // promises of earlier rounds
}

// promise is a device that the server said it has registered, and the command it said it keeps.
type promise struct {
	device  onenet.DeviceID
	command onenet.CommandID // empty when the server was killed in between
}

func (r *registry) name() string { return "registrations and commands" }

func (r *registry) begin(_ context.Context, s *rig.Onelan, _ int) error {
	r.lab, r.begun = lab.New("http://"+s.Lab), len(r.promises)
	return nil
}

func (r *registry) press(ctx context.Context) error {
	defer r.lab.Close()
	for {
		d, err := r.lab.AddDevice(ctx, server.DemoProduct, lab.Device{Title: "registered before a kill"})
		if err != nil {
			return err
		}
		r.promises = append(r.promises, promise{device: d.ID})
		p := &r.promises[len(r.promises)-1]
		c, err := r.lab.Send(ctx, p.ref(), lab.Send{Body: "on", TimeoutSeconds: 3600})
		if err != nil {
			return err
		}
		p.command = c.ID
	}
}

func (p promise) ref() onenet.DeviceRef {
	return onenet.DeviceRef{Product: server.DemoProduct, Device: p.device}
}

func (r *registry) check(ctx context.Context, s *rig.Onelan) (tally, error) {
	return r.checkFrom(ctx, s, r.begun)
}

func (r *registry) checkAll(ctx context.Context, s *rig.Onelan) (tally, error) {
	return r.checkFrom(ctx, s, 0)
}

func (r *registry) checkFrom(ctx context.Context, s *rig.Onelan, begun int) (t tally, err error) {
	door := lab.New("http://" + s.Lab)
	defer door.Close()
	for _, p := range r.promises[begun:] {
		t.acked++
		if _, err := door.Device(ctx, p.ref()); err != nil {
			if !absent(err) {
				return t, fmt.Errorf("device %s: %w", p.device, err)
			}
			t.lost++
		}
		if p.command == "" {
			continue
		}
		t.acked++
		c, err := door.Command(ctx, p.command, 0)
		switch {
		case err != nil && !absent(err):
			return t, fmt.Errorf("command %s: %w", p.command, err)
		case err != nil || c.Device != p.device || string(c.BodyBase64) != "on":
			t.lost++
		}
	}
	return t, nil
}

// absent tells whether the server says that it does not have something.
func absent(err error) bool {
	e, ok := errors.AsType[*lab.Error](err)
	return ok && e.Status == http.StatusNotFound
}
