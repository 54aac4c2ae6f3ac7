package main

import (
	"bytes"
	"io"
	"sync"
)

// logbook keeps the end of a log. It is safe for concurrent use.
type logbook struct {
	most int // lines

	mu    sync.Mutex
	lines [][]byte // guarded by mu: the newest
	half  []byte   // guarded by mu: a line that has no end yet
	gone  int      // guarded by mu: lines that are not kept any more
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.half = append(l.half, b...)
	for {
		line, rest, found := bytes.Cut(l.half, []byte("\n"))
		if !found {
			return len(b), nil
		}
		l.lines = append(l.lines, bytes.Clone(line))
		l.half = rest
		if len(l.lines) > l.most {
			l.lines, l.gone = l.lines[1:], l.gone+1
		}
	}
}

// writeTo writes what is kept, and tells how many lines came in all.
func (l *logbook) writeTo(w io.Writer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func (l *logbook) count() (kept, all int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.lines), len(l.lines) + l.gone
}
