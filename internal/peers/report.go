package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// The bars that the project has set itself.
const (
	barMosquitto = 2.5 // times its throughput, 1:1 and 50:50
	barMochi     = 1.5
	barData      = 0.5 // of passing messages on
	barStart     = 100 * time.Millisecond
	barRSS       = 40 << 20
	barFresh     = 40 << 10 // per idle connection
	barAfter     = 45 << 10
	barPackage   = 10 * time.Millisecond
	barDead      = 50 * time.Millisecond
	barExec      = 150 * time.Millisecond
)

// report is what was measured, and how it stands to the bars.
type report struct {
	machine string
	when    time.Time
	took    time.Duration
	sync    time.Duration // that a write to the disk takes

	topics, data    series
	fresh, existing []time.Duration // start to first CONNACK
	historySize     int64
	rss             []int // after these starts
	idle            struct {
		n, base, fresh int
		after          []int
	}
	dead, start []time.Duration
	rest        restSeries
	exec, bare  []time.Duration // until a command runs, by onelan exec and by itself

	missed   []load   // loads that miss a bar
	profiles []string // that show why
}

func median[T cmp.Ordered](list []T) T {
	var zero T
	if len(list) == 0 {
		return zero
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func (s series) values(l load, broker string, f func(result) float64) []float64 {
	var list []float64
	for _, r := range s[[2]string{l.name, broker}] {
		list = append(list, f(r))
	}
	return list
}

func rate(r result) float64 { return r.rate }
func cost(r result) float64 { return r.cpu }

// ratio is the median of the rounds' own ratios: the two of one round met the same machine.
func ratio(a, b []float64) float64 {
	var list []float64
	for i := range min(len(a), len(b)) {
		list = append(list, a[i]/b[i])
	}
	return median(list)
}

// cell shows throughput and cost.
func (s series) cell(l load, broker string) string {
	rates := s.values(l, broker, rate)
	if len(rates) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f (%.1f)", median(rates)/1000, median(s.values(l, broker, cost)))
}

// against shows a ratio and how it stands to its bar, if there is one; met is false when it misses it.
func against(a, b []float64, bar float64) (text string, met bool) {
	if len(a) == 0 || len(b) == 0 {
		return "-", true
	}
	q := ratio(a, b)
	switch {
	case bar == 0:
		return fmt.Sprintf("%.2f", q), true
	case q >= bar:
		return fmt.Sprintf("%.2f", q), true
	default:
		return fmt.Sprintf("**%.2f, missed**", q), false
	}
}

// judge finds the loads that miss a bar.
func (r *report) judge() {
	r.missed = nil
	for _, row := range r.topicRows() {
		if !row.met {
			r.missed = append(r.missed, row.load)
		}
	}
	for _, row := range r.dataRows() {
		if !row.met {
			r.missed = append(r.missed, row.load)
		}
	}
}

// row is a line of a table.
type row struct {
	load  load
	cells []string
	met   bool
}

func (r *report) topicRows() []row {
	var rows []row
	for _, l := range topicLoads() {
		ours := r.topics.values(l, onelanMemory, rate)
		if len(ours) == 0 {
			continue
		}
		barM, barQ := barMochi, barMosquitto
		if l.subs > 1 {
			barM, barQ = 0, 0
		}
		m, met1 := against(ours, r.topics.values(l, mochi, rate), barM)
		q, met2 := against(ours, r.topics.values(l, mosquitto, rate), barQ)
		rows = append(rows, row{l, []string{
			l.name, r.topics.cell(l, onelanMemory), r.topics.cell(l, mochi), r.topics.cell(l, mosquitto), m, q,
		}, met1 && met2})
	}
	return rows
}

func (r *report) dataRows() []row {
	var rows []row
	loads := dataLoads()
	for i := 0; i < len(loads); i += 2 {
		store, pass := loads[i], loads[i+1]
		durable := r.data.values(store, onelanSQLite, rate)
		if len(durable) == 0 {
			continue
		}
		q, met := against(durable, r.data.values(pass, onelanSQLite, rate), barData)
		rows = append(rows, row{store, []string{
			store.name, r.data.cell(store, onelanSQLite), r.data.cell(pass, onelanSQLite), r.data.cell(store, onelanNormal), r.data.cell(store, onelanMemory), q,
		}, met})
	}
	return rows
}

func (r *report) markdown() string {
	var s strings.Builder
	fmt.Fprintf(&s, "Measured on %s in %s by `make bench-peers`:\n%s;\nfsync of 16 KiB %.1f ms.\n",
		r.when.UTC().Format("2006-01-02 15:04 UTC"), r.took.Round(time.Second), r.machine, ms(r.sync))
	r.writeTopics(&s)
	r.writeData(&s)
	r.writeRest(&s)
	r.writeOne(&s)
	for _, p := range r.profiles {
		s.WriteString(p)
	}
	return s.String()
}

func table(s *strings.Builder, head []string, rows []row) {
	line := func(cells []string) { fmt.Fprintf(s, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	line(slices.Repeat([]string{"---"}, len(head)))
	for _, r := range rows {
		line(r.cells)
	}
}

func (r *report) writeTopics(s *strings.Builder) {
	rows := r.topicRows()
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(s, "\n### Topic messages\n\nThousand messages of 256 bytes delivered per second and, in brackets, the broker's CPU time in microseconds per\nmessage. The bars are %.1f times Mochi and %.1f times mosquitto, for 1:1 and 50:50.\n\n", barMochi, barMosquitto)
	table(s, []string{"publishers:subscribers", "onelan", "bare Mochi", "mosquitto", "onelan / Mochi", "onelan / mosquitto"}, rows)
}

func (r *report) writeData(s *strings.Builder) {
	rows := r.dataRows()
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(s, "\n### Data points\n\n`$dp` at QoS 1, one point of 256 bytes in a message, acknowledged when SQLite has it on the disk (synchronous=FULL),\nagainst messages that the same server merely passes on at QoS 1. With --sync normal a point survives a crash of onelan,\nbut not of the machine: nobody waits for the disk. Thousand messages per second and, in brackets, microseconds of CPU time\neach. The bar is %.1f.\n\n", barData)
	table(s, []string{"load", "stored in SQLite", "passed on", "stored with --sync normal", "with --ephemeral", "SQLite / passed on"}, rows)
}

// writeOne writes the measures that are one number each.
func (r *report) writeOne(s *strings.Builder) {
	var rows []row
	add := func(what, value, bar string, met bool) {
		if !met {
			value = "**" + value + ", missed**"
		}
		rows = append(rows, row{cells: []string{what, value, bar}})
	}
	addTime := func(what string, list []time.Duration, bar time.Duration) {
		if len(list) > 0 {
			m := median(list)
			add(what, fmt.Sprintf("%.1f ms (worst %.1f)", ms(m), ms(slices.Max(list))), fmt.Sprintf("%.0f ms", ms(bar)), m <= bar)
		}
	}
	addTime("start to first CONNACK, new database", r.fresh, barStart)
	addTime(fmt.Sprintf("the same, database of %d MiB", r.historySize>>20), r.existing, barStart)
	if len(r.rss) > 0 {
		rss := median(r.rss)
		add("memory (RSS) after the start", fmt.Sprintf("%.1f MiB", float64(rss)/(1<<20)), fmt.Sprintf("%d MiB", barRSS>>20), rss <= barRSS)
	}
	if r.idle.fresh > 0 {
		after := median(r.idle.after)
		add(fmt.Sprintf("memory per idle connection, %d connections", r.idle.n), r.perConn(r.idle.fresh), kib(barFresh), r.each(r.idle.fresh) <= barFresh)
		add(fmt.Sprintf("the same after %d times connecting and closing all", idleCycles), r.perConn(after), kib(barAfter), r.each(after) <= barAfter)
	}
	addTime("reconnect past a dead peer with full buffers", r.dead, barDead)
	addTime("`onenettest.Start`", r.start, barPackage)
	addTime(fmt.Sprintf("`onelan exec`, until the command runs, which takes %.1f ms by itself", ms(median(r.bare))), r.exec, barExec)
	if len(rows) > 0 {
		s.WriteString("\n### The rest\n\nMedians.\n\n")
		table(s, []string{"measure", "result", "bar"}, rows)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// each is what one idle connection adds to the server's memory.
func (r *report) each(total int) int { return (total - r.idle.base) / r.idle.n }

func (r *report) perConn(total int) string {
	return fmt.Sprintf("%.1f KiB (%d MiB in all)", float64(r.each(total))/(1<<10), total>>20)
}

func kib(n int) string { return fmt.Sprintf("%d KiB", n>>10) }

// The markers between which the results stand in a document.
const (
	markBegin = "<!-- measured: begin -->\n"
	markEnd   = "<!-- measured: end -->\n"
)

// writeBetween puts the text between the markers of a file.
func writeBetween(name, text string) error {
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	head, rest, ok1 := strings.Cut(string(old), markBegin)
	_, foot, ok2 := strings.Cut(rest, markEnd)
	if !ok1 || !ok2 {
		return fmt.Errorf("%s: no lines %q and %q", name, strings.TrimSpace(markBegin), strings.TrimSpace(markEnd))
	}
	return os.WriteFile(name, []byte(head+markBegin+text+markEnd+foot), 0o644)
}
