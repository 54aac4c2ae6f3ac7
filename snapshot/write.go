package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/onelan/onelan/onenet"
)

// Write writes the content of batches, such as Platform.Dump gives, as one snapshot. What stands in w after an error
// is no snapshot, and Read knows it.
func Write(w io.Writer, batches iter.Seq2[onenet.Batch, error]) error {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	out := newWriter(zip)
	if err := out.all(batches); err != nil {
		return err
	}
	return errors.Join(out.to.Flush(), zip.Close())
}

type writer struct {
	to   *bufio.Writer
	sum  *sum
	line bytes.Buffer
	json *json.Encoder // into line
}

func newWriter(to io.Writer) *writer {
	w := &writer{to: bufio.NewWriterSize(to, 64<<10), sum: newSum()}
	w.json = json.NewEncoder(&w.line)
	w.json.SetEscapeHTML(false) // a value is kept as it came
	return w
}

func (w *writer) all(batches iter.Seq2[onenet.Batch, error]) error {
	if err := w.plain(header{what, version}); err != nil {
		return err
	}
	for b, err := range batches {
		if err != nil {
			return err
		}
		if !isContent(&b) {
			return errors.New("snapshot: a batch that takes away or replaces something is no content")
		}
		for _, p := range parts {
			if err := p.write(&b, w.thing); err != nil {
				return err
			}
		}
	}
	return w.wrapped([]byte(endPrefix), w.sum.end())
}

func (w *writer) thing(prefix []byte, value any) error {
	w.sum.lines++
	return w.wrapped(prefix, value)
}

// wrapped writes {"name":value} as a line.
func (w *writer) wrapped(prefix []byte, value any) error {
	w.line.Reset()
	w.line.Write(prefix)
	if err := w.json.Encode(value); err != nil {
		return err
	}
	w.line.Truncate(w.line.Len() - 1) // the line end that Encode writes
	w.line.WriteString("}\n")
	return w.flush()
}

func (w *writer) plain(value any) error {
	w.line.Reset()
	if err := w.json.Encode(value); err != nil {
		return err
	}
	return w.flush()
}

func (w *writer) flush() error {
	if w.line.Len() > maxLine {
		kind, _, _ := bytes.Cut(w.line.Bytes(), []byte(":")) // and nothing of what it says
		return fmt.Errorf("snapshot: %s} of %d bytes is larger than one may hold", kind, w.line.Len())
	}
	w.sum.line(w.line.Bytes())
	_, err := w.to.Write(w.line.Bytes())
	return err
}
