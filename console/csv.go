package console

import (
	"encoding/csv"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// pointsCSV gives all points of a range as a table, as it reads them. When that fails in the middle the connection is
// cut, so that nobody takes a part for the whole.
func (d *door) pointsCSV(w http.ResponseWriter, r *http.Request) {
	ref, id := refOf(r), onenet.StreamID(r.FormValue("stream"))
	job := d.works.begin(tokenOf(r))
	defer job.tell(progress{Share: unknown, End: endFailed}) // where it has not ended otherwise
	if _, err := d.p.Device(r.Context(), ref); err != nil {
		d.refuse(w, r, err)
		return
	}
	q := onenet.PointQuery{Ref: ref, Start: d.formTime(r.FormValue("from")), End: d.formTime(r.FormValue("to"))}
	if id != "" {
		q.Streams = []onenet.StreamID{id}
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="`+fileName(ref, id)+`.csv"`)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write([]byte(byteOrderMark))
	e := export{d: d, w: w, out: csv.NewWriter(w), job: job, from: q.Start, until: q.End}
	if err := e.write(r, q); err != nil {
		d.noteCut(r, err)
		job.tell(progress{Share: unknown, End: endCut, Key: "work.cut", Args: []any{grouped(e.n)}})
		panic(http.ErrAbortHandler)
	}
	job.tell(progress{Share: 1, End: endDone, Key: "work.exported", Args: []any{grouped(e.n)}})
}

// noteCut tells in the log why a table has no end. A reader who has gone is no mistake of ours.
func (d *door) noteCut(r *http.Request, err error) {
	if _, lost := errors.AsType[*net.OpError](err); lost || r.Context().Err() != nil {
		d.log.Info("export not waited for", "addr", r.RemoteAddr)
		return
	}
	d.log.Error("export cut short", "addr", r.RemoteAddr, "err", err)
}

// export is a table of points on its way out.
type export struct {
	d   *door
	w   http.ResponseWriter
	out *csv.Writer
	job *work

	n           int       // points written
	from, until time.Time // the range; without a beginning that of the first point, without an end now
}

func (e *export) write(r *http.Request, q onenet.PointQuery) error {
	if e.until.IsZero() {
		e.until = e.d.p.Clock().Now()
	}
	_ = e.out.Write([]string{"stream", "time", "unix_ms", "value"})
	e.out.Flush()
	_ = http.NewResponseController(e.w).Flush() // the browser shows that a file is coming, however long the first points take
	pages := pointPages{p: e.d.p, q: q}
	for {
		list, err := pages.next(r.Context())
		if err != nil || len(list) == 0 {
			return err
		}
		if err := e.rows(list); err != nil {
			return err
		}
		e.tell(list[0].At, list[len(list)-1].At)
	}
}

func (e *export) rows(list []onenet.Point) error {
	for _, p := range list {
		_ = e.out.Write([]string{harmless(string(p.Stream)), e.d.fullTime(p.At), strconv.FormatInt(p.At.UnixMilli(), 10), harmless(valueText(p.Value))})
	}
	grant(e.w)
	e.out.Flush()
	e.n += len(list)
	return e.out.Error()
}

// tell says how far it is by the time it has reached in the range: nobody counts the points beforehand.
func (e *export) tell(first, last time.Time) {
	if e.from.IsZero() {
		e.from = first
	}
	e.job.tell(progress{
		Share: share(last.Sub(e.from), e.until.Sub(e.from)),
		Key:   "work.points", Args: []any{grouped(e.n), last.In(e.d.Zone).Format("2006-01-02 15:04")},
	})
}

// byteOrderMark begins a table, or Excel takes it for the machine's old character set.
const byteOrderMark = "\uFEFF"

// download is an answer that the reader keeps.
type download struct{ name, text string }

func (f download) write(_ *door, w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	_, _ = w.Write([]byte(f.text)) // the reader may be gone: nothing to do about it
}

// harmless keeps a spreadsheet from taking a device's text for a formula.
func harmless(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	if text == "" || !strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
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
