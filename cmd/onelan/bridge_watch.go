package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
)

// defaultEvery is how often a status is shown again.
const defaultEvery = time.Second

// watchBridge shows the status until Ctrl-C. On a terminal it stays in its place; elsewhere one follows the other, and with
// --json each is a line.
func (a *app) watchBridge(cmd *cobra.Command, o *bridgeStatusOptions, args []string) error {
	if o.every.d < 100*time.Millisecond {
		return usage("--every is at least 100ms")
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	defer c.Close()
	s := a.screen(o.json)
	defer s.leave()
	for ctx := cmd.Context(); ; {
		err := a.bridgeFrame(ctx, c, s, o, args)
		if err == nil && clock.Sleep(a.clock, o.every.d, ctx.Done()) {
			continue
		}
		if ctx.Err() != nil || errors.Is(err, context.Canceled) { // Ctrl-C is how a watch ends
			return nil
		}
		return err
	}
}

// bridgeFrame shows the status once.
func (a *app) bridgeFrame(ctx context.Context, c *lab.Client, s *screen, o *bridgeStatusOptions, args []string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	b, err := c.Bridge(ctx)
	if err != nil {
		return err
	}
	var frame bytes.Buffer
	if err := a.printBridge(&frame, width(a.stdout), b, o, args); err != nil {
		return err
	}
	return s.show(frame.String(), a.clock.Now())
}

// screen is where texts are shown one after the other, each in the place of the one before.
type screen struct {
	out    io.Writer
	inked  bool                  // something was shown
	place  bool                  // it is a terminal on which the cursor can be moved
	bare   bool                  // nothing stands between two texts
	height func() (lines int)    // of the terminal
	paint  func(s string) string // of the line between two texts
}

func (a *app) screen(bare bool) *screen {
	p := a.painter(a.stdout)
	return &screen{
		out: a.stdout, bare: bare,
		place:  !bare && isTerminal(a.stdout) && a.getenv("TERM") != "dumb" && enableColor(a.stdout),
		height: func() int { return height(a.stdout) },
		paint:  func(s string) string { return p.paint(dim, s) },
	}
}

// The terminal's own commands.
const (
	cursorHome  = "\x1b[H"
	cursorHide  = "\x1b[?25l"
	cursorShow  = "\x1b[?25h"
	clearScreen = "\x1b[2J"
	clearLine   = "\x1b[K" // what stands behind the cursor
	clearBelow  = "\x1b[J"
)

// show shows a text. What does not fit on the screen is left out, and said to be.
func (s *screen) show(text string, now time.Time) error {
	if s.bare {
		_, err := io.WriteString(s.out, text)
		return err
	}
	stamp := s.paint("-- " + now.Local().Format(time.TimeOnly) + " --")
	if !s.place {
		_, err := fmt.Fprintf(s.out, "%s\n%s", stamp, text)
		return err
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if room := s.height() - 2; room > 0 && len(lines) > room {
		lines = append(lines[:room-1], s.paint(fmt.Sprintf("… %d more lines; --trouble shows less", len(lines)-room+1)))
	}
	var b strings.Builder
	if !s.inked {
		b.WriteString(cursorHide + clearScreen)
	}
	s.inked = true
	b.WriteString(cursorHome)
	for _, line := range append(lines, stamp) {
		b.WriteString(line + clearLine + "\n")
	}
	b.WriteString(clearBelow)
	_, err := io.WriteString(s.out, b.String())
	return err
}

// leave gives the cursor back.
func (s *screen) leave() {
	if s.inked {
		_, _ = io.WriteString(s.out, cursorShow) // nobody is left to be told
	}
}

// height is how many lines w has; 0 when it is not a terminal.
func height(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	_, lines, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return lines
}
