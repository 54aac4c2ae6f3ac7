package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"

	"github.com/onelan/onelan/firmware/sim"
)

// screen is where the boards are shown. On a terminal lines scroll above a line that tells how the LEDs are; anywhere else
// every change is a line of its own. What a board prints is escaped: it may have come from afar.
type screen struct {
	out    io.Writer
	boards []*board
	chosen int
	live   bool // a terminal that we may write over
	color  bool
	saved  *term.State
	input  *os.File
}

func newScreen(stdout io.Writer, stdin io.Reader, boards []*board) *screen {
	s := &screen{out: stdout, boards: boards}
	out, isFile := stdout.(*os.File)
	in, inFile := stdin.(*os.File)
	if !isFile || !inFile || !term.IsTerminal(int(out.Fd())) || !term.IsTerminal(int(in.Fd())) || !understands() {
		return s
	}
	saved, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return s
	}
	s.live, s.saved, s.input = true, saved, in
	s.color = os.Getenv("NO_COLOR") == "" // https://no-color.org
	return s
}

// understands tells whether the terminal knows the escape sequences that every one knows but old ones of Windows.
func understands() bool {
	return os.Getenv("TERM") != "dumb" && (runtime.GOOS != "windows" || os.Getenv("WT_SESSION") != "")
}

// restore gives the terminal back as it was.
func (s *screen) restore() {
	if s.live {
		_, _ = io.WriteString(s.out, "\r\x1b[K")
		_ = term.Restore(int(s.input.Fd()), s.saved)
	}
}

func (s *screen) begin() {
	s.line(s.paint("2", "keys: "+keyHelp))
}

// show tells what happened to a board.
func (s *screen) show(h happening) {
	b, e := s.boards[h.board], h.event
	switch {
	case e.Kind == sim.Changed && e.Pin == b.led.Pin:
		text := "LED off"
		if e.Level == b.led.On {
			text = "LED on"
		}
		if s.live {
			s.status()
			return
		}
		s.note(h.board, text)
	case e.Kind == sim.Sensed: // the report that follows says it
	case e.Kind == sim.Line:
		s.line(s.name(h.board) + printable(e.Text))
	case e.Kind == sim.Ended:
		s.note(h.board, strings.TrimRight("the program has ended; reset the board to start it again. "+printable(e.Text), " "))
	default:
		s.note(h.board, printable(e.String()))
	}
}

// note tells what no board has printed.
func (s *screen) note(board int, text string) {
	s.line(s.name(board) + s.paint("2", "-- "+text))
}

func (s *screen) choose(board int) {
	s.chosen = board
	if s.live {
		s.status()
	}
}

// name is what a board's lines begin with, where there are several.
func (s *screen) name(board int) string {
	if len(s.boards) == 1 {
		return ""
	}
	return s.paint(strconv.Itoa(32+board%5), strconv.Itoa(board+1)+" ")
}

func (s *screen) line(text string) {
	if !s.live {
		_, _ = fmt.Fprintln(s.out, text)
		return
	}
	_, _ = io.WriteString(s.out, "\r\x1b[K"+text+"\r\n")
	s.status()
}

// status rewrites the last line: the LEDs, and what was switched off.
func (s *screen) status() {
	var parts []string
	for i, b := range s.boards {
		part := s.lamp(b)
		if len(s.boards) > 1 {
			part = strconv.Itoa(i+1) + " " + part
			if i == s.chosen {
				part = "[" + part + "]"
			}
		}
		parts = append(parts, part)
	}
	_, _ = io.WriteString(s.out, "\r\x1b[K"+strings.Join(parts, "  "))
}

func (s *screen) lamp(b *board) string {
	dark, bright := "○ LED off", "● LED on"
	if len(s.boards) > 1 { // nine have to fit one line
		dark, bright = "○", "●"
	}
	text := s.paint("2", dark)
	if b.lit() {
		text = s.paint("1;94", bright)
	}
	if !b.wifi {
		text += s.paint("33", " no Wi-Fi")
	}
	if b.halfOpen {
		text += s.paint("33", " network silent")
	}
	return text
}

func (s *screen) paint(style, text string) string {
	if !s.color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// printable is a text with everything escaped that could move the cursor.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}
