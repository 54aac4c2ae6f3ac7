package onenet

import "time"

// Switches choose where the reference is silent, or where somebody wants the
// platform to be stricter or kinder. DefaultSwitches gives what firmware in the
// field survives; docs/COMPATIBILITY.md lists each with its source.
type Switches struct {
	Profile        Profile       `yaml:"profile"`          // 2017 (protocol paper V2.6) or 2016 (V2.3)
	AutoRegister   bool          `yaml:"auto_register"`    // create unknown products and devices at their first login
	LevelNot4      LevelRule     `yaml:"level_not_4"`      // answer to MQTT 3.1 and 5
	BadDP          BadDPRule     `yaml:"bad_dp"`           // answer to a malformed $dp
	DenySub        DenySubRule   `yaml:"deny_sub"`         // answer to a refused subscription
	PreConnack     PreConnack    `yaml:"pre_connack"`      // packets before the login
	KeepaliveTimes float64       `yaml:"keepalive_factor"` // 1.0 to 2.0: cut after this many keepalives of silence
	KeepaliveZero  time.Duration `yaml:"keepalive_zero"`   // keepalive 0 means this; 0 means never cut
	KeepaliveMax   time.Duration `yaml:"keepalive_max"`    // longer keepalives count as this; 0 means no bound
	ConnackGap     time.Duration `yaml:"connack_gap"`      // between CONNACK, queued messages and cached commands
	ReplyWindow    time.Duration `yaml:"cmd_reply_window"` // a command without answer ends after this; 0 means never
	HandshakeLimit time.Duration `yaml:"qos2_timeout"`     // a QoS 2 handshake that stops is cut after this
	BinaryUTC      bool          `yaml:"tz_binary_utc"`    // time bytes of $dp types 6 and 7 are UTC, not Beijing time
	EchoToSelf     bool          `yaml:"echo_to_self"`     // a device gets its own message when it subscribes to the topic
	RESTRate       int           `yaml:"rest_rate"`        // calls per second before errno 15; 0 means no limit
}

// Profile is the generation of the legacy protocol paper.
type Profile string

// Profiles.
const (
	Profile2017 Profile = "2017"
	Profile2016 Profile = "2016" // QoS 0 to devices, no wills, no retained messages, no offline queue
)

// LevelRule answers a CONNECT whose protocol level is not 4.
type LevelRule string

// Level rules.
const (
	LevelConnack LevelRule = "connack" // CONNACK 1, then close
	LevelClose   LevelRule = "close"   // close without a word
)

// BadDPRule answers a malformed $dp.
type BadDPRule string

// Rules for malformed data.
const (
	BadDPClose  BadDPRule = "close"  // store nothing, close the link
	BadDPIgnore BadDPRule = "ignore" // store nothing, acknowledge
)

// DenySubRule answers a refused subscription.
type DenySubRule string

// Rules for refused subscriptions.
const (
	DenySubFail  DenySubRule = "suback" // SUBACK 0x80, the link stays
	DenySubClose DenySubRule = "close"
)

// PreConnack is the fate of packets before the login.
type PreConnack string

// Rules for early packets.
const (
	PreConnackDiscard PreConnack = "discard"
	PreConnackClose   PreConnack = "close"
)

// DefaultSwitches are the defaults of the reference, section 12.
func DefaultSwitches() Switches {
	return Switches{
		Profile: Profile2017, LevelNot4: LevelConnack, BadDP: BadDPClose, DenySub: DenySubFail, PreConnack: PreConnackDiscard,
		KeepaliveTimes: 1.5, ConnackGap: 20 * time.Millisecond, ReplyWindow: 30 * time.Second,
		HandshakeLimit: 30 * time.Second, EchoToSelf: true,
	}
}

// Limits bound what one peer may take. Zero fields take the default.
type Limits struct {
	Connections      int           `yaml:"connections"`       // at once, logged in or not
	PacketBytes      int           `yaml:"packet_bytes"`      // largest MQTT packet, at most 4 MiB
	TopicsPerDevice  int           `yaml:"topics_per_device"` // subscriptions
	TopicsPerProduct int           `yaml:"topics_per_product"`
	Inflight         int           `yaml:"inflight"`          // QoS 1 and 2 messages sent to one device and not yet acknowledged
	QueueMessages    int           `yaml:"queue_messages"`    // waiting for one connected device beyond Inflight
	QueueBytes       int           `yaml:"queue_bytes"`       // unsent bytes towards one connected device
	QueueTotalBytes  int           `yaml:"queue_total_bytes"` // waiting for all connected devices; beyond it each gets 64 KiB
	OfflineMessages  int           `yaml:"offline_messages"`  // kept for a device that is away: the newest
	OfflineFor       time.Duration `yaml:"offline_for"`       // and no longer than this
	WaitingCommands  int           `yaml:"waiting_commands"`  // cached for one device
	ConnectWithin    time.Duration `yaml:"connect_within"`    // a link that sends no CONNECT is closed after this
	StuckFor         time.Duration `yaml:"stuck_for"`         // a device that takes nothing off the wire is closed after this
	Retention        time.Duration `yaml:"retention"`         // points, files and ended commands are kept this long

	// OneNET bounds these, onelan only when asked: zero is no bound.
	Products          int           `yaml:"products"`            // that there may be
	DevicesPerProduct int           `yaml:"devices_per_product"` // likewise
	CommandInterval   time.Duration `yaml:"command_interval"`    // between two commands to one device
}

// DefaultLimits are OneNET's limits where it has them, and generous bounds elsewhere.
func DefaultLimits() Limits {
	return Limits{
		Connections: 20000, PacketBytes: 4 << 20, TopicsPerDevice: 100, TopicsPerProduct: 10000,
		Inflight: 100, QueueMessages: 10000, QueueBytes: 4 << 20, QueueTotalBytes: 256 << 20, OfflineMessages: 10, OfflineFor: 48 * time.Hour,
		WaitingCommands: 1000, ConnectWithin: 30 * time.Second, StuckFor: 20 * time.Second, Retention: 365 * 24 * time.Hour,
	}
}

func (s Switches) withDefaults() Switches {
	if s == (Switches{}) {
		return DefaultSwitches()
	}
	return s
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	set := func(have *int, def int) {
		if *have == 0 {
			*have = def
		}
	}
	set(&l.Connections, d.Connections)
	set(&l.PacketBytes, d.PacketBytes)
	set(&l.TopicsPerDevice, d.TopicsPerDevice)
	set(&l.TopicsPerProduct, d.TopicsPerProduct)
	set(&l.Inflight, d.Inflight)
	set(&l.QueueMessages, d.QueueMessages)
	set(&l.QueueBytes, d.QueueBytes)
	set(&l.QueueTotalBytes, d.QueueTotalBytes)
	set(&l.OfflineMessages, d.OfflineMessages)
	set(&l.WaitingCommands, d.WaitingCommands)
	setTime := func(have *time.Duration, def time.Duration) {
		if *have == 0 {
			*have = def
		}
	}
	setTime(&l.OfflineFor, d.OfflineFor)
	setTime(&l.ConnectWithin, d.ConnectWithin)
	setTime(&l.StuckFor, d.StuckFor)
	setTime(&l.Retention, d.Retention)
	return l
}
