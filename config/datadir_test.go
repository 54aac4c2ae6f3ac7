package config

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestDataDir(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "me")
	xdg := filepath.Join(t.TempDir(), "xdg")
	for _, row := range []struct {
		name, goos string
		env        map[string]string
		want       string
	}{
		{"linux", "linux", nil, filepath.Join(home, ".local", "share", "onelan")},
		{"linux with XDG_DATA_HOME", "linux", map[string]string{"XDG_DATA_HOME": xdg}, filepath.Join(xdg, "onelan")},
		{"a relative XDG_DATA_HOME is to be ignored", "linux", map[string]string{"XDG_DATA_HOME": "x"}, filepath.Join(home, ".local", "share", "onelan")},
		{"freebsd", "freebsd", nil, filepath.Join(home, ".local", "share", "onelan")},
		{"macOS", "darwin", map[string]string{"XDG_DATA_HOME": xdg}, filepath.Join(home, "Library", "Application Support", "onelan")},
		{"windows", "windows", map[string]string{"LOCALAPPDATA": xdg}, filepath.Join(xdg, "onelan")},
		{"windows without the variable", "windows", nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := DataDir(row.goos, func(k string) string { return row.env[k] }, func() (string, error) { return home, nil })
			if got != row.want || (err != nil) != (row.want == "") {
				t.Errorf("got %q (%v), want %q", got, err, row.want)
			}
		})
	}
}

func TestDataDirWithoutAHome(t *testing.T) {
	t.Parallel()
	homeless := errors.New("no home")
	_, err := DataDir("linux", func(string) string { return "" }, func() (string, error) { return "", homeless })
	if !errors.Is(err, homeless) {
		t.Errorf("got %v", err)
	}
}
