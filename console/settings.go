package console

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"github.com/onelan/onelan/onenet"
)

// setting is a name and what it is set to.
type setting struct {
	Name  string // as onelan.yaml has it
	Value string
	Key   string // what the value means, where that is not what it says: a key
	Usual bool   // it is as it would be if nobody had said otherwise
}

// opening is a port, and who reaches it.
type opening struct {
	Key  string // a key
	Addr string
	Who  string // a key: open.all, open.here
}

type settingsBody struct {
	Info     Info
	Open     []opening
	Switches []setting
	Limits   []setting
	CanReset bool
	Zone     string
	Journal  uint64
}

func (d *door) settings(*http.Request) (reply, error) {
	info := d.Info()
	b := settingsBody{
		Info: info, Open: openings(info), CanReset: d.Reset != nil, Journal: d.p.Journal().Last(),
		Switches: listSettings(d.p.Switches(), onenet.DefaultSwitches()), Limits: listSettings(d.p.Limits(), onenet.DefaultLimits()),
		Zone: d.p.Clock().Now().In(d.Zone).Format("MST (-07:00)"),
	}
	return page{name: "settings", nav: "settings", title: "settings.title", body: b}, nil
}

func openings(info Info) []opening {
	var out []opening
	for _, o := range []opening{
		{Key: "open.mqtt", Addr: info.MQTT},
		{Key: "open.mqtts", Addr: info.MQTTS},
		{Key: "open.ws", Addr: info.WS},
		{Key: "open.wss", Addr: info.WSS},
		{Key: "open.http", Addr: info.HTTP},
		{Key: labKey(info), Addr: info.Lab},
		{Key: "open.console", Addr: ownPages(info)},
		{Key: "open.discovery", Addr: info.Discovery},
		{Key: "open.dns", Addr: info.DNS},
		{Key: "open.mdns", Addr: info.MDNS},
	} {
		if o.Addr != "" {
			o.Who = whoReaches(o.Addr)
			out = append(out, o)
		}
	}
	return out
}

// labKey is what the control door's address is good for.
func labKey(info Info) string {
	if info.Console == info.Lab {
		return "open.lab"
	}
	return "open.lab.only"
}

// ownPages is the console's address where it has one of its own.
func ownPages(info Info) string {
	if info.Console == info.Lab {
		return ""
	}
	return info.Console
}

// whoReaches says to whom a listener's address is open.
func whoReaches(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "open.all"
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Unmap().IsLoopback() {
		return "open.here"
	}
	return "open.all"
}

// listSettings reads a struct of settings by its yaml names, so that a new one appears without a word said here.
func listSettings(have, usual any) []setting {
	v, u := reflect.ValueOf(have), reflect.ValueOf(usual)
	var out []setting
	for i := range v.NumField() {
		s := setting{Name: v.Type().Field(i).Tag.Get("yaml"), Value: settingText(v.Field(i).Interface()), Usual: v.Field(i).Equal(u.Field(i))}
		if v.Field(i).IsZero() && slices.Contains(boundless, s.Name) {
			s.Key = "settings.nolimit"
		}
		out = append(out, s)
	}
	return out
}

// boundless are the settings of which 0 means that there is no limit. Any other limit takes its default in place of 0.
var boundless = []string{"products", "devices_per_product", "command_interval", "rest_rate", "keepalive_max"}

func settingText(v any) string {
	if d, is := v.(time.Duration); is && d%(24*time.Hour) == 0 && d > 0 {
		return grouped(int(d/(24*time.Hour))) + "d"
	}
	return fmt.Sprint(groupedAny(v))
}

func (d *door) askReset(*http.Request) (reply, error) {
	if d.Reset == nil {
		return nil, &problem{status: http.StatusNotFound, key: "error.noreset"}
	}
	return page{name: "ask", nav: "settings", title: "reset.title", body: askBody{
		Question: "reset.ask", Action: "/reset", Yes: "reset.yes", Back: "/settings",
	}}, nil
}

func (d *door) reset(r *http.Request) (reply, error) {
	if d.Reset == nil {
		return nil, &problem{status: http.StatusNotFound, key: "error.noreset"}
	}
	// Whoever asked may go: half a reset is none. The context of the request would end with him.
	if _, err := d.Reset(context.WithoutCancel(r.Context())); err != nil {
		return nil, err
	}
	return redirect{to: "/?done=reset"}, nil
}
