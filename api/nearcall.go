package api

import (
	"slices"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// missing is the error of a call that is not there: not built here, or not known to OneNET; then with the call that was
// probably meant.
func (d *door) missing(rt route, c *call) error {
	if rt.path != "" {
		return reasoned{
			absent(rt.name(c) + " is a call of OneNET's that onelan does not have yet"),
			onenet.Refuse(onenet.CallNotBuilt).Near("the call is %s", rt.name(c)),
		}
	}
	return reasoned{absent(rt.name(c) + " is no call of OneNET's REST API"), d.whyNoCall(c)}
}

func absent(detail string) error { return &wire.APIError{Code: wire.ErrnoNotFound, Detail: detail} }

func (d *door) whyNoCall(c *call) *onenet.Refusal {
	if platform := newerPlatform(c.r.URL.EscapedPath()); platform != "" {
		return onenet.Refuse(onenet.CallNewer).Near("the path belongs to %s", platform)
	}
	if methods := d.methodsFor(c.segments); len(methods) > 0 {
		return onenet.Refuse(onenet.CallWrongMethod).Want(strings.Join(methods, " or "), clip(c.r.Method))
	}
	r := onenet.Refuse(onenet.CallUnknownPath)
	if near := d.nearest(c); near != "" {
		return r.Near("it resembles %s", near)
	}
	return r
}

// methodsFor lists the methods that the path has.
func (d *door) methodsFor(segments []string) []string {
	var methods []string
	least := -1
	for _, rt := range d.routes {
		braces, fits := rt.fits(rt.method, segments)
		switch {
		case !fits || least >= 0 && braces > least:
			continue
		case braces < least || least < 0:
			least, methods = braces, nil
		}
		methods = append(methods, rt.method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// The bounds of the work that a wrong path causes.
const (
	mostSegments = 8
	mostSegment  = 32 // bytes of a segment that can be a misspelt word
)

// nearest is the call that resembles the request most, with its method if that fits; empty when none does.
func (d *door) nearest(c *call) string {
	if len(c.segments) == 0 || len(c.segments) > mostSegments {
		return ""
	}
	best, cost := "", 0
	for _, rt := range d.routes {
		n, ok := rt.resembles(c.segments)
		if rt.method != c.r.Method {
			n++
		}
		if ok && (best == "" || n < cost) {
			best, cost = rt.method+" "+rt.path, n
		}
	}
	return best
}

// resembles tells whether the segments are the route's but for slips of spelling in its words, or for something before them
// (/api/devices, /v1/devices), and how many slips that takes.
func (rt route) resembles(segments []string) (cost int, ok bool) {
	const perPrefix = 2
	for skip := 0; skip <= len(segments)-len(rt.pattern) && skip <= 2; skip++ {
		if n, ok := slipsBetween(rt.pattern, segments[skip:]); ok {
			return n + skip*perPrefix, true
		}
	}
	return 0, false
}

func slipsBetween(pattern, segments []string) (cost int, ok bool) {
	if len(pattern) != len(segments) {
		return 0, false
	}
	words := false // at least one word must be there
	for i, p := range pattern {
		if strings.HasPrefix(p, "{") {
			cost++
			continue
		}
		n := distance(p, strings.ToLower(segments[i]))
		if n > 2 || n >= len(p) {
			return 0, false
		}
		words = true
		cost += 2 * n
	}
	return cost, words
}

// distance counts the characters to insert, drop or change between two short words; a long one is far from all.
func distance(a, b string) int {
	if len(a) > mostSegment || len(b) > mostSegment {
		return mostSegment
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
