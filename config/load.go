package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Override is a setting given on the command line.
type Override struct {
	Path  string // the setting, or "limits" for a preset
	Value string
	Flag  string // as the person typed it: --mqtt
	Port  bool   // the value is a port; the address keeps its host
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

	env    []string
	source *file // nil for one that was not read by Load
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
	l := &Loaded{Config: Default(), File: name, Origins: map[string]Origin{}, env: in.Env}
	f, faults := parseFile(name, text, &l.Config)
	l.source = f
	for _, s := range Settings() {
		if pos, ok := f.at[s.Path]; ok {
			l.Origins[s.Path] = f.origin(pos)
		}
	}
	l.relativeTo(filepath.Dir(name))
	faults = append(faults, l.environment(in.Env)...)
	faults = append(faults, l.flags(in.Flags)...)
	l.normalise()
	faults = together(faults, l.place(l.check()))
	if len(faults) > 0 {
		return nil, faults
	}
	return l, nil
}

// relativeTo takes the paths that the file names as relative to the file.
func (l *Loaded) relativeTo(dir string) {
	for _, path := range []*string{&l.Data, &l.Seed, &l.TLS.Cert, &l.TLS.Key} {
		*path = inFolder(dir, *path)
	}
	l.Console.relativeTo(dir)
	l.Bridge.relativeTo(dir)
}

// elsewhere are variables with our prefix that are not settings of the server. Those that onelan exec gives to
// its command may have a number behind them.
var elsewhere = []string{
	"ONELAN_CONFIG", "ONELAN_LAB", "ONELAN_MQTT", "ONELAN_HTTP",
	"ONELAN_PRODUCT", "ONELAN_MASTER_KEY", "ONELAN_REGISTER_CODE", "ONELAN_DEVICE", "ONELAN_AUTH_INFO",
}

func notASetting(name string) bool {
	return slices.ContainsFunc(elsewhere, func(known string) bool {
		rest, ok := strings.CutPrefix(name, known)
		return ok && (rest == "" || rest[0] == '_')
	})
}

func (l *Loaded) environment(env []string) Faults {
	paths := map[string]string{envName(limitsPath): limitsPath}
	var names []string
	for _, s := range Settings() {
		paths[s.Env] = s.Path
		names = append(names, s.Env)
	}
	var list []override
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		path, known := paths[name]
		switch {
		case known:
			list = append(list, override{path, value, Origin{Source: FromEnv, Name: name}, false})
		case strings.HasPrefix(name, EnvPrefix) && !notASetting(name):
			if like := nearest(name, names); like != "" {
				l.Warnings = append(l.Warnings, fmt.Sprintf("the variable %s is not a setting; did you mean %s?", name, like))
			}
		}
	}
	return l.override(list)
}

func (l *Loaded) flags(flags []Override) Faults {
	var list []override
	for _, o := range flags {
		list = append(list, override{o.Path, o.Value, Origin{Source: FromFlag, Name: o.Flag}, o.Port})
	}
	return l.override(list)
}

// override is a setting that lies over the file.
type override struct {
	path, value string
	from        Origin
	port        bool
}

// override sets settings of one source: presets first, so that single limits lie over them.
func (l *Loaded) override(list []override) Faults {
	isPreset := func(o override) bool { return o.path == limitsPath }
	rest := slices.DeleteFunc(slices.Clone(list), isPreset)
	presets := slices.DeleteFunc(list, func(o override) bool { return !isPreset(o) })
	var faults Faults
	for _, o := range append(presets, rest...) {
		if err := l.setOne(o); err != nil {
			faults = append(faults, Fault{Path: o.path, Says: err.Error(), Origin: o.from})
		}
	}
	return faults
}

// setOne sets one setting from a text.
func (l *Loaded) setOne(o override) error {
	if o.path == limitsPath {
		changed, err := preset(&l.Config, o.value)
		for _, path := range changed {
			l.Origins[path] = o.from
		}
		return err
	}
	leaf, ok := l.field(o.path)
	if !ok {
		return errors.New(unknownSetting(o.path))
	}
	if o.port {
		host, _, _ := net.SplitHostPort(leaf.String()) // none where it was off, or a port only
		o.value = net.JoinHostPort(host, o.value)
	}
	fresh := reflect.New(leaf.Type()).Elem()
	if err := setText(fresh, o.value); err != nil {
		return fmt.Errorf("%w, got %q", err, shorten(o.value))
	}
	leaf.Set(fresh)
	l.Origins[o.path] = o.from
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

// place says of each fault of a value who set that value, where nobody has said so yet.
func (l *Loaded) place(values Faults) Faults {
	for i, fault := range values {
		if fault.Origin != (Origin{}) || l.source == nil {
			continue
		}
		if from, ok := l.Origins[fault.Path]; ok && from.Source != FromFile {
			values[i].Origin = from
		} else if pos, ok := l.source.find(fault.Path); ok {
			values[i] = l.source.locate(rawFault{fault.Path, pos, fault.Says})
		}
	}
	return values
}

// together puts the faults of the form and those of the values into the order of the file, without those of
// values whose form is at fault already.
func together(form, values Faults) Faults {
	all := slices.Clone(form)
	for _, fault := range values {
		if !slices.ContainsFunc(form, func(f Fault) bool { return within(f.Path, fault.Path) }) {
			all = append(all, fault)
		}
	}
	slices.SortStableFunc(all, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Origin.Line, b.Origin.Line), cmp.Compare(a.Origin.Column, b.Origin.Column))
	})
	return all
}

// within tells whether a path is another one, or inside it.
func within(outer, path string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && outer != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// normalise writes the short forms of addresses out: a bare port, and off.
func (c *Config) normalise() {
	l := &c.Listen
	for _, addr := range []*string{&l.MQTT, &l.MQTTS, &l.WS, &l.WSS, &l.HTTP, &l.Lab, &c.Console.Listen, &c.LAN.Discovery, &c.LAN.DNS} {
		if *addr == "off" {
			*addr = ""
			continue
		}
		if _, err := strconv.ParseUint(*addr, 10, 16); err != nil {
			continue
		}
		host := ""
		if addr == &l.Lab || addr == &c.Console.Listen {
			host = "127.0.0.1" // what the LAN must not reach stays on this machine
		}
		*addr = host + ":" + *addr
	}
}
