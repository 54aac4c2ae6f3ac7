package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// payload is what a record kept of a message, in every way in which somebody wants to look at it.
type payload struct {
	Text, JSON string // of a message that is one
	Blocks     []block
	Bytes      []byteLine
	Marks      []string // what bytes are marked as: the legend
	Kept, Size int
}

// block is one of a $dp message.
type block struct {
	Type   wire.DPType
	At     time.Time // of all its points, where its header has one
	Offset int       // of its type byte
	Size   int
	Body   string // JSON in lines, or the text with its separators
	File   int    // bytes of the file in it
}

// Cut tells that the record has only the beginning.
func (p *payload) Cut() bool { return p.Kept < p.Size }

// payloadOf is nil where the record is of no message.
func payloadOf(r *onenet.Record, opt wire.DPOptions) *payload {
	if len(r.Payload) == 0 {
		return nil
	}
	p := &payload{Kept: len(r.Payload), Size: max(r.Size, len(r.Payload)), JSON: indented(r.Payload)}
	if isText(r.Payload) {
		p.Text = string(r.Payload)
	}
	m := marks(make([]mark, len(r.Payload)))
	if r.Topic == wire.DPTopic {
		p.Blocks = blocksOf(r.Payload, opt, m)
	}
	if r.Refusal != nil && r.Refusal.Offset != nil {
		m.set(*r.Refusal.Offset, 1, markWrong)
	}
	p.Bytes, p.Marks = byteLines(r.Payload, m), m.used()
	return p
}

// blocksOf are those before a fault, or before the end of what was kept.
func blocksOf(b []byte, opt wire.DPOptions, m marks) []block {
	var out []block
	for _, i := range wire.DescribeDP(b, opt).Blocks {
		m.block(i)
		one := block{Type: i.Type, At: i.At, Offset: i.Offset, Size: i.Size}
		body := b[i.Body:min(i.Body+i.Length, len(b))]
		switch {
		case i.Type <= wire.DPTimed:
			one.Body = indented(body)
		case i.Type != wire.DPFloats:
			one.Body = shown(string(body))
		}
		for _, p := range i.Points {
			if p.File != nil {
				one.File = p.File.Size
			}
		}
		out = append(out, one)
	}
	return out
}

// mark says what a byte is, where that is known.
type mark string

const (
	markNone   mark = ""
	markType   mark = "type"
	markTime   mark = "time"
	markLength mark = "length"
	markWrong  mark = "wrong"
)

// marks are those of the bytes of a message.
type marks []mark

func (m marks) set(from, n int, is mark) {
	for i := max(from, 0); i < min(from+n, len(m)); i++ {
		m[i] = is
	}
}

// block marks the header of a block, and in one of type 2 the length of the file (reference, section 3.1).
func (m marks) block(i wire.DPBlockInfo) {
	const stamp, fileLength = 6, 4
	m.set(i.Offset+1, i.Body-i.Offset-1, markLength)
	if !i.At.IsZero() {
		m.set(i.Offset+1, stamp, markTime)
	}
	m.set(i.Offset, 1, markType)
	if i.Type == wire.DPBinary {
		m.set(i.Body+i.Length, fileLength, markLength)
	}
}

// used are the marks that occur, in the order of a header.
func (m marks) used() []string {
	var out []string
	for _, is := range []mark{markType, markTime, markLength, markWrong} {
		for _, has := range m {
			if has == is {
				out = append(out, string(is))
				break
			}
		}
	}
	return out
}

// byteLine is a line of bytes: where it begins, and the bytes as numbers and as characters, in pieces of one mark.
type byteLine struct {
	At         string
	Hex, Chars []part
	Gap        string // what a shorter last line lacks
}

// perLine is how many bytes stand in a line.
const perLine = 16

func byteLines(b []byte, m marks) []byteLine {
	var out []byteLine
	for from := 0; from < len(b); from += perLine {
		to := min(from+perLine, len(b))
		line := byteLine{At: fmt.Sprintf("%04x", from), Gap: fmt.Sprintf("%*s", 3*(from+perLine-to), "")}
		for i := from; i < to; {
			j := i + 1
			for j < to && m[j] == m[i] {
				j++
			}
			line.Hex = append(line.Hex, part{string(m[i]), hexLine(b[i:j])})
			line.Chars = append(line.Chars, part{string(m[i]), printable(b[i:j])})
			i = j
		}
		out = append(out, line)
	}
	return out
}

// printable is the bytes as characters of ASCII, with a dot for each that is none.
func printable(b []byte) string {
	out := bytes.Clone(b)
	for i, c := range out {
		if c < ' ' || c > '~' {
			out[i] = '.'
		}
	}
	return string(out)
}

// indented is JSON in lines; empty for what is none. What does not print is written as its number, which is the same JSON: nobody can
// turn the direction of writing or hide a part.
func indented(b []byte) string {
	var lines bytes.Buffer
	if len(b) == 0 || json.Indent(&lines, b, "", "  ") != nil {
		return ""
	}
	var out strings.Builder
	for _, r := range lines.String() {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}
