package config

import (
	"reflect"
	"strings"
)

// Setting is one value that can be set by its name: everything but the lists.
type Setting struct {
	Path string // its place in the file: listen.mqtt
	Env  string // its name in the environment: ONELAN_LISTEN_MQTT
	Type string // what a value looks like: text, number, true or false, duration
	Doc  string // what it does
}

// EnvPrefix starts the name of every environment variable that is a setting.
const EnvPrefix = "ONELAN_"

// Settings lists all settings in the order of the file.
func Settings() []Setting {
	var list []Setting
	c := Default()
	walk(reflect.ValueOf(&c).Elem(), "", func(path string, v reflect.Value) {
		if v.Kind() != reflect.Slice {
			list = append(list, Setting{path, envName(path), typeName(v.Type()), docs[path]})
		}
	})
	return list
}

func envName(path string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// walk visits the leaves and lists of a struct in the order of its fields.
func walk(v reflect.Value, path string, visit func(string, reflect.Value)) {
	t := v.Type()
	for i := range t.NumField() {
		name := join(path, t.Field(i).Tag.Get("yaml"))
		if f := v.Field(i); f.Kind() == reflect.Struct {
			walk(f, name, visit)
		} else {
			visit(name, f)
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// field finds a leaf by its path; ok is false when there is none.
func (c *Config) field(path string) (leaf reflect.Value, ok bool) {
	walk(reflect.ValueOf(c).Elem(), "", func(p string, v reflect.Value) {
		if p == path && v.Kind() != reflect.Slice {
			leaf, ok = v, true
		}
	})
	return leaf, ok
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func typeName(t reflect.Type) string {
	switch {
	case t == durationType:
		return "duration"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int, t.Kind() == reflect.Float64:
		return "number"
	default:
		return "text"
	}
}

// secret tells whether the value at a path must not be shown.
func secret(path string) bool {
	switch path[strings.LastIndexByte(path, '.')+1:] {
	case "master_key", "register_code", "auth_info":
		return true
	case "key":
		return path != "tls.key" // that one is the name of a file
	case "password":
		return true // it is to be a reference; who has not understood writes the secret itself
	}
	return false
}
