package sim

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// Kind is what happened.
type Kind string

// What can happen to a board.
const (
	Booted  Kind = "boot"     // Cause
	Line    Kind = "print"    // Text: a line on the serial port
	Changed Kind = "pin"      // Pin, Level
	Sensed  Kind = "sensor"   // the program measured the chip's temperature
	Barked  Kind = "watchdog" // the watchdog was not fed; a boot follows
	Ended   Kind = "ended"    // Code, Text: the program, or the interpreter; the board does nothing until it is reset
)

// Event is one thing that happened to a board.
type Event struct {
	Seq   int // from 1, one by one
	Kind  Kind
	Cause Cause
	Pin   int
	Level int
	Code  int
	Text  string
}

func (e Event) String() string {
	switch e.Kind {
	case Booted:
		return "boot: " + e.Cause.String()
	case Changed:
		return fmt.Sprintf("pin %d is %d", e.Pin, e.Level)
	case Ended:
		return fmt.Sprintf("ended with %d: %s", e.Code, e.Text)
	default:
		return strings.TrimSpace(string(e.Kind) + " " + e.Text)
	}
}

// kept is how many events a board remembers: more than a test makes, and an evening of a virtual board does not fill the memory.
const kept = 1 << 13

// log is a board's events. Writers never wait.
type log struct {
	mu     sync.Mutex
	events []Event // guarded by mu; the newest kept ones
	last   int     // guarded by mu
	more   chan struct{}
}

func newLog() *log { return &log{more: make(chan struct{})} }

func (g *log) add(e Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last++
	e.Seq = g.last
	g.events = append(g.events, e)
	if len(g.events) >= 2*kept {
		g.events = append([]Event(nil), g.events[kept:]...)
	}
	close(g.more)
	g.more = make(chan struct{})
}

// after is the events with higher numbers, and what is closed when there are more.
func (g *log) after(seq int) ([]Event, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	missing := min(max(g.last-seq, 0), len(g.events))
	return append([]Event(nil), g.events[len(g.events)-missing:]...), g.more
}

// Events is what happened after the event of that number, as far back as the board remembers: 8,192 events at least.
func (b *Board) Events(after int) []Event {
	events, _ := b.log.after(after)
	return events
}

// Mark is the number of the newest event: what happens from here on comes after it.
func (b *Board) Mark() int {
	b.log.mu.Lock()
	defer b.log.mu.Unlock()
	return b.log.last
}

// Match chooses an event; its text says which, for people.
type Match struct {
	Text string
	OK   func(Event) bool
}

// Printed matches a line on the serial port that contains the text.
func Printed(text string) Match {
	return Match{fmt.Sprintf("a line with %q", text), func(e Event) bool { return e.Kind == Line && strings.Contains(e.Text, text) }}
}

// PinIs matches the change of a pin to a level.
func PinIs(pin, level int) Match {
	return Match{fmt.Sprintf("pin %d becoming %d", pin, level), func(e Event) bool {
		return e.Kind == Changed && e.Pin == pin && e.Level == level
	}}
}

// Boot matches a start for that cause.
func Boot(c Cause) Match {
	return Match{"a boot: " + c.String(), func(e Event) bool { return e.Kind == Booted && e.Cause == c }}
}

// Is matches any event of a kind.
func Is(k Kind) Match { return Match{string(k), func(e Event) bool { return e.Kind == k }} }

// Wait returns the first event after number after that matches, and waits for it. It gives up with an error when ctx ends
// or the board is closed.
func (b *Board) Wait(ctx context.Context, after int, m Match) (Event, error) {
	for {
		events, more := b.log.after(after)
		for _, e := range events {
			after = e.Seq
			if m.OK(e) {
				return e, nil
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Event{}, fmt.Errorf("waiting for %s: %w", m.Text, ctx.Err())
		case <-b.closing:
			return Event{}, ErrClosed
		}
	}
}
