package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// What the tests of package console_test need of the inside. They stand outside because the server that they run has this package in it.
const (
	LangCookie = langCookie
	ZH         = zh
	EN         = en
	PageRows   = pageRows
	FloodRows  = floodRows
)

var (
	RefValues = refValues
	LinkURL   = linkURL
	LocalPath = localPath
	Cut       = cut
)

// Views are the patterns of the pages and of what their forms do.
func Views() []string {
	var out []string
	for pattern := range (&door{}).views() {
		out = append(out, pattern)
	}
	return out
}

// NewPatient is a console that gives forms another time to arrive.
func NewPatient(c Config, within time.Duration) (http.Handler, error) {
	d, err := newDoor(c)
	if err != nil {
		return nil, err
	}
	d.outside.within, d.inside.within = within, within
	return d.handler(), nil
}

// Lang is a language of the pages.
type Lang = lang

// MarksOf are the marks of a $dp message's bytes: t for a type byte, T for a time, l for a length, a dot for none.
func MarksOf(b []byte) string {
	var s strings.Builder
	for _, line := range payloadOf(&onenet.Record{Topic: wire.DPTopic, Payload: b}, wire.DPOptions{}).Bytes {
		for _, p := range line.Hex {
			c := map[string]string{"": ".", "type": "t", "time": "T", "length": "l"}[p.Is]
			s.WriteString(strings.Repeat(c, len(p.Text)/3+1))
		}
	}
	return s.String()
}
