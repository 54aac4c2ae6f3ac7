package onenet

import "context"

// WantRefusal is a device or a caller that was turned down, or a warning: what was accepted and is probably not what was meant. Empty
// fields match any.
type WantRefusal struct {
	Product ProductID // as the device spelled it, here and below
	Device  DeviceID
	Cause   Cause
}

func (w *WantRefusal) String() string {
	s := "a refusal" + who(w.Product, w.Device)
	if w.Cause != "" {
		s += " with cause " + string(w.Cause)
	}
	return s
}

func (w *WantRefusal) check() error {
	if _, known := causeTexts[w.Cause]; w.Cause != "" && !known {
		return Invalid("cause", "there is no cause %q", clip(string(w.Cause)))
	}
	return nil
}

func (w *WantRefusal) judge(_ context.Context, _ *Platform, r *Record) (likeness, error) {
	v := likeness{near: nearRef(w.Product, w.Device, r)}
	if r.Refusal == nil {
		if r.Kind == KindConnected && v.near > 0 { // it was let in
			v.near += nearKindred
		}
		return v, nil
	}
	v.near += nearKind
	same := w.Cause != "" && w.Cause == r.Refusal.Cause
	switch {
	case same:
		v.near += nearName
	case w.Cause != "" && w.Cause.Stage() == r.Refusal.Stage:
		v.near += nearKindred
	}
	v.fits = fitsRef(w.Product, w.Device, r) && (w.Cause == "" || same)
	return v, nil
}
