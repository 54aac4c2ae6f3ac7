package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/config"
)

const configLong = `onelan needs no configuration. What is to be different from the defaults comes, strongest
first, from flags, from ONELAN_... variables, and from onelan.yaml in the current folder.`

func (a *app) configCommand() *cobra.Command {
	return group("config", "Write, check and show the configuration", configLong, a.configInit(), a.configCheck(), a.configShow())
}

func (a *app) configInit() *cobra.Command {
	force := false
	cmd := &cobra.Command{
		Use: "init [FILE]", Short: "Write a file with every key at its default and what it does",
		Example: "  onelan config init          # writes onelan.yaml\n  onelan config init -        # prints it",
		Args:    takes("[FILE]"),
		RunE: func(_ *cobra.Command, args []string) error {
			name := config.FileName
			if len(args) > 0 {
				name = args[0]
			}
			text := config.Render(config.Default())
			if name == "-" {
				_, err := a.stdout.Write(text)
				return err
			}
			return a.writeNew(name, text, force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	return cmd
}

func (a *app) writeNew(name string, text []byte, force bool) error {
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, mode, 0o600) // it will hold keys
	if errors.Is(err, fs.ErrExist) {
		return fail(exitFailed, "%s exists already", name).with("--force replaces it; onelan config check %s checks it", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "wrote %s\n", name)
	return err
}

func (a *app) configCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE]", Short: "Tell everything that is wrong with a configuration file",
		Long: `Tell everything that is wrong with a configuration file, each fault with its line and
column. Without FILE it is the one that serve would read. Variables count too: the check
is of what serve would get, and when the bridge is on, of its secrets as well.`,
		Args: takes("[FILE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &settingsFlags{}
			if len(args) > 0 {
				s.file = args[0]
			}
			l, err := s.load(a, cmd)
			if err != nil {
				return err
			}
			if _, err := l.Plan(); err != nil { // the bridge's secrets are there, too
				return err
			}
			if _, err := l.ConsolePassword(); err != nil {
				return err
			}
			return a.printChecked(l)
		},
	}
}

func (a *app) printChecked(l *config.Loaded) error {
	for _, w := range l.Warnings {
		if _, err := fmt.Fprintf(a.stderr, "warning: %s\n", w); err != nil {
			return err
		}
	}
	name := l.File
	if name == "" {
		name = "no " + config.FileName + " here, so the defaults"
	}
	what := fmt.Sprintf("%s, %s, %s", count(len(l.Products), "product"), count(len(l.Devices), "device"), count(len(l.Keys), "key"))
	if l.Bridge.Enabled {
		what += "; the bridge carries " + count(len(l.Bridge.Devices), "device")
	}
	_, err := fmt.Fprintf(a.stdout, "%s: ok (%s)\n", name, what)
	return err
}

func (a *app) configShow() *cobra.Command {
	var asJSON, changed bool
	s := &settingsFlags{}
	cmd := &cobra.Command{
		Use: "show", Short: "Show every setting in force and where it comes from",
		Long: `Show every setting in force and where it comes from: the default, a line of the file, a
variable or a flag. It takes the flags of serve. In the environment a setting's name is in
capitals with ONELAN_ before it and _ for the point: limits.retention is
ONELAN_LIMITS_RETENTION. Secrets are masked.`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := s.load(a, cmd)
			if err != nil {
				return err
			}
			return a.printValues(l.Values(), changed, asJSON)
		},
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&changed, "changed", false, "only what is not at its default")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) printValues(values []config.Value, changed, asJSON bool) error {
	if changed {
		var some []config.Value
		for _, v := range values {
			if v.Origin != string(config.FromDefault) {
				some = append(some, v)
			}
		}
		values = some
	}
	if asJSON {
		return a.printJSON(values)
	}
	t := &table{header: []string{"SETTING", "FROM", "VALUE"}}
	for _, v := range values {
		t.row(v.Path, v.Origin, orOff(v))
	}
	return t.write(a.stdout, a.painter(a.stdout), width(a.stdout))
}

// orOff writes an empty value so that it can be seen.
func orOff(v config.Value) string {
	switch {
	case v.Value != "":
		return v.Value
	case strings.HasPrefix(v.Path, "listen."), v.Path == "console.listen":
		return "off"
	default:
		return `""`
	}
}
