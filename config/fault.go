package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Fault is one thing that is wrong with a configuration.
type Fault struct {
	Path   string // the setting: devices[2].auth_info; empty when it is about the file as a whole
	Says   string // what is wrong
	Origin Origin // who said so
	Line   string // the source line, when the origin is a place in a file; secrets blanked
}

// Error is the fault with its place, and the source line with a mark under the column.
func (f Fault) Error() string {
	var b strings.Builder
	if where := f.Origin.String(); where != "" {
		b.WriteString(where + ": ")
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(f.Says)
	if f.Line != "" {
		margin := fmt.Sprintf("%6d | ", f.Origin.Line)
		fmt.Fprintf(&b, "\n%s%s\n%*s| %s^", margin, f.Line, len(margin)-2, "", f.indent())
	}
	return b.String()
}

// indent is as wide on a terminal as what stands before the faulty column: a tab
// stays a tab, and a Chinese character takes two places.
func (f Fault) indent() string {
	before := []rune(f.Line)
	before = before[:min(max(f.Origin.Column-1, 0), len(before))]
	var b strings.Builder
	for _, r := range before {
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteString(strings.Repeat(" ", displaywidth.Rune(r)))
		}
	}
	return b.String()
}

// Faults are all faults of a configuration, in the order of the file.
type Faults []Fault

// mostFaults is how many faults are shown before the rest is only counted.
const mostFaults = 20

// Error shows each fault with its place and source line.
func (fs Faults) Error() string {
	var lines []string
	for _, f := range fs[:min(len(fs), mostFaults)] {
		lines = append(lines, f.Error())
	}
	if n := len(fs) - mostFaults; n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(lines, "\n")
}

// Origin is where a value comes from.
type Origin struct {
	Source Source
	Name   string // the file, the environment variable or the flag
	Line   int    // in a file, from 1; 0 elsewhere
	Column int    // in characters, from 1
}

// Source is the kind of an Origin.
type Source string

// The sources, weakest first.
const (
	FromDefault Source = "default"
	FromFile    Source = "file"
	FromEnv     Source = "environment"
	FromFlag    Source = "flag"
)

// String names the place: onelan.yaml:3:9, ONELAN_DATA, --data; empty for a default.
func (o Origin) String() string {
	if o.Line > 0 {
		return fmt.Sprintf("%s:%d:%d", o.Name, o.Line, o.Column)
	}
	return o.Name
}

var (
	secretValue   = regexp.MustCompile(`((?:master_key|register_code|auth_info|\bkey)["']?\s*:\s*)([^\s,}][^,}]*)`)
	passwordValue = regexp.MustCompile(`(\bpassword["']?\s*:\s*)(\S.*)`) // to the end of the line: it may hold anything
	plainly       = regexp.MustCompile(`^["']?(env|file):`)
)

// blank hides the secrets of a source line and keeps its width. A password that is a reference is none.
func blank(line string) string {
	line = blankBy(secretValue, line)
	if m := passwordValue.FindStringSubmatch(line); m != nil && !plainly.MatchString(m[2]) {
		line = blankBy(passwordValue, line)
	}
	return line
}

// meantSecret finds the fault of a mistyped key behind which a secret stands.
var meantSecret = regexp.MustCompile(`did you mean (master_key|register_code|auth_info|key|password)\?`)

// blankAfter hides what stands behind the key in a column.
func blankAfter(line string, column int) string {
	runes := []rune(line)
	key := min(max(column-1, 0), len(runes))
	before, value, found := strings.Cut(string(runes[key:]), ":")
	if !found {
		return line
	}
	return string(runes[:key]) + before + ":" + strings.Repeat("*", displaywidth.String(value))
}

func blankBy(what *regexp.Regexp, line string) string {
	return what.ReplaceAllStringFunc(line, func(match string) string {
		m := what.FindStringSubmatch(match)
		return m[1] + strings.Repeat("*", displaywidth.String(m[2]))
	})
}
