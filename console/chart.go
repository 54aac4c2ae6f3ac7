package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// chart is a line over time, in the units of its drawing. It is drawn here: one line with two axes needs no library,
// and what the libraries make carries inline styles that our policy forbids.
type chart struct {
	Width, Height          float64
	Left, Top, Right, Base float64 // the area of the line
	Line, Area             string  // paths
	Dots                   []dot   // when there are few points, or none beside them
	XTicks, YTicks         []tick
	Low, High, Newest      string
	Drawn, Skipped         int // points that are numbers, and those that are none
}

type dot struct {
	X, Y  float64
	Label string
}

type tick struct {
	At    float64
	Label string
}

const (
	chartWidth, chartHeight = 760.0, 260.0
	chartColumns            = 350 // more points than twice that are drawn as the least and the largest of each column
	mostDots                = 120
	largest                 = 1e300 // a difference of two is still a number
)

// sample is a point that can be drawn.
type sample struct {
	at    time.Time
	value float64
}

func drawChart(points []onenet.Point, from, to time.Time, zone *time.Location) chart {
	c := chart{Width: chartWidth, Height: chartHeight, Left: 64, Top: 12, Right: chartWidth - 12, Base: chartHeight - 28}
	list := numbers(points)
	c.Drawn, c.Skipped = len(list), len(points)-len(list)
	if len(list) == 0 {
		return c
	}
	low, high := bounds(list)
	c.Low, c.High, c.Newest = number(low), number(high), number(list[len(list)-1].value)
	ticks, low, high := scale(low, high)
	x := func(t time.Time) float64 {
		return c.Left + (c.Right-c.Left)*float64(t.Sub(from))/float64(max(to.Sub(from), 1))
	}
	y := func(v float64) float64 { return c.Base - (c.Base-c.Top)*(v-low)/(high-low) }
	for _, v := range ticks {
		c.YTicks = append(c.YTicks, tick{y(v), number(v)})
	}
	c.XTicks = timeTicks(from, to, zone, x)
	c.draw(thinned(list, from, to), x, y)
	if len(list) <= mostDots {
		for _, s := range list {
			c.Dots = append(c.Dots, dot{round(x(s.at)), round(y(s.value)), s.at.In(zone).Format("01-02 15:04:05") + "  " + number(s.value)})
		}
	}
	return c
}

func (c *chart) draw(list []sample, x func(time.Time) float64, y func(float64) float64) {
	var b strings.Builder
	for i, s := range list {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", verb, x(s.at), y(s.value))
	}
	c.Line = b.String()
	if len(list) > 1 {
		c.Area = fmt.Sprintf("%sL%.1f %.1fL%.1f %.1fZ", c.Line, x(list[len(list)-1].at), c.Base, x(list[0].at), c.Base)
	}
}

// numbers are the points that can be drawn: numbers, texts that are numbers, and true and false as 1 and 0.
func numbers(points []onenet.Point) []sample {
	var out []sample
	for _, p := range points {
		v, err := strconv.ParseFloat(strings.TrimSpace(valueText(p.Value)), 64)
		switch string(p.Value) {
		case "true":
			v, err = 1, nil
		case "false":
			v, err = 0, nil
		}
		if err == nil && math.Abs(v) <= largest { // and no NaN
			out = append(out, sample{p.At, v})
		}
	}
	return out
}

func bounds(list []sample) (low, high float64) {
	low, high = list[0].value, list[0].value
	for _, s := range list {
		low, high = min(low, s.value), max(high, s.value)
	}
	return low, high
}

// thinned keeps the first, least, largest and last of each column of the drawing, so that no peak is lost.
func thinned(list []sample, from, to time.Time) []sample {
	if len(list) <= 2*chartColumns {
		return list
	}
	column := func(s sample) int64 { return int64(s.at.Sub(from)) * chartColumns / int64(max(to.Sub(from), 1)) }
	var out []sample
	for i := 0; i < len(list); {
		j, low, high := i, i, i
		for ; j < len(list) && column(list[j]) == column(list[i]); j++ {
			if list[j].value < list[low].value {
				low = j
			}
			if list[j].value > list[high].value {
				high = j
			}
		}
		last := -1
		for _, k := range []int{i, min(low, high), max(low, high), j - 1} {
			if k != last {
				out = append(out, list[k])
				last = k
			}
		}
		i = j
	}
	return out
}

// scale gives the values at which lines are drawn, and the bounds they make.
func scale(low, high float64) (ticks []float64, bottom, top float64) {
	const wanted = 4
	if high == low {
		pad := max(math.Abs(low)*0.1, 1)
		low, high = low-pad, high+pad
	}
	raw := high/wanted - low/wanted // not (high-low)/wanted, which may be too large for a float
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := unit * 10
	for _, m := range []float64{1, 2, 2.5, 5} {
		if unit*m >= raw {
			step = unit * m
			break
		}
	}
	bottom, top = math.Floor(low/step)*step, math.Ceil(high/step)*step
	if !(step > 0) || math.IsInf(top, 0) || math.IsInf(bottom, 0) || math.IsInf(top-bottom, 0) || bottom+step == bottom {
		return []float64{low, high}, low, high
	}
	for i := 0.0; bottom+i*step <= top+step/2; i++ {
		ticks = append(ticks, bottom+i*step)
	}
	return ticks, bottom, top
}

// paces are the distances between two marks of the time axis.
var paces = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour,
	14 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour, 365 * 24 * time.Hour,
}

func timeTicks(from, to time.Time, zone *time.Location, x func(time.Time) float64) []tick {
	const most = 7
	long := to.Sub(from)
	pace := paces[len(paces)-1]
	for _, p := range paces {
		if long/p < most {
			pace = p
			break
		}
	}
	layout := "15:04"
	switch {
	case pace < time.Minute:
		layout = "15:04:05"
	case pace >= 24*time.Hour:
		layout = "01-02"
	case long > 24*time.Hour:
		layout = "01-02 15:04"
	}
	_, offset := from.In(zone).Zone()
	shift := time.Duration(offset) * time.Second
	var out []tick
	for t := from.Add(shift).Truncate(pace).Add(pace - shift); t.Before(to) && len(out) <= 2*most; t = t.Add(pace) {
		out = append(out, tick{round(x(t)), t.In(zone).Format(layout)})
	}
	return out
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

// number is a value as an axis shows it.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
