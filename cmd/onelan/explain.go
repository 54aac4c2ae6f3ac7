package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/control/lab"
)

const explainLong = `Say whether a login would be accepted and, if not, what is wrong with it and what to do.
Nothing is recorded, and no device is disturbed.

Give the three fields as the device sends them. A password of - is read from the standard
input. The exit code is 0 when the login is accepted and 5 when it is refused.`

func (a *app) explainCommand() *cobra.Command {
	var login lab.Explain
	var asJSON bool
	cmd := &cobra.Command{
		Use: "explain", Short: "Say why a login is refused", Long: explainLong,
		Example: "  onelan explain --product 244754 --device 527521926 --password 3C71BFC80054",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if login.Password == "-" {
				line, _ := bufio.NewReader(a.stdin).ReadString('\n') // the end of input ends the password too
				login.Password = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			}
			return a.withServer(cmd, func(ctx context.Context, c *lab.Client) error {
				v, err := c.Explain(ctx, login)
				if err != nil {
					return err
				}
				return a.printVerdict(v, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&login.Product, "product", "", "`ID` of the product: the MQTT user name")
	f.StringVar(&login.Device, "device", "", "`ID` of the device: the MQTT client id")
	f.StringVar(&login.Password, "password", "", "the MQTT `PASSWORD`")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return a.clientFlags(cmd)
}

func (a *app) printVerdict(v lab.Verdict, asJSON bool) error {
	if asJSON {
		if err := a.printJSON(v); err != nil {
			return err
		}
		return verdictCode(v)
	}
	p := a.painter(a.stdout)
	if v.OK {
		_, err := fmt.Fprintf(a.stdout, "%s, by its %s\n", p.paint(green, "accepted"), strings.ReplaceAll(string(v.By), "-", " "))
		return err
	}
	if v.Refusal == nil {
		return fail(exitFailed, "the server refuses the login and does not say why")
	}
	if _, err := fmt.Fprintf(a.stdout, "%s %s\n", p.paint(red, "refused:"), printable(v.Refusal.Says)); err != nil {
		return err
	}
	for _, f := range refusalFields(v.Refusal) {
		if _, err := fmt.Fprintf(a.stdout, "  %s %s\n", p.paint(dim, fmt.Sprintf("%-9s", f.name)), printable(f.value)); err != nil {
			return err
		}
	}
	return verdictCode(v)
}

// verdictCode is the exit code alone: all was said.
func verdictCode(v lab.Verdict) error {
	if v.OK {
		return nil
	}
	return &failure{code: exitRefused}
}
