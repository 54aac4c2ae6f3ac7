package config

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// json gives a leaf the JSON that a node means: the form in which the platform keeps what is none of its business.
func (d *decoder) json(n ast.Node, v reflect.Value, path string) {
	var b bytes.Buffer
	if d.writeJSON(&b, n, path) {
		v.SetBytes(b.Bytes())
	}
}

// writeJSON writes a node as compact JSON, its keys in their order and its numbers digit for digit, and tells
// whether it could.
func (d *decoder) writeJSON(b *bytes.Buffer, n ast.Node, path string) bool {
	switch n := n.(type) {
	case *ast.MappingNode:
		return d.writeObject(b, n.Values, path)
	case *ast.MappingValueNode:
		return d.writeObject(b, []*ast.MappingValueNode{n}, path)
	case *ast.SequenceNode:
		b.WriteByte('[')
		for i, item := range n.Values {
			if i > 0 {
				b.WriteByte(',')
			}
			if !d.writeJSON(b, item, path) {
				return false
			}
		}
		b.WriteByte(']')
		return true
	}
	text, ok := scalarJSON(n)
	if !ok {
		d.fault(n, path, "want a value that JSON has, got %s", nodeName(n))
	}
	b.WriteString(text)
	return ok
}

func (d *decoder) writeObject(b *bytes.Buffer, pairs []*ast.MappingValueNode, path string) bool {
	b.WriteByte('{')
	for i, pair := range pairs {
		key, ok := pair.Key.(ast.ScalarNode)
		if !ok || pair.Key.Type() == ast.MergeKeyType {
			d.fault(pair.Key, path, "only plain keys are understood here")
			return false
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(key.GetToken().Value) + ":")
		if !d.writeJSON(b, pair.Value, path) {
			return false
		}
	}
	b.WriteByte('}')
	return true
}

// scalarJSON writes a scalar. A number that only YAML writes so (0x1F, .5) gets the form that JSON has.
func scalarJSON(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return "null", true
	case *ast.BoolNode:
		if n.Value {
			return "true", true
		}
		return "false", true
	case *ast.StringNode:
		if n.GetToken().Type == token.StringType && isNumber(n.Value) { // 1e3, which the parser takes for text
			return n.Value, true
		}
		return quote(n.Value), true
	case *ast.LiteralNode:
		return quote(n.Value.Value), true
	case *ast.IntegerNode:
		return numberJSON(n.GetToken().Value, n.Value)
	case *ast.FloatNode:
		return numberJSON(n.GetToken().Value, n.Value)
	default:
		return "", false
	}
}

func isNumber(text string) bool {
	return json.Valid([]byte(text)) && strings.Trim(text, "0123456789eE+-.") == ""
}

func numberJSON(text string, value any) (string, bool) {
	if json.Valid([]byte(text)) {
		return text, true
	}
	if f, is := value.(float64); is && (math.IsInf(f, 0) || math.IsNaN(f)) {
		return "", false
	}
	b, err := json.Marshal(value)
	return string(b), err == nil
}

// quote writes a text as JSON does, which is YAML too.
func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic("config: a string that JSON cannot hold: " + err.Error())
	}
	return string(bytes.TrimRight(b.Bytes(), "\n"))
}
