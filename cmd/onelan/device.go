package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const deviceLong = `A device is one thing that may log in. Its id is the client id of the MQTT login, its auth
info the password.

Where a command wants a DEVICE, its id will do, or PRODUCT/ID where several products have a
device of that id.`

func (a *app) deviceCommand() *cobra.Command {
	return group("device", "Add, list, show, change, import and remove devices", deviceLong,
		a.deviceAdd(), a.deviceList(), a.deviceShow(), a.deviceSet(), a.deviceImport(), a.deviceRemove())
}

func (a *app) deviceAdd() *cobra.Command {
	var d lab.Device
	var product string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "add [ID]", Short: "Create a device; an id that is left out is made up",
		Example: "  onelan device add --title \"north window\"\n  onelan device add 527521927 --product 244754 --auth-info window-north --tag indoor",
		Args:    takes("[ID]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				d.ID = onenet.DeviceID(args[0])
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				id, err := onlyProduct(ctx, c, product)
				if err != nil {
					return err
				}
				made, err := c.AddDevice(ctx, id, d)
				if err != nil {
					return err
				}
				return a.printDevice(made, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&product, "product", "", "`ID` of the product it belongs to; may be left out when there is only one")
	f.StringVar(&d.Title, "title", "", "`NAME` that people call it by")
	f.StringVar(&d.AuthInfo, "auth-info", "", "`PASSWORD` of its login (default: its id)")
	f.StringVar(&d.Desc, "desc", "", "what `TEXT` says of it")
	f.StringArrayVar(&d.Tags, "tag", nil, "a `TAG`; may come again")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

// onlyProduct is the product that was named, or the only one there is.
func onlyProduct(ctx context.Context, c *lab.Client, name string) (onenet.ProductID, error) {
	if name != "" {
		return onenet.ProductID(name), nil
	}
	list, err := c.Products(ctx)
	switch {
	case err != nil:
		return "", err
	case len(list) == 0:
		return "", fail(exitNotFound, "there is no product yet").with("onelan product add")
	case len(list) > 1:
		return "", usage("there are %d products: say which", len(list)).with("--product %s; onelan product list shows all", list[0].ID)
	}
	return list[0].ID, nil
}

func (a *app) deviceList() *cobra.Command {
	var product string
	var online, asJSON bool
	var q lab.DeviceQuery
	cmd := &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the devices",
		Example: "  onelan device list --online\n  onelan device list --product 244754 --search esp32 --json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("online") {
				q.Online = &online
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				list, err := allDevices(ctx, c, onenet.ProductID(product), q)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(lab.Devices{Devices: list, Total: len(list)})
				}
				return a.printDevices(list)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&product, "product", "", "only devices of the product with this `ID`")
	f.StringVar(&q.Keywords, "search", "", "only devices whose id or title begins with `TEXT`")
	f.BoolVar(&online, "online", false, "only devices that are online (--online=false: that are not)")
	f.BoolVar(&asJSON, "json", false, "print JSON, with the auth infos")
	return a.clientFlags(cmd)
}

// allDevices lists the devices of one product, or of all.
func allDevices(ctx context.Context, c *lab.Client, product onenet.ProductID, q lab.DeviceQuery) ([]lab.Device, error) {
	products := []lab.Product{{ID: product}}
	if product == "" {
		var err error
		if products, err = c.Products(ctx); err != nil {
			return nil, err
		}
	}
	all := []lab.Device{}
	for _, p := range products {
		page, err := c.Devices(ctx, p.ID, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Devices...)
	}
	return all, nil
}

func (a *app) printDevices(list []lab.Device) error {
	p := a.painter(a.stdout)
	t := &table{header: []string{"DEVICE", "PRODUCT", "STATE", "LAST LOGIN", "TITLE"}}
	for _, d := range list {
		t.row(string(d.ID), string(d.Product), state(d), when(d.LastLogin), d.Title)
	}
	return t.write(a.stdout, p, width(a.stdout))
}

func state(d lab.Device) string {
	switch {
	case d.Blocked:
		return "blocked"
	case d.Online:
		return "online"
	case d.ActivatedAt.IsZero():
		return "never seen"
	default:
		return "offline"
	}
}

func (a *app) deviceShow() *cobra.Command {
	var product string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show DEVICE", Short: "Show a device, its auth info and its newest values", Args: takes("DEVICE"),
		ValidArgsFunction: a.completeDevices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				ref, err := find(ctx, c, args[0], product)
				if err != nil {
					return err
				}
				d, err := c.Device(ctx, ref)
				if err != nil {
					return err
				}
				streams, err := c.Streams(ctx, ref)
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(deviceJSON{d, streams})
				}
				return a.showDevice(d, streams)
			})
		},
	}
	cmd.Flags().StringVar(&product, "product", "", "`ID` of the product it belongs to")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

type deviceJSON struct {
	lab.Device
	Streams []lab.Stream `json:"streams,omitempty"`
}

func (a *app) showDevice(d lab.Device, streams []lab.Stream) error {
	if err := a.printDevice(d, false); err != nil || len(streams) == 0 {
		return err
	}
	t := &table{header: []string{"STREAM", zoneName(a.clock.Now().Local()), "NEWEST VALUE"}}
	for _, s := range streams {
		value := strings.TrimSpace(string(s.Current) + " " + s.UnitSymbol)
		t.row(string(s.ID), when(s.UpdatedAt), value)
	}
	if _, err := fmt.Fprintln(a.stdout); err != nil {
		return err
	}
	return t.write(a.stdout, a.painter(a.stdout), width(a.stdout))
}

func (a *app) printDevice(d lab.Device, asJSON bool) error {
	if asJSON {
		return a.printJSON(d)
	}
	rows := []pair{
		{"device (client id)", string(d.ID)},
		{"product (user name)", string(d.Product)},
		{"auth info (password)", d.AuthInfo},
		{"title", d.Title},
		{"description", d.Desc},
		{"tags", strings.Join(d.Tags, ", ")},
		{"state", state(d)},
		{"connected from", d.Addr},
		{"online since", when(d.OnlineSince)},
		{"last login", when(d.LastLogin)},
		{"created", when(d.CreatedAt)},
	}
	if l := d.Location; l != nil {
		rows = append(rows, pair{"location", fmt.Sprintf("%v, %v", l.Lon, l.Lat)})
	}
	return a.printFields(rows)
}
