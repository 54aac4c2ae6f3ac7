package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
)

const consoleLong = `The console is onelan's web pages: http://127.0.0.1:8090/ while onelan serve runs. To open them to
others on your network give them a password and an address of their own: docs/CONSOLE.md.`

const consolePasswordLong = `Read a password and print its hash, for console.password in onelan.yaml or --console-password. From a
terminal it is asked for twice and not shown; otherwise it is the first line of the input.`

func (a *app) consoleCommand() *cobra.Command {
	return group("console", "Set the password of the web pages", consoleLong, a.consoleSetPassword())
}

func (a *app) consoleSetPassword() *cobra.Command {
	return &cobra.Command{
		Use: "password", Short: "Print the hash of a password for the web pages", Long: consolePasswordLong,
		Example: "  onelan console password\n  onelan console password < password.txt",
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			password, err := a.newPassword()
			if err != nil {
				return err
			}
			hash, err := console.HashPassword(password)
			if err != nil {
				return usage("%v", err)
			}
			_, err = fmt.Fprintln(a.stdout, hash)
			return err
		},
	}
}

// newPassword asks a person twice, and a script once.
func (a *app) newPassword() (string, error) {
	first, err := a.readPassword("password: ")
	if err != nil || !isTerminal(a.stdin) {
		return first, err
	}
	second, err := a.readPassword("again: ")
	if err == nil && first != second {
		err = usage("these are two different passwords")
	}
	return first, err
}

// consolePassword gives the hash that the server wants, whether the configuration leads to it or to the password.
func consolePassword(l *config.Loaded) (onenet.Secret, error) {
	secret, err := l.ConsolePassword()
	if err != nil || secret == "" || strings.HasPrefix(string(secret), console.HashStart) {
		return secret, err
	}
	hash, err := console.HashPassword(string(secret))
	if err != nil {
		return "", fail(exitFailed, "console.password: %v", err)
	}
	return onenet.Secret(hash), nil
}

// ownConsole is the address that the web pages have for themselves.
func ownConsole(c config.Config) string {
	if c.Console.Listen == config.OnLab {
		return ""
	}
	return c.Console.Listen
}
