package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/control/lab"
)

func (a *app) resetCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "reset", Short: "Bring the server back to its seed: for the next test",
		Long: `Bring the server back to what it had at its start: the tutorial's device, what onelan.yaml
and the seed file name, and nothing else. Every device is cut off, and nothing of before
reaches what comes after. It is quick, so that each test can begin with it. On a server that
keeps its data, the data is gone.`,
		Example: "  onelan reset\n  onelan reset --json      # its mark is where the next test's records begin",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				done, err := c.Reset(ctx)
				if err != nil {
					return err
				}
				return a.printReset("reset to", done, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func (a *app) printReset(verb string, done lab.ResetDone, asJSON bool) error {
	if asJSON {
		return a.printJSON(done)
	}
	_, err := fmt.Fprintf(a.stdout, "%s %s, %s, %s (record %d)\n", verb,
		count(done.Products, "product"), count(done.Devices, "device"), count(done.Points, "point"), done.Mark)
	return err
}

func (a *app) seedCommand() *cobra.Command {
	var reset, check, asJSON bool
	cmd := &cobra.Command{
		Use: "seed FILE", Short: "Create what a seed file names: products, devices, keys, streams, history",
		Long: `Create what a seed file names and is not there yet: products, devices, keys, topics,
streams, triggers and history, in YAML or JSON. docs/TESTING.md shows a file with all of it.
With --reset the file becomes the seed, and the server is reset to it. The file - is the standard
input.`,
		Example: "  onelan seed class.yaml\n  onelan seed class.yaml --reset\n  onelan seed class.yaml --check   # needs no server",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := a.seedText(args[0])
			if err != nil || check {
				return err
			}
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				done, err := c.Seed(ctx, text, reset)
				if err != nil {
					return err
				}
				verb := "added"
				if reset {
					verb = "reset to"
				}
				return a.printReset(verb, done, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&reset, "reset", false, "let the file be the seed, and reset the server to it")
	f.BoolVar(&check, "check", false, "only tell what is wrong with the file")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

// seedText reads a seed file and judges it here, where its name is known.
func (a *app) seedText(name string) ([]byte, error) {
	from, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = from.Close() }() // it was only read
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	_, err = config.ParseSeed(name, text, a.clock.Now())
	return text, seedFault(err)
}

func (a *app) snapshotCommand() *cobra.Command {
	return group("snapshot", "Save all the server has in one file, and load it again",
		"A snapshot holds products, devices, keys, history, commands and sessions: all of it. It fits any\nserver, whether it keeps its data on disk or in memory. It holds secrets.",
		a.snapshotSave(), a.snapshotLoad())
}

func (a *app) snapshotSave() *cobra.Command {
	force := false
	cmd := &cobra.Command{
		Use: "save FILE", Short: "Write all the server has into a file; - is the standard output",
		Example: "  onelan snapshot save monday.snapshot\n  onelan snapshot save - > monday.snapshot",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				if args[0] == "-" {
					return c.SaveSnapshot(ctx, a.stdout)
				}
				return a.saveSnapshot(ctx, c, args[0], force)
			})
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	return a.clientFlags(cmd)
}

// saveSnapshot writes the file whole or not at all.
func (a *app) saveSnapshot(ctx context.Context, c *lab.Client, name string, force bool) error {
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) && !force {
		return fail(exitFailed, "%s exists already", name).with("--force replaces it")
	}
	f, err := newFile(name, 0o600) // it holds keys
	if err != nil {
		return err
	}
	if err := f.finish(c.SaveSnapshot(ctx, f)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "wrote %s\n", name)
	return err
}

func (a *app) snapshotLoad() *cobra.Command {
	var yes, asJSON bool
	cmd := &cobra.Command{
		Use: "load FILE", Short: "Put what a snapshot holds in place of all the server has; - is the standard input",
		Example: "  onelan snapshot load monday.snapshot\n  onelan snapshot load monday.snapshot --yes",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, err := a.open(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = from.Close() }() // it was only read
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				if args[0] != "-" {
					if err := a.confirm(yes, "Replace all the server has by %s?", args[0]); err != nil {
						return err
					}
				}
				done, err := c.LoadSnapshot(ctx, from)
				if err != nil {
					return err
				}
				return a.printReset("loaded", done, asJSON)
			})
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}
