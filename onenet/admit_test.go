package onenet_test

import (
	"errors"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

func TestAdmitLetsARefusedDeviceInAtItsNextLogin(t *testing.T) {
	t.Parallel()
	attempt := onenet.Attempt{Product: "88001", Device: "700123456", Credential: "board-1"}
	tests := []struct {
		name string
		do   func(*testing.T, *onenet.Platform, *clock.Manual) // after Admit
		want onenet.Cause                                      // empty: it is let in
	}{
		{"it comes", func(*testing.T, *onenet.Platform, *clock.Manual) {}, ""},
		{"it comes too late", func(_ *testing.T, _ *onenet.Platform, c *clock.Manual) { c.Advance(time.Minute) }, onenet.LoginUnknownProduct},
		{"it came, was removed, and comes again", func(t *testing.T, p *onenet.Platform, _ *clock.Manual) {
			if _, r := p.Login(t.Context(), attempt); r != nil {
				t.Fatal(r)
			}
			if err := p.RemoveDevice(t.Context(), attempt.Ref()); err != nil {
				t.Fatal(err)
			}
		}, onenet.LoginUnknownDevice},
		{"the platform was reset", func(t *testing.T, p *onenet.Platform, _ *clock.Manual) {
			if err := p.Reset(t.Context(), "reset", onenet.Contents()); err != nil {
				t.Fatal(err)
			}
		}, onenet.LoginUnknownProduct},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewManual(time.Date(2018, 6, 1, 0, 0, 0, 0, time.UTC))
			p := onenet.New(onenet.Config{Store: memory.New(), Clock: c})
			if _, r := p.Login(t.Context(), attempt); r == nil {
				t.Fatal("it was let in before anybody asked")
			}
			if err := p.Admit(attempt.Ref(), time.Minute); err != nil {
				t.Fatal(err)
			}
			if !p.Admits(attempt.Ref()) || p.Admits(onenet.DeviceRef{Product: "88001", Device: "another"}) {
				t.Error("Admits does not say for whom Admit was asked")
			}
			tt.do(t, p, c)
			login, r := p.Login(t.Context(), attempt)
			switch {
			case tt.want == "" && (r != nil || login.Device.AuthInfo != attempt.Credential):
				t.Errorf("got %v, %v, want to be let in with its own password", login, r)
			case tt.want != "" && (r == nil || r.Cause != tt.want):
				t.Errorf("got %v, want %s", r, tt.want)
			}
		})
	}
}

func TestAdmitTakesOnlyWhatCanBeADevice(t *testing.T) {
	t.Parallel()
	p := onenet.New(onenet.Config{Store: memory.New()})
	for _, ref := range []onenet.DeviceRef{{Product: "88001", Device: ""}, {Product: "", Device: "1"}, {Product: "a b", Device: "1"}, {Product: "1", Device: "a/b"}} {
		if err := p.Admit(ref, time.Minute); !errors.Is(err, onenet.ErrInvalid) {
			t.Errorf("%s: got %v, want invalid", ref, err)
		}
	}
}
