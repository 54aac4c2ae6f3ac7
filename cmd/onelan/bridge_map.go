package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/control/lab"
)

const bridgeAddLong = `Put a device of this platform on the bridge while it runs, or change how it is carried. What is
not named stays as it is; of a device that is new to the bridge, product, id and password in
the cloud are those that it has here.

The password is never an argument, which other users of this machine could see: name the
variable or the file that holds it, or - for the standard input. A file that others may read
is refused.

It lasts until the configuration is read again or onelan restarts; what is to stay belongs in
onelan.yaml.`

// bridgeAddOptions are how a device is carried.
type bridgeAddOptions struct {
	linkOptions

	m                         lab.BridgeMapping
	passwordEnv, passwordFile string
}

func (a *app) bridgeAdd() *cobra.Command {
	o := &bridgeAddOptions{}
	cmd := &cobra.Command{
		Use: "add DEVICE", Short: "Put a device on the bridge, or change how it is carried", Long: bridgeAddLong,
		Example: `  onelan bridge add 527521926
  onelan bridge add 527521926 --upstream-device 700123456 --password-env CLOUD_PASSWORD
  onelan bridge add 527521926 --password-file ~/.onelan-cloud --presence always
  onelan bridge add 527521926 --topic "both room/led" --topic "up room/state -> state qos 0"`,
		Args: takes("DEVICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.bridgePassword(o); err != nil {
				return err
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				ref, err := find(ctx, c, args[0], o.product)
				if err != nil {
					return err
				}
				done, err := c.BridgePut(ctx, ref, o.m)
				if err != nil {
					return err
				}
				d, err := c.BridgeDevice(ctx, ref)
				if err != nil {
					return err
				}
				u := d.Upstream
				return a.printDone(done, o.json, "%s is device %s of product %s at %s", ref, printable(u.Device), printable(u.Product), printable(u.Addr))
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.m.Upstream.Product, "upstream-product", "", "`ID` of its product in the cloud")
	f.StringVar(&o.m.Upstream.Device, "upstream-device", "", "`ID` of the device in the cloud")
	f.StringVar(&o.m.Upstream.Addr, "upstream", "", "`HOST:PORT` of another cloud than that of the bridge")
	f.StringVar(&o.passwordEnv, "password-env", "", "take the password in the cloud from the variable `NAME`")
	f.StringVar(&o.passwordFile, "password-file", "", "read it from `FILE`, or - for the standard input")
	f.StringVar(&o.m.Presence, "presence", "", "`WHEN` the cloud sees it: follow (while it is online here) or always")
	f.StringArrayVar(&o.m.Topics, "topic", nil, "a `ROUTE` besides $dp and commands, in place of those it has; may come again")
	o.flags(a, cmd)
	cmd.ValidArgsFunction = a.completeDevices
	return cmd
}

// bridgePassword takes the password from where the flags say.
func (a *app) bridgePassword(o *bridgeAddOptions) error {
	switch {
	case o.passwordEnv != "" && o.passwordFile != "":
		return usage("the password comes from --password-env or from --password-file, not from both")
	case o.passwordEnv != "":
		return o.secret("env:"+o.passwordEnv, a.env)
	case o.passwordFile == "-":
		line, err := a.readPassword("password in the cloud: ")
		if err == nil && line == "" {
			err = usage("no password came from the standard input")
		}
		o.m.Upstream.Password = line
		return err
	case o.passwordFile != "":
		return o.secret("file:"+o.passwordFile, a.env)
	}
	return nil
}

func (o *bridgeAddOptions) secret(reference string, env []string) error {
	s, err := config.ReadSecret(reference, env)
	if err != nil {
		return usage("the password: %v", err)
	}
	o.m.Upstream.Password = string(s)
	return nil
}

// readPassword reads a line. A person who types it does not see it.
func (a *app) readPassword(question string) (string, error) {
	if f, is := a.stdin.(*os.File); is && isTerminal(f) {
		if _, err := fmt.Fprint(a.stderr, question); err != nil {
			return "", err
		}
		text, err := term.ReadPassword(int(f.Fd()))
		_, failed := fmt.Fprintln(a.stderr)
		return string(text), errors.Join(err, failed)
	}
	line, _ := bufio.NewReader(a.stdin).ReadString('\n') // the end of input ends the password too
	return strings.TrimRight(line, "\r\n"), nil
}

func (a *app) bridgeRemove() *cobra.Command {
	o := &linkOptions{}
	cmd := &cobra.Command{
		Use: "remove DEVICE", Aliases: []string{"rm"}, Short: "Take a device off the bridge; what it has in the queue stays",
		Example: "  onelan bridge drain 527521926 && onelan bridge remove 527521926",
		Args:    takes("DEVICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				b, err := c.Bridge(ctx)
				if err != nil {
					return err
				}
				if !b.On {
					return fail(exitFailed, "the bridge to the real OneNET is off").with("onelan serve --bridge has it")
				}
				d, err := onBridge(b, args[0], o.product)
				if err != nil {
					return err
				}
				done, err := c.BridgeRemove(ctx, refOf(d))
				if err != nil {
					return err
				}
				kept := ""
				if done.Left > 0 {
					kept = fmt.Sprintf("; %s in its queue", stay(done.Left))
				}
				return a.printDone(done, o.json, "took %s off the bridge%s", refOf(d), kept)
			})
		},
	}
	return o.flags(a, cmd)
}

func stay(n int) string {
	if n == 1 {
		return "1 message stays"
	}
	return fmt.Sprintf("%d messages stay", n)
}
