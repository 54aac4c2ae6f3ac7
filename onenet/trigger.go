package onenet

import (
	"encoding/json"
	"slices"
	"time"
)

// Trigger watches a stream and tells a URL when its condition comes true (触发器; reference, section 5.8).
type Trigger struct {
	ID        int // given by the platform, from 1, unique in the platform
	Product   ProductID
	Title     string
	Stream    StreamID
	Devices   []DeviceID // whose stream; none means every device of the product
	URL       string     // http or https
	Type      TriggerType
	Threshold json.RawMessage // compact JSON as the caller gave it: a number, a text, or {"lolmt":40,"uplmt":52}; nil for none
	CreatedAt time.Time
}

// TriggerType is the condition of a Trigger, as the REST API spells it.
type TriggerType string

// The types of triggers (reference, section 5.8).
const (
	TriggerGreater      TriggerType = ">"
	TriggerLess         TriggerType = "<"
	TriggerGreaterEqual TriggerType = ">="
	TriggerLessEqual    TriggerType = "<="
	TriggerEqual        TriggerType = "=="
	TriggerInOut        TriggerType = "inout"  // crossing a bound of the closed interval, either way
	TriggerIn           TriggerType = "in"     // coming into the interval
	TriggerOut          TriggerType = "out"    // going out of it
	TriggerChange       TriggerType = "change" // a value that differs from the one before
	TriggerFrozen       TriggerType = "frozen" // no upload for so many seconds
	TriggerLive         TriggerType = "live"   // an upload after so many seconds without
	TriggerExp          TriggerType = "exp"    // known to an SDK only
)

// Without is the trigger with the device taken out of those it watches. It is false when that was the only
// one: such a trigger watches nothing any more, and none would mean all. The trigger given stays as it is.
func (t Trigger) Without(id DeviceID) (Trigger, bool) {
	t.Devices = slices.DeleteFunc(slices.Clone(t.Devices), func(d DeviceID) bool { return d == id })
	return t, len(t.Devices) > 0
}

// TriggerRef names a trigger.
type TriggerRef struct {
	Product ProductID
	ID      int
}

// Firing is one trigger that came true.
type Firing struct {
	Trigger Trigger
	Ref     DeviceRef
	Stream  StreamID
	At      time.Time       // of the point; for frozen, of the newest point there is
	Value   json.RawMessage // of that point
}

// Outlet is the way to the receivers of what the platform sends out by itself. Package push implements it.
type Outlet interface {
	// Fire takes a firing on its way. It never waits; what cannot be kept is told in the journal.
	Fire(f Firing)
	// Forget gives up all that is under way: when it returns, nothing more is sent of it.
	Forget()
}
