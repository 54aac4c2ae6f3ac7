// Package lab is what tools and onelan's /_lab/ door say to each other: the bodies of
// its calls, and a Client that makes them.
//
// /_lab/ is onelan's own, OneNET has nothing like it. It speaks JSON on loopback;
// times are RFC 3339, bytes are base64, errors are an [Error] with a 4xx or 5xx status.
// The door itself is package control; the CLI and tests of other programs use this one.
package lab

import (
	"encoding/json"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Record is one line of the platform's history.
type Record = onenet.Record

// Ready says what runs where. Addresses that are off are empty.
type Ready struct {
	Ready   bool      `json:"ready"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	MQTT    string    `json:"mqtt,omitempty"`
	MQTTS   string    `json:"mqtts,omitempty"`
	WS      string    `json:"ws,omitempty"`
	WSS     string    `json:"wss,omitempty"`
	HTTP    string    `json:"http,omitempty"`    // OneNET's REST API
	Lab     string    `json:"lab,omitempty"`     // this door
	Console string    `json:"console,omitempty"` // web pages; may be the same address

	Discovery string `json:"discovery,omitempty"` // UDP: where boards that look for their server are answered
	DNS       string `json:"dns,omitempty"`       // UDP and TCP
	MDNS      string `json:"mdns,omitempty"`      // UDP

	Online  int    `json:"online"`  // devices that are here
	Journal uint64 `json:"journal"` // number of the newest record
}

// JournalPage is a piece of the history.
type JournalPage struct {
	Records []Record `json:"records"`
	Last    uint64   `json:"last"` // ask for what is after this next
	Lost    uint64   `json:"lost"` // records that were gone before they could be read
}

// Lost tells a live reader what it missed.
type Lost struct {
	Lost uint64    `json:"lost"`
	At   time.Time `json:"at"`
}

// Product is a product as /_lab/ shows and takes it.
type Product struct {
	ID           onenet.ProductID `json:"id,omitempty"`
	Name         string           `json:"name,omitempty"`
	Dialect      onenet.Dialect   `json:"dialect,omitempty"`
	MasterKey    string           `json:"master_key,omitempty"`
	RegisterCode string           `json:"register_code,omitempty"`
	AllowDup     *bool            `json:"allow_dup,omitempty"` // absent in a new product means true
	CreatedAt    time.Time        `json:"created_at,omitzero"`
}

// ProductChange is what of a product is to become different; absent fields stay, and an empty key is made up.
type ProductChange struct {
	Name         *string `json:"name,omitempty"`
	MasterKey    *string `json:"master_key,omitempty"`
	RegisterCode *string `json:"register_code,omitempty"`
	AllowDup     *bool   `json:"allow_dup,omitempty"`
}

// Products is the answer to a listing of products.
type Products struct {
	Products []Product `json:"products"`
}

// Device is a device as /_lab/ shows and takes it. What stands below Blocked is shown only.
type Device struct {
	Product  onenet.ProductID `json:"product,omitempty"`
	ID       onenet.DeviceID  `json:"id,omitempty"`
	Title    string           `json:"title,omitempty"`
	AuthInfo string           `json:"auth_info,omitempty"`
	Protocol string           `json:"protocol,omitempty"`
	Desc     string           `json:"desc,omitempty"`
	Tags     []string         `json:"tags,omitempty"`
	Location *onenet.Location `json:"location,omitempty"`
	Private  *bool            `json:"private,omitempty"` // absent in a new device means true
	Other    json.RawMessage  `json:"other,omitempty"`
	Blocked  bool             `json:"blocked,omitempty"`

	Online      bool      `json:"online"`
	Addr        string    `json:"addr,omitempty"`        // where it is connected from
	OnlineSince time.Time `json:"online_since,omitzero"` // when it came
	CreatedAt   time.Time `json:"created_at,omitzero"`   // when it was registered
	ActivatedAt time.Time `json:"activated_at,omitzero"` // its first login ever
	LastLogin   time.Time `json:"last_login,omitzero"`   // its newest login
}

// DeviceChange is what of a device is to become different; absent fields stay.
type DeviceChange struct {
	Title    *string          `json:"title,omitempty"`
	AuthInfo *string          `json:"auth_info,omitempty"`
	Protocol *string          `json:"protocol,omitempty"`
	Desc     *string          `json:"desc,omitempty"`
	Tags     *[]string        `json:"tags,omitempty"`
	Location *onenet.Location `json:"location,omitempty"`
	Private  *bool            `json:"private,omitempty"`
	Other    json.RawMessage  `json:"other,omitempty"`
	Blocked  *bool            `json:"blocked,omitempty"`
}

// Devices is a page of devices.
type Devices struct {
	Devices []Device `json:"devices"`
	Total   int      `json:"total"` // without offset and limit
}

// Imported is the answer to an import.
type Imported struct {
	Added int `json:"added"`
}

// Key is a device key as /_lab/ shows and takes it.
type Key struct {
	Key         string              `json:"key,omitempty"`
	Title       string              `json:"title,omitempty"`
	Permissions []onenet.Permission `json:"permissions"`
	CreatedAt   time.Time           `json:"created_at,omitzero"`
}

// Keys is the answer to a listing of device keys.
type Keys struct {
	Keys []Key `json:"keys"`
}

// Send is a command to be sent: Body or BodyBase64.
type Send struct {
	Body           string `json:"body,omitempty"`
	BodyBase64     []byte `json:"body_base64,omitempty"`
	Confirm        bool   `json:"confirm,omitempty"`         // qos=1: again at every login until answered
	TimeoutSeconds int    `json:"timeout_seconds,omitempty"` // how long to wait for a device that is away
}

// Command is a command as it stands.
type Command struct {
	ID           onenet.CommandID    `json:"id"`
	Product      onenet.ProductID    `json:"product"`
	Device       onenet.DeviceID     `json:"device"`
	State        onenet.CommandState `json:"state"`
	Status       int                 `json:"status"` // the number OneNET has for the state
	Confirm      bool                `json:"confirm,omitempty"`
	Ended        bool                `json:"ended"` // nothing more happens by itself
	CreatedAt    time.Time           `json:"created_at"`
	ExpiresAt    time.Time           `json:"expires_at"`
	SentAt       time.Time           `json:"sent_at,omitzero"`
	AnsweredAt   time.Time           `json:"answered_at,omitzero"`
	Body         string              `json:"body,omitempty"` // where it is text
	BodyBase64   []byte              `json:"body_base64"`
	Answer       string              `json:"answer,omitempty"`        // where it is text
	AnswerBase64 []byte              `json:"answer_base64,omitempty"` // AnsweredAt tells an empty answer from none
}

// Point is one stored value.
type Point struct {
	Stream onenet.StreamID `json:"stream"`
	At     time.Time       `json:"at,omitzero"` // of an upload: absent means now
	Value  json.RawMessage `json:"value"`
}

// Points is a piece of a device's history, or what is to become one.
type Points struct {
	Points []Point `json:"points"`
}

// Stream is a named series and its newest value.
type Stream struct {
	ID         onenet.StreamID `json:"id"`
	Unit       string          `json:"unit,omitempty"`
	UnitSymbol string          `json:"unit_symbol,omitempty"`
	Tags       []string        `json:"tags,omitempty"`
	CreatedAt  time.Time       `json:"created_at"`
	UpdatedAt  time.Time       `json:"updated_at,omitzero"`
	Current    json.RawMessage `json:"current,omitempty"`
}

// Streams is the answer to a listing of streams.
type Streams struct {
	Streams []Stream `json:"streams"`
}

// Explain is a login to be judged.
type Explain struct {
	Product  string `json:"product"`  // MQTT: user name
	Device   string `json:"device"`   // MQTT: client id
	Password string `json:"password"` // MQTT: password
}

// Verdict is what the platform would say to the login.
type Verdict struct {
	OK      bool                  `json:"ok"`
	By      onenet.CredentialKind `json:"by,omitempty"` // what it was let in with
	Refusal *onenet.Refusal       `json:"refusal,omitempty"`
}

// Error is why a call did not work, and what to do about it.
type Error struct {
	Status  int    `json:"-"` // HTTP status
	Message string `json:"error"`
	Hint    string `json:"hint,omitempty"`
}

func (e *Error) Error() string { return e.Message }
