package sim

import (
	"slices"
	"sync"
)

// pins are the levels of a board's pins.
type pins struct {
	log *log

	mu     sync.Mutex
	levels map[int]int // guarded by mu; absent is floating, which reads as 0
}

func newPins(g *log) *pins { return &pins{log: g, levels: map[int]int{}} }

func (p *pins) level(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.levels[n]
}

func (p *pins) set(n, level int) {
	p.mu.Lock()
	was, driven := p.levels[n]
	p.levels[n] = level
	p.mu.Unlock()
	if !driven || was != level {
		p.log.add(Event{Kind: Changed, Pin: n, Level: level})
	}
}

// reset lets all pins float, so an LED that was on goes out.
func (p *pins) reset() {
	p.mu.Lock()
	var lit []int
	for n, level := range p.levels {
		if level != 0 {
			lit = append(lit, n)
		}
	}
	clear(p.levels)
	p.mu.Unlock()
	slices.Sort(lit)
	for _, n := range lit {
		p.log.add(Event{Kind: Changed, Pin: n})
	}
}
