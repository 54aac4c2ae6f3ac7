package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func (a *app) productCommand() *cobra.Command {
	return group("product", "Add, list, show and remove products",
		"A product is a family of devices with keys of its own. Its id is the user name of every\nMQTT login of its devices.",
		a.productAdd(), a.productList(), a.productShow(), a.productRemove())
}

func (a *app) productAdd() *cobra.Command {
	var p lab.Product
	var noDup, asJSON bool
	cmd := &cobra.Command{
		Use: "add [ID]", Short: "Create a product; what is left out is made up",
		Example: "  onelan product add\n  onelan product add 244755 --name greenhouse",
		Args:    takes("[ID]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				p.ID = onenet.ProductID(args[0])
			}
			if noDup {
				p.AllowDup = new(bool)
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				made, err := c.AddProduct(ctx, p)
				if err != nil {
					return err
				}
				return a.printProduct(made, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.Name, "name", "", "`NAME` that people call it by")
	f.StringVar(&p.MasterKey, "master-key", "", "API `KEY` that opens the whole product")
	f.StringVar(&p.RegisterCode, "register-code", "", "`CODE` with which devices register themselves")
	f.BoolVar(&noDup, "no-dup", false, "refuse to register a serial number a second time")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func (a *app) productList() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the products", Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				list, err := c.Products(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(lab.Products{Products: list})
				}
				t := &table{header: []string{"PRODUCT", "NAME", "CREATED"}}
				for _, p := range list {
					t.row(string(p.ID), p.Name, when(p.CreatedAt))
				}
				return t.write(a.stdout, a.painter(a.stdout), width(a.stdout))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, with the keys")
	return a.clientFlags(cmd)
}

func (a *app) productShow() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show a product with its keys", Args: takes("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				p, err := c.Product(ctx, onenet.ProductID(args[0]))
				if err != nil {
					return err
				}
				return a.printProduct(p, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func (a *app) productRemove() *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use: "rm ID", Short: "Remove a product with its devices and all their data", Args: takes("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServerFor(cmd, longPatience, func(ctx context.Context, c *lab.Client) error {
				id := onenet.ProductID(args[0])
				devices, err := c.Devices(ctx, id, lab.DeviceQuery{Limit: 1})
				if err != nil {
					return err
				}
				if err := a.confirm(yes, "Remove product %s with %s and all their data?", id, count(devices.Total, "device")); err != nil {
					return err
				}
				if err := c.RemoveProduct(ctx, id); err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "removed product %s\n", id)
				return err
			})
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return a.clientFlags(cmd)
}

func (a *app) printProduct(p lab.Product, asJSON bool) error {
	if asJSON {
		return a.printJSON(p)
	}
	dup := p.AllowDup == nil || *p.AllowDup
	return a.printFields([]pair{
		{"product", string(p.ID)},
		{"name", p.Name},
		{"master key", p.MasterKey},
		{"register code", p.RegisterCode},
		{"registering twice", map[bool]string{true: "gives the same device", false: "is refused"}[dup]},
		{"created", when(p.CreatedAt)},
	})
}
