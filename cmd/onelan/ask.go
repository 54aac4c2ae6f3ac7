package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"
)

// longPatience is for calls that may touch much data, or wait for a person.
const longPatience = 5 * time.Minute

// confirm asks before something is lost. A script, which has no terminal, is not asked: it meant it.
func (a *app) confirm(yes bool, format string, args ...any) error {
	if yes || !isTerminal(a.stdin) {
		return nil
	}
	if _, err := fmt.Fprintf(a.stderr, format+" [y/N] ", args...); err != nil {
		return err
	}
	answer, _ := bufio.NewReader(a.stdin).ReadString('\n') // the end of input means no
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return fail(exitFailed, "nothing was removed")
}

// pair is a field of something that is shown in full.
type pair struct{ name, value string }

// printFields shows fields below each other, without those that are empty.
func (a *app) printFields(rows []pair) error {
	p := a.painter(a.stdout)
	wide := 0
	for _, r := range rows {
		if r.value != "" {
			wide = max(wide, displaywidth.String(r.name))
		}
	}
	for _, r := range rows {
		if r.value == "" {
			continue
		}
		pad := strings.Repeat(" ", wide-displaywidth.String(r.name))
		if _, err := fmt.Fprintf(a.stdout, "%s%s  %s\n", p.paint(dim, r.name), pad, printable(r.value)); err != nil {
			return err
		}
	}
	return nil
}
