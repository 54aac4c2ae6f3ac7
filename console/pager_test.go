package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPagerLeadsToEveryPage(t *testing.T) {
	t.Parallel()
	chosen := url.Values{"search": {"a b"}, "online": {"1"}}
	fields := [][2]string{{"online", "1"}, {"search", "a b"}}
	const query = "/list?online=1&search=a+b"
	paged := func(n string) string { return "/list?online=1&page=" + n + "&search=a+b" }
	for _, tt := range []struct {
		name        string
		chosen      url.Values
		page, total int
		want        pager
	}{
		{"nothing at all", nil, 1, 0, pager{First: 1, Last: 0, Page: 1, Pages: 1, Path: "/list"}},
		{"one page, just full", nil, 1, 10, pager{First: 1, Last: 10, Total: 10, Page: 1, Pages: 1, Path: "/list"}},
		{"the first of several", nil, 1, 21, pager{First: 1, Last: 10, Total: 21, Page: 1, Pages: 3, Next: "/list?page=2", End: "/list?page=3", Path: "/list"}},
		{"in the middle, of a choice", chosen, 3, 45, pager{
			First: 21, Last: 30, Total: 45, Page: 3, Pages: 5, Start: query, Prev: paged("2"), Next: paged("4"), End: paged("5"), Path: "/list", Fields: fields,
		}},
		{"the last", nil, 3, 21, pager{First: 21, Last: 21, Total: 21, Page: 3, Pages: 3, Start: "/list", Prev: "/list?page=2", Path: "/list"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := newPager("/list", tt.chosen, tt.page, 10, tt.total)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if to, gone := got.gone(); gone {
				t.Errorf("it is there, and leads to %s", to.to)
			}
		})
	}
	t.Run("one that is no longer there leads to the last", func(t *testing.T) {
		t.Parallel()
		for total, want := range map[int]string{0: "/list", 7: "/list", 25: "/list?page=3"} {
			if to, gone := newPager("/list", nil, 99, 10, total).gone(); !gone || to.to != want {
				t.Errorf("of %d it leads to %q, want %q", total, to.to, want)
			}
		}
	})
}

func TestThePageOfAnAddressIsANumber(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{"": 1, "page=7": 7, "page=x": 1, "page=-3": 1, "page=0": 1, "page=99999999999999999999": mostPages, "page=1e3": 1} {
		if got := pageOf(httptest.NewRequest(http.MethodGet, "/devices?"+query, nil)); got != want {
			t.Errorf("%q is page %d, want %d", query, got, want)
		}
	}
}
