package api

import (
	"net/url"
	"strings"
)

// splitPath takes a path apart as forgivingly as clients write it: empty segments (//devices, a slash at
// the end) count for nothing. There are no redirects, which small clients do not follow; so
// this is the only place where paths become one. A segment keeps what it has escaped, "/" too.
func splitPath(escaped string) []string {
	var segments []string
	for s := range strings.SplitSeq(escaped, "/") {
		if s == "" {
			continue
		}
		if plain, err := url.PathUnescape(s); err == nil {
			s = plain
		}
		segments = append(segments, s)
	}
	return segments
}

// parseParams reads a query: "a=1&b=2", where a name without a value, a name that comes again and what cannot be
// unescaped are no reason to give up. Of a name that comes twice the first counts.
func parseParams(query string) map[string]string {
	params := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name = unescape(name)
		if _, twice := params[name]; !twice && name != "" {
			params[name] = unescape(value)
		}
	}
	return params
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
