package sim

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"github.com/onelan/onelan/internal/clock"
)

// Config says what board it is, and where it stands.
type Config struct {
	Sim   string            // the folder with board.mjs, lib/ and node_modules/
	Files map[string][]byte // what is on the flash at first, by absolute path: "/main.py"
	MAC   string            // 12 hexadecimal digits; "" is 240AC4000001

	// Speed makes the board's time run that many times faster than ours: its sleeps, limits, ticks and watchdog.
	// 0 is 1.
	Speed int
	// Uptime is what the board's ticks begin with, in milliseconds: 1<<30 - 2000 lets them wrap after two seconds.
	Uptime int64

	// Networks are the Wi-Fi networks on the air, with their passwords. Nil is one that lets everybody in,
	// whatever it is called.
	Networks map[string]string
	// Resolve is what DNS and mDNS say; nil is Localhost. It must return when ctx ends, as it does with the power.
	Resolve func(ctx context.Context, host string) (netip.Addr, error)
	// Route says where packets for an address really go: nowhere, to one place, or, for a broadcast, to several. Nil is
	// Loopback.
	Route func(to netip.AddrPort) []netip.AddrPort
}

// Cause is why the board starts, as machine.reset_cause tells it.
type Cause int

// The causes, with the ESP32's numbers.
const (
	PowerOn  Cause = 1
	Reset    Cause = 2 // machine.reset, or the button
	Watchdog Cause = 3
)

func (c Cause) String() string {
	switch c {
	case PowerOn:
		return "power on"
	case Reset:
		return "reset"
	case Watchdog:
		return "watchdog"
	default:
		return fmt.Sprintf("cause %d", int(c))
	}
}

// Board is one simulated board.
type Board struct {
	config Config
	mac    []byte
	lib    map[string][]byte // the stand-ins
	log    *log
	flash  *flash
	rtc    *rtc
	radio  *radio
	pins   *pins
	clock  clock.Clock

	power   chan Cause    // asks for a start
	closing chan struct{} // Close was called
	close   sync.Once
	work    sync.WaitGroup // supervise, and the connections of this life and of earlier ones
	wires   *wires
}

// New switches a board on.
func New(c Config) (*Board, error) {
	b, err := build(c)
	if err != nil {
		return nil, err
	}
	l, err := b.start(PowerOn)
	if err != nil {
		return nil, err
	}
	b.work.Go(func() { b.supervise(l) })
	return b, nil
}

func build(c Config) (*Board, error) {
	if c.MAC == "" {
		c.MAC = "240AC4000001"
	}
	c.Speed = max(c.Speed, 1)
	if c.Resolve == nil {
		c.Resolve = Localhost
	}
	if c.Route == nil {
		c.Route = Loopback
	}
	mac, err := hex.DecodeString(c.MAC)
	if err != nil || len(mac) != 6 {
		return nil, fmt.Errorf("sim: MAC %q is not 12 hexadecimal digits", c.MAC)
	}
	lib, err := standIns(c.Sim)
	if err != nil {
		return nil, err
	}
	b := &Board{
		config: c, mac: mac, lib: lib, log: newLog(), flash: newFlash(c.Files), radio: newRadio(c.Networks),
		clock: clock.System(), power: make(chan Cause), closing: make(chan struct{}), wires: newWires(),
	}
	b.rtc = newRTC(b.clock, c.Speed, c.Uptime)
	b.pins = newPins(b.log)
	return b, nil
}

// supervise keeps the board running from one start to the next, until it is closed. It alone starts and ends lives.
func (b *Board) supervise(l *life) {
	for {
		cause, on := b.outcome(l)
		if !on {
			return
		}
		if cause == PowerOn {
			b.rtc.reset()
		}
		next, err := b.start(cause)
		if err != nil {
			b.log.add(Event{Kind: Ended, Code: 1, Text: err.Error()})
			next = overAlready()
		}
		l = next
	}
}

// outcome waits for the end of a life, and says what the next one starts with. A program that has ended leaves the board at its prompt:
// only the power or the button helps.
func (b *Board) outcome(l *life) (cause Cause, on bool) {
	over := l.over
	for {
		select {
		case cause = <-b.power:
			l.stop()
			return cause, true
		case <-l.bark:
			b.log.add(Event{Kind: Barked})
			l.stop()
			return Watchdog, true
		case <-over:
			if l.wantsReset {
				return Reset, true
			}
			over = nil
		case <-b.closing:
			l.stop()
			return 0, false
		}
	}
}

// PowerCycle pulls the plug and puts it back. Nobody on the network is told.
func (b *Board) PowerCycle() { b.again(PowerOn) }

// PressReset presses the button. The clock goes on.
func (b *Board) PressReset() { b.again(Reset) }

func (b *Board) again(c Cause) {
	select {
	case b.power <- c:
	case <-b.closing:
	}
}

// Close pulls the plug for good, and waits until nothing of the board is left. It may be called twice.
func (b *Board) Close() error {
	b.close.Do(func() { close(b.closing) })
	b.wires.cut()
	b.work.Wait()
	return nil
}

// Pin is the level of a pin.
func (b *Board) Pin(n int) int { return b.pins.level(n) }

// SetPin puts a level on a pin from outside: a button.
func (b *Board) SetPin(n, level int) { b.pins.set(n, level) }

// WiFi switches all access points on or off.
func (b *Board) WiFi(on bool) { b.radio.air(on) }

// HalfOpen makes every packet vanish, in both directions, while nothing is closed and Wi-Fi stays up. Connections that stand when
// it begins stay dead when it is over: neither side hears of the other again.
func (b *Board) HalfOpen(on bool) {
	b.radio.blackHole(on)
	if on {
		for _, s := range b.wires.all() {
			s.die()
		}
	}
}

// NTP makes the time servers reachable or not. They are at first.
func (b *Board) NTP(on bool) { b.rtc.servers(on) }

// ReadFile is a file on the flash.
func (b *Board) ReadFile(path string) ([]byte, bool) { return b.flash.read(path) }

// WriteFile puts a file on the flash, as mpremote does. A program that runs sees it after the next reset.
func (b *Board) WriteFile(path string, content []byte) { b.flash.write(path, content) }

// RemoveFile takes a file off the flash.
func (b *Board) RemoveFile(path string) { b.flash.remove(path) }

// ErrClosed is what Wait gives for a board that was closed.
var ErrClosed = errors.New("sim: the board is closed")
