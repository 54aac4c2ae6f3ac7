package onenet

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"unicode/utf8"
)

// Secret is what a login or a call must prove: an auth info, an API key, a token.
// Every way of printing it shows its mask; convert it to string to use it.
type Secret string

// Equal compares in time that does not depend on where the two differ.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s), []byte(other)) == 1
}

// Mask gives the length, the first and the last character: enough to recognise a
// mistake, too little to log in. Below six characters it gives the length only.
func (s Secret) Mask() string {
	n := utf8.RuneCountInString(string(s))
	switch {
	case n == 0:
		return "(empty)"
	case n < 6:
		return fmt.Sprintf("(%d characters)", n)
	}
	first, _ := utf8.DecodeRuneInString(string(s))
	last, _ := utf8.DecodeLastRuneInString(string(s))
	return fmt.Sprintf("%q…%q (%d characters)", first, last, n)
}

// String is the mask.
func (s Secret) String() string { return s.Mask() }

// GoString is the mask too, so that %#v in a test failure tells nothing.
func (s Secret) GoString() string { return s.Mask() }

// LogValue keeps the secret out of logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.Mask()) }
