package api

import (
	"net/http"
	"strconv"

	"github.com/onelan/onelan/wire"
)

// reply is what a call answers.
type reply struct {
	status      int
	contentType string
	body        []byte
}

const (
	typeJSON = "application/json"
	typeRaw  = "application/octet-stream"
)

// errBadRequest answers what is no HTTP request.
var errBadRequest = &wire.APIError{Code: wire.ErrnoInvalidParameter, Detail: "not an HTTP request"}

// envelope is a reply in OneNET's envelope.
func envelope(e wire.Envelope) (reply, error) {
	text, err := e.Append(nil)
	return reply{http.StatusOK, typeJSON, text}, err
}

// refusal is an error in the envelope.
func refusal(status int, err error) reply {
	text, _ := wire.Envelope{Err: err}.Append(nil) // it fails for data only
	return reply{status, typeJSON, text}
}

// writeReply writes head and body with the headers that OneNET was seen to send (reference, section 5.1).
func writeReply(w http.ResponseWriter, out reply) {
	h := w.Header()
	h.Set("Content-Type", out.contentType)
	h.Set("Content-Length", strconv.Itoa(len(out.body)))
	h.Set("Server", "Apache-Coyote/1.1")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client may be gone: nothing to do about it
}

// reason is the phrase beside a status; OneNET has some of its own.
func reason(status int) string {
	switch status {
	case 220:
		return "Command Created"
	case 221:
		return "Command Sent"
	case 432:
		return "Command Response Timeout"
	case 433:
		return "Command Response Too Large"
	case 520:
		return "Send Command Failed"
	default:
		return http.StatusText(status)
	}
}
