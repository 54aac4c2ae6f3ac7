package api

import (
	"cmp"
	"strings"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

// paging is which part of a list a call asks for. Pages count from 1.
type paging struct{ number, size int }

// paging reads page and per_page; a page holds usualPerPage unless told otherwise, and at most so many.
func (c *call) paging(most int) (paging, error) {
	number, err1 := c.number("page", 1, 1, lastPage)
	size, err2 := c.number("per_page", usualPerPage, 1, most)
	return paging{number, size}, cmp.Or(err1, err2)
}

// offset is how many come before the page.
func (p paging) offset() int { return (p.number - 1) * p.size }

// pageOf cuts a page out of a list that is at hand.
func pageOf[T any](p paging, list []T) []T {
	list = list[min(p.offset(), len(list)):]
	return list[:min(p.size, len(list))]
}

// needed is a parameter that the call cannot do without.
func (c *call) needed(name string) (string, error) {
	if c.params[name] == "" {
		return "", &wire.APIError{Code: wire.ErrnoParameterRequired, Detail: name}
	}
	return c.params[name], nil
}

// numericID is a device id as an int where OneNET writes one (reference, section 9 quirk 27). What is no number, or would
// not be the same one when read back, is written as text: ids of onelan need not be numbers.
type numericID onenet.DeviceID

// MarshalJSON writes the id.
func (id numericID) MarshalJSON() ([]byte, error) {
	const digits = "0123456789"
	const exact = 15 // digits that every JSON reader keeps
	if s := string(id); s != "" && len(s) <= exact && strings.Trim(s, digits) == "" && (s[0] != '0' || s == "0") {
		return []byte(s), nil
	}
	return plainText(string(id))
}
