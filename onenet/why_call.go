package onenet

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The files why_call*.go find the mistake behind a refused call of the REST API: this one sorts the errors and records the
// refusal, why_call_key.go is about keys, why_call_name.go about what a call names. They look with the same
// detectors as the nearmiss files, under the same bounds, and mask what may be a secret in the same way.
//
// What only the form of a request tells (a key in the wrong header, a body that is no JSON, a path that is misspelt) the
// door finds by itself; it hands its Refusal to RefusedCall, which then only records it.

// CallAttempt is a call of the REST API that was refused, as its caller made it.
type CallAttempt struct {
	Call         string    // as the documentation spells it: "GET /devices/{id}"; for an unknown one as it came
	Method       string    // what it does to a device, in the words of a key's permissions
	Addr         string    // where it comes from
	Access       Access    // what its key opens; zero when it opens nothing
	Key          Secret    // as it was sent; empty when none was
	Device       string    // the device it names, as it was spelled; empty when it names none
	Command      CommandID // the command it names
	RegisterCode Secret    // as it was sent
}

// RefusedCall finds out why a call was refused, and records it. err is what the verb said; a caller that knows the reason
// gives it as r. What it returns is what was recorded: secrets in it are masked.
func (p *Platform) RefusedCall(ctx context.Context, a CallAttempt, err error, r *Refusal) Record {
	c := newClues(p, Attempt{Product: string(a.Access.Product), Device: a.Device, Credential: a.Key, Addr: a.Addr})
	c.call = a
	if r == nil {
		r = p.whyCall(ctx, c, err)
	}
	ctx, cancel := context.WithTimeout(ctx, guessFor)
	defer cancel()
	record := Record{
		Kind: KindRefused, Product: a.Access.Product, Device: DeviceID(c.presentableDevice(ctx)), Addr: a.Addr,
		Call: c.presentableCall(ctx), Refusal: r, Text: r.Error(),
	}
	p.journal.Append(record)
	return record
}

// whyCall turns the error of a verb into the reason for people.
func (p *Platform) whyCall(ctx context.Context, c *clues, err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = &Error{Kind: err}
	}
	switch {
	case errors.Is(err, ErrUnauthorized):
		return p.whyClosed(ctx, c, e)
	case errors.Is(err, ErrNotFound):
		return p.whyNotFound(ctx, c, e)
	case errors.Is(err, ErrOffline):
		return p.whyOffline(ctx, c, e)
	case errors.Is(err, ErrExists):
		return Refuse(CallExists).Want("a new "+e.Noun, c.showNamed(ctx, e))
	case errors.Is(err, ErrLimit):
		return c.detail(ctx, limitCause(e.Noun), e)
	case errors.Is(err, ErrInvalid):
		return c.detail(ctx, CallParameterInvalid, e)
	}
	return Refuse(CallInternal)
}

// limitCause is the cause of an ErrLimit about the noun.
func limitCause(noun string) Cause {
	switch noun {
	case "rate":
		return CallRate
	case "body", "file", "block":
		return CallTooLarge
	}
	return CallLimit
}

// detail is a refusal that passes on what the verb said of the noun.
func (c *clues) detail(ctx context.Context, cause Cause, e *Error) *Refusal {
	if e.Why == "" {
		return Refuse(cause).Want("another "+e.Noun, c.show(ctx, e.Name))
	}
	return Refuse(cause).Near("%s: %s", e.Noun, c.scrub(ctx, e.Why))
}

// whyOffline tells when the device was here last.
func (p *Platform) whyOffline(ctx context.Context, c *clues, e *Error) *Refusal {
	r := Refuse(CallOffline).Want("a device that is online", "device "+e.Name)
	d, ok := c.deviceByRef(ctx, DeviceRef{c.call.Access.Product, DeviceID(e.Name)})
	switch {
	case !ok:
		return r
	case d.LastLogin.IsZero():
		return r.Near("the device never logged in")
	}
	return r.Near("its last login was at %s Beijing time", d.LastLogin.In(Beijing).Format("2006-01-02 15:04:05"))
}

// look searches with detectors; a look-up that fails is our fault and not the caller's.
func (p *Platform) look(ctx context.Context, c *clues, list []detector, brief func(*clues) *Refusal) *Refusal {
	r, err := p.search(ctx, c, list, brief)
	if err != nil {
		p.log.Error("refused call not explained", "err", err)
		return brief(c)
	}
	return r
}

// presentableDevice is the device of the call as it may be recorded.
func (c *clues) presentableDevice(ctx context.Context) string {
	// Who cannot look it up cannot know: then it is masked too.
	if c.secret(ctx, c.Device) || c.err != nil {
		return Secret(c.Device).Mask()
	}
	return clip(c.Device)
}

// presentableCall is the call as it may be recorded. Only that of an unknown path holds texts of the caller's.
func (c *clues) presentableCall(ctx context.Context) string {
	const most = 16
	parts := strings.SplitN(clip(c.call.Call), "/", most)
	for i, part := range parts {
		if i > 0 && !strings.HasPrefix(part, "{") && c.secret(ctx, part) {
			parts[i] = Secret(part).Mask()
		}
	}
	return strings.Join(parts, "/")
}

// quoted finds what a message quotes: texts of the caller's.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// scrub masks the secrets that a message of a verb quotes.
func (c *clues) scrub(ctx context.Context, message string) string {
	return quoted.ReplaceAllStringFunc(message, func(q string) string {
		text, err := strconv.Unquote(q)
		if err != nil || c.secret(ctx, text) || c.Credential.Equal(Secret(text)) {
			return Secret(text).Mask()
		}
		return fmt.Sprintf("%q", clip(text))
	})
}
