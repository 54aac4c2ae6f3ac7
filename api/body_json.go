package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// mostJSON is how long a JSON body may be where the reference names no bound.
const mostJSON = 64 << 10

// json reads the body, at most so many bytes, as JSON into v. Members that v does not know are passed over, as SDKs send
// more than is documented. Errno 9 without a body, 5 when it is too long, 4 when it is no JSON in UTF-8, 6 with the field
// when a member has the wrong type.
func (c *call) json(most int, v any) error {
	text, err := c.body(most)
	if err != nil {
		return err
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 { // the empty lines that firmware sends behind everything
		return &wire.APIError{Code: wire.ErrnoBodyRequired}
	}
	if !utf8.Valid(text) {
		return badJSON(errors.New("it is not UTF-8"))
	}
	err = json.Unmarshal(text, v)
	if wrong, is := errors.AsType[*json.UnmarshalTypeError](err); is && wrong.Field != "" {
		return onenet.Invalid(wrong.Field, "want %s, got a JSON %s", wrong.Type, wrong.Value)
	}
	if err != nil {
		return badJSON(err)
	}
	return nil
}

// badJSON is errno 4, with the reason for whoever looks inside.
func badJSON(why error) error { return withErrno(wire.ErrnoInvalidJSON, why) }

// withErrno gives an error a number of its own.
func withErrno(code wire.Errno, why error) error {
	return fmt.Errorf("%w: %w", &wire.APIError{Code: code}, why)
}
