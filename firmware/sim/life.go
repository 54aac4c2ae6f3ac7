package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// heapSize is what the interpreter begins with. It grows, for it collects nothing while a program runs: a
// memory leak cannot be found here.
const heapSize = 160 << 10

// run is the boot: the stand-ins come before the interpreter's own modules, then main.py, in the namespace that
// it has on a board.
const run = `import sys
sys.path.insert(0, "/sim")
import _errno, select, time
exec(compile(open("/main.py").read(), "main.py", "exec"), globals())`

// life is the time from one start of a board to the next. Its requests are answered one after the other, on one goroutine.
type life struct {
	b       *Board
	process *process
	cause   Cause
	bark    chan struct{} // from the watchdog
	wake    chan struct{} // something came in
	dead    chan struct{} // closed by stop
	over    chan struct{} // closed when all is put away

	// Of the goroutine that serves; wantsReset may be read when over is closed.
	endpoints  map[int]endpoint
	nextFD     int
	dog        clock.Timer
	dogTime    time.Duration
	wantsReset bool
}

func newLife(b *Board, c Cause) *life {
	return &life{
		b: b, cause: c, bark: make(chan struct{}, 1), wake: make(chan struct{}, 1), dead: make(chan struct{}),
		over: make(chan struct{}), endpoints: map[int]endpoint{}, nextFD: 3,
	}
}

// overAlready is the life of a board that could not start.
func overAlready() *life {
	l := newLife(nil, 0)
	close(l.over)
	return l
}

// start begins a life.
func (b *Board) start(c Cause) (*life, error) {
	b.pins.reset()
	b.radio.reset()
	files := b.flash.all()
	maps.Copy(files, b.lib)
	hello, err := json.Marshal(map[string]any{"files": files, "heap": heapSize, "start": run})
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	l := newLife(b, c)
	if l.process, err = startProcess(b.config.Sim); err != nil {
		return nil, err
	}
	b.log.add(Event{Kind: Booted, Cause: c})
	b.work.Go(func() { l.serve(hello) })
	return l, nil
}

// stop cuts the power and waits for the dark.
func (l *life) stop() {
	close(l.dead)
	if l.process != nil {
		l.process.kill()
	}
	<-l.over
}

func (l *life) isDead() bool {
	select {
	case <-l.dead:
		return true
	default:
		return false
	}
}

// serve answers until the process or the program is gone, and puts everything away.
func (l *life) serve(hello []byte) {
	defer close(l.over)
	defer l.putAway()
	if _, err := l.process.in.Write(append(hello, '\n')); err != nil {
		l.crashed()
		return
	}
	for {
		line, err := l.process.out.ReadString('\n')
		if err != nil {
			l.crashed()
			return
		}
		a, goesOn := l.obey(line)
		if !goesOn || l.isDead() {
			return
		}
		if _, err := l.process.in.Write([]byte(a + "\n")); err != nil {
			l.crashed()
			return
		}
	}
}

// crashed notes that the process is gone, unless the power was cut.
func (l *life) crashed() {
	if !l.isDead() {
		l.b.log.add(Event{Kind: Ended, Code: 1, Text: l.process.complaint()})
	}
}

// putAway leaves the connections to themselves: a chip that stops says no goodbye.
func (l *life) putAway() {
	l.process.kill()
	if l.dog != nil {
		l.dog.Stop()
	}
	for _, e := range l.endpoints {
		e.abandon()
	}
}

// obey does what a request asks; it is false when the life has ended by it.
func (l *life) obey(line string) (_ answer, goesOn bool) {
	r, err := parse(line)
	if err != nil {
		l.b.log.add(Event{Kind: Ended, Code: 1, Text: err.Error()})
		return "", false
	}
	switch r.op {
	case "reset":
		l.wantsReset = true
		return "", false
	case "ended":
		l.b.log.add(Event{Kind: Ended, Code: r.num(0), Text: r.text(1)})
		return "", false
	}
	do, known := operations[r.op]
	if !known {
		return errInvalid.answer(), true
	}
	return do(l, r), true
}

// scaled is how long the board's milliseconds last for us.
func (l *life) scaled(ms int) time.Duration {
	return time.Duration(ms) * time.Millisecond / time.Duration(l.b.config.Speed)
}

// pause lets the board's milliseconds pass, or its life.
func (l *life) pause(ms int) { clock.Sleep(l.b.clock, l.scaled(ms), l.dead) }

// poke ends a wait that is under way, to look again.
func (l *life) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// wait waits until ready, but no longer than the board's milliseconds; less than 0 is for ever. It reports whether it is ready.
func (l *life) wait(ms int, ready func() bool) bool {
	if ready() || ms == 0 {
		return ready()
	}
	var late chan struct{}
	if ms > 0 {
		late = make(chan struct{})
		defer l.b.clock.AfterFunc(l.scaled(ms), func() { close(late) }).Stop()
	}
	for !ready() {
		select {
		case <-l.wake:
		case <-late:
			return ready()
		case <-l.dead:
			return false
		}
	}
	return true
}
