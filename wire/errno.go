package wire

import (
	"errors"

	"github.com/onelan/onelan/onenet"
)

// Errno is the number of an error in the answers of the REST API (section 5.2).
type Errno int

// The errno table.
const (
	ErrnoSucc              Errno = 0
	ErrnoInternal          Errno = 1
	ErrnoKeyRequired       Errno = 2
	ErrnoAuthFailed        Errno = 3
	ErrnoInvalidJSON       Errno = 4
	ErrnoTooLarge          Errno = 5
	ErrnoInvalidParameter  Errno = 6
	ErrnoParameterRequired Errno = 7
	ErrnoNotFound          Errno = 8
	ErrnoBodyRequired      Errno = 9
	ErrnoNotOnline         Errno = 10
	ErrnoStreamExists      Errno = 11
	ErrnoExists            Errno = 12
	ErrnoSystemLimit       Errno = 13
	ErrnoLatency           Errno = 14
	ErrnoFrequency         Errno = 15
	ErrnoUnsuccess         Errno = 16
	ErrnoNBIoT             Errno = 17
	ErrnoHS                Errno = 18
	ErrnoAccountLimit      Errno = 19
	ErrnoBatchLimit        Errno = 20
	ErrnoConstraint        Errno = 21
	ErrnoInvalidProtocol   Errno = 22
	ErrnoSensitiveWords    Errno = 23
)

var errnoTexts = [...]string{
	"succ", "internal server error", "api-key required", "auth failed", "invalid JSON", "request entity too large",
	"invalid parameter", "parameter required", "not found", "entity data required", "device not online",
	"datastream already exists", "already exists", "system limit", "network latency", "api freq out of limit",
	"unsuccess", "nbiot server error", "hs server error", "device count limit by account policy",
	"max device count limit is 1000 for one time", "device field constraint violation", "invalid protocol",
	"contain sensitive words",
}

// Text is the error text of the number, which firmware compares: keep it to the letter.
func (e Errno) Text() string {
	if e < 0 || int(e) >= len(errnoTexts) {
		return errnoTexts[ErrnoInternal]
	}
	return errnoTexts[e]
}

// detailed tells whether ": field or id" follows the text.
func (e Errno) detailed() bool {
	switch e {
	case ErrnoInvalidParameter, ErrnoParameterRequired, ErrnoNotFound, ErrnoNotOnline, ErrnoStreamExists, ErrnoExists:
		return true
	default:
		return false
	}
}

// APIError is an error that a door of the REST API finds by itself and that has a
// number, such as a missing parameter.
type APIError struct {
	Code   Errno
	Detail string // field or id
}

func (e *APIError) Error() string { return e.Code.with(e.Detail) }

func (e Errno) with(detail string) string {
	if detail == "" || !e.detailed() {
		return e.Text()
	}
	return e.Text() + ": " + detail
}

// ErrnoOf gives the number and the text with which the REST API reports an error;
// nil is succ. An error of no known kind is ours: it becomes an internal error, without
// its detail.
func ErrnoOf(err error) (code Errno, text string) {
	if err == nil {
		return ErrnoSucc, ErrnoSucc.Text()
	}
	if e, ok := errors.AsType[*APIError](err); ok {
		return e.Code, e.Error()
	}
	noun, name := "", ""
	if e, ok := errors.AsType[*onenet.Error](err); ok {
		noun, name = e.Noun, e.Name
	}
	code = errnoOfKind(err, noun)
	if name == "" || code == ErrnoInvalidParameter {
		name = noun // the field is what was invalid, whatever stood in it
	}
	return code, code.with(name)
}

func errnoOfKind(err error, noun string) Errno {
	switch {
	case errors.Is(err, onenet.ErrNotFound):
		return ErrnoNotFound
	case errors.Is(err, onenet.ErrExists) && noun == "datastream":
		return ErrnoStreamExists
	case errors.Is(err, onenet.ErrExists):
		return ErrnoExists
	case errors.Is(err, onenet.ErrInvalid):
		return ErrnoInvalidParameter
	case errors.Is(err, onenet.ErrUnauthorized), errors.Is(err, onenet.ErrExpired):
		return ErrnoAuthFailed
	case errors.Is(err, onenet.ErrOffline):
		return ErrnoNotOnline
	case errors.Is(err, onenet.ErrLimit) && (noun == "body" || noun == "file" || noun == "block"):
		return ErrnoTooLarge
	case errors.Is(err, onenet.ErrLimit) && noun == "rate":
		return ErrnoFrequency
	case errors.Is(err, onenet.ErrLimit) && noun == "account":
		return ErrnoAccountLimit
	case errors.Is(err, onenet.ErrLimit):
		return ErrnoSystemLimit
	default:
		return ErrnoInternal
	}
}
