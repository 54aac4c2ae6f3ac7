package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// The rules for what goes to a terminal: colours only where a person looks at them
// (a terminal, no NO_COLOR, no --color never), and nothing that a device sent
// reaches it unescaped: a topic or a value could otherwise move the cursor, or repaint what
// stands above it.

// style is a colour or weight of ANSI terminals.
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	blue   style = "34"
	violet style = "35"
	cyan   style = "36"
)

// painter colours text, or leaves it alone.
type painter struct{ on bool }

func (p painter) paint(s style, text string) string {
	if !p.on || text == "" || s == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// painter decides whether w gets colours.
func (a *app) painter(w io.Writer) painter {
	switch a.color {
	case "always":
		return painter{true}
	case "never":
		return painter{}
	}
	// https://no-color.org: any value but the empty one.
	return painter{isTerminal(w) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb" && enableColor(w)}
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is how many columns w has; 0 when it is not a terminal, and then nothing is cut.
func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

func (a *app) getenv(name string) string {
	value := ""
	for _, pair := range a.env {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v // the last one counts, as in os/exec
		}
	}
	return value
}

// printable is a text from outside with everything escaped that does not print.
func printable(s string) string {
	if strings.IndexFunc(s, escaped) < 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if escaped(r) {
			_, size := utf8.DecodeRuneInString(s[i:])
			q := strconv.QuoteToASCII(s[i : i+size])
			b.WriteString(q[1 : len(q)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func escaped(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// shown is a payload for people: its text, or its bytes in hexadecimal.
func shown(payload []byte) string {
	const most = 32
	if utf8.Valid(payload) && strings.IndexFunc(string(payload), binary) < 0 {
		return printable(string(payload))
	}
	s := hexText(payload[:min(len(payload), most)])
	if len(payload) > most {
		s += " …"
	}
	return s
}

// binary tells that a character does not stand in a text that somebody typed.
func binary(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' }
