package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// spooled is an input of any length that can be read twice: in memory while it is small, else in a file.
type spooled struct {
	head []byte
	file *os.File // nil: head is all
	size int64    // of the file
}

// inMemory is how much of an input is kept without a file, in bytes.
const inMemory = 4 << 20

// spool reads all of r. The file lies where the database does, which has room and is nobody else's, and has no name
// any more where the system allows that.
func (s *Server) spool(r io.Reader) (_ *spooled, err error) {
	head, err := io.ReadAll(io.LimitReader(r, inMemory))
	if err != nil || len(head) < inMemory {
		return &spooled{head: head}, err
	}
	dir := s.config.DataDir
	if s.config.Ephemeral {
		dir = "" // the system's own
	}
	f, err := os.CreateTemp(dir, "onelan-*.snapshot")
	if err != nil {
		return nil, fmt.Errorf("no place for a large snapshot: %w", err)
	}
	k := &spooled{head: head, file: f}
	if k.size, err = io.Copy(f, r); err != nil {
		return nil, errors.Join(err, k.drop())
	}
	return k, nil
}

// reader reads it from the beginning.
func (k *spooled) reader() io.Reader {
	if k.file == nil {
		return bytes.NewReader(k.head)
	}
	return io.MultiReader(bytes.NewReader(k.head), io.NewSectionReader(k.file, 0, k.size))
}

func (k *spooled) drop() error {
	if k.file == nil {
		return nil
	}
	return errors.Join(k.file.Close(), os.Remove(k.file.Name()))
}
