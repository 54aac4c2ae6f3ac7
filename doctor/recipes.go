package doctor

import (
	"fmt"
	"net/netip"
)

// The addresses of the real platform (reference), which firmware may have in it as numbers.
const (
	cloudMQTT = "183.230.40.39"
	cloudREST = "183.230.40.33"
)

// Recipe is what to do about firmware in which the server cannot be changed.
type Recipe struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}

// Recipes are the ways to catch such firmware on this kind of system. ip is this machine's address as
// the board sees it; mqtt and rest are the ports in force.
func Recipes(goos string, ip netip.Addr, mqtt, rest uint16) []Recipe {
	return []Recipe{
		byName(ip),
		byNameHere(goos, ip),
		byNumber(goos, mqtt, rest),
		otherPorts(mqtt, rest),
	}
}

// byName makes OneNET's names lead here for all machines on a network.
func byName(ip netip.Addr) Recipe {
	return Recipe{"Firmware with mqtt.heclouds.com in it: change the name's address on the network", []string{
		"router or hotspot with dnsmasq (OpenWrt: DHCP and DNS), two lines:",
		fmt.Sprintf("  address=/mqtt.heclouds.com/%s", ip),
		fmt.Sprintf("  address=/api.heclouds.com/%s", ip),
		"router with a list of hosts, one line:",
		fmt.Sprintf("  %s mqtt.heclouds.com api.heclouds.com", ip),
		"neither: let onelan answer, and name this machine as DNS server in the router's DHCP settings, or on the board",
		fmt.Sprintf("  sudo onelan serve --dns %s:53", ip),
		"  it refuses all other names, so give the board no second DNS server, and nobody else this one",
	}}
}

// byNameHere is for programs on this machine, and for a hotspot that it makes.
func byNameHere(goos string, ip netip.Addr) Recipe {
	const title = "A hotspot on this machine, and programs on it"
	switch goos {
	case "windows":
		return Recipe{title, []string{
			`programs here: add to C:\Windows\System32\drivers\etc\hosts, as administrator; the hotspot's clients get it too`,
			fmt.Sprintf("  %s mqtt.heclouds.com api.heclouds.com", ip),
			"the hotspot: Settings, Network & internet, Mobile hotspot; this machine is 192.168.137.1 there",
		}}
	case "darwin":
		return Recipe{title, []string{
			"programs here: add to /etc/hosts, with sudo",
			fmt.Sprintf("  %s mqtt.heclouds.com api.heclouds.com", ip),
			"the hotspot: System Settings, General, Sharing, Internet Sharing; this machine is 192.168.2.1 there",
		}}
	}
	return Recipe{title, []string{
		"programs here: add to /etc/hosts, with sudo",
		fmt.Sprintf("  %s mqtt.heclouds.com api.heclouds.com", ip),
		"the hotspot (NetworkManager); this machine is 10.42.0.1 there",
		"  nmcli device wifi hotspot ifname wlan0 ssid onelan password onelan-lab",
		"and its names, before the hotspot is started:",
		"  printf 'address=/mqtt.heclouds.com/10.42.0.1\\naddress=/api.heclouds.com/10.42.0.1\\n' | sudo tee /etc/NetworkManager/dnsmasq-shared.d/onelan.conf",
	}}
}

// byNumber catches what is sent to the real platform's addresses. The board's way out must be this machine.
func byNumber(goos string, mqtt, rest uint16) Recipe {
	const title = "Firmware with " + cloudMQTT + " in it: be that address, for boards whose way out is this machine (its hotspot)"
	switch goos {
	case "windows":
		return Recipe{title, []string{
			"as administrator; the hotspot's adapter is named as in: netsh interface ipv4 show interfaces",
			fmt.Sprintf(`  netsh interface ipv4 add address "Local Area Connection* 10" %s 255.255.255.255`, cloudMQTT),
			fmt.Sprintf(`  netsh interface ipv4 add address "Local Area Connection* 10" %s 255.255.255.255`, cloudREST),
			"and back: the same with delete for add, without the mask. Until then this machine cannot reach the real OneNET",
		}}
	case "darwin":
		return Recipe{title, []string{
			fmt.Sprintf("  sudo ifconfig lo0 alias %s 255.255.255.255", cloudMQTT),
			fmt.Sprintf("  sudo ifconfig lo0 alias %s 255.255.255.255", cloudREST),
			"and back: sudo ifconfig lo0 -alias ADDRESS. Until then this machine cannot reach the real OneNET",
		}}
	}
	return Recipe{title, []string{
		fmt.Sprintf("  sudo ip address add %s/32 dev lo", cloudMQTT),
		fmt.Sprintf("  sudo ip address add %s/32 dev lo", cloudREST),
		"and back: the same with del for add. Until then this machine cannot reach the real OneNET",
		"or by a rule, which changes ports as well and leaves this machine's own calls alone:",
		fmt.Sprintf("  sudo iptables -t nat -A PREROUTING -d %s -p tcp --dport 6002 -j REDIRECT --to-ports %d", cloudMQTT, mqtt),
		fmt.Sprintf("  sudo iptables -t nat -A PREROUTING -d %s -p tcp --dport 80 -j REDIRECT --to-ports %d", cloudREST, rest),
	}}
}

// otherPorts reminds of the ports that such firmware has in it as well.
func otherPorts(mqtt, rest uint16) Recipe {
	r := Recipe{Title: "Firmware like that has OneNET's ports in it, too"}
	if mqtt == 6002 {
		r.Lines = append(r.Lines, "MQTT is on 6002 here, as in the cloud")
	} else {
		r.Lines = append(r.Lines, fmt.Sprintf("MQTT is on %d here, and must be on 6002: onelan serve --mqtt :6002", mqtt))
	}
	if rest == 80 {
		r.Lines = append(r.Lines, "REST is on 80 here, as in the cloud")
	} else {
		r.Lines = append(r.Lines, fmt.Sprintf("REST is on %d here, and must be on 80 for it: sudo onelan serve --http-port 80", rest))
	}
	return r
}
