package api

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// members are those of a JSON object in a body, read as leniently as SDKs write them: numbers and booleans may stand
// in quotes, ids without them, and null is as good as absent. Which of them are there makes a difference to calls that change
// a thing in part. The first mistake is kept in err; messages hold no values, which may be secrets.
type members struct {
	of  map[string]json.RawMessage
	err error
}

// members reads the body as an object.
func (c *call) members() (*members, error) {
	m := &members{}
	return m, c.json(mostJSON, &m.of)
}

// has tells whether there is such a member.
func (m *members) has(name string) bool {
	v := m.of[name]
	return len(v) > 0 && v[0] != 'n'
}

// needs notes that a member is absent.
func (m *members) needs(name string) {
	if !m.has(name) {
		m.fail(&wire.APIError{Code: wire.ErrnoParameterRequired, Detail: name})
	}
}

// need is the member's text; that it is absent or empty is a mistake.
func (m *members) need(name string) string {
	text := m.text(name)
	if text == "" {
		m.fail(&wire.APIError{Code: wire.ErrnoParameterRequired, Detail: name})
	}
	return text
}

// text is a string, or a number as it is written.
func (m *members) text(name string) string {
	if !m.has(name) {
		return ""
	}
	v := m.of[name]
	var text string
	switch {
	case v[0] == '"' && json.Unmarshal(v, &text) == nil:
		return text
	case v[0] == '-' || v[0] >= '0' && v[0] <= '9':
		return string(v)
	}
	m.wrong(name, "a string")
	return ""
}

// flag is true or false, in quotes or not, or 1 or 0; absent or empty, it is def.
func (m *members) flag(name string, def bool) bool {
	if !m.has(name) {
		return def
	}
	flag, ok := parseFlag(string(bytes.Trim(m.of[name], `"`)))
	switch {
	case !ok:
		m.wrong(name, "true or false")
	case flag != nil:
		return *flag
	}
	return def
}

// parseFlag reads a boolean as query and body spell it; an empty one is nil.
func parseFlag(text string) (flag *bool, ok bool) {
	if text == "" {
		return nil, true
	}
	b, err := strconv.ParseBool(strings.ToLower(text))
	return &b, err == nil
}

// number is a finite number, in quotes or not.
func (m *members) number(name string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(m.text(name)), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		m.wrong(name, "a number")
		return 0
	}
	return f
}

// texts is an array of strings; one string is an array of one.
func (m *members) texts(name string) []string {
	var list []json.RawMessage
	if json.Unmarshal(m.of[name], &list) != nil {
		list = []json.RawMessage{m.of[name]}
	}
	var texts []string
	for _, v := range list {
		one := members{of: map[string]json.RawMessage{name: v}}
		if text := one.text(name); text != "" {
			texts = append(texts, text)
		}
		if one.err != nil {
			m.wrong(name, "an array of strings")
		}
	}
	return texts
}

// object is an object inside; an empty array is an empty object, as PHP writes it.
func (m *members) object(name string) *members {
	inner := &members{}
	if v := m.raw(name); string(v) != "[]" && json.Unmarshal(v, &inner.of) != nil {
		m.wrong(name, "an object")
	}
	return inner
}

// raw is any JSON, compact.
func (m *members) raw(name string) json.RawMessage {
	var b bytes.Buffer
	_ = json.Compact(&b, m.of[name]) // it was parsed with the body
	return b.Bytes()
}

func (m *members) wrong(name, want string) {
	m.fail(onenet.Invalid(name, "want %s, got another kind of JSON value", want))
}

func (m *members) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}
