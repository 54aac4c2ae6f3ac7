package onenet

import (
	"bytes"
	"context"
	"fmt"
)

// WantPublish is a topic message that came in: from a device, or through the REST API. Empty fields match any. What goes to $dp
// and $crsp is no topic message: that is WantPoint and WantCommand. Nor is it one here that came from the real OneNET for a device.
type WantPublish struct {
	Product ProductID
	Device  DeviceID
	Topic   string
	Payload []byte // nil matches any, an empty one only an empty one
}

func (w *WantPublish) String() string {
	s := "a message" + who(w.Product, w.Device)
	if w.Topic != "" {
		s += " on topic " + clip(w.Topic)
	}
	if w.Payload != nil {
		s += fmt.Sprintf(" with payload %q", clip(string(w.Payload)))
	}
	return s
}

func (w *WantPublish) check() error { return nil }

func (w *WantPublish) judge(_ context.Context, _ *Platform, r *Record) (likeness, error) {
	v := likeness{near: nearRef(w.Product, w.Device, r)}
	sameTopic := w.Topic != "" && w.Topic == r.Topic
	from := r.Kind == KindMessage && !r.Down
	switch r.Kind {
	case KindMessage:
		if from {
			v.near += nearKind
		}
	case KindRefused, KindWarning, KindDropped: // why it did not come
		if v.near > 0 || sameTopic {
			v.near += nearKindred
		}
	case KindData: // a point is no message, though $dp is a topic
	default:
		return v, nil
	}
	if sameTopic {
		v.near += nearName
	}
	if w.Payload != nil && r.shows(w.Payload) {
		v.near += nearContents
	}
	v.fits = from && fitsRef(w.Product, w.Device, r) && (w.Topic == "" || sameTopic) &&
		(w.Payload == nil || r.shows(w.Payload))
	if v.fits && len(w.Payload) > PayloadKept {
		v.note = onlyBeginning
	}
	return v, nil
}

var onlyBeginning = fmt.Sprintf("compared by its length and its first %d bytes: the journal keeps no more", PayloadKept)

// shows tells whether the payload of the record is this one, as far as the record keeps it.
func (r *Record) shows(payload []byte) bool {
	return r.Size == len(payload) && bytes.Equal(r.Payload, payload[:min(len(payload), PayloadKept)])
}
