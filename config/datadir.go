package config

import (
	"errors"
	"path/filepath"
)

// DataDir is where the platform's data is kept on this kind of system when Data is
// empty: in the user's own data directory. goos is runtime.GOOS; getenv and home
// look into the environment.
func DataDir(goos string, getenv func(string) string, home func() (string, error)) (string, error) {
	const name = "onelan"
	switch dir := getenv("LOCALAPPDATA"); {
	case goos == "windows" && dir != "":
		return filepath.Join(dir, name), nil
	case goos == "windows":
		return "", errors.New("the variable LOCALAPPDATA is not set")
	}
	if dir := getenv("XDG_DATA_HOME"); goos != "darwin" && filepath.IsAbs(dir) {
		return filepath.Join(dir, name), nil
	}
	dir, err := home()
	if err != nil {
		return "", err
	}
	if goos == "darwin" {
		return filepath.Join(dir, "Library", "Application Support", name), nil
	}
	return filepath.Join(dir, ".local", "share", name), nil
}
