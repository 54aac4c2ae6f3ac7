package main

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onelan/onelan/control/lab"
)

func TestNumbersOfAStream(t *testing.T) {
	t.Parallel()
	var list []lab.Point
	for _, v := range []string{"1", `"2.5"`, `"text"`, "null", "true", `{"a":1}`, "-3e2", `"null"`} {
		list = append(list, lab.Point{Value: json.RawMessage(v)})
	}
	var got []float64
	for _, s := range numbers(list) {
		got = append(got, s.value)
	}
	if want := []float64{1, 2.5, -300}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestChart(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 8, 0, 0, 0, time.Local)
	var wave []sample
	for i := range 200 {
		wave = append(wave, sample{start.Add(time.Duration(i) * time.Minute), 20 + 5*math.Sin(float64(i)/20)})
	}
	golden(t, "chart-wave.txt", chart("temperature", wave, 80, painter{}))
	golden(t, "chart-flat.txt", chart("灯", []sample{{start, 1}, {start, 1}}, 40, painter{}))
	golden(t, "chart-days.txt", chart("h", []sample{{start, 0.001}, {start.Add(72 * time.Hour), 0.002}}, 60, painter{}))
}

// Whatever the samples are: no column is empty, none is beyond them, and a single peak is
// among the columns.
func TestSpreadLosesNoPeak(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.SliceOfN(rapid.IntRange(0, 10000), 3, 300).Draw(t, "seconds")
		slices.Sort(seconds)
		peak := rapid.IntRange(0, len(seconds)-1).Draw(t, "peak")
		series := make([]sample, len(seconds))
		for i, s := range seconds {
			series[i] = sample{start.Add(time.Duration(s) * time.Second), 1}
		}
		series[peak].value = 100
		out := spread(series, 40)
		for _, v := range out {
			if math.IsNaN(v) || v < 1 || v > 100 {
				t.Fatalf("a column is %v", v)
			}
		}
		if !slices.Contains(out, 100) {
			t.Fatalf("the peak at %d is lost: %v", peak, out)
		}
	})
}

func TestEveryLineOfAChartFitsTheTerminal(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)
	for _, high := range []float64{1e-9, 0.5, 1, 99, 12345678} {
		drawn := chart("x", []sample{{start, -high}, {start.Add(time.Hour), high}}, 80, painter{})
		for line := range strings.Lines(drawn) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
				t.Errorf("%v: a line of %d columns: %s", high, n, line)
			}
		}
	}
}
