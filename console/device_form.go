package console

import (
	"net/http"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// deviceForm is what a person may set of a device, as it stands in the form.
type deviceForm struct {
	New      bool
	Device   onenet.Device
	Tags     string
	AuthInfo string
	Products []onenet.Product
	Fault    *fault
}

func (d *door) newDevice(r *http.Request) (reply, error) {
	ref := refOf(r)
	f := deviceForm{New: true, Device: onenet.Device{Product: ref.Product, ID: ref.Device, Private: true}}
	return d.deviceForm(r, f, 0)
}

func (d *door) deviceForm(r *http.Request, f deviceForm, status int) (reply, error) {
	var err error
	if f.Products, err = d.p.Products(r.Context()); err != nil {
		return nil, err
	}
	p := page{name: "device_form", nav: "devices", title: "device.add", status: status, body: f}
	if !f.New {
		p.title = "device.edit"
	}
	return p, nil
}

// read takes the form's fields over.
func (f *deviceForm) read(r *http.Request) {
	f.Tags, f.AuthInfo = r.PostFormValue("tags"), strings.TrimSpace(r.PostFormValue("auth_info"))
	f.Device.Title = strings.TrimSpace(r.PostFormValue("title"))
	f.Device.AuthInfo = onenet.Secret(f.AuthInfo)
	f.Device.Desc = strings.TrimSpace(r.PostFormValue("desc"))
	f.Device.Tags = splitTags(f.Tags)
	f.Device.Private = r.PostFormValue("private") != "0"
	f.Device.Blocked = r.PostFormValue("blocked") == "1"
}

// splitTags takes commas of either width, semicolons and blanks as what is between two tags.
func splitTags(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;，；、 \t\r\n", r) })
}

func (d *door) addDevice(r *http.Request) (reply, error) {
	ref := refOf(r)
	f := deviceForm{New: true, Device: onenet.Device{Product: ref.Product, ID: onenet.DeviceID(strings.TrimSpace(string(ref.Device)))}}
	f.read(r)
	dev, err := d.p.AddDevice(r.Context(), f.Device)
	if err != nil {
		var status int
		f.Fault, status = d.faultOf(r, err)
		return d.deviceForm(r, f, status)
	}
	return redirect{to: deviceURL(dev.Ref()) + "&done=added"}, nil
}

func (d *door) editDevice(r *http.Request) (reply, error) {
	dev, err := d.p.Device(r.Context(), refOf(r))
	if err != nil {
		return nil, err
	}
	return d.deviceForm(r, deviceForm{Device: dev, Tags: strings.Join(dev.Tags, ", "), AuthInfo: string(dev.AuthInfo)}, 0)
}

func (d *door) changeDevice(r *http.Request) (reply, error) {
	dev, err := d.p.Device(r.Context(), refOf(r))
	if err != nil {
		return nil, err
	}
	if err := wants(r, "title", "auth_info", "desc", "tags", "private"); err != nil {
		return nil, err
	}
	f := deviceForm{Device: dev}
	f.read(r)
	if f.AuthInfo == "" {
		f.Device.AuthInfo = onenet.Secret(f.Device.ID) // as a new device's that was given none
	}
	if err := d.p.ChangeDevice(r.Context(), f.Device); err != nil {
		var status int
		f.Fault, status = d.faultOf(r, err)
		return d.deviceForm(r, f, status)
	}
	return redirect{to: deviceURL(dev.Ref()) + "&done=changed"}, nil
}

// askBody is a question before something is gone for good.
type askBody struct {
	Question string // a key
	Args     []any
	Action   string
	Fields   [][2]string // hidden ones
	Back     string
	Yes      string // a key
	Fault    *fault
}

func (d *door) askRemoveDevice(r *http.Request) (reply, error) {
	dev, err := d.p.Device(r.Context(), refOf(r))
	if err != nil {
		return nil, err
	}
	return page{name: "ask", nav: "devices", title: "device.delete", body: askBody{
		Question: "device.delete.ask", Args: []any{shown(dev.Title), string(dev.ID)}, Action: "/device/delete", Yes: "device.delete",
		Fields: [][2]string{{"product", string(dev.Product)}, {"device", string(dev.ID)}}, Back: deviceURL(dev.Ref()),
	}}, nil
}

func (d *door) removeDevice(r *http.Request) (reply, error) {
	if err := d.p.RemoveDevice(r.Context(), refOf(r)); err != nil {
		return nil, err
	}
	return redirect{to: "/devices?done=removed"}, nil
}
