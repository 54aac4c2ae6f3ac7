package console

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// stuckFor is how long a reader may take nothing off the wire before it is let go.
const stuckFor = time.Minute

// pointsCSV gives all points of a range as a table, as it reads them. When that fails in the middle the connection is
// cut, so that nobody takes a part for the whole.
func (d *door) pointsCSV(w http.ResponseWriter, r *http.Request) {
	ref, id := refOf(r), onenet.StreamID(r.FormValue("stream"))
	if _, err := d.p.Device(r.Context(), ref); err != nil {
		d.refuse(w, r, err)
		return
	}
	q := onenet.PointQuery{
		Ref: ref, Start: d.formTime(r.FormValue("from")), End: d.formTime(r.FormValue("to")), Limit: onenet.MostPoints,
	}
	if id != "" {
		q.Streams = []onenet.StreamID{id}
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="`+fileName(ref, id)+`.csv"`)
	out := csv.NewWriter(w)
	_, _ = w.Write([]byte("\uFEFF")) // or Excel takes it for the machine's old character set
	_ = out.Write([]string{"stream", "time", "unix_ms", "value"})
	if err := d.writePoints(r, q, w, out); err != nil {
		d.log.Error("export cut short", "addr", r.RemoteAddr, "err", err)
		panic(http.ErrAbortHandler)
	}
}

func (d *door) writePoints(r *http.Request, q onenet.PointQuery, w http.ResponseWriter, out *csv.Writer) error {
	to := http.NewResponseController(w)
	for {
		list, err := d.p.Points(r.Context(), q)
		if err != nil {
			return err
		}
		for _, p := range list {
			_ = out.Write([]string{harmless(string(p.Stream)), d.fullTime(p.At), strconv.FormatInt(p.At.UnixMilli(), 10), harmless(valueText(p.Value))})
		}
		_ = to.SetWriteDeadline(clock.System().Now().Add(stuckFor)) // a socket's: the system's time whatever the platform's shows
		out.Flush()
		if err := out.Error(); err != nil {
			return err
		}
		if len(list) < onenet.MostPoints {
			return nil
		}
		last := list[len(list)-1]
		q.After = &onenet.Position{At: last.At, Seq: last.Seq}
	}
}

// harmless keeps a spreadsheet from taking a device's text for a formula.
func harmless(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + text
}

// fileName is made of what every system takes for a name.
func fileName(ref onenet.DeviceRef, id onenet.StreamID) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_') {
			return r
		}
		return '_'
	}, strings.Trim(string(ref.Product)+"-"+string(ref.Device)+"-"+string(id), "-"))
}
