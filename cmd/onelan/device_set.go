package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// deviceSetOptions are what of a device may change.
type deviceSetOptions struct {
	product, title, authInfo, desc, protocol, other string
	tags                                            []string
	private, blocked, json                          bool
	lon, lat                                        float64
}

func (a *app) deviceSet() *cobra.Command {
	o := &deviceSetOptions{}
	cmd := &cobra.Command{
		Use: "set DEVICE", Short: "Change what is written of a device; what is not named stays",
		Example: `  onelan device set 527521926 --title "north window" --tag indoor --tag north
  onelan device set 527521926 --auth-info new-password
  onelan device set 527521926 --blocked            # it may not log in; --blocked=false lets it
  onelan device set 527521926 --lon 116.3 --lat 39.9 --other '{"shelf":3}'`,
		Args:              takes("DEVICE"),
		ValidArgsFunction: a.completeDevices,
		RunE: func(cmd *cobra.Command, args []string) error {
			change, err := o.change(cmd.Flags())
			if err != nil {
				return err
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				ref, err := find(ctx, c, args[0], o.product)
				if err != nil {
					return err
				}
				d, err := c.ChangeDevice(ctx, ref, change)
				if err != nil {
					return err
				}
				return a.printDevice(d, o.json)
			})
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.product, "product", "", "`ID` of the product it belongs to")
	f.StringVar(&o.title, "title", "", "`NAME` that people call it by")
	f.StringVar(&o.authInfo, "auth-info", "", "`PASSWORD` of its login")
	f.StringVar(&o.desc, "desc", "", "what `TEXT` says of it")
	f.StringArrayVar(&o.tags, "tag", nil, "a `TAG`, in place of those it has; may come again")
	f.StringVar(&o.protocol, "protocol", "", "`NAME` of the protocol it speaks, such as MQTT or HTTP")
	f.Float64Var(&o.lon, "lon", 0, "where it stands: `DEGREES` of longitude; with --lat")
	f.Float64Var(&o.lat, "lat", 0, "and `DEGREES` of latitude")
	f.BoolVar(&o.private, "private", false, "only its owner sees it (--private=false: everybody)")
	f.BoolVar(&o.blocked, "blocked", false, "it may not log in, and is cut off (--blocked=false: it may)")
	f.StringVar(&o.other, "other", "", "whatever is to be kept with it, as `JSON`")
	f.BoolVar(&o.json, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

// change has the fields whose flags were given.
func (o *deviceSetOptions) change(f *pflag.FlagSet) (lab.DeviceChange, error) {
	var c lab.DeviceChange
	for name, field := range map[string]func(){
		"title":     func() { c.Title = &o.title },
		"auth-info": func() { c.AuthInfo = &o.authInfo },
		"desc":      func() { c.Desc = &o.desc },
		"tag":       func() { c.Tags = &o.tags },
		"protocol":  func() { c.Protocol = &o.protocol },
		"private":   func() { c.Private = &o.private },
		"blocked":   func() { c.Blocked = &o.blocked },
		"lon":       func() { c.Location = &onenet.Location{Lon: o.lon, Lat: o.lat} },
		"other":     func() { c.Other = json.RawMessage(o.other) },
	} {
		if f.Changed(name) {
			field()
		}
	}
	switch {
	case f.Changed("lon") != f.Changed("lat"):
		return c, usage("--lon and --lat belong together")
	case f.Changed("other") && !json.Valid([]byte(o.other)):
		return c, usage("--other is JSON, got %s", printable(fmt.Sprintf("%q", o.other))).with(`for instance --other '{"shelf":3}'`)
	}
	return c, nil
}
