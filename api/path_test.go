package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPathsAreTakenAsClientsWriteThem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want []string
	}{
		{"/devices/5", []string{"devices", "5"}},
		{"//devices/5", []string{"devices", "5"}},
		{"/devices//5/", []string{"devices", "5"}},
		{"devices/5", []string{"devices", "5"}},
		{"/", nil},
		{"", nil},
		{"/keys/K=", []string{"keys", "K="}},
		{"/keys/a%2Fb%3D", []string{"keys", "a/b="}},
		{"/keys/a%zz", []string{"keys", "a%zz"}},
		{"/a/../b/.", []string{"a", "..", "b", "."}},
		{"/devices/5/datastreams/%E6%B8%A9", []string{"devices", "5", "datastreams", "温"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, splitPath(tt.path)); d != "" {
				t.Errorf("segments (-want +got):\n%s", d)
			}
		})
	}
}

func TestQueriesAreTakenAsClientsWriteThem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query string
		want  map[string]string
	}{
		{"", map[string]string{}},
		{"&&=x&", map[string]string{}},
		{"a=1&b=2", map[string]string{"a": "1", "b": "2"}},
		{"a", map[string]string{"a": ""}},
		{"a=", map[string]string{"a": ""}},
		{"a=1&a=2", map[string]string{"a": "1"}},
		{"a=x+y%20z", map[string]string{"a": "x y z"}},
		{"a=100%&b=%zz", map[string]string{"a": "100%", "b": "%zz"}},
		{"key=K==&a=1;2", map[string]string{"key": "K==", "a": "1;2"}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, parseParams(tt.query)); d != "" {
				t.Errorf("parameters (-want +got):\n%s", d)
			}
		})
	}
}

func FuzzSplitPath(f *testing.F) {
	for _, s := range []string{"/devices/5", "//devices/%2f/", "/keys/a%zz", "", "/%", "/%00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments := splitPath(path)
		var escaped strings.Builder
		for _, s := range segments {
			if s == "" {
				t.Fatalf("%q has an empty segment: %q", path, segments)
			}
			escaped.WriteString("//" + url.PathEscape(s) + "/")
		}
		if again := splitPath(escaped.String()); !slices.Equal(segments, again) {
			t.Errorf("%q is %q, written out and read again %q", path, segments, again)
		}
	})
}

func FuzzParseParams(f *testing.F) {
	for _, s := range []string{"a=1&b=2", "a=%zz", "=&&a", "a=1;b=2", "%61=+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		params := parseParams(query)
		written := url.Values{}
		for name, value := range params {
			written.Set(name, value)
		}
		if d := cmp.Diff(params, parseParams(written.Encode())); d != "" {
			t.Errorf("%q read, written and read again (-first +second):\n%s", query, d)
		}
	})
}
