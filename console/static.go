package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed templates static
var embedded embed.FS

// files are the static files by name.
type files map[string]file

type file struct {
	text []byte
	sum  string // of the text: part of the address, so that a browser may keep it for ever
}

func readFiles(from fs.FS) (files, error) {
	out := files{}
	err := fs.WalkDir(from, "static", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(from, name)
		sum := sha256.Sum256(text)
		out[path.Base(name)] = file{text, hex.EncodeToString(sum[:6])}
		return err
	})
	return out, err
}

// url is the address of a file, which changes with its text.
func (f files) url(name string) string { return "/static/" + f[name].sum + "/" + name }

func (d *door) file(w http.ResponseWriter, r *http.Request) {
	sum, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	f, ok := d.files[name]
	if !ok || f.sum != sum { // a page of an earlier onelan asks: what it would get does not fit it
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.text))
}
