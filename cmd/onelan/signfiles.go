package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/onelan/onelan/server"
)

// signFiles are the files that exist while the server runs, for programs that wait for it. Empty names are none.
type signFiles struct{ ready, env string }

// write writes the files. The ready file comes last: who sees it finds the other one.
func (s signFiles) write(ctx context.Context, srv *server.Server, c server.Config) error {
	if s.env != "" {
		vars, err := variables(ctx, srv, c, false)
		if err != nil {
			return err
		}
		if err := replaceFile(s.env, []byte(shellText(vars)), 0o600); err != nil { // it holds keys
			return err
		}
	}
	if s.ready == "" {
		return nil
	}
	text, err := json.Marshal(srv.Ready())
	if err != nil {
		return err
	}
	return replaceFile(s.ready, append(text, '\n'), 0o644)
}

func (s signFiles) remove() {
	for _, name := range []string{s.ready, s.env} {
		if name != "" {
			_ = os.Remove(name) // most often it is not there
		}
	}
}

// replaceFile writes a file that nobody ever sees half: under another name in the same folder, then renamed.
func replaceFile(name string, text []byte, mode os.FileMode) error {
	w, err := newFile(name, mode)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return w.finish(err)
}

// halfFile is a file on its way: finish gives it its name, or removes it.
type halfFile struct {
	*os.File
	name string
}

func newFile(name string, mode os.FileMode) (*halfFile, error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(mode); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return &halfFile{f, name}, nil
}

// finish ends the writing, which went as err says.
func (h *halfFile) finish(err error) error {
	if err == nil {
		err = h.Sync()
	}
	err = errors.Join(err, h.Close())
	if err == nil {
		err = os.Rename(h.Name(), h.name)
	}
	if err != nil {
		_ = os.Remove(h.Name())
	}
	return err
}
