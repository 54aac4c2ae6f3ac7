package main

import (
	"bufio"
	"context"
	"io"

	"github.com/onelan/onelan/firmware/sim"
)

const keyHelp = "w Wi-Fi off/on, h network silent/back, p power cycle, r reset button, u copy the program again, 1-9 which board, q quit"

// desk is the boards and who plays with them. It belongs to one goroutine.
type desk struct {
	boards   []*board
	chosen   int
	screen   *screen
	firmware string
}

// happening is an event of one of the boards.
type happening struct {
	board int
	event sim.Event
}

// watch shows what happens and does what is typed, until q or the end of ctx.
func (d *desk) watch(ctx context.Context, typed <-chan rune) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	happenings := make(chan happening)
	for i, b := range d.boards {
		go follow(ctx, i, b, happenings)
	}
	for {
		select {
		case h := <-happenings:
			d.screen.show(h)
		case key, ok := <-typed:
			if !ok {
				typed = nil // no keyboard: go on until a signal
				continue
			}
			if key == 'q' || key == ctrlC {
				return nil
			}
			if err := d.press(key); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// follow passes a board's events on, in order.
func follow(ctx context.Context, i int, b *board, out chan<- happening) {
	anything := sim.Match{Text: "anything", OK: func(sim.Event) bool { return true }}
	for after := 0; ; {
		e, err := b.Wait(ctx, after, anything)
		if err != nil {
			return
		}
		after = e.Seq
		select {
		case out <- happening{i, e}:
		case <-ctx.Done():
			return
		}
	}
}

// press does what a key stands for; other keys do nothing.
func (d *desk) press(key rune) error {
	b := d.boards[d.chosen]
	switch {
	case key >= '1' && key <= '9' && int(key-'1') < len(d.boards):
		d.chosen = int(key - '1')
		d.screen.choose(d.chosen)
	case key == 'w':
		b.wifi = !b.wifi
		b.WiFi(b.wifi)
		text := "Wi-Fi is off"
		if b.wifi {
			text = "Wi-Fi is on"
		}
		d.screen.note(d.chosen, text)
	case key == 'h':
		b.halfOpen = !b.halfOpen
		b.HalfOpen(b.halfOpen)
		text := "packets arrive again"
		if b.halfOpen {
			text = "packets vanish from here on; nobody is told"
		}
		d.screen.note(d.chosen, text)
	case key == 'p':
		d.screen.note(d.chosen, "power off and on")
		b.PowerCycle()
	case key == 'r':
		d.screen.note(d.chosen, "the reset button")
		b.PressReset()
	case key == 'u':
		return d.upload(b)
	case key == '?':
		d.screen.note(d.chosen, keyHelp)
	}
	return nil
}

// upload copies the program to the board again, as mpremote does after an edit.
func (d *desk) upload(b *board) error {
	dir, err := folder(d.firmware)
	if err != nil {
		return err
	}
	files, err := sim.Program(dir)
	if err != nil {
		return err
	}
	for path, content := range files {
		b.WriteFile(path, content)
	}
	d.screen.note(d.chosen, "the program is copied; reset")
	b.PressReset()
	return nil
}

const ctrlC = 3

// keys is what is typed. It is closed when there is no more.
func keys(ctx context.Context, stdin io.Reader) <-chan rune {
	out := make(chan rune)
	go func() {
		defer close(out)
		in := bufio.NewReader(stdin)
		for {
			key, _, err := in.ReadRune()
			if err != nil {
				return
			}
			select {
			case out <- key:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
