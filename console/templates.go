package console

import (
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// pages are the templates by language and name. Each language has its own, so that `t` knows what to say.
type pages map[lang]map[string]*template.Template

// readPages reads templates/: what lies in shared/ is for all, every other file is a page.
func readPages(from fs.FS, d *door) (pages, error) {
	out := pages{}
	names, err := fs.Glob(from, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, l := range langs {
		shared, err := template.New("").Funcs(d.funcs(l.Lang)).ParseFS(from, "templates/shared/*.html")
		if err != nil {
			return nil, err
		}
		out[l.Lang] = map[string]*template.Template{}
		for _, file := range names {
			one, err := shared.Clone()
			if err == nil {
				one, err = one.ParseFS(from, file)
			}
			if err != nil {
				return nil, err
			}
			out[l.Lang][strings.TrimSuffix(path.Base(file), ".html")] = one
		}
	}
	return out, nil
}

func (p pages) execute(w io.Writer, l lang, name string, f frame) error {
	t := p[l][name]
	if t == nil {
		return fmt.Errorf("there is no page %q", name)
	}
	return t.ExecuteTemplate(w, "frame", f)
}

// fragment writes a shared piece by itself.
func (p pages) fragment(w io.Writer, l lang, name string, data any) error {
	return p[l]["overview"].ExecuteTemplate(w, name, data)
}

// funcs are what templates may call.
func (d *door) funcs(l lang) template.FuncMap {
	return template.FuncMap{
		"t":      func(key string, args ...any) string { return say(l, key, args...) },
		"lang":   func() lang { return l },
		"langs":  func() any { return langs },
		"themes": func() []string { return themes },
		"static": d.files.url,
		"icon":   icon,
		"nav":    func() []entry { return navigation },
		"clock":  d.clockTime,
		"stamp":  d.fullTime,
		"took":   took,
		"shown":  shown,
		"cut":    cut,
		"name":   nameOf,
		"plain":  func(s onenet.Secret) string { return string(s) },
		"exact":  func(s onenet.Secret) bool { return typeable(string(s)) },
		"value":  valueText,
		"number": func(i *int) int { return *i },
		"dict":   dict,
		"device": deviceURL,
		"link": func(l lab.BridgeDevice) string {
			return linkURL(onenet.DeviceRef{Product: l.Product, Device: l.Device})
		},
		"todo":    func(r *onenet.Refusal) string { return remedyText(l, r) },
		"says":    func(r *onenet.Refusal) string { return headline(l, r) },
		"tell":    func(text string) sentence { return tell(l, text) },
		"join":    strings.Join,
		"grouped": groupedAny,
	}
}

// dict makes a map of pairs, for a shared piece that needs more than one thing.
func dict(pairs ...any) (map[string]any, error) {
	out := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		out[key] = pairs[i+1]
	}
	return out, nil
}

// entry is one of the navigation.
type entry struct{ Name, Path, Icon string }

var navigation = []entry{
	{"overview", "/", "home"},
	{"products", "/products", "box"},
	{"devices", "/devices", "chip"},
	{"traffic", "/traffic", "waves"},
	{"refusals", "/refusals", "shield"},
	{"bridge", "/bridge", "cloud"},
	{"settings", "/settings", "sliders"},
}
