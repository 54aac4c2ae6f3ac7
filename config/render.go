package config

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
)

const heading = `# onelan.yaml: the configuration of onelan. Every key is here with its default; leave out
# what you do not want to change. The environment comes before this file (listen.mqtt is
# ONELAN_LISTEN_MQTT there), and flags before the environment.
# A key that is not known is an error. onelan config check tells all faults at once.
`

// Render writes a configuration as a file with every key and what it does. Load reads
// the same configuration from it.
func Render(c Config) []byte {
	w := &renderer{}
	w.out.WriteString(heading)
	w.mapping(reflect.ValueOf(c), "", "")
	return w.out.Bytes()
}

type renderer struct{ out bytes.Buffer }

// mapping writes the keys of a struct that has an entry in docs for each.
func (w *renderer) mapping(v reflect.Value, path, indent string) {
	for i, name := range fieldNames(v.Type()) {
		at, f := join(path, name), v.Field(i)
		if indent == "" {
			w.out.WriteByte('\n')
		}
		w.comment(docs[at], indent)
		switch f.Kind() {
		case reflect.Struct:
			fmt.Fprintf(&w.out, "%s%s:\n", indent, name)
			w.mapping(f, at, indent+"  ")
		case reflect.Slice:
			w.list(f, at, indent)
		default:
			fmt.Fprintf(&w.out, "%s%s: %s\n", indent, name, scalarYAML(f))
		}
	}
}

func (w *renderer) comment(text, indent string) {
	if text == "" {
		return
	}
	for line := range strings.Lines(text) {
		fmt.Fprintf(&w.out, "%s# %s\n", indent, strings.TrimRight(line, "\n"))
	}
}

// list writes a list, or the example of an empty one.
func (w *renderer) list(f reflect.Value, path, indent string) {
	name := path[strings.LastIndexByte(path, '.')+1:]
	fmt.Fprintf(&w.out, "%s%s:\n", indent, name) // so that the example needs only its # removed
	if f.Len() == 0 {
		w.comment(examples[path], indent)
		return
	}
	for i := range f.Len() {
		fmt.Fprintf(&w.out, "%s  - %s\n", indent, flow(f.Index(i)))
	}
}

// flow writes a value on one line.
func flow(v reflect.Value) string {
	if v.Type() == jsonType {
		return string(v.Bytes())
	}
	switch v.Kind() {
	case reflect.Pointer:
		return flow(v.Elem())
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = flow(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.Struct:
		var pairs []string
		for i, name := range fieldNames(v.Type()) {
			if f := v.Field(i); !f.IsZero() {
				pairs = append(pairs, name+": "+flow(f))
			}
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	default:
		return scalarYAML(v)
	}
}

// scalarYAML writes a leaf so that it is read back as the same value. Text is quoted
// as JSON does it, which YAML understands.
func scalarYAML(v reflect.Value) string {
	if v.Kind() != reflect.String {
		return text(v)
	}
	return quote(v.String())
}
