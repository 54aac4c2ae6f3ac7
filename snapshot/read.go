package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/onelan/onelan/onenet"
)

// Read reads a snapshot as batches for Platform.Reset. It can be gone through once. Only when it has ended without an
// error was the snapshot whole: batches before an error must not be kept, and Store.Replace does not. What is no snapshot, or
// a damaged one, gives ErrInvalid; an error of r comes as it is.
func Read(r io.Reader) iter.Seq2[onenet.Batch, error] {
	return func(yield func(onenet.Batch, error) bool) {
		from := &source{Reader: r}
		err := readAll(from, func(b onenet.Batch) bool { return yield(b, nil) })
		if from.err != nil && err != nil {
			err = from.err // a damage that it causes is none
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(onenet.Batch{}, err)
		}
	}
}

// errEnough says that the caller wants no more.
var errEnough = errors.New("enough")

// source remembers the error with which its reader failed.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func readAll(from io.Reader, yield func(onenet.Batch) bool) error {
	zip, err := gzip.NewReader(from)
	if err != nil {
		return damaged("it is no gzip file")
	}
	r := &reader{from: bufio.NewReaderSize(zip, 64<<10), sum: newSum(), yield: yield}
	if err := r.header(); err != nil {
		return err
	}
	for {
		done, err := r.next()
		if done || err != nil {
			return err
		}
	}
}

// reader goes through the lines and gathers them in batches.
type reader struct {
	from  *bufio.Reader
	sum   *sum
	line  []byte // the newest one, with its line end
	lines int
	total int64

	yield func(onenet.Batch) bool
	batch onenet.Batch
	rank  int // of the newest line of the batch
	count int // things of the batch
	size  int // bytes of their lines
}

func (r *reader) header() error {
	if err := r.readLine(); err != nil {
		return err
	}
	var h header
	if err := strictly(r.line, &h); err != nil || h.Onelan != what {
		return damaged("it does not begin as one of onelan's does")
	}
	if h.Version < 1 || h.Version > version {
		return damaged("it has version %d, this onelan reads up to %d: use a newer one", h.Version, version)
	}
	r.sum.line(r.line)
	return nil
}

// next reads a line; it reports true behind the last one.
func (r *reader) next() (done bool, err error) {
	if err := r.readLine(); err != nil {
		return false, err
	}
	if value, is := r.value([]byte(endPrefix)); is {
		return true, r.end(value)
	}
	k := kindOfLine(r.line)
	if k == nil {
		return false, damaged("line %d is of no kind that this onelan knows", r.lines)
	}
	value, is := r.value(k.prefix)
	if !is {
		return false, damaged("line %d does not end as it should", r.lines)
	}
	if k.rank < r.rank || r.count >= fullThings || r.size+len(value) > fullBytes {
		if err := r.hand(); err != nil {
			return false, err
		}
	}
	things, err := k.read(&r.batch, value)
	if err != nil {
		return false, damaged("line %d: %v", r.lines, err)
	}
	r.rank, r.count, r.size = k.rank, r.count+things, r.size+len(value)
	r.sum.lines++
	r.sum.line(r.line)
	return false, nil
}

// A batch that has so many things, or would get so many bytes, gets no more lines.
const (
	fullThings = 1000
	fullBytes  = 1 << 20
)

// value is what a line says of the thing with whose name it begins.
func (r *reader) value(prefix []byte) ([]byte, bool) {
	value, begins := bytes.CutPrefix(r.line, prefix)
	value, ends := bytes.CutSuffix(value, []byte("}\n"))
	return value, begins && ends
}

// end compares what was read with what the last line says, and hands on the rest.
func (r *reader) end(value []byte) error {
	var says end
	if err := strictly(value, &says); err != nil {
		return damaged("line %d: %v", r.lines, err)
	}
	if has := r.sum.end(); says != has {
		return damaged("its checksum is wrong, or its number of lines: the file was changed")
	}
	if _, err := r.from.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged("something follows its end")
	}
	return r.hand()
}

func (r *reader) hand() error {
	if r.count > 0 && !r.yield(r.batch) {
		return errEnough
	}
	r.batch, r.rank, r.count, r.size = onenet.Batch{}, 0, 0, 0
	return nil
}

// readLine reads a line that is not longer than one may be.
func (r *reader) readLine() error {
	r.line = r.line[:0]
	r.lines++
	for {
		piece, err := r.from.ReadSlice('\n')
		r.line = append(r.line, piece...)
		r.total += int64(len(piece))
		switch {
		case len(r.line) > maxLine, r.total > maxTotal:
			return damaged("line %d is too long", r.lines)
		case err == nil:
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return damaged("it is cut short in line %d", r.lines)
		default:
			return fmt.Errorf("%w in line %d", damaged("%v", err), r.lines)
		}
	}
}
