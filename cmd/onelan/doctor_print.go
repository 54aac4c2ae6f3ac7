package main

import (
	"fmt"
	"strings"

	"github.com/onelan/onelan/doctor"
)

// doctorTitles are what people read above the groups of findings.
var doctorTitles = map[string]string{
	"platform": "The platform", "addresses": "Addresses of this machine", "ports": "Ports", "reachability": "Reachability",
	"firewall": "Firewall", "clock": "Clock", "data": "Data", "bridge": "The bridge to the real OneNET",
}

var statusStyles = map[doctor.Status]style{doctor.OK: green, doctor.Info: dim, doctor.Warn: yellow, doctor.Fail: red}

// printFindings writes the findings in groups, and below them how many are bad and what else there is to ask.
func (a *app) printFindings(list []doctor.Finding) error {
	p := a.painter(a.stdout)
	var b strings.Builder
	group := ""
	for _, f := range list {
		if f.Check != group {
			fmt.Fprintf(&b, "%s%s\n", newline(group != ""), p.paint(cyan, doctorTitles[f.Check]))
			group = f.Check
		}
		fmt.Fprintf(&b, "  %s  %s\n", p.paint(statusStyles[f.Status], fmt.Sprintf("%-4s", f.Status)), printable(f.Text))
		for _, line := range f.Do {
			fmt.Fprintf(&b, "        %s\n", printable(line))
		}
	}
	fmt.Fprintf(&b, "\n%s\n%s\n", p.paint(bold, verdict(list)),
		"A board's configuration: onelan doctor --board. Firmware whose server cannot be changed: onelan doctor --recipes.")
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

func newline(want bool) string {
	if want {
		return "\n"
	}
	return ""
}

// verdict counts what is bad.
func verdict(list []doctor.Finding) string {
	n := map[doctor.Status]int{}
	for _, f := range list {
		n[f.Status]++
	}
	switch {
	case n[doctor.Fail] > 0:
		return count(n[doctor.Fail], "problem") + ", " + count(n[doctor.Warn], "warning")
	case n[doctor.Warn] > 0:
		return "no problem, " + count(n[doctor.Warn], "warning")
	}
	return "All is well."
}

// printRecipes writes the ways to catch firmware.
func (a *app) printRecipes(list []doctor.Recipe) error {
	p := a.painter(a.stdout)
	var b strings.Builder
	for i, r := range list {
		fmt.Fprintf(&b, "%s%s\n", newline(i > 0), p.paint(cyan, r.Title))
		for _, line := range r.Lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}
