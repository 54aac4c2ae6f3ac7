package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// columns are those of a table of devices, in their usual order. A first line that begins with one of
// these names is a header and may choose another order. The control door and `onelan device import` take the same.
var columns = []string{"product", "device", "title", "auth_info", "tags"}

type importBody struct {
	Example  string // a table with one device
	Product  onenet.ProductID
	Products []onenet.Product
	Text     string
	Fault    *fault
}

func (d *door) newImport(r *http.Request) (reply, error) {
	return d.importForm(r, importBody{}, 0)
}

func (d *door) importForm(r *http.Request, b importBody, status int) (reply, error) {
	var err error
	if b.Products, err = d.p.Products(r.Context()); err != nil {
		return nil, err
	}
	b.Product = preselected(r, b.Products)
	b.Example = exampleTable(b.Product, b.Products)
	return page{name: "import", nav: "devices", title: "import.title", status: status, body: b}, nil
}

func (d *door) importDevices(r *http.Request) (reply, error) {
	job := d.works.begin(tokenOf(r))
	defer job.tell(progress{Share: unknown, End: endFailed}) // where it has not ended otherwise
	text, err := tableOf(r, job)
	var added []onenet.Device
	if err == nil {
		added, err = d.importTable(r, text, onenet.ProductID(r.FormValue("product")), job)
	}
	if errors.Is(err, context.Canceled) {
		job.tell(progress{Share: unknown, End: endCut, Key: "work.stopped"})
	}
	if err != nil {
		f, status := d.faultOf(r, err)
		return d.importForm(r, importBody{Text: text, Fault: f}, status)
	}
	return redirect{to: imported(added)}, nil
}

// imported is the list of devices after some were added: that of their product, where they have one in common.
func imported(added []onenet.Device) string {
	v := url.Values{"done": {"imported"}, "n": {strconv.Itoa(len(added))}}
	if len(added) == 1 {
		v = url.Values{"done": {"imported.one"}}
	}
	first := added[0].Product
	if !slices.ContainsFunc(added, func(dev onenet.Device) bool { return dev.Product != first }) {
		v.Set("product", string(first))
	}
	return "/devices?" + v.Encode()
}

// tableOf is the file that was chosen, or else the text that was typed.
func tableOf(r *http.Request, job *work) (string, error) {
	const inMemory = maxForm
	r.Body = &reading{ReadCloser: r.Body, size: r.ContentLength, job: job}
	if err := r.ParseForm(); err != nil { // the call below does not tell
		return "", unread(err)
	}
	if err := r.ParseMultipartForm(inMemory); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return "", unread(err)
	}
	if f, _, err := r.FormFile("file"); err == nil {
		defer func() { _ = f.Close() }() // it was only read
		text, err := io.ReadAll(f)
		if err != nil || len(text) > 0 {
			return string(text), err
		}
	}
	return r.FormValue("table"), nil
}

// reading is the body of a form, and tells how much of it has come.
type reading struct {
	io.ReadCloser
	size, come int64
	job        *work
}

// Read implements io.Reader.
func (b *reading) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.come += int64(n)
	b.job.tell(progress{Share: share(b.come, b.size), Key: "work.read"})
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("the form has no end: %w", context.Canceled) // its sender is gone
	}
	return n, err
}

func (d *door) importTable(r *http.Request, text string, product onenet.ProductID, job *work) ([]onenet.Device, error) {
	rows, err := readTable([]byte(text))
	if err != nil {
		return nil, err
	}
	list := make([]onenet.Device, len(rows))
	for i, row := range rows {
		list[i] = row.device
		if list[i].Product == "" {
			list[i].Product = product
		}
		if list[i].Product == "" {
			return nil, noProduct(row.line)
		}
	}
	all := grouped(len(list))
	added, err := d.p.AddAll(r.Context(), onenet.Adding{
		Devices: list,
		Checked: func(n int) {
			job.tell(progress{Share: share(n, len(list)), Key: "work.checked", Args: []any{grouped(n), all}})
		},
		Storing: func() { job.tell(progress{Share: unknown, Key: "work.storing", Args: []any{all}}) },
	})
	if err == nil {
		job.tell(progress{Share: 1, End: endDone, Key: "work.added", Args: []any{all}})
	}
	if e, is := errors.AsType[*onenet.RowError](err); is {
		err = d.rowFault(r.Context(), rows, list, e)
	}
	return added, err
}

// tableRow is a device and the line it stands on.
type tableRow struct {
	line   int
	device onenet.Device
}

func readTable(text []byte) ([]tableRow, error) {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	if !utf8.Valid(text) {
		return nil, onenet.Invalid("table", `it is not UTF-8: save it as "CSV UTF-8"`)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	names := columns
	var rows []tableRow
	for first := true; ; first = false {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && len(rows) > 0:
			return rows, nil
		case errors.Is(err, io.EOF):
			return nil, onenet.Invalid("table", "it has no devices; its columns are %s", strings.Join(columns, ","))
		case err != nil:
			return nil, onenet.Invalid("table", "%v", err)
		}
		line, _ := r.FieldPos(0)
		if first && slices.Contains(columns, columnName(cells[0])) {
			if names, err = header(cells, line); err != nil {
				return nil, err
			}
			continue
		}
		if len(cells) > len(names) {
			return nil, onenet.Invalid("table", "line %d has %d cells, there are %d columns", line, len(cells), len(names))
		}
		rows = append(rows, tableRow{line, deviceOf(names, cells)})
	}
}

func columnName(cell string) string { return strings.ToLower(strings.TrimSpace(cell)) }

func header(cells []string, line int) ([]string, error) {
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = columnName(c)
		if !slices.Contains(columns, names[i]) || slices.Contains(names[:i], names[i]) {
			return nil, onenet.Invalid("table", "line %d: %q is no column, or named twice; they are %s", line, c, strings.Join(columns, ","))
		}
	}
	return names, nil
}

func deviceOf(names, cells []string) onenet.Device {
	dev := onenet.Device{Private: true}
	for i, c := range cells {
		c = strings.TrimSpace(c)
		switch names[i] {
		case "product":
			dev.Product = onenet.ProductID(c)
		case "device":
			dev.ID = onenet.DeviceID(c)
		case "title":
			dev.Title = c
		case "auth_info":
			dev.AuthInfo = onenet.Secret(c)
		case "tags":
			dev.Tags = splitTags(c)
		}
	}
	return dev
}
