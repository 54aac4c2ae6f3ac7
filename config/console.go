package config

import (
	"net"
	"net/netip"
	"strings"
	"unicode"

	"github.com/onelan/onelan/onenet"
)

// hashStart begins a hash of the console's password. It may stand in the file: it opens nothing.
const hashStart = "$argon2id$"

// relativeTo takes a file with the password as relative to the configuration's folder.
func (c *Console) relativeTo(dir string) {
	if name, is := strings.CutPrefix(c.Password, fileScheme); is {
		c.Password = fileScheme + inFolder(dir, name)
	}
}

func (k *checker) console(c Config) {
	con := c.Console
	if !strings.HasPrefix(con.Password, hashStart) {
		k.passwordReference("console.password", con.Password)
	}
	for _, name := range con.Names {
		if name == "" || strings.ContainsAny(name, ":/@ ") || strings.ContainsFunc(name, unicode.IsControl) {
			k.fault("console.names", "want host names without http:// and port, got %q", shorten(name))
		}
	}
	if con.Listen != OnLab && con.Listen != "" && con.Password == "" && !onlyHere(con.Listen) {
		k.fault("console.listen", "%s is open to others than this machine, so it needs console.password: onelan console password makes one", con.Listen)
	}
}

// passwordReference is reference for a place that takes a hash, too.
func (k *checker) passwordReference(path, text string) {
	if text == "" || strings.HasPrefix(text, envScheme) || strings.HasPrefix(text, fileScheme) {
		k.reference(path, text)
		return
	}
	k.fault(path, "a password does not belong in %s: put its hash here, which onelan console password makes, or env:NAME or file:PATH", FileName)
}

// onlyHere tells whether an address to listen on is one that only this machine reaches.
func onlyHere(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || strings.EqualFold(host, "localhost") {
		return true // what is no address is told of elsewhere
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// ConsolePassword gives the console's password, or its hash: whatever the reference leads to. Empty: there is none.
func (l *Loaded) ConsolePassword() (onenet.Secret, error) {
	text := l.Console.Password
	if text == "" || strings.HasPrefix(text, hashStart) {
		return onenet.Secret(text), nil
	}
	s, err := ReadSecret(text, l.env)
	if err != nil {
		return "", together(nil, l.place(Faults{{Path: "console.password", Says: err.Error()}}))
	}
	return s, nil
}
