package sim

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// flash is the files of a board. They survive everything but WriteFile.
type flash struct {
	mu    sync.Mutex
	files map[string][]byte // guarded by mu
}

func newFlash(files map[string][]byte) *flash { return &flash{files: maps.Clone(files)} }

func (f *flash) read(path string) ([]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	content, ok := f.files[path]
	return slices.Clone(content), ok
}

func (f *flash) write(path string, content []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files = map[string][]byte{}
	}
	f.files[path] = slices.Clone(content)
}

func (f *flash) rename(from, to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if content, ok := f.files[from]; ok {
		delete(f.files, from)
		f.files[to] = content
	}
}

func (f *flash) remove(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.files, path)
}

func (f *flash) all() map[string][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.files)
}

// Program is the Python files of a folder, as they belong into a board's root.
func Program(dir string) (map[string][]byte, error) { return python(dir, "/", "*.py") }

// standIns is what takes the place of the modules that only an ESP32 has.
func standIns(sim string) (map[string][]byte, error) {
	files, err := python(filepath.Join(sim, "lib"), "/sim/", "*.py", "*/*.py")
	if err != nil {
		return nil, fmt.Errorf("%w: is %s the folder firmware/sim?", err, sim)
	}
	return files, nil
}

// python reads the files of a folder that match; none is an error.
func python(dir, at string, patterns ...string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, pattern := range patterns {
		names, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return nil, fmt.Errorf("sim: %w", err)
		}
		for _, name := range names {
			if files[at+name], err = os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
				return nil, fmt.Errorf("sim: %w", err)
			}
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("sim: no Python files in %s", dir)
	}
	return files, nil
}
