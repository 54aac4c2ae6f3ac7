package doctor

import (
	"context"
	"fmt"
)

// firewall says which firewalls are here, and how the ports that boards need are opened in them.
func firewall(ctx context.Context, e Environment) []Finding {
	const n = note("firewall")
	var found []Finding
	for _, f := range e.Firewalls(ctx, e.mqttPort()) {
		found = append(found, judge(n, e, f))
	}
	if len(found) == 0 {
		found = []Finding{n.say(OK, "none was found on this machine")}
	}
	return found
}

func judge(n note, e Environment, f Firewall) Finding {
	switch {
	case f.Known && !f.Active:
		return n.say(OK, f.Name+" is off")
	case f.Opens:
		return n.say(OK, fmt.Sprintf("%s is on, and names port %d", f.Name, e.mqttPort()))
	case f.Known:
		return n.say(Warn, f.Name+" is on; let boards in", opening(e, f.Name)...)
	}
	return n.say(Info, f.Name+" is here; whether it lets boards in, only an administrator can read. If they do not get through", opening(e, f.Name)...)
}

// opening are the commands that open what boards need: MQTT, the REST API, and the ways to find this machine.
func opening(e Environment, name string) []string {
	mqtt, rest, ask := e.mqttPort(), e.Port("REST API"), e.Port("discovery")
	switch name {
	case "ufw":
		return []string{
			fmt.Sprintf("sudo ufw allow from 192.168.0.0/16 to any port %d,%d proto tcp", mqtt, rest),
			fmt.Sprintf("sudo ufw allow from 192.168.0.0/16 to any port %d,5353 proto udp", ask),
		}
	case "firewalld":
		return []string{fmt.Sprintf("sudo firewall-cmd --add-port=%d/tcp --add-port=%d/tcp --add-port=%d/udp --add-service=mdns", mqtt, rest, ask)}
	case "nftables":
		return []string{
			"sudo nft list ruleset    # find the chain with \"hook input\" and put its family, table and name into the next lines",
			fmt.Sprintf("sudo nft insert rule inet filter input tcp dport '{ %d, %d }' accept", mqtt, rest),
			fmt.Sprintf("sudo nft insert rule inet filter input udp dport '{ %d, 5353 }' accept", ask),
		}
	case "iptables":
		return []string{
			fmt.Sprintf("sudo iptables -I INPUT -p tcp -m multiport --dports %d,%d -j ACCEPT", mqtt, rest),
			fmt.Sprintf("sudo iptables -I INPUT -p udp -m multiport --dports %d,5353 -j ACCEPT", ask),
		}
	case "windows":
		return []string{
			"in a terminal of an administrator; the network must be a private one in Windows' settings:",
			fmt.Sprintf(`netsh advfirewall firewall add rule name="onelan" dir=in action=allow profile=private protocol=TCP localport=%d,%d`, mqtt, rest),
			fmt.Sprintf(`netsh advfirewall firewall add rule name="onelan (discovery)" dir=in action=allow profile=private protocol=UDP localport=%d,5353`, ask),
		}
	case "macos":
		return []string{
			"sudo /usr/libexec/ApplicationFirewall/socketfilterfw --add \"$(command -v onelan)\"",
			"sudo /usr/libexec/ApplicationFirewall/socketfilterfw --unblockapp \"$(command -v onelan)\"",
		}
	}
	return nil
}
