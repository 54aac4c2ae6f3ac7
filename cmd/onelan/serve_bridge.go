package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/server"
)

// bridgeConfig gives the server its way to the real OneNET, and the way to read it again from the same flags, variables and file.
func (o *serveOptions) bridgeConfig(a *app, cmd *cobra.Command, l *config.Loaded, c *server.Config) error {
	c.ReadPlan = func() (*bridge.Plan, error) {
		again, err := o.settings.load(a, cmd)
		if err != nil {
			return nil, err
		}
		return again.Plan()
	}
	if l.Bridge.Enabled && len(l.Bridge.Devices) == 0 {
		return nothingToCarry(l)
	}
	var err error
	c.Bridge, err = l.Plan()
	return err
}

// nothingToCarry shows the least that a bridge needs.
func nothingToCarry(l *config.Loaded) error {
	name := l.File
	if name == "" {
		name = config.FileName
	}
	return fail(exitFailed, "the bridge has nothing to carry: %s names no device for it", name).with(`put this into %s, with the ids that the cloud's console shows, and the product's API key into ONENET_KEY:
bridge:
  password: env:ONENET_KEY
  devices:
    - {device: %s, upstream_product: PRODUCT-ID, upstream_device: DEVICE-ID}`, name, config.DemoDevice)
}

// attend waits for the end, and reads the bridge's configuration again at every hang-up signal meanwhile.
func attend(ctx context.Context, srv *server.Server, log *slog.Logger, hangups <-chan os.Signal, gone func() bool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			if gone() {
				log.Info("the terminal is gone")
				return
			}
			reload(ctx, srv, log)
		}
	}
}

// reload tells in the log what was wrong; what has changed the server tells itself.
func reload(ctx context.Context, srv *server.Server, log *slog.Logger) {
	_, err := srv.ReloadBridge(ctx)
	if err == nil {
		return
	}
	faults, are := errors.AsType[config.Faults](err)
	if !are {
		log.Error("bridge not reloaded", "err", err)
		return
	}
	for _, f := range faults {
		log.Error("bridge not reloaded", "where", f.Origin.String(), "setting", f.Path, "err", f.Says)
	}
}
