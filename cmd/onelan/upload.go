package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const uploadLong = `Store data points as if the device had uploaded them: subscribers are told and triggers
fire. The device need not be online and does not become so.

A VALUE is JSON, or else text. To send what a device sends on the wire, see onelan dp encode.`

func (a *app) uploadCommand() *cobra.Command {
	var product string
	at := moment{now: func() time.Time { return a.clock.Now().Local() }}
	cmd := &cobra.Command{
		Use: "upload DEVICE NAME=VALUE...", Short: "Store data points as if a device had uploaded them", Long: uploadLong,
		Example: `  onelan upload 527521926 temperature=25.5 humidity=60
  onelan upload 527521926 state='{"open":true}' --at 2h      # two hours ago`,
		Args:              takes("DEVICE", "NAME=VALUE..."),
		ValidArgsFunction: a.completeDevices,
		RunE: func(cmd *cobra.Command, args []string) error {
			points, err := pointsOf(args[1:], at.at)
			if err != nil {
				return err
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				ref, err := find(ctx, c, args[0], product)
				if err != nil {
					return err
				}
				if err := c.Upload(ctx, ref, points); err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "stored %s for device %s\n", count(len(points), "point"), ref)
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&product, "product", "", "`ID` of the product the device belongs to")
	f.Var(&at, "at", "time of the points, or how long ago (default: now)")
	return a.clientFlags(cmd)
}

// pointsOf reads NAME=VALUE.
func pointsOf(args []string, at time.Time) ([]lab.Point, error) {
	var points []lab.Point
	for _, arg := range args {
		name, text, hasValue := strings.Cut(arg, "=")
		if !hasValue || name == "" {
			return nil, usage("want NAME=VALUE, got %q", arg).with("for instance temperature=25.5")
		}
		points = append(points, lab.Point{Stream: onenet.StreamID(name), At: at, Value: valueOf(text)})
	}
	return points, nil
}
