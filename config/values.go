package config

import (
	"fmt"
	"reflect"

	"github.com/onelan/onelan/onenet"
)

// Value is a setting in force, for people: secrets are masked.
type Value struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Origin string `json:"from"` // "default", or the file and line, variable or flag
}

// Values lists what is in force and where it comes from, in the order of the file.
func (l *Loaded) Values() []Value {
	var list []Value
	walk(reflect.ValueOf(&l.Config).Elem(), "", func(path string, v reflect.Value) {
		if v.Kind() != reflect.Slice {
			list = append(list, Value{path, text(v), l.originOf(path)})
		}
	})
	for i, p := range l.Products {
		list = append(list, l.entry(fmt.Sprintf("products[%d]", i), p))
	}
	for i, d := range l.Devices {
		list = append(list, l.entry(fmt.Sprintf("devices[%d]", i), d))
	}
	for i, k := range l.Keys {
		list = append(list, l.entry(fmt.Sprintf("keys[%d]", i), k))
	}
	for i, t := range l.Bridge.Topics {
		list = append(list, Value{fmt.Sprintf("bridge.topics[%d]", i), t, l.File})
	}
	for i, d := range l.Bridge.Devices {
		list = append(list, Value{fmt.Sprintf("bridge.devices[%d]", i), flow(reflect.ValueOf(d)), l.File}) // its password is a reference
	}
	return list
}

// entry shows an element of a list with its secrets masked.
func (l *Loaded) entry(path string, element any) Value {
	v := reflect.New(reflect.TypeOf(element)).Elem()
	v.Set(reflect.ValueOf(element))
	for i, name := range fieldNames(v.Type()) {
		if f := v.Field(i); secret(path+"."+name) && f.String() != "" {
			f.SetString(onenet.Secret(f.String()).Mask())
		}
	}
	return Value{path, flow(v), l.File}
}

func (l *Loaded) originOf(path string) string {
	if o, ok := l.Origins[path]; ok {
		return o.String()
	}
	return string(FromDefault)
}
