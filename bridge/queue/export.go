package queue

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/onelan/onelan/onenet"
)

// An export is JSON lines: a header, then one entry a line.
const (
	exportFormat  = "onelan-uplink"
	exportVersion = 1
	longestLine   = 8 << 20 // bytes of the longest: what a message of 4 MiB takes in base64, and some
)

type exportHeader struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

// exported is an entry as a line tells it.
type exported struct {
	Product onenet.ProductID `json:"product"`
	Device  onenet.DeviceID  `json:"device"`
	Seq     int64            `json:"seq"`
	At      time.Time        `json:"at"`
	Topic   string           `json:"topic"`
	QoS     byte             `json:"qos"`
	Payload []byte           `json:"payload"` // base64: a data point message begins with bytes that are no text
	Tries   int              `json:"tries,omitempty"`
	Dead    string           `json:"dead,omitempty"`
}

// Export writes what waits, device by device, and behind it what is in quarantine: of these devices, or of all.
func (q *Queue) Export(ctx context.Context, w io.Writer, refs ...onenet.DeviceRef) error {
	if len(refs) == 0 {
		books, err := q.BalanceAll()
		if err != nil {
			return err
		}
		for _, b := range books {
			refs = append(refs, b.Ref)
		}
	}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	if err := enc.Encode(exportHeader{exportFormat, exportVersion}); err != nil {
		return err
	}
	for _, ref := range refs {
		for _, dead := range []bool{false, true} {
			if err := q.exportLine(ctx, enc, onenet.UplinkQuery{Ref: ref, Dead: dead}); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

func (q *Queue) exportLine(ctx context.Context, enc *json.Encoder, query onenet.UplinkQuery) error {
	b, _ := q.Balance(query.Ref)
	query.Limit = page(onenet.UplinkDepth{Waiting: b.Waiting, Bytes: b.Bytes})
	return q.pages(ctx, query, func(list []onenet.UplinkEntry) error {
		for _, e := range q.known(query, append([]onenet.UplinkEntry(nil), list...)) {
			if err := writeEntry(enc, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeEntry(enc *json.Encoder, e onenet.UplinkEntry) error {
	return enc.Encode(exported{e.Ref.Product, e.Ref.Device, e.Seq, e.At.UTC(), e.Topic, e.QoS, e.Payload, e.Tries, e.Dead})
}

// ReadExport reads what Export wrote, entry by entry. A line that is none of an export ends it with ErrInvalid.
func ReadExport(r io.Reader) iter.Seq2[onenet.UplinkEntry, error] {
	return func(yield func(onenet.UplinkEntry, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, longestLine)
		n := 0
		for lines.Scan() {
			n++
			e, err := readLine(n, lines.Bytes())
			if err != nil {
				yield(onenet.UplinkEntry{}, onenet.Errorf(onenet.ErrInvalid, "export", "", "line %d: %v", n, err))
				return
			}
			if n > 1 && !yield(e, nil) {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(onenet.UplinkEntry{}, onenet.Errorf(onenet.ErrInvalid, "export", "", "a line is longer than %d bytes", longestLine))
		case err != nil:
			yield(onenet.UplinkEntry{}, err)
		case n == 0:
			yield(onenet.UplinkEntry{}, onenet.Errorf(onenet.ErrInvalid, "export", "", "it is empty"))
		}
	}
}

// readLine reads line number n; the first is the header.
func readLine(n int, line []byte) (e onenet.UplinkEntry, err error) {
	if n == 1 {
		var h exportHeader
		if err := strict(line, &h); err != nil {
			return e, err
		}
		if h != (exportHeader{exportFormat, exportVersion}) {
			return e, fmt.Errorf("it is of format %q, version %d; known is %q, version %d", h.Format, h.Version, exportFormat, exportVersion)
		}
		return e, nil
	}
	var x exported
	if err := strict(line, &x); err != nil {
		return e, err
	}
	e = onenet.UplinkEntry{
		Ref: onenet.DeviceRef{Product: x.Product, Device: x.Device}, Seq: x.Seq, At: x.At.Truncate(time.Millisecond),
		Topic: x.Topic, QoS: x.QoS, Payload: x.Payload, Tries: x.Tries, Dead: x.Dead,
	}
	return e, checkEntry(e)
}

func checkEntry(e onenet.UplinkEntry) error {
	switch {
	case e.Ref.Product == "" || e.Ref.Device == "":
		return errors.New("the entry has no product or no device")
	case e.Seq < 1:
		return fmt.Errorf("the entry has the number %d", e.Seq)
	case e.Topic == "":
		return errors.New("the entry has no topic")
	case e.QoS > 2:
		return fmt.Errorf("the entry has QoS %d", e.QoS)
	case e.Tries < 0:
		return fmt.Errorf("the entry has %d tries", e.Tries)
	}
	return nil
}

// strict reads one JSON value that has no names but those of v, and nothing behind it.
func strict(line []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the entry")
	}
	return nil
}
