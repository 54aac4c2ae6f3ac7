package console

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// copyable is a line for a terminal.
type copyable struct {
	Title string // a key
	Text  string
}

// copies are the ways to do from a terminal what the page does.
func copies(info Info, product onenet.Product, dev onenet.Device) []copyable {
	id := string(dev.ID)
	send := "onelan send " + quoted(id) + " on"
	if dev.Product != "" {
		send = "onelan send " + quoted(string(dev.Product)+"/"+id) + " on"
	}
	list := []copyable{{"copy.onelan", send}}
	if info.HTTP != "" {
		list = append(list, copyable{"copy.curl", fmt.Sprintf("curl -H %s -d on %s",
			quoted("api-key: "+string(product.MasterKey)), quoted(apiURL(info)+"/cmds?device_id="+id))})
	}
	if info.MQTT != "" {
		host, port := hostPort(info.MQTT)
		list = append(list, copyable{"copy.mosquitto", fmt.Sprintf(
			`printf '\003\000\024{"temperature":25.5}' | mosquitto_pub -h %s -p %s -i %s -u %s -P %s -t '$dp' -s`,
			host, port, quoted(id), quoted(string(dev.Product)), quoted(string(dev.AuthInfo)))})
	}
	return list
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
