package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Envelope is the JSON answer of the REST API. Its key order is part of the protocol:
// firmware looks for texts in it rather than parsing it (section 5.1).
type Envelope struct {
	Err      error // nil is succ
	Data     any   // nil means none; left out when Err is set
	DataLast bool  // /cmds, /cmds/history and /bindata write errno, error, data
}

// Append appends the answer: compact, without escapes for HTML, without a line end.
// An error means that Data cannot be written as JSON; dst is then returned as it was.
func (e Envelope) Append(dst []byte) ([]byte, error) {
	code, text := ErrnoOf(e.Err)
	var data []byte
	if e.Data != nil && e.Err == nil {
		var err error
		if data, err = plainJSON(e.Data); err != nil {
			return dst, err
		}
	}
	dst = append(dst, `{"errno":`...)
	dst = strconv.AppendInt(dst, int64(code), 10)
	if data != nil && !e.DataLast {
		dst = append(append(dst, `,"data":`...), data...)
	}
	dst = appendString(append(dst, `,"error":`...), strings.ToValidUTF8(text, "\uFFFD"))
	if data != nil && e.DataLast {
		dst = append(append(dst, `,"data":`...), data...)
	}
	return append(dst, '}'), nil
}

// plainJSON is json.Marshal without the escapes for HTML.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}
