package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const keyLong = `A device key is an API key that opens some devices of a product, or some streams of them, for
some methods of the REST API. The product's master key opens everything; onelan product show
prints that one.`

func (a *app) keyCommand() *cobra.Command {
	return group("key", "Add, list and remove device keys", keyLong, a.keyAdd(), a.keyList(), a.keyRemove())
}

func (a *app) keyAdd() *cobra.Command {
	var k lab.Key
	var product string
	var devices, streams, methods []string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "add [KEY]", Short: "Create a device key; one that is left out is made up",
		Example: `  onelan key add --device 527521926 --title "read the temperature" --stream temperature --method get
  onelan key add --device 527521926 --device 527521927`,
		Args: takes("[KEY]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			k.Key = text(args, 0)
			permission, err := permissionOf(devices, streams, methods)
			if err != nil {
				return err
			}
			k.Permissions = []onenet.Permission{permission}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				id, err := onlyProduct(ctx, c, product)
				if err != nil {
					return err
				}
				made, err := c.AddKey(ctx, id, k)
				if err != nil {
					return err
				}
				return a.printKey(made, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&product, "product", "", "`ID` of the product it belongs to; may be left out when there is only one")
	f.StringSliceVar(&devices, "device", nil, "`ID` of a device that it opens; may come again")
	f.StringSliceVar(&streams, "stream", nil, "only this `STREAM` of each; may come again")
	f.StringSliceVar(&methods, "method", nil, "only this `METHOD`: get, post, put or delete; may come again")
	f.StringVar(&k.Title, "title", "", "`NAME` that people call it by")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func permissionOf(devices, streams, methods []string) (onenet.Permission, error) {
	var p onenet.Permission
	if len(devices) == 0 {
		return p, usage("a device key needs a device that it opens").with("onelan key add --device 527521926")
	}
	for _, m := range methods {
		m = strings.ToLower(m)
		if !slices.Contains([]string{"get", "post", "put", "delete"}, m) {
			return p, usage("there is no method %q", m).with("the methods are get, post, put and delete")
		}
		p.Methods = append(p.Methods, m)
	}
	if len(streams) == 0 {
		streams = []string{""} // all of them
	}
	for _, d := range devices {
		for _, s := range streams {
			p.Resources = append(p.Resources, onenet.Resource{Device: onenet.DeviceID(d), Stream: onenet.StreamID(s)})
		}
	}
	return p, nil
}

func (a *app) printKey(k lab.Key, asJSON bool) error {
	if asJSON {
		return a.printJSON(k)
	}
	return a.printFields([]pair{{"key", k.Key}, {"title", k.Title}, {"opens", opens(k)}, {"created", when(k.CreatedAt)}})
}

// opens says in words what a key opens: 527521926/temperature (get), 527521927.
func opens(k lab.Key) string {
	var parts []string
	for _, p := range k.Permissions {
		for _, r := range p.Resources {
			part := string(r.Device)
			if r.Stream != "" {
				part += "/" + string(r.Stream)
			}
			if len(p.Methods) > 0 {
				part += " (" + strings.Join(p.Methods, ", ") + ")"
			}
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func (a *app) keyList() *cobra.Command {
	var product string
	asJSON := false
	cmd := &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the device keys of a product and what they open",
		Example: "  onelan key list\n  onelan key list --product 244754 --json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				id, err := onlyProduct(ctx, c, product)
				if err != nil {
					return err
				}
				list, err := c.Keys(ctx, id)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(lab.Keys{Keys: list})
				}
				t := &table{header: []string{"KEY", "TITLE", "CREATED", "OPENS"}}
				for _, k := range list {
					t.row(k.Key, k.Title, when(k.CreatedAt), opens(k))
				}
				return t.write(a.stdout, a.painter(a.stdout), width(a.stdout))
			})
		},
	}
	cmd.Flags().StringVar(&product, "product", "", "`ID` of the product; may be left out when there is only one")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func (a *app) keyRemove() *cobra.Command {
	var product string
	cmd := &cobra.Command{
		Use: "rm KEY", Aliases: []string{"remove"}, Short: "Remove a device key",
		Example: "  onelan key rm \"DeviceKeyForTheWholeDevice1=\"",
		Args:    takes("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				id, err := onlyProduct(ctx, c, product)
				if err != nil {
					return err
				}
				if err := c.RemoveKey(ctx, id, args[0]); err != nil {
					return err
				}
				_, err = fmt.Fprintln(a.stdout, "removed the key")
				return err
			})
		},
	}
	cmd.Flags().StringVar(&product, "product", "", "`ID` of the product it belongs to; may be left out when there is only one")
	return a.clientFlags(cmd)
}
