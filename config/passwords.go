package config

import (
	"fmt"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// account is a device of the cloud.
type account struct{ product, device string }

// readPasswords reads a file with "PRODUCT DEVICE PASSWORD" on each line, in the cloud's ids. Empty lines and those that begin with # say
// nothing. The password is the rest of its line, and may have blanks in it.
func readPasswords(path, name string) (map[account]onenet.Secret, Faults) {
	text, err := readSecrets(name, maxPasswords)
	if err != nil {
		return nil, Faults{{Path: path, Says: err.Error()}}
	}
	var faults Faults
	have := map[account]onenet.Secret{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := addPassword(have, line); err != nil {
			faults = append(faults, Fault{Path: path, Says: err.Error(), Origin: Origin{Source: FromFile, Name: name, Line: number, Column: 1}})
		}
	}
	return have, faults
}

// addPassword adds a line. Nothing of a bad one is repeated: any part of it may be the secret.
func addPassword(have map[account]onenet.Secret, line string) error {
	product, rest := word(line)
	device, password := word(rest)
	who := account{product, device}
	switch _, twice := have[who]; {
	case password == "":
		return fmt.Errorf("want PRODUCT DEVICE PASSWORD on a line")
	case twice:
		return fmt.Errorf("device %s of product %s has a password above already", shorten(device), shorten(product))
	}
	if err := plausible(password); err != nil {
		return fmt.Errorf("the password %w", err)
	}
	have[who] = onenet.Secret(password)
	return nil
}

// word takes the first word off a line.
func word(line string) (first, rest string) {
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return line, ""
	}
	return line[:end], strings.TrimLeft(line[end:], " \t")
}
