package lab

import (
	"time"

	"github.com/onelan/onelan/onenet"
)

// Bridge is how the bridge to the real OneNET stands.
type Bridge struct {
	On       bool           `json:"on"`
	At       time.Time      `json:"at,omitzero"`       // when all this was so
	DryRun   bool           `json:"dry_run,omitempty"` // nothing is sent: the journal shows what would be
	Upstream string         `json:"upstream,omitempty"`
	TLS      bool           `json:"tls,omitempty"`
	Topics   []string       `json:"topics,omitempty"` // routes of every device, as onelan.yaml writes them
	Totals   BridgeBooks    `json:"totals"`
	Devices  []BridgeDevice `json:"devices"`
	Warnings []string       `json:"warnings,omitempty"` // what is probably not meant so
}

// BridgeDevice is how one device's link and queue stand.
type BridgeDevice struct {
	Product  onenet.ProductID `json:"product"` // the local device
	Device   onenet.DeviceID  `json:"device"`
	Mapped   bool             `json:"mapped"` // it has a link; otherwise only its queue is left
	Here     bool             `json:"here"`   // it is online locally
	Upstream BridgeLogin      `json:"upstream,omitzero"`
	Presence string           `json:"presence,omitempty"` // follow, always
	Topics   []string         `json:"topics,omitempty"`   // its own routes

	State     string          `json:"state,omitempty"` // idle, connecting, online, refused, evicted, half-open, paused
	Since     time.Time       `json:"since,omitzero"`
	Trouble   *onenet.Refusal `json:"trouble,omitempty"` // what went wrong last; gone after the next delivery
	TroubleAt time.Time       `json:"trouble_at,omitzero"`
	Proved    time.Time       `json:"proved,omitzero"` // the cloud's last acknowledgement of a message
	Next      time.Time       `json:"next,omitzero"`   // the next attempt to connect
	InFlight  int             `json:"in_flight"`
	Refused   []string        `json:"refused_topics,omitempty"` // topics that the cloud does not let it subscribe to

	Books  BridgeBooks  `json:"books"`
	Counts BridgeCounts `json:"counts"`
}

// BridgeLogin is who a device is in the cloud. The password is only ever taken, never told.
type BridgeLogin struct {
	Addr     string `json:"addr,omitempty"`
	Product  string `json:"product,omitempty"`
	Device   string `json:"device,omitempty"`
	Password string `json:"password,omitempty"`
}

// BridgeBooks are what became of what devices had for the cloud:
// accepted = delivered + waiting + quarantined + the sum of dropped, at every moment.
type BridgeBooks struct {
	Accepted    int64            `json:"accepted"`
	Delivered   int64            `json:"delivered"`
	Waiting     int              `json:"waiting"`
	Quarantined int              `json:"quarantined"`
	Dropped     map[string]int64 `json:"dropped,omitempty"` // by reason: oldest, newest, age, person, offline
	Bytes       int64            `json:"bytes"`             // of the payloads that wait
	Oldest      time.Time        `json:"oldest,omitzero"`   // when the first that waits came
}

// BridgeCounts are what a link has done since onelan started.
type BridgeCounts struct {
	Attempts   int     `json:"attempts"`
	Logins     int     `json:"logins"`
	Refusals   int     `json:"refusals"`
	Lost       int     `json:"lost"`
	HalfOpens  int     `json:"half_opens"`
	Evictions  int     `json:"evictions"`
	Sent       int     `json:"sent"`       // messages, repeated ones included
	Acked      int     `json:"acked"`      // messages that the cloud acknowledged
	Repeated   int     `json:"repeated"`   // sent again: the most that can have arrived twice
	Received   int     `json:"received"`   // messages from the cloud
	Failed     int     `json:"failed"`     // of those, not taken
	Suppressed int     `json:"suppressed"` // of those, dropped as copies of what was here already
	UpRate     float64 `json:"up_rate"`    // messages a second, over the last ten seconds
	DownRate   float64 `json:"down_rate"`
}

// BridgePick names devices of the bridge; none means all of them.
type BridgePick struct {
	Devices []BridgeRef `json:"devices,omitempty"`
	Seqs    []int64     `json:"seqs,omitempty"` // entries, where a call is about entries: none means all
	Dead    bool        `json:"dead,omitempty"` // those in quarantine, where a call is about entries
}

// BridgeRef names a local device. Without Product the one device of that id is meant.
type BridgeRef struct {
	Product onenet.ProductID `json:"product,omitempty"`
	Device  onenet.DeviceID  `json:"device"`
}

// BridgeMapping puts a local device on the bridge. What is empty is as in the configuration, or as the local device has it.
type BridgeMapping struct {
	Upstream BridgeLogin `json:"upstream"`
	Presence string      `json:"presence,omitempty"`
	Topics   []string    `json:"topics,omitzero"` // an empty list takes those away that it has
}

// BridgeTopics are the routes of every device.
type BridgeTopics struct {
	Topics []string `json:"topics"`
}

// BridgeDone says what a call has changed.
type BridgeDone struct {
	Devices int    `json:"devices"`           // links that were told, or changed
	Entries int    `json:"entries,omitempty"` // entries that were moved
	Left    int    `json:"left,omitempty"`    // entries that still wait
	Note    string `json:"note,omitempty"`    // what to know about it, one sentence
}

// BridgeReload says what reading the configuration again has changed.
type BridgeReload struct {
	Added   []string `json:"added"` // devices, as product/device
	Removed []string `json:"removed"`
	Changed []string `json:"changed"`
	Kept    int      `json:"kept"` // links that went on without noticing
}

// BridgeTest is what came of one login to the cloud.
type BridgeTest struct {
	OK       bool            `json:"ok"`
	Upstream BridgeLogin     `json:"upstream"`
	Took     string          `json:"took"` // a Go duration
	Refusal  *onenet.Refusal `json:"refusal,omitempty"`
}

// BridgeEntry is a message on its way to the cloud.
type BridgeEntry struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"` // when the platform had it from the device
	Topic   string    `json:"topic"`
	QoS     byte      `json:"qos"`
	Size    int       `json:"size"`
	Payload []byte    `json:"payload,omitempty"` // the first onenet.PayloadKept bytes
	Points  []string  `json:"points,omitempty"`  // of a $dp, the first 20 as stream=value
	Count   int       `json:"count,omitempty"`   // of a $dp, how many points it has
	Tries   int       `json:"tries,omitempty"`   // connections that died of it
	Dead    string    `json:"dead,omitempty"`    // why it is in quarantine
}

// BridgeEntries is a piece of a device's queue.
type BridgeEntries struct {
	Entries []BridgeEntry `json:"entries"`
	Last    int64         `json:"last"` // ask for what is after this next
}
