package onenet

import (
	"crypto/sha256"
	"encoding/json"
	"time"
)

// MostSilence is the longest time that frozen and live may wait for.
const MostSilence = 366 * 24 * time.Hour

// rule is the condition of a trigger, read.
type rule struct {
	kind   TriggerType
	bound  float64       // of > < >= <=
	same   string        // of ==: the identity of the value
	lo, hi float64       // of inout, in, out: a closed interval
	after  time.Duration // of frozen, live
}

// newRule reads a condition. ErrInvalid about type or threshold when it is none.
func newRule(kind TriggerType, threshold json.RawMessage) (r rule, err error) {
	r.kind = kind
	switch kind {
	case TriggerGreater, TriggerLess, TriggerGreaterEqual, TriggerLessEqual:
		var ok bool
		if r.bound, ok = number(threshold); !ok {
			return r, Invalid("threshold", "type %s compares with a number, got %s", kind, shown(threshold))
		}
	case TriggerEqual:
		return r, r.readEqual(threshold)
	case TriggerInOut, TriggerIn, TriggerOut:
		return r, r.readInterval(threshold)
	case TriggerChange:
		if len(threshold) > 0 {
			return r, Invalid("threshold", "type change has none, got %s", shown(threshold))
		}
	case TriggerFrozen, TriggerLive:
		return r, r.readSeconds(threshold)
	case TriggerExp:
		return r, Invalid("type", "exp is known from an SDK only: what it means is not documented, so it is not evaluated here")
	default:
		return r, Invalid("type", "want one of > < >= <= == inout in out change frozen live, got %q", clip(string(kind)))
	}
	return r, nil
}

func (r *rule) readEqual(threshold json.RawMessage) error {
	_, isNumber := number(threshold)
	if !isNumber && (len(threshold) == 0 || threshold[0] != '"') {
		return Invalid("threshold", "type == compares with a number or a text, got %s", shown(threshold))
	}
	var ok bool
	if r.same, ok = identity(threshold); !ok {
		return Invalid("threshold", "this is no JSON text: %s", shown(threshold))
	}
	return nil
}

func (r *rule) readInterval(threshold json.RawMessage) error {
	var v struct {
		Low  json.RawMessage `json:"lolmt"`
		High json.RawMessage `json:"uplmt"`
	}
	const want = `want {"lolmt":40,"uplmt":52}`
	if json.Unmarshal(threshold, &v) != nil {
		return Invalid("threshold", "type %s: %s, got %s", r.kind, want, shown(threshold))
	}
	var lowOK, highOK bool
	r.lo, lowOK = number(v.Low)
	r.hi, highOK = number(v.High)
	switch {
	case !lowOK:
		return Invalid("threshold", "type %s: %s; lolmt is no number in %s", r.kind, want, shown(threshold))
	case !highOK:
		return Invalid("threshold", "type %s: %s; uplmt is no number in %s", r.kind, want, shown(threshold))
	case r.lo > r.hi:
		return Invalid("threshold", "type %s: lolmt is above uplmt in %s", r.kind, shown(threshold))
	}
	return nil
}

func (r *rule) readSeconds(threshold json.RawMessage) error {
	n, ok := number(threshold)
	if !ok || n < 1 || n > MostSilence.Seconds() || n != float64(int64(n)) {
		return Invalid("threshold", "type %s: want a whole number of seconds, 1 to %d, got %s",
			r.kind, int64(MostSilence.Seconds()), shown(threshold))
	}
	r.after = time.Duration(n) * time.Second
	return nil
}

func shown(v json.RawMessage) string {
	if len(v) == 0 {
		return "none"
	}
	return clip(string(v))
}

// remembers tells whether the rule looks at more than the value before it.
func (r rule) remembers() bool {
	switch r.kind {
	case TriggerGreater, TriggerLess, TriggerGreaterEqual, TriggerLessEqual, TriggerEqual:
		return false
	default:
		return true
	}
}

// matches tells whether the value meets a rule that remembers nothing: it does so at every upload.
func (r rule) matches(v json.RawMessage) bool {
	if r.kind == TriggerEqual {
		id, ok := identity(v)
		return ok && id == r.same
	}
	n, ok := number(v)
	if !ok {
		return false
	}
	switch r.kind {
	case TriggerGreater:
		return n > r.bound
	case TriggerLess:
		return n < r.bound
	case TriggerGreaterEqual:
		return n >= r.bound
	case TriggerLessEqual:
		return n <= r.bound
	default:
		return false
	}
}

// memory is what a rule remembers of one device: whatever it needs, and no more.
type memory struct {
	known  bool      // of a value: inout, in, out, change
	inside bool      // inout, in, out
	value  string    // change: the identity, or what stands for a long one
	last   time.Time // frozen, live: the newest upload
}

// step takes note of an upload and tells whether the rule comes true by it. The first value that there ever
// is does not: there is nothing yet that it could cross or differ from. A value that the rule cannot read changes nothing.
func (r rule) step(m *memory, v json.RawMessage, at time.Time) bool {
	switch r.kind {
	case TriggerFrozen:
		m.last = later(m.last, at)
		return false // its time comes when nothing does
	case TriggerLive:
		before := m.last
		m.last = later(m.last, at)
		return !before.IsZero() && at.Sub(before) >= r.after
	case TriggerChange:
		id, ok := identity(v)
		if !ok {
			return false
		}
		id = brief(id)
		before := *m
		m.known, m.value = true, id
		return before.known && before.value != id
	default:
		n, ok := number(v)
		if !ok {
			return false
		}
		before := *m
		m.known, m.inside = true, r.lo <= n && n <= r.hi
		return before.known && before.inside != m.inside && r.wants(m.inside)
	}
}

// wants tells whether the rule is about crossings to this side.
func (r rule) wants(inside bool) bool {
	return r.kind == TriggerInOut || inside == (r.kind == TriggerIn)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// brief bounds what is remembered of a value: a long one is known by its hash.
func brief(id string) string {
	const most = 64
	if len(id) <= most {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "hash " + string(sum[:])
}
