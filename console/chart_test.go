package console

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onelan/onelan/onenet"
)

func TestScaleEnclosesTheValuesWithFewRoundLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		low, high float64
		want      []float64
	}{
		{20.6, 25.4, []float64{20, 22, 24, 26}},
		{0, 1, []float64{0, 0.25, 0.5, 0.75, 1}},
		{5, 5, []float64{4, 4.5, 5, 5.5, 6}},
		{-1000, 1000, []float64{-1000, -500, 0, 500, 1000}},
	} {
		got, low, high := scale(tt.low, tt.high)
		if d := cmp.Diff(tt.want, got); d != "" || low > tt.low || high < tt.high {
			t.Errorf("%v to %v: %v to %v (-want +got):\n%s", tt.low, tt.high, low, high, d)
		}
	}
}

func TestAChartOfAnyValuesStaysInItsFrame(t *testing.T) {
	t.Parallel()
	from := time.Unix(1_500_000_000, 0)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(rt, "n")
		long := time.Duration(rapid.Int64Range(1, int64(400*24*time.Hour)).Draw(rt, "long"))
		var points []onenet.Point
		for i := range n {
			v := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-5, 5)).Draw(rt, "v")
			if math.IsInf(v, 0) || math.IsNaN(v) {
				v = 0
			}
			points = append(points, onenet.Point{At: from.Add(long / time.Duration(n) * time.Duration(i)), Value: []byte(fmt.Sprint(v))})
		}
		c := drawChart(points, from, from.Add(long), time.UTC)
		if strings.ContainsAny(c.Line, "NI") || len(c.XTicks) > 15 || len(c.YTicks) > 12 {
			rt.Fatalf("line %q, %d and %d marks", c.Line, len(c.XTicks), len(c.YTicks))
		}
		for _, d := range c.Dots {
			if !(d.Y >= c.Top-1 && d.Y <= c.Base+1 && d.X >= c.Left-1 && d.X <= c.Right+1) {
				rt.Fatalf("a point lies at %v, %v", d.X, d.Y)
			}
		}
	})
}

func TestALongLineKeepsItsPeaks(t *testing.T) {
	t.Parallel()
	from := time.Unix(0, 0)
	var list []sample
	for i := range 50000 {
		list = append(list, sample{from.Add(time.Duration(i) * time.Second), 0})
	}
	list[31234].value, list[7].value = 99, -99
	got := thinned(list, from, from.Add(50000*time.Second))
	low, high := bounds(got)
	if len(got) > 4*chartColumns+4 || low != -99 || high != 99 {
		t.Errorf("%d points from %v to %v", len(got), low, high)
	}
}
