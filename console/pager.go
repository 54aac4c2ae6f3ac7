package console

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// mostPages bounds what a visitor may ask for.
const mostPages = 1 << 20

// pager says which part of a long list a page shows, and leads to the others. Its template stands in shared/.
type pager struct {
	First, Last, Total     int // of what is listed, from 1
	Page, Pages            int
	Start, Prev, Next, End string // addresses; empty where that is this page, or none

	Path   string      // where a form asks for a page by its number
	Fields [][2]string // what such a form says besides
}

// pageOf is the page that a request asks for. What is no number is the first.
func pageOf(r *http.Request) int {
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	return min(max(n, 1), mostPages)
}

// newPager is for a page of so many of all; chosen is what else the address of the list says.
func newPager(path string, chosen url.Values, page, size, total int) pager {
	p := pager{
		First: (page-1)*size + 1, Last: min(page*size, total), Total: total,
		Page: page, Pages: max((total+size-1)/size, 1), Path: path,
	}
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		for _, text := range chosen[name] {
			p.Fields = append(p.Fields, [2]string{name, text})
		}
	}
	if page > 1 {
		p.Start, p.Prev = p.at(chosen, 1), p.at(chosen, min(page-1, p.Pages))
	}
	if page < p.Pages {
		p.Next, p.End = p.at(chosen, page+1), p.at(chosen, p.Pages)
	}
	return p
}

func (p pager) at(chosen url.Values, page int) string {
	v := url.Values{}
	maps.Copy(v, chosen)
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	if len(v) == 0 {
		return p.Path
	}
	return p.Path + "?" + v.Encode()
}

// gone tells that there is no such page, and leads to the last that there is: there were more when the link was made.
func (p pager) gone() (redirect, bool) {
	return redirect{to: p.Prev}, p.Page > p.Pages
}
