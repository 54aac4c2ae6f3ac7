package onenet

import (
	"errors"
	"fmt"
)

// The kinds of things that go wrong. Test for them with errors.Is; package wire
// turns them into errno, HTTP status and CONNACK code.
var (
	ErrNotFound     = errors.New("not found")
	ErrExists       = errors.New("already exists")
	ErrInvalid      = errors.New("invalid")
	ErrUnauthorized = errors.New("not allowed")
	ErrOffline      = errors.New("device not online")
	ErrExpired      = errors.New("expired")
	ErrLimit        = errors.New("over the limit")
)

// Error is one of the kinds with what it happened to.
type Error struct {
	Kind error  // one of the kinds above
	Noun string // what: "device", "timeout"
	Name string // which one, as the caller wrote it
	Why  string // more, where there is more to say
}

// Errorf makes an Error of a kind about the noun called name; format and args say more.
func Errorf(kind error, noun, name, format string, args ...any) *Error {
	return &Error{Kind: kind, Noun: noun, Name: name, Why: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string {
	s := e.Noun
	if e.Name != "" {
		s += fmt.Sprintf(" %q", e.Name)
	}
	s += ": " + e.Kind.Error()
	if e.Why != "" {
		s += ": " + e.Why
	}
	return s
}

// Unwrap gives the kind.
func (e *Error) Unwrap() error { return e.Kind }

// NotFound says that there is no noun of that name.
func NotFound(noun, name string) error { return &Error{Kind: ErrNotFound, Noun: noun, Name: name} }

// Exists says that the name is taken.
func Exists(noun, name string) error { return &Error{Kind: ErrExists, Noun: noun, Name: name} }

// Invalid says what is wrong with a field.
func Invalid(field, format string, args ...any) error {
	return Errorf(ErrInvalid, field, "", format, args...)
}
