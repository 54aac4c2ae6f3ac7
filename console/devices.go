package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// perPage is how many devices a page of the list has.
const perPage = 50

// listed is a device as the list shows it.
type listed struct {
	onenet.Device
	Here onenet.Presence
}

type devicesBody struct {
	Products []onenet.Product
	Product  onenet.ProductID
	Search   string
	Online   string // "1", "0" or empty for both
	List     []listed
	Pager    pager
}

func (d *door) devices(r *http.Request) (reply, error) {
	q := r.URL.Query()
	b := devicesBody{Product: onenet.ProductID(q.Get("product")), Search: strings.TrimSpace(q.Get("search"))}
	if o := q.Get("online"); o == "1" || o == "0" {
		b.Online = o
	}
	n := pageOf(r)
	f := onenet.DeviceFilter{Product: b.Product, Contains: b.Search, Offset: (n - 1) * perPage, Limit: perPage}
	var err error
	if b.Products, err = d.p.Products(r.Context()); err != nil {
		return nil, err
	}
	list, total, err := d.chosen(r, f, b.Online)
	if err != nil {
		return nil, err
	}
	b.Pager = newPager("/devices", b.chosen(), n, perPage, total)
	if last, gone := b.Pager.gone(); gone {
		return last, nil
	}
	for _, dev := range list {
		b.List = append(b.List, listed{dev, d.p.Presence(dev.Ref())})
	}
	return page{name: "devices", nav: "devices", title: "devices.title", body: b, live: url.Values{}}, nil
}

func (d *door) chosen(r *http.Request, f onenet.DeviceFilter, online string) ([]onenet.Device, int, error) {
	if online == "" {
		return d.p.Devices(r.Context(), f)
	}
	return d.p.DevicesHere(r.Context(), f, online == "1")
}

// chosen is what the address of the list says.
func (b devicesBody) chosen() url.Values {
	v := url.Values{}
	for name, text := range map[string]string{"product": string(b.Product), "search": b.Search, "online": b.Online} {
		if text != "" {
			v.Set(name, text)
		}
	}
	return v
}

// refOf is the device that a request names.
func refOf(r *http.Request) onenet.DeviceRef {
	return onenet.DeviceRef{Product: onenet.ProductID(r.FormValue("product")), Device: onenet.DeviceID(r.FormValue("device"))}
}

// deviceURL is the address of a device's page.
func deviceURL(ref onenet.DeviceRef) string { return "/device?" + refValues(ref).Encode() }

func refValues(ref onenet.DeviceRef) url.Values {
	return url.Values{"product": {string(ref.Product)}, "device": {string(ref.Device)}}
}
