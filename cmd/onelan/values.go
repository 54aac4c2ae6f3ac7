package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/onelan/onelan/config"
)

// duration is a flag's value in the form that onelan.yaml has: 30s, 48h, 2d.
type duration struct{ d time.Duration }

func (d *duration) String() string {
	if d.d == 0 {
		return ""
	}
	return config.FormatDuration(d.d)
}

func (d *duration) Type() string { return "DURATION" }

func (d *duration) Set(s string) (err error) {
	if d.d, err = config.ParseDuration(s); err == nil && d.d < 0 {
		err = fmt.Errorf("want a duration that is not negative")
	}
	return err
}

// oneOf is a flag's value that is one of a few words.
type oneOf struct {
	text    *string
	allowed []string
}

func (o *oneOf) String() string {
	if o.text == nil { // pflag asks a zero value
		return ""
	}
	return *o.text
}

func (o *oneOf) Type() string { return "WHEN" }

func (o *oneOf) Set(s string) error {
	if !slices.Contains(o.allowed, s) {
		return fmt.Errorf("want one of %s", strings.Join(o.allowed, ", "))
	}
	*o.text = s
	return nil
}

// moment is a flag's value that names a time, or how long ago it was.
type moment struct {
	text string
	now  func() time.Time
	at   time.Time // zero when not set
}

func (m *moment) String() string { return m.text }
func (m *moment) Type() string   { return "TIME" }

var momentForms = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// Set reads a time. Without a zone it is the one of this machine; a clock time alone
// is today's, and a duration is that long ago.
func (m *moment) Set(s string) error {
	m.text = s
	now := m.now()
	for _, form := range momentForms {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			m.at = t
			return nil
		}
	}
	for _, form := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(form, s); err == nil {
			y, month, d := now.Date()
			m.at = time.Date(y, month, d, t.Hour(), t.Minute(), t.Second(), 0, now.Location())
			return nil
		}
	}
	if d, err := config.ParseDuration(s); err == nil && d >= 0 {
		m.at = now.Add(-d)
		return nil
	}
	return fmt.Errorf(`want a time such as "2018-06-01 08:00:00", 08:00, or how long ago: 2h`)
}

// zoneName is how the columns of times are headed: TIME (+08:00).
func zoneName(t time.Time) string { return "TIME (" + t.Format("-07:00") + ")" }

const (
	longTime  = "2006-01-02 15:04:05.000"
	shortTime = "15:04:05.000"
)

// when is a time for people, empty for none.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func hexText(b []byte) string { return strings.ToUpper(fmt.Sprintf("% x", b)) }

// parseHex reads bytes as people write them: with spaces, colons or commas between
// them, with 0x or without.
func parseHex(s string) ([]byte, error) {
	var digits strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",:;-", r) }) {
		word = strings.TrimPrefix(strings.TrimPrefix(word, "0x"), "0X")
		if len(word) == 1 {
			word = "0" + word
		}
		digits.WriteString(word)
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		return nil, usage("not hexadecimal: %v", err).with("write two digits for each byte, such as 03 00 0A 7B")
	}
	return b, nil
}
