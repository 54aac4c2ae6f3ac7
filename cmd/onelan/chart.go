package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guptarohit/asciigraph"

	"github.com/onelan/onelan/control/lab"
)

// sample is a number at a time.
type sample struct {
	at    time.Time
	value float64
}

// numbers picks the points whose values are numbers, or texts that are one: devices often send "25.5".
func numbers(list []lab.Point) []sample {
	var out []sample
	for _, p := range list {
		f, err := strconv.ParseFloat(bareValue(p.Value), 64)
		if err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			out = append(out, sample{p.At, f})
		}
	}
	return out
}

// bareValue is a value as text: a string without its quotes, all else as JSON.
func bareValue(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil && string(v) != "null" {
		return s
	}
	return string(v)
}

const (
	chartHeight = 10
	chartLeast  = 20 // columns
)

// chart draws samples, which are in order, over time: each column is an equal piece of it.
func chart(title string, series []sample, columns int, p painter) string {
	const axis = 12 // what the numbers at the left take
	plot := max(columns-axis, chartLeast)
	low, high := series[0].value, series[0].value
	for _, s := range series {
		low, high = min(low, s.value), max(high, s.value)
	}
	first, last := series[0].at.Local(), series[len(series)-1].at.Local()
	drawn := asciigraph.Plot(spread(series, plot), asciigraph.Height(chartHeight), asciigraph.YAxisValueFormatter(scale(low, high)))
	caption := fmt.Sprintf("%s  %s to %s, %s", p.paint(bold, title), number(low), number(high), count(len(series), "point"))
	return caption + "\n" + drawn + "\n" + foot(drawn, first, last) + "\n"
}

// foot writes the first and the last time below the plot's ends.
func foot(drawn string, first, last time.Time) string {
	form := "15:04:05"
	switch {
	case first.Format(time.DateOnly) != last.Format(time.DateOnly):
		form = "2006-01-02 15:04"
	case last.Sub(first) < 10*time.Second:
		form = shortTime
	}
	line, _, _ := strings.Cut(drawn, "\n")
	margin := utf8.RuneCountInString(line[:max(strings.IndexAny(line, "┤┼"), 0)]) + 1
	wide := 0
	for l := range strings.Lines(drawn) {
		wide = max(wide, utf8.RuneCountInString(strings.TrimRight(l, "\n")))
	}
	from, to := first.Format(form), last.Format(form)
	gap := max(wide-margin-len(from)-len(to), 2)
	return strings.Repeat(" ", margin) + from + strings.Repeat(" ", gap) + to
}

// spread gives each of n equal pieces of time one value: of the samples in it the one
// furthest from the piece before (of the first piece: from what is usual), so that no
// peak is lost; without any, the straight line between its neighbours.
func spread(series []sample, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	start, span := series[0].at, series[len(series)-1].at.Sub(series[0].at)
	before, column := median(series), -1
	for _, s := range series {
		i := n - 1
		if span > 0 {
			i = int(float64(n-1) * (float64(s.at.Sub(start)) / float64(span)))
		}
		if i != column && column >= 0 {
			before = out[column]
		}
		column = i
		if math.IsNaN(out[i]) || math.Abs(s.value-before) > math.Abs(out[i]-before) {
			out[i] = s.value
		}
	}
	return fill(out)
}

// median is the value in the middle.
func median(series []sample) float64 {
	values := make([]float64, len(series))
	for i, s := range series {
		values[i] = s.value
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// fill draws straight lines over the gaps.
func fill(out []float64) []float64 {
	last := -1
	for i, v := range out {
		if math.IsNaN(v) {
			continue
		}
		for j := last + 1; j < i; j++ {
			if last < 0 {
				out[j] = v
			} else {
				out[j] = out[last] + (v-out[last])*float64(j-last)/float64(i-last)
			}
		}
		last = i
	}
	return out
}

// scale gives the numbers at the left as many digits as tell the lines apart, and no
// more than there is room for.
func scale(low, high float64) func(float64) string {
	const most = 4 // digits behind the point
	step := (high - low) / chartHeight
	digits := 0
	if step > 0 && step < 1 {
		digits = int(math.Ceil(-math.Log10(step)))
	}
	if digits > most || max(math.Abs(low), math.Abs(high)) >= 1e7 {
		return func(v float64) string { return fmt.Sprintf("%.2e", v) }
	}
	return func(v float64) string { return strconv.FormatFloat(v, 'f', digits, 64) }
}

func number(f float64) string { return fmt.Sprintf("%.6g", f) }
