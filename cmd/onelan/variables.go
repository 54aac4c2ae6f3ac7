package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/onelan/onelan/lan"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// The variables by which a program finds a platform and what its seed made there. The names are a promise:
// docs/TESTING.md lists them.
//
// ONELAN_DEVICE is the first device of the seed, and ONELAN_PRODUCT the product of it. What the seed
// leaves open (a master key, an auth info) stands there as the platform made it up. Those with a number list all, in the
// order of the seed, to a bound.

// mostNumbered is how many products and devices get numbered variables: an environment is small.
const mostNumbered = 100

// variable is one of the environment.
type variable struct{ name, value string }

// execNames are the names without number; config takes none of them for a setting.
var execNames = []string{
	"ONELAN_MQTT", "ONELAN_HTTP", "ONELAN_LAB", "ONELAN_PRODUCT", "ONELAN_MASTER_KEY", "ONELAN_REGISTER_CODE",
	"ONELAN_DEVICE", "ONELAN_AUTH_INFO",
}

// variables lists the variables of a running platform. outside names hosts as another machine calls them.
func variables(ctx context.Context, srv *server.Server, c server.Config, outside bool) ([]variable, error) {
	products, devices, err := seeded(ctx, srv.Platform(), c)
	if err != nil {
		return nil, err
	}
	vars := addresses(srv, outside)
	if len(devices) > 0 {
		first := slices.IndexFunc(products, func(p onenet.Product) bool { return p.ID == devices[0].Product })
		vars = append(vars, ofProduct(products[first], "")...)
		vars = append(vars, ofDevice(devices[0], "")...)
	} else if len(products) > 0 {
		vars = append(vars, ofProduct(products[0], "")...)
	}
	for i, p := range products[:min(len(products), mostNumbered)] {
		vars = append(vars, ofProduct(p, fmt.Sprintf("_%d", i+1))...)
	}
	for i, d := range devices[:min(len(devices), mostNumbered)] {
		suffix := fmt.Sprintf("_%d", i+1)
		vars = append(vars, variable{"ONELAN_DEVICE" + suffix + "_PRODUCT", string(d.Product)})
		vars = append(vars, ofDevice(d, suffix)...)
	}
	return vars, nil
}

func addresses(srv *server.Server, outside bool) []variable {
	var vars []variable
	if mqtt := hostPort(srv.MQTTAddr(), outside); mqtt != "" {
		host, port, _ := net.SplitHostPort(mqtt) // hostPort made it
		vars = append(vars, variable{"ONELAN_MQTT", mqtt}, variable{"ONELAN_MQTT_HOST", host}, variable{"ONELAN_MQTT_PORT", port})
	}
	if addr := hostPort(srv.HTTPAddr(), outside); addr != "" {
		vars = append(vars, variable{"ONELAN_HTTP", "http://" + addr})
	}
	if addr := hostPort(srv.LabAddr(), false); addr != "" {
		vars = append(vars, variable{"ONELAN_LAB", "http://" + addr})
	}
	return vars
}

// hostPort is a listener's address as somebody calls it: from this machine, or from outside.
func hostPort(listener string, outside bool) string {
	ap, err := netip.ParseAddrPort(listener)
	if err != nil {
		return ""
	}
	host := ap.Addr().Unmap()
	if host.IsUnspecified() {
		host = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if list, err := lan.Addresses(); outside && err == nil && len(list) > 0 {
			host = list[0].IP
		}
	}
	return netip.AddrPortFrom(host, ap.Port()).String()
}

// seeded are the products and devices of the seed as they are now; without any, those of the tutorial.
func seeded(ctx context.Context, p *onenet.Platform, c server.Config) ([]onenet.Product, []onenet.Device, error) {
	var ids []onenet.ProductID
	var refs []onenet.DeviceRef
	for _, product := range c.Seed.Products {
		ids = append(ids, product.ID)
	}
	for _, d := range c.Seed.Devices {
		refs = append(refs, d.Ref())
	}
	if c.Demo && len(refs) == 0 && (len(ids) == 0 || slices.Contains(ids, server.DemoProduct)) {
		refs = append(refs, onenet.DeviceRef{Product: server.DemoProduct, Device: server.DemoDevice})
	}
	for _, r := range refs {
		if !slices.Contains(ids, r.Product) {
			ids = append(ids, r.Product)
		}
	}
	products, err := lookUp(ids, func(id onenet.ProductID) (onenet.Product, error) { return p.Product(ctx, id) })
	if err != nil {
		return nil, nil, err
	}
	devices, err := lookUp(refs, func(r onenet.DeviceRef) (onenet.Device, error) { return p.Device(ctx, r) })
	return products, devices, err
}

func lookUp[A, B any](list []A, f func(A) (B, error)) ([]B, error) {
	out := make([]B, len(list))
	for i, a := range list {
		var err error
		if out[i], err = f(a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func ofProduct(p onenet.Product, suffix string) []variable {
	return []variable{
		{"ONELAN_PRODUCT" + suffix, string(p.ID)},
		{"ONELAN_MASTER_KEY" + suffix, string(p.MasterKey)},
		{"ONELAN_REGISTER_CODE" + suffix, string(p.RegisterCode)},
	}
}

func ofDevice(d onenet.Device, suffix string) []variable {
	return []variable{
		{"ONELAN_DEVICE" + suffix, string(d.ID)},
		{"ONELAN_AUTH_INFO" + suffix, string(d.AuthInfo)},
	}
}

// withVariables is an environment with the variables in place of those that an outer platform may have given.
func withVariables(env []string, vars []variable) []string {
	kept := slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.ContainsFunc(execNames, func(n string) bool {
			rest, ok := strings.CutPrefix(name, n)
			return ok && (rest == "" || rest[0] == '_')
		})
	})
	for _, v := range vars {
		if !strings.Contains(v.value, "\x00") { // which no environment can hold
			kept = append(kept, v.name+"="+v.value)
		}
	}
	return kept
}

// shellText writes variables so that a POSIX shell reads them (. FILE), one a line; what needs no quotes
// gets none, so that most other readers of such files understand them too.
func shellText(vars []variable) string {
	var b strings.Builder
	for _, v := range vars {
		value := v.value
		if strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=+@%,-[]") != "" {
			value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
		}
		fmt.Fprintf(&b, "%s=%s\n", v.name, value)
	}
	return b.String()
}
