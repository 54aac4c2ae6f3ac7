package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

const defaultLab = "http://127.0.0.1:8090"

// patience is how long an ordinary call may take.
const patience = 15 * time.Second

// clientFlags gives a command the flag that says where the server is.
func (a *app) clientFlags(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&a.server, "server", "", "`URL` of the running server (default $ONELAN_LAB or "+defaultLab+")")
	return cmd
}

// client makes a client of the running server.
func (a *app) client() (*lab.Client, error) {
	addr := a.server
	if addr == "" {
		addr = a.getenv("ONELAN_LAB")
	}
	if addr == "" {
		addr = defaultLab
	}
	if !strings.Contains(addr, "://") {
		addr = "http://" + addr
	}
	u, err := url.Parse(addr)
	if err != nil || u.Host == "" || u.Scheme != "http" {
		return nil, usage("%q is not the address of a server", addr).with("write it as --server %s", defaultLab)
	}
	return lab.New(addr), nil
}

// withServer runs one exchange with the server, which may take as long as calls usually take.
func (a *app) withServer(cmd *cobra.Command, f func(context.Context, *lab.Client) error) error {
	return a.withServerFor(cmd, patience, f)
}

// withServerFor is withServer for a longer patience.
func (a *app) withServerFor(cmd *cobra.Command, d time.Duration, f func(context.Context, *lab.Client) error) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), d)
	defer cancel()
	return f(ctx, c)
}

// find turns what a person calls a device into its name: ID, PRODUCT/ID, or ID with --product.
func find(ctx context.Context, c *lab.Client, name, product string) (onenet.DeviceRef, error) {
	if ref, ok := spelledOut(name, product); ok {
		return ref, nil
	}
	d, err := c.FindDevice(ctx, onenet.DeviceID(name))
	if status(err) == http.StatusConflict { // several products have it; the message names them
		return onenet.DeviceRef{}, usage("%v", err).with("write PRODUCT/%s, or --product PRODUCT", name)
	}
	return onenet.DeviceRef{Product: d.Product, Device: d.ID}, err
}

// status is the HTTP status of an answer that is an error, 0 of other errors.
func status(err error) int {
	if e, ok := errors.AsType[*lab.Error](err); ok {
		return e.Status
	}
	return 0
}

// spelledOut reads a name that says which product it means.
func spelledOut(name, product string) (onenet.DeviceRef, bool) {
	if before, after, ok := strings.Cut(name, "/"); ok && product == "" {
		product, name = before, after
	}
	return onenet.DeviceRef{Product: onenet.ProductID(product), Device: onenet.DeviceID(name)}, product != ""
}

// printJSON writes what a script reads.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// completeDevices offers the ids of the devices that the running server knows.
func (a *app) completeDevices(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []cobra.Completion
	_ = a.withServerFor(cmd, time.Second, func(ctx context.Context, c *lab.Client) error { // completion has nowhere to complain
		devices, err := allDevices(ctx, c, "", lab.DeviceQuery{Limit: 200})
		for _, d := range devices {
			list = append(list, cobra.CompletionWithDesc(string(d.ID), printable(d.Title)))
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp
}
