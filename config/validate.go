package config

import (
	"fmt"
	"math"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// Validate reports everything that is wrong with the values as Faults, nil when
// nothing is. Whether files exist and ports are free shows when the server starts.
func (c Config) Validate() error {
	if faults := c.check(); len(faults) > 0 {
		return faults
	}
	return nil
}

// checker collects faults.
type checker struct{ faults Faults }

func (k *checker) fault(path, format string, args ...any) {
	k.faults = append(k.faults, Fault{Path: path, Says: fmt.Sprintf(format, args...)})
}

func (c Config) check() Faults {
	k := &checker{}
	k.listen(c)
	k.tls(c)
	k.console(c)
	k.path("data", c.Data)
	k.path("seed", c.Seed)
	k.path("tls.cert", c.TLS.Cert)
	k.path("tls.key", c.TLS.Key)
	k.oneOf("sync", c.Sync, "full", "normal", "off")
	k.within("journal_size", c.JournalSize, 16, 1<<24)
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "text", "json")
	k.products(c)
	k.devices(c)
	k.keys(c)
	k.limits(c.Limits)
	k.switches(c.Switches)
	k.bridge(c)
	return k.faults
}

// address is one of the listen addresses with its setting.
type address struct {
	path, addr string
}

func (l Listen) addresses() []address {
	return []address{
		{"listen.mqtt", l.MQTT},
		{"listen.mqtts", l.MQTTS},
		{"listen.ws", l.WS},
		{"listen.wss", l.WSS},
		{"listen.http", l.HTTP},
		{"listen.lab", l.Lab},
	}
}

func (k *checker) listen(c Config) {
	tcp, udp := taken{}, taken{}
	for _, a := range c.Listen.addresses() {
		k.free(a, tcp)
	}
	if c.Console.Listen != OnLab {
		k.free(address{"console.listen", c.Console.Listen}, tcp)
	}
	k.free(address{"lan.discovery", c.LAN.Discovery}, udp)
	k.free(address{"lan.dns", c.LAN.DNS}, udp, tcp)
}

// taken tells by address which setting has it.
type taken map[string]string

// free faults an address that is none, or that another setting has.
func (k *checker) free(a address, protocols ...taken) {
	if a.addr == "" {
		return
	}
	port, err := port(a.addr)
	if err != nil {
		k.fault(a.path, "%v", err)
		return
	}
	for _, t := range protocols {
		if other := t[a.addr]; other != "" && port != 0 {
			k.fault(a.path, "%s is taken by %s already", a.addr, other)
		}
		t[a.addr] = a.path
	}
}

func port(addr string) (int, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || strings.ContainsAny(host, " \t/\"'") {
		return 0, fmt.Errorf("want host:port, :port or off, got %q", shorten(addr))
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 0 || n > 65535 {
		return 0, fmt.Errorf("want a port from 0 to 65535, got %q", shorten(port))
	}
	return n, nil
}

func (k *checker) tls(c Config) {
	switch {
	case c.TLS.Cert != "" && c.TLS.Key == "":
		k.fault("tls.key", "missing: tls.cert needs its private key")
	case c.TLS.Cert == "" && c.TLS.Key != "":
		k.fault("tls.cert", "missing: tls.key needs its certificate")
	}
	for _, a := range c.Listen.addresses() {
		if a.addr != "" && (a.path == "listen.mqtts" || a.path == "listen.wss") && c.TLS == (TLS{}) {
			k.fault(a.path, "needs tls.cert and tls.key")
		}
	}
}

// path refuses a ~ that a shell has not expanded: it would become a folder of that
// name, and who tidies it away with rm loses the home directory.
func (k *checker) path(path, name string) {
	if strings.HasPrefix(name, "~") {
		k.fault(path, "a leading ~ is not understood here: write the whole path")
	}
}

func (k *checker) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		k.fault(path, "want one of %s, got %q", strings.Join(allowed, ", "), shorten(value))
	}
}

func (k *checker) within(path string, n, least, most int) {
	if n < least || n > most {
		k.fault(path, "want %d to %d, got %d", least, most, n)
	}
}

func (k *checker) lasting(path string, d, least, most time.Duration) {
	if d < least || d > most {
		k.fault(path, "want %s to %s, got %s", FormatDuration(least), FormatDuration(most), FormatDuration(d))
	}
}

// century bounds what is practically for ever.
const century = 36500 * day

func (k *checker) limits(l onenet.Limits) {
	const many = 1 << 24
	k.within("limits.connections", l.Connections, 1, many)
	k.within("limits.packet_bytes", l.PacketBytes, 128, 4<<20)
	k.within("limits.topics_per_device", l.TopicsPerDevice, 1, many)
	k.within("limits.topics_per_product", l.TopicsPerProduct, 1, many)
	k.within("limits.inflight", l.Inflight, 1, 65535) // packet ids
	k.within("limits.queue_messages", l.QueueMessages, 1, many)
	k.within("limits.queue_bytes", l.QueueBytes, 1024, 1<<30)
	k.within("limits.queue_total_bytes", l.QueueTotalBytes, 1024, math.MaxInt32)
	k.within("limits.offline_messages", l.OfflineMessages, 1, many)
	k.lasting("limits.offline_for", l.OfflineFor, time.Second, century)
	k.within("limits.waiting_commands", l.WaitingCommands, 1, many)
	k.lasting("limits.connect_within", l.ConnectWithin, time.Second, time.Hour)
	k.lasting("limits.stuck_for", l.StuckFor, time.Second, time.Hour)
	k.lasting("limits.retention", l.Retention, time.Minute, century)
	k.within("limits.products", l.Products, 0, many)
	k.within("limits.devices_per_product", l.DevicesPerProduct, 0, many)
	k.lasting("limits.command_interval", l.CommandInterval, 0, century)
}

func (k *checker) switches(s onenet.Switches) {
	k.oneOf("switches.profile", string(s.Profile), string(onenet.Profile2017), string(onenet.Profile2016))
	k.oneOf("switches.level_not_4", string(s.LevelNot4), string(onenet.LevelConnack), string(onenet.LevelClose))
	k.oneOf("switches.bad_dp", string(s.BadDP), string(onenet.BadDPClose), string(onenet.BadDPIgnore))
	k.oneOf("switches.deny_sub", string(s.DenySub), string(onenet.DenySubFail), string(onenet.DenySubClose))
	k.oneOf("switches.pre_connack", string(s.PreConnack), string(onenet.PreConnackDiscard), string(onenet.PreConnackClose))
	if f := s.KeepaliveTimes; f < 1 || f > 2 {
		k.fault("switches.keepalive_factor", "want 1.0 to 2.0, got %v", f)
	}
	k.lasting("switches.keepalive_zero", s.KeepaliveZero, 0, century)
	k.lasting("switches.keepalive_max", s.KeepaliveMax, 0, century)
	k.lasting("switches.connack_gap", s.ConnackGap, 0, 10*time.Second)
	k.lasting("switches.cmd_reply_window", s.ReplyWindow, 0, century)
	k.lasting("switches.qos2_timeout", s.HandshakeLimit, time.Second, century)
	k.within("switches.rest_rate", s.RESTRate, 0, 1<<24)
}
