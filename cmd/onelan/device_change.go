package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
)

const importLong = `Create the devices of a CSV table, all of them or none. Its columns are

  product,device,title,auth_info,tags

in this order, or in the order that the first line names. Only the product must be given:
an id that is left empty is made up, an empty auth info is the id. Tags are separated by
semicolons. The file - is the standard input.`

func (a *app) deviceImport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Create the devices of a CSV table", Long: importLong,
		Example: "  onelan device import classroom.csv",
		Args:    takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, err := a.open(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = from.Close() }() // it was only read
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				n, err := c.ImportDevices(ctx, from)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "added %s\n", count(n, "device"))
				return err
			})
		},
	}
	return a.clientFlags(cmd)
}

// open opens a file to read; - is the standard input.
func (a *app) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.stdin), nil
	}
	return os.Open(name)
}

func (a *app) deviceRemove() *cobra.Command {
	var product string
	var yes bool
	cmd := &cobra.Command{
		Use: "rm DEVICE", Short: "Remove a device and all its data", Args: takes("DEVICE"),
		ValidArgsFunction: a.completeDevices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				ref, err := find(ctx, c, args[0], product)
				if err != nil {
					return err
				}
				if err := a.confirm(yes, "Remove device %s and all its data?", ref); err != nil {
					return err
				}
				if err := c.RemoveDevice(ctx, ref); err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "removed device %s\n", ref)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&product, "product", "", "`ID` of the product it belongs to")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return a.clientFlags(cmd)
}
