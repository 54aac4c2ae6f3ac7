package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestHelp holds the help of every command in one file, so that a change of it is read.
func TestHelp(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	a := &app{}
	each(a.rootCommand(), func(cmd *cobra.Command) {
		var out, stderr bytes.Buffer
		args := slices.Concat(strings.Fields(cmd.CommandPath())[1:], []string{"--help"})
		if code := run(t.Context(), args, nil, &out, &stderr); code != exitOK || stderr.Len() > 0 {
			t.Errorf("%v: exit code %d, %s", args, code, &stderr)
		}
		all.WriteString("=== " + cmd.CommandPath() + "\n" + out.String() + "\n")
	})
	golden(t, "help.txt", all.String())
}

func TestEveryCommandSaysWhatItDoesAndHow(t *testing.T) {
	t.Parallel()
	a := &app{}
	each(a.rootCommand(), func(cmd *cobra.Command) {
		if cmd.Short == "" {
			t.Errorf("%s says nothing of itself", cmd.CommandPath())
		}
		if strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: %q ends with a full stop", cmd.CommandPath(), cmd.Short)
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Example) {
			if len(line) > 130 {
				t.Errorf("%s: a line of its help has %d characters: %s", cmd.CommandPath(), len(line), line)
			}
		}
	})
}

func TestExamplesNameCommandsAndFlagsThatExist(t *testing.T) {
	t.Parallel()
	a := &app{}
	each(a.rootCommand(), func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			line, _, _ = strings.Cut(line, "#")
			line, _, _ = strings.Cut(line, " -- ") // what onelan exec runs
			for call := range strings.SplitSeq(strings.NewReplacer("|", "&").Replace(line), "&") {
				checkExample(t, call)
			}
		}
	})
}

func checkExample(t *testing.T, call string) {
	t.Helper()
	words := strings.Fields(call)
	if len(words) == 0 || words[0] != "onelan" {
		return
	}
	found, rest, err := (&app{}).rootCommand().Find(words[1:])
	if err != nil {
		t.Errorf("%q: %v", call, err)
		return
	}
	for _, w := range rest {
		name, _, _ := strings.Cut(strings.TrimPrefix(w, "--"), "=")
		if strings.HasPrefix(w, "--") && found.Flags().Lookup(name) == nil && found.InheritedFlags().Lookup(name) == nil {
			t.Errorf("%q: %s has no flag %s", call, found.CommandPath(), w)
		}
	}
}

// each visits the command and all below it.
func each(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, c := range cmd.Commands() {
		each(c, visit)
	}
}
