package sim

import (
	"strings"
	"time"
)

// operations is what the stand-ins in lib/ may ask for.
var operations = map[string]func(*life, request) answer{
	"print": func(l *life, r request) answer {
		l.b.log.add(Event{Kind: Line, Text: r.text(0)})
		return done
	},

	"mac":         func(l *life, _ request) answer { return octets(l.b.mac) },
	"reset-cause": func(l *life, _ request) answer { return number(int(l.cause)) },
	"temperature": func(l *life, _ request) answer {
		l.b.log.add(Event{Kind: Sensed})
		return number(fahrenheit)
	},
	"pin":      (*life).pin,
	"watchdog": (*life).watchdog,
	"feed":     (*life).feed,

	"sleep": func(l *life, r request) answer {
		l.pause(r.num(0))
		return done
	},
	"ticks": func(l *life, _ request) answer { return number(int(l.b.rtc.ticks().Microseconds())) },
	"clock": func(l *life, _ request) answer { return number(int(l.b.rtc.now().Milliseconds())) },
	"set-clock": func(l *life, r request) answer {
		l.b.rtc.adjust(time.Duration(r.num(0)) * time.Second)
		return done
	},
	"ntp": (*life).ntp,

	"flash-write": func(l *life, r request) answer {
		l.b.flash.write(r.text(0), []byte(r.text(1)))
		return done
	},
	"flash-rename": func(l *life, r request) answer {
		l.b.flash.rename(r.text(0), r.text(1))
		return done
	},
	"flash-remove": func(l *life, r request) answer {
		l.b.flash.remove(r.text(0))
		return done
	},

	"wifi-active":     (*life).wifiActive,
	"wifi-connect":    func(l *life, r request) answer { return l.b.radio.join(r.text(0), r.text(1)).answer() },
	"wifi-disconnect": func(l *life, _ request) answer { return l.b.radio.leave().answer() },
	"wifi-status":     func(l *life, _ request) answer { return number(l.b.radio.state()) },
	"wifi-rssi":       (*life).wifiRSSI,
	"wifi-scan":       (*life).wifiScan,

	"resolve":  (*life).resolve,
	"socket":   (*life).socket,
	"connect":  (*life).connect,
	"send":     (*life).send,
	"recv":     (*life).recv,
	"sendto":   (*life).sendTo,
	"recvfrom": (*life).recvFrom,
	"close":    (*life).closeFD,
	"poll":     (*life).poll,
}

const (
	fahrenheit = 128 // 53.3 °C, what a chip measures that has just connected
	rssi       = -50 // dBm, a desk's distance
)

func (l *life) pin(r request) answer {
	if len(r.args) > 1 {
		l.b.pins.set(r.num(0), r.num(1))
	}
	return number(l.b.pins.level(r.num(0)))
}

// watchdog starts it, or gives it another time.
func (l *life) watchdog(r request) answer {
	if l.dog != nil {
		l.dog.Stop()
	}
	l.dogTime = l.scaled(r.num(0))
	bark := l.bark
	l.dog = l.b.clock.AfterFunc(l.dogTime, func() {
		select {
		case bark <- struct{}{}:
		default: // it has barked already
		}
	})
	return done
}

func (l *life) feed(request) answer {
	if l.dog == nil {
		return errInvalid.answer()
	}
	l.dog.Reset(l.dogTime)
	return done
}

// ntp is the true time in seconds of the board's calendar, as a time server tells it.
func (l *life) ntp(r request) answer {
	lost, unreachable := l.b.radio.reach()
	if unreachable != 0 {
		return errNoName.answer()
	}
	now, serving := l.b.rtc.ntp()
	if lost || !serving {
		l.pause(r.num(1))
		return errTimeout.answer()
	}
	return number(int(now.Seconds()))
}

func (l *life) wifiActive(r request) answer {
	if len(r.args) > 0 {
		l.b.radio.activate(r.num(0) != 0)
	}
	if l.b.radio.isActive() {
		return number(1)
	}
	return number(0)
}

func (l *life) wifiRSSI(request) answer {
	if l.b.radio.state() != stateConnected {
		return errWiFiState.answer()
	}
	return number(rssi)
}

func (l *life) wifiScan(request) answer {
	if !l.b.radio.isActive() {
		return errWiFiNotStarted.answer()
	}
	return octets(strings.Join(l.b.radio.scan(), "\n"))
}
