package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onelan/onelan/onenet"
)

// A reference says where a secret is, so that it need not stand in the file.
const (
	envScheme  = "env:"
	fileScheme = "file:"
)

const (
	maxSecret    = 4096    // bytes of a file with one secret
	maxPasswords = 4 << 20 // of one with a device a line
)

// reference wants a reference or nothing. The text is never repeated: it may be the secret itself.
func (k *checker) reference(path, text string) {
	name, isEnv := strings.CutPrefix(text, envScheme)
	file, isFile := strings.CutPrefix(text, fileScheme)
	switch {
	case text == "":
	case isEnv && (name == "" || strings.ContainsAny(name, "= \t")):
		k.fault(path, "want the name of a variable after env:")
	case isFile && file == "":
		k.fault(path, "want the name of a file after file:")
	case isFile:
		k.path(path, file)
	case !isEnv:
		k.fault(path, "secrets do not belong in %s: say env:NAME for a variable that holds it, or file:PATH for a file", FileName)
	}
}

var errNoReference = errors.New("want env:NAME for a variable that holds it, or file:PATH for a file")

// keyring reads secrets, each once.
type keyring struct {
	env  []string
	have map[string]read // by reference
}

type read struct {
	secret onenet.Secret
	err    error
}

func (r *keyring) secret(reference string) (onenet.Secret, error) {
	got, ok := r.have[reference]
	if !ok {
		got.secret, got.err = r.read(reference)
		r.have[reference] = got
	}
	return got.secret, got.err
}

// read reads a secret that is referred to. The error names where it was looked for, and nothing of it.
func (r *keyring) read(reference string) (onenet.Secret, error) {
	if name, is := strings.CutPrefix(reference, envScheme); is {
		return r.variable(name)
	}
	name, is := strings.CutPrefix(reference, fileScheme)
	if !is {
		return "", errNoReference // and not a word of it: it may be the secret
	}
	text, err := readSecrets(name, maxSecret)
	if err != nil {
		return "", err
	}
	line := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if err := plausible(line); err != nil {
		return "", fmt.Errorf("the file %s %w", name, err)
	}
	return onenet.Secret(line), nil
}

func (r *keyring) variable(name string) (onenet.Secret, error) {
	is := func(pair string) bool { return strings.HasPrefix(pair, name+"=") }
	// The last one counts, as in a shell.
	for _, pair := range slices.Backward(r.env) {
		if !is(pair) {
			continue
		}
		value := pair[len(name)+1:]
		if err := plausible(value); err != nil {
			return "", fmt.Errorf("the variable %s %w", name, err)
		}
		return onenet.Secret(value), nil
	}
	return "", fmt.Errorf("there is no variable %s", name)
}

// plausible faults what can be no password: mostly the wrong file.
func plausible(secret string) error {
	switch {
	case secret == "":
		return errors.New("is empty")
	case !utf8.ValidString(secret):
		return errors.New("is not UTF-8 text")
	case strings.ContainsRune(secret, '\n'):
		return errors.New("has more than one line")
	case strings.ContainsFunc(secret, unicode.IsControl):
		return errors.New("has control characters in it")
	}
	return nil
}

// readSecrets reads a file that nobody else may read.
func readSecrets(name string, most int) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", name)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // opening a pipe would wait for its other end
		return nil, fmt.Errorf("%s is not a plain file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if err := private(runtime.GOOS, name, info.Mode()); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("the file %s has more than %d bytes", name, most)
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), err // Windows editors write it
}

// private faults a file that others may read. Windows keeps that elsewhere, and its modes tell nothing.
func private(goos, name string, mode fs.FileMode) error {
	if goos != "windows" && mode.Perm()&0o077 != 0 {
		return fmt.Errorf("others than you can read %s (its mode is %04o): chmod 600 %s", name, mode.Perm(), name)
	}
	return nil
}
