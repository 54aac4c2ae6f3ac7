package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder lays a YAML tree over a Config. It is stricter than a YAML library's
// decoder (no unknown keys, no implied types, no aliases), kinder in one place (a
// number where text is wanted is that text, digit for digit, so that 0012 and
// 244754 are ids), goes on after a fault, and remembers where each value stood.
type decoder struct {
	at     map[string]token.Position // of each value, by path
	faults []rawFault
}

// rawFault is a Fault before its source line is looked up.
type rawFault struct {
	path string
	pos  token.Position
	says string
}

func (d *decoder) fault(n ast.Node, path, format string, args ...any) {
	d.faults = append(d.faults, rawFault{path, position(n), fmt.Sprintf(format, args...)})
}

// value decodes a node into v. A key without a value changes nothing.
func (d *decoder) value(n ast.Node, v reflect.Value, path string) {
	if null, is := n.(*ast.NullNode); n == nil || is && (v.Type() != jsonType || null.GetToken().Value == "") {
		return
	}
	d.at[path] = position(n)
	if v.Type() == jsonType {
		d.json(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.sequence(n, v, path)
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(n, p.Elem(), path)
		v.Set(p)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string) {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		d.fault(n, path, "want keys with values, got %s", nodeName(n))
		return
	}
	for _, pair := range d.presetFirst(pairs, v, path) {
		d.pair(pair, v, path)
	}
}

func (d *decoder) pair(pair *ast.MappingValueNode, v reflect.Value, path string) {
	key, ok := pair.Key.(ast.ScalarNode)
	if !ok || pair.Key.Type() == ast.MergeKeyType {
		d.fault(pair.Key, path, "only plain keys are understood here")
		return
	}
	name := key.GetToken().Value
	names := fieldNames(v.Type())
	i := slices.Index(names, name)
	if i < 0 {
		d.fault(pair.Key, join(path, name), "%s", unknownKey(name, names))
		return
	}
	d.value(pair.Value, v.Field(i), join(path, name))
}

func fieldNames(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("yaml")
	}
	return names
}

func unknownKey(name string, names []string) string {
	if like := nearest(name, names); like != "" {
		return fmt.Sprintf("unknown key; did you mean %s?", like)
	}
	return "unknown key; known here: " + strings.Join(names, ", ")
}

func (d *decoder) sequence(n ast.Node, v reflect.Value, path string) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fault(n, path, "want a list, got %s", nodeName(n))
		return
	}
	list := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		itemPath := fmt.Sprintf("%s[%d]", path, i)
		if _, empty := item.(*ast.NullNode); empty || item == nil {
			d.faults = append(d.faults, rawFault{itemPath, entryPosition(seq, i), "an empty entry in a list"})
			continue
		}
		d.value(item, list.Index(i), itemPath)
	}
	if list.Len() > 0 {
		v.Set(list)
	}
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	text, ok := scalarText(n, v)
	var err error
	if ok {
		err = setText(v, text)
	} else {
		err = wantOf(v)
	}
	if err == nil {
		return
	}
	if secret(path) {
		d.fault(n, path, "%v", err)
	} else {
		d.fault(n, path, "%v, got %s", err, nodeName(n))
	}
}

// scalarText gives the text of a node that may stand for a value of v's type.
func scalarText(n ast.Node, v reflect.Value) (string, bool) {
	isText := v.Kind() == reflect.String || v.Type() == durationType
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, isText
	case *ast.LiteralNode:
		return n.Value.Value, isText
	case *ast.IntegerNode:
		return n.GetToken().Value, v.Kind() != reflect.Bool
	case *ast.FloatNode:
		return n.GetToken().Value, v.Kind() == reflect.String || v.Kind() == reflect.Float64
	case *ast.BoolNode:
		return n.GetToken().Value, v.Kind() == reflect.Bool
	default:
		return "", false
	}
}

// wantOf says what a leaf of this type takes.
func wantOf(v reflect.Value) error {
	if v.Kind() == reflect.String {
		return fmt.Errorf("want text in quotes")
	}
	return setText(reflect.New(v.Type()).Elem(), "?")
}

// entryPosition is where an entry of a list begins, even when it is empty.
func entryPosition(seq *ast.SequenceNode, i int) token.Position {
	if i < len(seq.Entries) && seq.Entries[i] != nil && seq.Entries[i].Start != nil {
		return *seq.Entries[i].Start.Position
	}
	return position(seq)
}

// nodeName is what a person calls a node.
func nodeName(n ast.Node) string {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode:
		return "an anchor or alias, which is not understood here"
	case *ast.TagNode:
		return "a tag, which is not understood here"
	case *ast.LiteralNode:
		return "a block of text"
	case *ast.StringNode:
		return fmt.Sprintf("%q", shorten(n.Value))
	case *ast.NullNode:
		return "nothing"
	default:
		return shorten(n.GetToken().Value)
	}
}

func shorten(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// position is where a node begins for a person: at its first key, not at the colon.
func position(n ast.Node) token.Position {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return position(m.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return position(m.Key)
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return *t.Position
	}
	return token.Position{}
}
