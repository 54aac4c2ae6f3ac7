// Package snapshot is the one file that holds all of a platform: products with their keys, devices, triggers, topics,
// points and their files, commands, kept sessions, messages that wait or are retained.
//
// The file is gzip around lines of JSON, so zcat and jq read it. The first line says what it is and in which
// version; each line after it is one thing (or a run of points of one stream), named by its only key; the last one counts
// them and carries a checksum of all lines before it. So a file that was cut or changed is known before its reader says that it is whole.
//
//	{"onelan":"snapshot","version":1}
//	{"product":{"id":"244754","name":"ESP32 tutorial",…}}
//	{"device":{"product":"244754","id":"527521926",…}}
//	{"points":{"product":"244754","device":"527521926","stream":"t","at":[1527811200000,1527811201000],"value":[25.5,25.6]}}
//	{"end":{"lines":3,"sha256":"…"}}
//
// Times are milliseconds since 1970, bytes are base64, and so is a text that is no UTF-8, in an object of its own. The names
// are the format's, promised to later versions: a reader reads every version up to its own. It refuses newer ones, and
// names that it does not know, rather than lose what they say.
//
// A snapshot holds secrets in clear: master keys, auth infos, device keys. Whoever writes one into a file sees to
// it that nobody else may read it.
//
// Write and Read stream: their memory does not grow with the snapshot, and Read's is bounded whatever it is
// given. Whether what a snapshot says makes sense is judged by the store that takes it, not here.
package snapshot

import (
	"crypto/sha256"
	"fmt"
	"hash"

	"github.com/onelan/onelan/onenet"
)

const (
	what    = "snapshot"
	version = 1
)

// The bounds of what is written and read, in bytes.
const (
	maxLine  = 8 << 20   // of a line; the largest thing there is, a message of 4 MiB, needs 5.4 of it
	maxTotal = 256 << 30 // of all lines together
)

// header is the first line.
type header struct {
	Onelan  string `json:"onelan"`
	Version int    `json:"version"`
}

// end is the last line.
type end struct {
	Lines  int64  `json:"lines"`  // between the first and this one
	SHA256 string `json:"sha256"` // of all lines before, with their line ends
}

const endPrefix = `{"end":`

// sum adds up what the last line says.
type sum struct {
	lines int64
	hash  hash.Hash
}

func newSum() *sum { return &sum{hash: sha256.New()} }

func (s *sum) line(text []byte) { _, _ = s.hash.Write(text) } // a hash takes everything

func (s *sum) end() end { return end{s.lines, fmt.Sprintf("%x", s.hash.Sum(nil))} }

// damaged says that an input is no snapshot, or not all of one.
func damaged(format string, args ...any) error {
	return onenet.Errorf(onenet.ErrInvalid, what, "", format, args...)
}
