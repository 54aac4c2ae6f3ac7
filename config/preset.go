package config

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/onelan/onelan/onenet"
)

// limitsPath is where a preset stands in place of single limits: limits: onenet.
const limitsPath = "limits"

// presets are the names that stand for a whole set of limits, and the switch that is a limit too.
var presets = map[string]struct {
	limits   func() onenet.Limits
	restRate int
}{
	"default": {onenet.DefaultLimits, onenet.DefaultSwitches().RESTRate},
	"onenet":  {onenet.AccountLimits, onenet.AccountRate},
}

// preset gives c the limits of that name, and tells which settings those are.
func preset(c *Config, name string) (paths []string, err error) {
	p, ok := presets[name]
	if !ok {
		return nil, fmt.Errorf("want onenet or default, got %q", shorten(name))
	}
	c.Limits, c.Switches.RESTRate = p.limits(), p.restRate
	for _, name := range fieldNames(typeOf[onenet.Limits]()) {
		paths = append(paths, join(limitsPath, name))
	}
	return append(paths, "switches.rest_rate"), nil
}

// presetFirst applies a preset of the file, and returns the keys that are left: whatever stands above it in the file,
// a single setting counts for more.
func (d *decoder) presetFirst(pairs []*ast.MappingValueNode, v reflect.Value, path string) []*ast.MappingValueNode {
	c, ok := v.Addr().Interface().(*Config)
	if !ok || path != "" {
		return pairs
	}
	return slices.DeleteFunc(slices.Clone(pairs), func(pair *ast.MappingValueNode) bool {
		key, isKey := pair.Key.(ast.ScalarNode)
		text, isText := pair.Value.(*ast.StringNode)
		if !isKey || !isText || key.GetToken().Value != limitsPath {
			return false
		}
		paths, err := preset(c, text.Value)
		if err != nil {
			d.fault(text, limitsPath, "%v", err)
		}
		for _, p := range paths {
			d.at[p] = position(text)
		}
		return true
	})
}
