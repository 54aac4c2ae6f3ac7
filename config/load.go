package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Override is a setting given on the command line.
type Override struct {
	Path  string // the setting
	Value string
	Flag  string // as the person typed it: --mqtt
}

// Input is what Load lays over the defaults.
type Input struct {
	File  string // "" means FileName in the current directory, where it may be absent
	Env   []string
	Flags []Override
}

// Loaded is a Config and where it comes from.
type Loaded struct {
	Config
	File     string            // the file that was read, "" when there was none
	Origins  map[string]Origin // of the settings that are not at their default, by path
	Warnings []string          // what is probably a mistake: variables that look like settings
}

// Load gives the configuration in force: flags over environment over file over
// defaults. The error holds all faults at once (Faults), or says why the file
// cannot be read.
func Load(in Input) (*Loaded, error) {
	text, name, err := readFile(in.File)
	if err != nil {
		return nil, err
	}
	return load(name, text, in)
}

func readFile(name string) (text []byte, found string, err error) {
	optional := name == ""
	name = cmp.Or(name, FileName)
	text, err = os.ReadFile(name)
	if optional && errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	return text, name, err
}

func load(name string, text []byte, in Input) (*Loaded, error) {
	l := &Loaded{Config: Default(), File: name, Origins: map[string]Origin{}}
	f, faults := parseFile(name, text, &l.Config)
	for _, s := range Settings() {
		if pos, ok := f.at[s.Path]; ok {
			l.Origins[s.Path] = f.origin(pos)
		}
	}
	l.relativeTo(filepath.Dir(name))
	faults = append(faults, l.environment(in.Env)...)
	for _, o := range in.Flags {
		faults = append(faults, l.override(o.Path, o.Value, Origin{Source: FromFlag, Name: o.Flag})...)
	}
	l.Listen.normalise()
	faults = l.judge(f, faults)
	if len(faults) > 0 {
		return nil, faults
	}
	return l, nil
}

// relativeTo takes the paths that the file names as relative to the file.
func (l *Loaded) relativeTo(dir string) {
	for _, path := range []*string{&l.Data, &l.TLS.Cert, &l.TLS.Key} {
		if *path != "" && !filepath.IsAbs(*path) && !strings.HasPrefix(*path, "~") {
			*path = filepath.Join(dir, *path)
		}
	}
}

// elsewhere are variables with our prefix that are not settings of the server.
var elsewhere = []string{"ONELAN_CONFIG", "ONELAN_LAB"}

func (l *Loaded) environment(env []string) Faults {
	paths := map[string]string{}
	var names []string
	for _, s := range Settings() {
		paths[s.Env] = s.Path
		names = append(names, s.Env)
	}
	var faults Faults
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		path, known := paths[name]
		switch {
		case known:
			faults = append(faults, l.override(path, value, Origin{Source: FromEnv, Name: name})...)
		case strings.HasPrefix(name, EnvPrefix) && !slices.Contains(elsewhere, name):
			if like := nearest(name, names); like != "" {
				l.Warnings = append(l.Warnings, fmt.Sprintf("the variable %s is not a setting; did you mean %s?", name, like))
			}
		}
	}
	return faults
}

// override sets one setting from a text.
func (l *Loaded) override(path, value string, from Origin) Faults {
	leaf, ok := l.field(path)
	if !ok {
		return Faults{{Path: path, Says: unknownSetting(path), Origin: from}}
	}
	fresh := reflect.New(leaf.Type()).Elem()
	if err := setText(fresh, value); err != nil {
		return Faults{{Path: path, Says: fmt.Sprintf("%v, got %q", err, shorten(value)), Origin: from}}
	}
	leaf.Set(fresh)
	l.Origins[path] = from
	return nil
}

func unknownSetting(path string) string {
	var paths []string
	for _, s := range Settings() {
		paths = append(paths, s.Path)
	}
	if like := nearest(path, paths); like != "" {
		return fmt.Sprintf("there is no such setting; did you mean %s?", like)
	}
	return "there is no such setting; onelan config show lists them"
}

// judge adds the faults of the values to those of the form, except where the form
// is at fault already, and puts all into the order of the file.
func (l *Loaded) judge(f *file, faults Faults) Faults {
	form := faults
	for _, fault := range l.check() {
		if slices.ContainsFunc(form, func(f Fault) bool { return within(f.Path, fault.Path) }) {
			continue
		}
		if from, ok := l.Origins[fault.Path]; ok && from.Source != FromFile {
			fault.Origin = from
		} else if pos, ok := f.find(fault.Path); ok {
			fault = f.locate(rawFault{fault.Path, pos, fault.Says})
		}
		faults = append(faults, fault)
	}
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Origin.Line, b.Origin.Line), cmp.Compare(a.Origin.Column, b.Origin.Column))
	})
	return faults
}

// within tells whether a path is another one, or inside it.
func within(outer, path string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && outer != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// normalise writes the short forms of addresses out: a bare port, and off.
func (l *Listen) normalise() {
	for _, addr := range []*string{&l.MQTT, &l.MQTTS, &l.WS, &l.WSS, &l.HTTP, &l.Lab} {
		if *addr == "off" {
			*addr = ""
			continue
		}
		if _, err := strconv.ParseUint(*addr, 10, 16); err != nil {
			continue
		}
		host := ""
		if addr == &l.Lab {
			host = "127.0.0.1" // what the LAN must not reach stays on this machine
		}
		*addr = host + ":" + *addr
	}
}
