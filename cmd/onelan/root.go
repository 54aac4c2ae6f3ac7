package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootLong = `onelan imitates China Mobile's OneNET IoT cloud (the multi-protocol platform, MQTT on
port 6002) on this machine. A device needs no change but the server's address.

Without a command, onelan serves: see onelan serve --help.`

const exitHelp = `Exit codes:
  0  done                           4  not found
  1  failed                         5  refused, or the device is not online
  2  wrongly called                 6  no answer in time
  3  the server cannot be reached   7  not as expected
  130  interrupted; onelan exec ends with its command's exit code, or 125 to 127

Environment:
  ONELAN_LAB     address of the running server, like --server
  ONELAN_CONFIG  configuration file, like --config
  ONELAN_...     every setting; onelan config show names them
  NO_COLOR       no colours
`

const (
	groupServer = "server"
	groupThings = "things"
	groupTests  = "tests"
	groupTools  = "tools"
)

// rootCommand builds the tree of commands.
func (a *app) rootCommand() *cobra.Command {
	serve := &serveOptions{}
	root := &cobra.Command{
		Use:   "onelan",
		Short: "The OneNET cloud on your own machine",
		Long:  rootLong,
		Example: `  onelan                       serve; nothing needs to be set up
  onelan watch                 see what your devices do
  onelan send 527521926 on     send a device a command
  onelan points 527521926      see what it measured`,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return a.serve(cmd, serve) },
		SilenceErrors: true, // exit prints them, in its own form
		SilenceUsage:  true,
		Version:       versionText(),
	}
	root.SetVersionTemplate("{{.Version}}\n")
	serve.flags(root)
	root.Flags().VisitAll(func(f *pflag.Flag) { f.Hidden = true }) // serve --help shows them
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().Var(&oneOf{text: &a.color, allowed: []string{"auto", "always", "never"}}, "color", "colours: auto, always or never")
	root.AddGroup(
		&cobra.Group{ID: groupServer, Title: "The server:"},
		&cobra.Group{ID: groupThings, Title: "Devices and what they do:"},
		&cobra.Group{ID: groupTests, Title: "For tests:"},
		&cobra.Group{ID: groupTools, Title: "Tools that need no server:"},
	)
	root.SetHelpCommandGroupID(groupTools)
	root.SetCompletionCommandGroupID(groupTools)
	inGroup(root, groupServer, a.serveCommand(), a.statusCommand(), a.bridgeCommand(), a.consoleCommand(), a.configCommand())
	inGroup(root, groupThings, a.watchCommand(), a.sendCommand(), a.pointsCommand(), a.uploadCommand(), a.explainCommand(),
		a.productCommand(), a.deviceCommand(), a.keyCommand())
	inGroup(root, groupTests, a.execCommand(), a.waitCommand(), a.expectCommand(), a.markCommand(),
		a.resetCommand(), a.seedCommand(), a.snapshotCommand())
	inGroup(root, groupTools, a.doctorCommand(), a.boardCommand(), a.dpCommand(), a.versionCommand())
	addToHelp(root)
	return root
}

func inGroup(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		root.AddCommand(c)
	}
}

// addToHelp puts the exit codes below the help of the program, and only there.
func addToHelp(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		help(cmd, args)
		if cmd == root {
			_, _ = fmt.Fprint(cmd.OutOrStdout(), "\n"+exitHelp)
		}
	})
}

// group makes a command that only holds others.
func group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{
		Use: use, Short: short, Long: long,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage("onelan %s needs to know what to do: %s", use, strings.Join(names(cmd), ", ")).
				with("onelan %s --help", use)
		},
	}
	g.AddCommand(commands...)
	return g
}

func names(cmd *cobra.Command) []string {
	var list []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			list = append(list, c.Name())
		}
	}
	return list
}

// noCommand refuses an argument that was to be a command and is none.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	e := usage("%s has no command %q", cmd.CommandPath(), args[0])
	if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
		return e.with("did you mean %s %s?", cmd.CommandPath(), like[0])
	}
	return e.with("%s --help lists them", cmd.CommandPath())
}

// takes makes an argument check from the names of the arguments: those in brackets may be left out,
// and one that ends in dots may come again.
func takes(words ...string) cobra.PositionalArgs {
	least, most := 0, len(words)
	for _, w := range words {
		if !strings.HasPrefix(w, "[") {
			least++
		}
		if strings.Contains(w, "...") {
			most = 1 << 20
		}
	}
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		want := strings.Join(words, " ")
		if want == "" {
			want = "nothing"
		}
		return usage("%s takes %s, got %s", cmd.CommandPath(), want, count(len(args), "argument")).with("%s --help", cmd.CommandPath())
	}
}

func flagError(cmd *cobra.Command, err error) error {
	return usage("%v", err).with("%s --help", cmd.CommandPath())
}
