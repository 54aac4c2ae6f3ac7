package console

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// columns are those of a table of devices, in their usual order. A first line that begins with one of
// these names is a header and may choose another order. The control door and `onelan device import` take the same.
var columns = []string{"product", "device", "title", "auth_info", "tags"}

type importBody struct {
	Columns  []string
	Product  onenet.ProductID
	Products []onenet.Product
	Text     string
	Fault    *fault
}

func (d *door) newImport(r *http.Request) (reply, error) {
	return d.importForm(r, importBody{Product: onenet.ProductID(r.FormValue("product"))}, 0)
}

func (d *door) importForm(r *http.Request, b importBody, status int) (reply, error) {
	var err error
	if b.Products, err = d.p.Products(r.Context()); err != nil {
		return nil, err
	}
	b.Columns = columns
	return page{name: "import", nav: "devices", title: "import.title", status: status, body: b}, nil
}

func (d *door) importDevices(r *http.Request) (reply, error) {
	b := importBody{}
	text, err := tableOf(r)
	if err != nil {
		return nil, err
	}
	b.Product, b.Text = onenet.ProductID(r.FormValue("product")), text
	if err := d.importTable(r, text, b.Product); err != nil {
		var status int
		b.Fault, status = d.faultOf(r, err)
		return d.importForm(r, b, status)
	}
	return redirect{to: "/devices?product=" + url.QueryEscape(string(b.Product)) + "&done=imported"}, nil
}

// tableOf is the file that was chosen, or else the text that was typed.
func tableOf(r *http.Request) (string, error) {
	const inMemory = maxForm
	if err := r.ParseMultipartForm(inMemory); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return "", err
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

func (d *door) importTable(r *http.Request, text string, product onenet.ProductID) error {
	rows, err := readTable([]byte(text))
	if err != nil {
		return err
	}
	list := make([]onenet.Device, len(rows))
	for i, row := range rows {
		list[i] = row.device
		if list[i].Product == "" {
			list[i].Product = product
		}
	}
	_, err = d.p.AddDevices(r.Context(), list)
	if e, is := errors.AsType[*onenet.RowError](err); is {
		err = fmt.Errorf("line %d (%s): %w", rows[e.Row].line, e.Field, e.Err)
	}
	return err
}

// tableRow is a device and the line it stands on.
type tableRow struct {
	line   int
	device onenet.Device
}

func readTable(text []byte) ([]tableRow, error) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // Excel puts it there
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
