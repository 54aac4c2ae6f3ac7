package console

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/onelan/onelan/onenet"
)

type deviceBody struct {
	Device   onenet.Device
	Here     onenet.Presence
	Product  onenet.Product
	Keys     []onenet.Key
	Streams  streamList
	Topics   []string
	Form     commandForm
	Commands []sent
	More     string // where older commands are; empty: there are none
	Rows     []row
	Older    string // the traffic page of this device
	Copies   []copyable
	API      string // the address of the device in the REST API
}

func (d *door) device(r *http.Request) (reply, error) {
	return d.devicePage(r, refOf(r), newCommandForm(r), 0)
}

// devicePage shows a device, and the form for a command as it was filled in.
func (d *door) devicePage(r *http.Request, ref onenet.DeviceRef, f commandForm, status int) (reply, error) {
	const timeline = 40
	ctx := r.Context()
	dev, err := d.p.Device(ctx, ref)
	if err != nil {
		return nil, err
	}
	b := deviceBody{Device: dev, Here: d.p.Presence(ref), Form: f, Topics: d.p.DeviceTopics(ref)}
	if b.Product, err = d.p.Product(ctx, ref.Product); err != nil {
		return nil, err
	}
	if b.Keys, err = d.keysOf(r, ref); err != nil {
		return nil, err
	}
	if b.Streams, err = d.streamsOf(r, ref); err != nil {
		return nil, err
	}
	if b.Commands, b.More, err = d.history(r, ref); err != nil {
		return nil, err
	}
	c := choice{Product: ref.Product, Device: ref.Device}
	limit := timeline
	if onlyIslands(r) {
		limit = 0 // the rows of this page come by its live connection
	}
	list, older, _ := c.read(d.p.Journal(), 0, limit)
	b.Rows = d.rowsOf(list)
	if older > 0 {
		b.Older = c.At(older)
	}
	info := d.Info()
	b.Copies, b.API = copies(info, b.Product, dev), apiURL(info)+"/devices/"+url.PathEscape(string(dev.ID))
	p := page{name: "device", nav: "devices", plain: shown(nameOf(dev)), status: status, body: b, live: c.Values()}
	p.live.Set("rows", strconv.Itoa(timeline))
	return p, nil
}

// mostStreams is how many data streams a device's page shows.
const mostStreams = 100

// streamList are data streams of a device, those that the reader looks for.
type streamList struct {
	List  []onenet.Datastream
	Total int    // of the device
	Found int    // of those
	Find  string // a part of the name; empty: all
}

// Some tells that not all are shown.
func (s streamList) Some() bool { return len(s.List) < s.Total }

func (d *door) streamsOf(r *http.Request, ref onenet.DeviceRef) (streamList, error) {
	s := streamList{Find: strings.TrimSpace(r.URL.Query().Get("find"))}
	all, err := d.p.Streams(r.Context(), ref)
	s.Total = len(all)
	for _, one := range all {
		if !strings.Contains(strings.ToLower(string(one.ID)), strings.ToLower(s.Find)) {
			continue
		}
		if s.Found++; len(s.List) < mostStreams {
			s.List = append(s.List, one)
		}
	}
	return s, err
}

// nameOf is what people call a device.
func nameOf(dev onenet.Device) string {
	if dev.Title != "" {
		return dev.Title
	}
	return string(dev.ID)
}

// keysOf lists the keys of the product that open the device.
func (d *door) keysOf(r *http.Request, ref onenet.DeviceRef) ([]onenet.Key, error) {
	all, err := d.p.Keys(r.Context(), ref.Product)
	var out []onenet.Key
	for _, k := range all {
		if k.Covers(ref.Device) {
			out = append(out, k)
		}
	}
	return out, err
}

// firmwareConfig is the config.json with which our firmware becomes this device; empty where it could not hold its auth info.
func firmwareConfig(info Info, dev onenet.Device) string {
	if !typeable(string(dev.AuthInfo)) {
		return ""
	}
	host, port := "auto", 6002
	if len(info.Boards) > 0 {
		if h, p, err := net.SplitHostPort(info.Boards[0].Addr); err == nil {
			host = h
			port, _ = strconv.Atoi(p)
		}
	}
	type endpoint struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	}
	text, err := json.MarshalIndent(struct {
		WiFi     map[string]string `json:"wifi"`
		Use      []string          `json:"use"`
		LAN      endpoint          `json:"lan"`
		Product  onenet.ProductID  `json:"product_id"`
		Device   onenet.DeviceID   `json:"device_id"`
		AuthInfo string            `json:"auth_info"`
	}{
		map[string]string{"ssid": "NAME OF YOUR WI-FI", "password": ""}, []string{"lan"}, endpoint{host, port}, dev.Product, dev.ID, string(dev.AuthInfo),
	}, "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}
