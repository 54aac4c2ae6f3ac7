package main

import (
	"fmt"
	"strings"
	"time"
)

func (s restSeries) values(load, server string, f func(restResult) float64) []float64 {
	var list []float64
	for _, r := range s[[2]string{load, server}] {
		list = append(list, f(r))
	}
	return list
}

func (s restSeries) cell(load, server, format string, fs ...func(restResult) float64) string {
	var numbers []any
	for _, f := range fs {
		list := s.values(load, server, f)
		if len(list) == 0 {
			return "-"
		}
		numbers = append(numbers, median(list))
	}
	return fmt.Sprintf(format, numbers...)
}

func callRate(r restResult) float64 { return r.rate / 1000 }
func callCost(r restResult) float64 { return r.cpu }
func callP50(r restResult) float64  { return micros(r.p50) }
func callP99(r restResult) float64  { return micros(r.p99) }

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// writeRest writes how calls of the REST API compare.
func (r *report) writeRest(s *strings.Builder) {
	if len(r.rest) == 0 {
		return
	}
	fmt.Fprintf(s, `
### REST

%d clients that call as soon as they have their answer, against a plain net/http handler and against nginx, which give the same
bodies and do nothing for them. Thousand calls per second and, in brackets, the server's CPU time in microseconds per call. nginx is
one process of one thread; the others use both cores. Ratios above 1 mean that onelan answers more calls.

`, restClients)
	r.restTable(s, "%.1f (%.1f)", callRate, callCost)
	s.WriteString("\nThe same calls: microseconds until the answer is there, for half of them and for 99 of 100. A connection of its own counts in.\nRatios of the medians below 1 mean that onelan is faster.\n\n")
	r.restTable(s, "%.0f, %.0f", callP50, callP99)
}

func (r *report) restTable(s *strings.Builder, format string, fs ...func(restResult) float64) {
	var rows []row
	for _, l := range restLoads(restCalls()) {
		cells := []string{l.name()}
		for _, server := range []string{onelanMemory, plainHTTP, nginx} {
			cells = append(cells, r.rest.cell(l.name(), server, format, fs...))
		}
		for _, server := range []string{plainHTTP, nginx} {
			text, _ := against(r.rest.values(l.name(), onelanMemory, fs[0]), r.rest.values(l.name(), server, fs[0]), 0)
			cells = append(cells, text)
		}
		rows = append(rows, row{cells: cells})
	}
	table(s, []string{"call", "onelan", "net/http", "nginx", "onelan / net/http", "onelan / nginx"}, rows)
}
