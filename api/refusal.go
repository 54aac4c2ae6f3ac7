package api

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// reasoned is an error that comes with its reason for people.
type reasoned struct {
	error
	why *onenet.Refusal
}

// Unwrap gives the error that the caller gets.
func (r reasoned) Unwrap() error { return r.error }

// refused says in the journal and in the log what the answer does not.
func (d *door) refused(ctx context.Context, rt route, c *call, err error) {
	record := d.p.RefusedCall(ctx, c.attempt(rt), err, c.why(err))
	r := record.Refusal
	code, _ := wire.ErrnoOf(err)
	if code == wire.ErrnoInternal {
		d.log.Error("call not answered", "call", record.Call, "err", err)
		return
	}
	d.log.Warn("call refused", "call", record.Call, "addr", c.r.RemoteAddr, "errno", int(code), "cause", r.Cause, "says", r.Says,
		"expected", r.Expected, "got", r.Got, "near_miss", r.NearMiss, "fix", r.Fix, "api_key", c.key())
}

// attempt is the call as the platform looks at it.
func (c *call) attempt(rt route) onenet.CallAttempt {
	a := onenet.CallAttempt{
		Call: rt.name(c), Method: c.method(), Addr: c.r.RemoteAddr, Access: c.access, Key: c.key(),
		Device: c.path("id"), Command: onenet.CommandID(c.path("uuid")),
	}
	if a.Device == "" {
		a.Device = c.params["device_id"]
	}
	if rt.open {
		a.RegisterCode = onenet.Secret(c.params["register_code"])
	}
	return a
}

// why is the reason for an error as far as the form of the call tells it; nil when the platform knows more.
func (c *call) why(err error) *onenet.Refusal {
	e, coded := errors.AsType[*wire.APIError](err)
	if coded && e.Code == wire.ErrnoInvalidJSON {
		if form := c.whyForm(); form != nil {
			return form
		}
	}
	if r, ok := errors.AsType[reasoned](err); ok && r.why != nil {
		if r.why.Stage == onenet.StageData && hasBlockHeader(c.sent) {
			return r.why.Near("the body begins with the header of a $dp block: leave these three bytes out, over HTTP the JSON stands alone")
		}
		return r.why
	}
	if inner, ok := errors.AsType[*onenet.Error](err); ok {
		if inner.Noun == "Content-Length" {
			return onenet.Refuse(onenet.CallBodyShort).Near("%s", inner.Why)
		}
		return nil
	}
	if !coded {
		return nil
	}
	return c.whyCode(e)
}

// whyCode is the reason for an error that the door found.
func (c *call) whyCode(e *wire.APIError) *onenet.Refusal {
	switch e.Code {
	case wire.ErrnoParameterRequired:
		return c.whyParameter(e.Detail)
	case wire.ErrnoBodyRequired:
		return c.whyNoBody()
	case wire.ErrnoInvalidJSON:
		return c.whyNoJSON()
	case wire.ErrnoTooLarge:
		return onenet.Refuse(onenet.CallTooLarge)
	case wire.ErrnoBatchLimit, wire.ErrnoAccountLimit:
		return onenet.Refuse(onenet.CallLimit).Near("%s", e.Code.Text())
	case wire.ErrnoInvalidParameter, wire.ErrnoConstraint, wire.ErrnoInvalidProtocol:
		return onenet.Refuse(onenet.CallParameterInvalid).Near("%s", e.Error())
	default:
		return nil
	}
}

// whyParameter finds the parameter under another spelling, or in another place.
func (c *call) whyParameter(name string) *onenet.Refusal {
	r := onenet.Refuse(onenet.CallParameterMissing).Want("the parameter "+name, "none of this name")
	inQuery := slices.ContainsFunc(callDocs[c.name].query, func(p paramDoc) bool { return p.name == name })
	_, there := c.params[name]
	bare := strings.NewReplacer("_", "", "-", "")
	for given := range c.params {
		if given != name && strings.EqualFold(bare.Replace(given), bare.Replace(name)) {
			return r.Near("%q is spelled otherwise", clip(given))
		}
	}
	switch {
	case there && inQuery:
		return r.Near("it is there and empty")
	case there:
		return r.Near("it stands in the query; this one belongs into the JSON of the body")
	case c.r.Header.Get(name) != "":
		return r.Near("it stands in a header, where nobody looks for it")
	case inQuery && c.r.URL.RawQuery == "" && c.r.ContentLength > 0:
		return r.Near("the URL has no query, and what the body says is not looked at")
	}
	return r
}

// whyNoBody tells a body that was not announced from one that is empty.
func (c *call) whyNoBody() *onenet.Refusal {
	r := onenet.Refuse(onenet.CallNoBody).Want("a body", "nothing")
	switch {
	case c.r.Header.Get("Content-Length") == "" && c.r.ContentLength <= 0 && len(c.r.TransferEncoding) == 0:
		return r.Near("there is no Content-Length either: without it, what follows the headers is not part of the call")
	case len(c.sent) > 0:
		return r.Near("the body is white space")
	}
	return r
}

// hasBlockHeader tells whether a body is a whole block as devices publish it: type, length in two bytes, text.
func hasBlockHeader(body []byte) bool {
	const header = 3
	body = bytes.TrimRight(body, "\r\n")
	return len(body) > header && body[0] >= 1 && body[0] <= 5 && int(body[1])<<8|int(body[2]) == len(body)-header
}

// whyForm recognises a form where JSON is wanted; nil when it is none.
func (c *call) whyForm() *onenet.Refusal {
	const most = 4096 // bytes to look at
	text := strings.TrimSpace(string(c.sent[:min(len(c.sent), most)]))
	form := func(near string) *onenet.Refusal {
		return onenet.Refuse(onenet.CallFormBody).Want("JSON, such as {…}", "a form").Near("%s", near)
	}
	plain, err := url.QueryUnescape(text)
	switch {
	case strings.HasPrefix(text, "--") && strings.Contains(text, "Content-Disposition"):
		return form("it has parts, as files in Python requests and -F with curl make them")
	case err == nil && plain != text && strings.HasPrefix(strings.TrimLeft(plain, "\ufeff "), "{"):
		return form("it is JSON in percent-encoding: send it as it is")
	case isForm(text):
		return form("name=value pairs, as data={…} in Python requests, jQuery and http_build_query make them")
	}
	return nil
}

// whyNoJSON says where the body is no JSON.
func (c *call) whyNoJSON() *onenet.Refusal {
	if bytes.HasPrefix(c.sent, []byte("\ufeff")) {
		return onenet.Refuse(onenet.CallBadJSON).Want("JSON", "a byte order mark before it").AtByte(0).
			Near("save the file as UTF-8 without BOM")
	}
	fault, found := wire.FindJSONFault(c.sent)
	if !found { // JSON, but not what this call wants
		return onenet.Refuse(onenet.CallBadJSON).Want("an object", "another kind of JSON value")
	}
	r := onenet.Refuse(onenet.CallBadJSON).Want(fault.Want, fault.Got).AtByte(fault.At)
	if fault.NearMiss != "" {
		return r.Near("%s", fault.NearMiss)
	}
	return r
}

// isForm tells whether a text is name=value pairs with & between them.
func isForm(text string) bool {
	return !slices.ContainsFunc(strings.Split(text, "&"), func(pair string) bool {
		name, _, ok := strings.Cut(pair, "=")
		return !ok || name == "" || strings.ContainsAny(name, "{}\"' \r\n:")
	})
}
