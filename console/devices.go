package console

import (
	"net/http"
	"net/url"
	"strconv"
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
	Total    int
	First    int // of the page, from 1
	Last     int
	Prev     string
	Next     string
	Pages    int
	Page     int
}

func (d *door) devices(r *http.Request) (reply, error) {
	q := r.URL.Query()
	b := devicesBody{Product: onenet.ProductID(q.Get("product")), Search: strings.TrimSpace(q.Get("search"))}
	if o := q.Get("online"); o == "1" || o == "0" {
		b.Online = o
	}
	b.Page, _ = strconv.Atoi(q.Get("page")) // what is no number is the first page
	b.Page = min(max(b.Page, 1), 1<<20)
	f := onenet.DeviceFilter{Product: b.Product, Keywords: b.Search, Offset: (b.Page - 1) * perPage, Limit: perPage}
	var err error
	if b.Products, err = d.p.Products(r.Context()); err != nil {
		return nil, err
	}
	list, total, err := d.chosen(r, f, b.Online)
	if err != nil {
		return nil, err
	}
	b.Total, b.Pages = total, (total+perPage-1)/perPage
	if b.Page > 1 && b.Page > b.Pages { // there were more when the link was made
		return redirect{to: b.at(max(b.Pages, 1))}, nil
	}
	for _, dev := range list {
		b.List = append(b.List, listed{dev, d.p.Presence(dev.Ref())})
	}
	b.First, b.Last = f.Offset+1, f.Offset+len(list)
	if b.Page > 1 {
		b.Prev = b.at(b.Page - 1)
	}
	if b.Page < b.Pages {
		b.Next = b.at(b.Page + 1)
	}
	return page{name: "devices", nav: "devices", title: "devices.title", body: b, live: url.Values{}}, nil
}

func (d *door) chosen(r *http.Request, f onenet.DeviceFilter, online string) ([]onenet.Device, int, error) {
	if online == "" {
		return d.p.Devices(r.Context(), f)
	}
	return d.p.DevicesHere(r.Context(), f, online == "1")
}

// at is the address of a page of the same choice.
func (b devicesBody) at(page int) string {
	v := url.Values{}
	for name, text := range map[string]string{"product": string(b.Product), "search": b.Search, "online": b.Online} {
		if text != "" {
			v.Set(name, text)
		}
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	return "/devices?" + v.Encode()
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
