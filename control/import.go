package control

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// columns are those of the table, in their usual order. A first line that begins
// with one of these names is a header and may choose another order.
var columns = []string{"product", "device", "title", "auth_info", "tags"}

func (d *door) importDevices(r *http.Request) (answer, error) {
	text, err := readAll(r)
	if err != nil {
		return answer{}, err
	}
	rows, err := readTable(text)
	if err != nil {
		return answer{}, err
	}
	devices := make([]onenet.Device, len(rows))
	for i, row := range rows {
		devices[i] = row.device()
	}
	added, err := d.p.AddDevices(r.Context(), devices)
	if e, is := errors.AsType[*onenet.RowError](err); is {
		err = rows[e.Row].fault(e.Field, e.Err)
	}
	return created(lab.Imported{Added: len(added)}), err
}

// row is one line of the table.
type row struct {
	line  int
	cells map[string]cell // by column
}

type cell struct {
	text         string
	line, column int // where it begins, from 1; columns count bytes
}

func (w row) device() onenet.Device {
	return onenet.Device{
		Product: onenet.ProductID(w.cells["product"].text), ID: onenet.DeviceID(w.cells["device"].text), Title: w.cells["title"].text,
		AuthInfo: onenet.Secret(w.cells["auth_info"].text), Private: true,
		Tags: strings.FieldsFunc(w.cells["tags"].text, func(r rune) bool { return r == ';' }),
	}
}

// fault says where in the table an error is.
func (w row) fault(name string, err error) error {
	where := fmt.Sprintf("line %d", w.line)
	if c, is := w.cells[name]; is {
		where = fmt.Sprintf("line %d, column %d (%s)", c.line, c.column, name)
	}
	return fmt.Errorf("%s: %w", where, err)
}

func readTable(text []byte) ([]row, error) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // Excel puts it there
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	names := columns
	var rows []row
	for first := true; ; first = false {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, onenet.Invalid("table", "%s", tableFault(err))
		}
		if first && slices.Contains(columns, strings.ToLower(strings.TrimSpace(fields[0]))) {
			if names, err = header(r, fields); err != nil {
				return nil, err
			}
			continue
		}
		w, err := rowOf(r, names, fields)
		if err != nil {
			return nil, err
		}
		rows = append(rows, w)
	}
	if len(rows) == 0 {
		return nil, onenet.Invalid("table", "it has no devices; its columns are %s", strings.Join(columns, ","))
	}
	return rows, nil
}

func tableFault(err error) string {
	if e, is := errors.AsType[*csv.ParseError](err); is {
		return fmt.Sprintf("line %d, column %d: %v", e.Line, e.Column, e.Err)
	}
	return err.Error()
}

func header(r *csv.Reader, fields []string) ([]string, error) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = strings.ToLower(strings.TrimSpace(f))
		if !slices.Contains(columns, names[i]) || slices.Contains(names[:i], names[i]) {
			line, column := r.FieldPos(i)
			return nil, onenet.Invalid("table", "line %d, column %d: %q is no column, or named twice; they are %s",
				line, column, f, strings.Join(columns, ","))
		}
	}
	return names, nil
}

func rowOf(r *csv.Reader, names, fields []string) (row, error) {
	w := row{cells: map[string]cell{}}
	w.line, _ = r.FieldPos(0)
	for i, f := range fields {
		line, column := r.FieldPos(i)
		switch {
		case i >= len(names):
			return w, onenet.Invalid("table", "line %d, column %d: there are %d columns, this is one more", line, column, len(names))
		case !utf8.ValidString(f):
			return w, onenet.Invalid("table", "line %d, column %d (%s): not UTF-8: save the table as \"CSV UTF-8\"", line, column, names[i])
		}
		w.cells[names[i]] = cell{strings.TrimSpace(f), line, column}
	}
	return w, nil
}
