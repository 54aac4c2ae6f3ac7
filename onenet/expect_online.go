package onenet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// WantOnline is a device that is here, and has been for a while without a break. It asks for the present: what was before
// an Expectation's After counts too.
type WantOnline struct {
	Product ProductID // empty: the only product that has the device
	Device  DeviceID
	For     time.Duration // on the platform's clock; 0: it is enough to be here
}

func (w *WantOnline) String() string {
	s := "device " + string(w.Device)
	if w.Product != "" {
		s = "device " + string(w.Product) + "/" + string(w.Device)
	}
	s += " being online"
	if w.For > 0 {
		s += fmt.Sprintf(" for %s", w.For)
	}
	return s
}

func (w *WantOnline) check() error {
	switch {
	case w.Device == "":
		return Invalid("device", "say which device is expected")
	case w.For < 0:
		return Invalid("for", "want 0 or more")
	}
	return nil
}

// judge tells only how near a record comes: whether the device is here does not stand in the journal.
func (w *WantOnline) judge(_ context.Context, _ *Platform, r *Record) (likeness, error) {
	v := likeness{near: nearRef(w.Product, w.Device, r)}
	switch r.Kind {
	case KindConnected, KindDisconnected, KindRefused, KindWarning: // a refusal is as good a reason not to be here
		if v.near > 0 {
			v.near += nearKind
		}
	default:
	}
	return v, nil
}

// online waits until the device is here and its time has passed. Who goes and comes back begins anew.
func (s *search) online(ctx context.Context, e Expectation) (Outcome, error) {
	w := e.Online
	for {
		last := s.p.journal.Last()
		due, err := s.p.onlineFrom(w)
		switch {
		case err != nil:
			return Outcome{}, err
		case !due.IsZero() && !s.p.clock.Now().Before(due):
			return s.here(w, last), nil
		}
		if !s.p.sleepUntil(ctx, due, last) {
			return s.away(ctx, e)
		}
	}
}

// onlineFrom is when the device will have been here for long enough, if it stays; zero when it is away.
func (p *Platform) onlineFrom(w *WantOnline) (time.Time, error) {
	ref, err := p.meant(w)
	if err != nil && !errors.Is(err, ErrNotFound) { // it may still be registered
		return time.Time{}, err
	}
	here := p.Presence(ref)
	if err != nil || !here.Online {
		return time.Time{}, nil
	}
	return here.Since.Add(w.For), nil
}

func (p *Platform) meant(w *WantOnline) (DeviceRef, error) {
	if w.Product != "" {
		return DeviceRef{w.Product, w.Device}, nil
	}
	d, err := p.FindDevice(context.Background(), w.Device)
	return d.Ref(), err
}

// sleepUntil waits for a record after the number or, when due is set, until then on the platform's clock; it
// is false when ctx ended first.
func (p *Platform) sleepUntil(ctx context.Context, due time.Time, last uint64) bool {
	woken, wake := context.WithCancel(ctx)
	defer wake()
	if !due.IsZero() {
		defer p.callAt(due, wake).Stop()
	}
	_ = p.journal.Wait(woken, last)
	return ctx.Err() == nil
}

// callAt calls f when the clock shows due: also when somebody moves the clock while the call is being arranged.
func (p *Platform) callAt(due time.Time, f func()) clock.Timer {
	const late = time.Millisecond // which the system's clock may take between two lines
	for {
		now := p.clock.Now()
		if !now.Before(due) {
			f()
		}
		t := p.clock.AfterFunc(due.Sub(now), f)
		if p.clock.Now().Sub(now) < late {
			return t
		}
		t.Stop()
	}
}

func (s *search) here(w *WantOnline, last uint64) Outcome {
	ref, _ := s.p.meant(w)
	r := s.p.journal.newest(func(r *Record) bool {
		return r.Kind == KindConnected && r.Product == ref.Product && r.Device == ref.Device
	})
	since := s.p.Presence(ref).Since.In(Beijing).Format(time.DateTime)
	return Outcome{OK: true, Says: fmt.Sprintf("%s: it came at %s", w, since), Record: r, Last: last}
}

// away is the outcome when the waiting is over. What happened to the device before the mark tells as much as what came after.
func (s *search) away(ctx context.Context, e Expectation) (Outcome, error) {
	after := e.After
	s.seen = 0
	if _, err := s.look(context.WithoutCancel(ctx), 0); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Nearest: s.nearest.records(), Last: max(s.seen, after), Lost: 0}
	ref, err := s.p.meant(e.Online)
	if err == nil {
		_, err = s.p.Device(context.WithoutCancel(ctx), ref)
	}
	here := s.p.Presence(ref)
	switch {
	case errors.Is(err, ErrNotFound):
		out.Says = fmt.Sprintf("no %s: there is no such device", e.Online)
	case here.Online:
		out.Says = fmt.Sprintf("no %s yet: it is here since %s", e.Online, here.Since.In(Beijing).Format(time.DateTime))
	default:
		out.Says = fmt.Sprintf("no %s: it is away", e.Online)
	}
	if e.Within > 0 {
		out.Says += fmt.Sprintf(", waited %s", e.Within)
	}
	return out, nil
}

// newest finds the newest record that is wanted and still there; nil when there is none.
func (j *Journal) newest(wanted func(*Record) bool) *Record {
	const step = 256
	var found *Record
	for after := uint64(0); ; {
		records, lost := j.Read(after, step)
		if len(records) == 0 {
			return found
		}
		for _, r := range records {
			if wanted(r) {
				found = r
			}
		}
		after = max(after+lost, records[len(records)-1].Seq)
	}
}
