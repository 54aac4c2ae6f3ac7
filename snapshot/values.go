package snapshot

import (
	"encoding/json"
	"time"
	"unicode/utf8"
)

// milli is a time as the file has it; the zero time is left out.
type milli struct{ time.Time }

// MarshalJSON gives milliseconds since 1970.
func (m milli) MarshalJSON() ([]byte, error) { return json.Marshal(m.UnixMilli()) }

// UnmarshalJSON reads them.
func (m *milli) UnmarshalJSON(b []byte) error {
	var n int64
	err := json.Unmarshal(b, &n)
	m.Time = time.UnixMilli(n).UTC()
	return err
}

// text is a string that may hold any bytes: a password that a board made up need not be UTF-8.
type text string

// bareBytes is a text that JSON cannot hold.
type bareBytes struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON gives a JSON string or, where that would change it, its bytes.
func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(bareBytes{[]byte(t)})
}

// UnmarshalJSON reads either.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var bare bareBytes
		err := strictly(b, &bare)
		*t = text(bare.Base64)
		return err
	}
	var s string
	err := json.Unmarshal(b, &s)
	*t = text(s)
	return err
}

// texts turns strings of one type into those of another.
func texts[To, From ~string](list []From) []To {
	var out []To
	for _, s := range list {
		out = append(out, To(s))
	}
	return out
}
