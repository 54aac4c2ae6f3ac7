package console

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// copyable is a line for a terminal, or a file for a board.
type copyable struct {
	Title  string // a key
	Text   string // empty: a word in it cannot be copied as it is
	Secret bool   // it tells a key, and is shown when somebody asks for it
}

// copies are the ways to do from a terminal what the page does.
func copies(info Info, product onenet.Product, dev onenet.Device) []copyable {
	id := string(dev.ID)
	list := []copyable{{"copy.onelan", "onelan send" + serverFlag(info) + " " + quoted(string(dev.Product)+"/"+id) + " on", false}}
	if info.HTTP != "" {
		list = append(list, copyable{"copy.curl", fmt.Sprintf("curl -H %s -d on %s",
			quoted("api-key: "+string(product.MasterKey)), quoted(apiURL(info)+"/cmds?device_id="+url.QueryEscape(id))), true})
	}
	if info.MQTT != "" {
		host, port := hostPort(info.MQTT)
		list = append(list, copyable{"copy.mosquitto", fmt.Sprintf(
			`printf '\003\000\024{"temperature":25.5}' | mosquitto_pub -h %s -p %s -i %s -u %s -P %s -t '$dp' -s`,
			host, port, quoted(id), quoted(string(dev.Product)), quoted(string(dev.AuthInfo))), true})
	}
	for i := range list {
		if !typeable(list[i].Text) {
			list[i].Text = ""
		}
	}
	return append(list, copyable{"copy.config", firmwareConfig(info, dev), true})
}

// typeable tells whether a text can be copied as it is shown, into a line of a terminal for one. A device chooses its own password when it is
// admitted: a control character in it would be a keystroke where it is pasted, whatever quotes stand around it.
func typeable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// serverFlag names this server to the command line, where that would look for it elsewhere.
func serverFlag(info Info) string {
	const usual = "127.0.0.1:8090"
	host, port := hostPort(info.Lab)
	if at := net.JoinHostPort(host, port); at != usual {
		return " --server http://" + at
	}
	return ""
}

// apiURL is where this machine finds the REST API.
func apiURL(info Info) string {
	host, port := hostPort(info.HTTP)
	return "http://" + net.JoinHostPort(host, port)
}

// hostPort is a listener's address as this machine's programs reach it.
func hostPort(listener string) (host, port string) {
	host, port, err := net.SplitHostPort(listener)
	if err != nil {
		return "127.0.0.1", ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.Unmap().IsUnspecified() {
		host = "127.0.0.1"
	}
	return host, port
}

// quoted is a word as a POSIX shell takes it for itself, whatever stands in it.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r < 128 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("-_./:@", r))
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
