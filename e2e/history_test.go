package e2e

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// at is the n-th second of the data that TestHistory asks for.
func at(n int) string { return fmt.Sprintf("2018-06-01 08:00:%02d.000", n) }

// pointsOf makes the points of one stream at these seconds; each value is its second.
func pointsOf(stream string, seconds ...int) []point {
	var list []point
	for _, n := range seconds {
		list = append(list, point{stream, at(n), fmt.Sprint(n)})
	}
	return list
}

// mustUploadHistory uploads t at the seconds 0 to 6 and h at 2 and 4.
func (p *program) mustUploadHistory(t *testing.T, d device) {
	t.Helper()
	stream := func(name string, seconds ...int) string {
		var values []string
		for _, n := range seconds {
			values = append(values, fmt.Sprintf("%q:%d", at(n), n))
		}
		return fmt.Sprintf("%q:{%s}", name, strings.Join(values, ","))
	}
	text := "{" + stream("t", 0, 1, 2, 3, 4, 5, 6) + "," + stream("h", 2, 4) + "}"
	client := p.paho(t, d, pahoTask{Clean: true, Publish: []pahoPublish{{Topic: "$dp", QoS: 1, Blocks: []pahoBlock{{Kind: 4, Text: text}}}}})
	client.mustConnect(t, false)
	client.mustTell(t, "published")
	client.leave(t)
}

// TestHistory asks for stored points in all the ways of reference section 5.7.
func TestHistory(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.mustUploadHistory(t, greenhouseNorth)

	for _, tt := range []struct {
		name, query string
		want        []point
	}{
		{"without a range the newest of each stream", "", append(pointsOf("h", 4), pointsOf("t", 6)...)},
		{"without a range the limit counts for each stream", "limit=2", append(pointsOf("h", 2, 4), pointsOf("t", 5, 6)...)},
		{"one stream", "datastream_id=t", pointsOf("t", 6)},
		{"start and end are part of the range", "datastream_id=t&start=2018-06-01T08:00:02&end=2018-06-01T08:00:04", pointsOf("t", 2, 3, 4)},
		{"start and duration", "datastream_id=t&start=2018-06-01T08:00:01&duration=2", pointsOf("t", 1, 2, 3)},
		{"end and duration", "datastream_id=t&end=2018-06-01T08:00:06&duration=1", pointsOf("t", 5, 6)},
		{"a limit counts from the oldest", "datastream_id=t&start=2018-06-01T08:00:01&limit=2", pointsOf("t", 1, 2)},
		{"descending, it counts from the newest", "datastream_id=t&end=2018-06-01T08:00:05&limit=2&sort=DESC", pointsOf("t", 5, 4)},
		{"all streams of a range", "start=2018-06-01T08:00:04", append(pointsOf("h", 4), pointsOf("t", 4, 5, 6)...)},
		{"nothing in the range", "start=2019-01-01T00:00:00", nil},
	} {
		got := p.mustHistory(t, greenhouseKey, greenhouseNorth, tt.query).points()
		if diff := gocmp.Diff(tt.want, got, gocmp.AllowUnexported(point{})); diff != "" {
			t.Errorf("%s (%s) (-want +got):\n%s", tt.name, tt.query, diff)
		}
	}
	p.curl(t, greenhouseKey, "/devices/700123456/datapoints?datastream_id=t&start=2018-06-01T08:00:06").mustBe(t, 200,
		`{"errno":0,"data":{"count":1,"datastreams":[{"datapoints":[{"at":"2018-06-01 08:00:06.000","value":6}],"id":"t"}]},"error":"succ"}`)
	for query, want := range map[string]string{
		"limit=6001":  `{"errno":6,"error":"invalid parameter: limit`,
		"start=today": `{"errno":6,"error":"invalid parameter: start`,
	} {
		if r := p.curl(t, greenhouseKey, "/devices/700123456/datapoints?"+query); r.status != 200 || !strings.HasPrefix(r.body, want) {
			t.Errorf("%s: HTTP %d %s, want %s", query, r.status, r.body, want)
		}
	}
}

// TestHistoryPages follows the cursor through a range in both directions: each point comes once, in
// the order of time.
func TestHistoryPages(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.mustUploadHistory(t, greenhouseNorth)
	want := append(pointsOf("h", 2, 4), pointsOf("t", 0, 1, 2, 3, 4, 5, 6)...)

	for _, tt := range []struct {
		sort  string
		order func(a, b point) int
	}{
		{"ASC", func(a, b point) int { return cmp.Compare(a.at, b.at) }},
		{"DESC", func(a, b point) int { return cmp.Compare(b.at, a.at) }},
	} {
		got, pages := p.mustPage(t, greenhouseNorth, "start=2018-06-01T08:00:00&limit=2&sort="+tt.sort, tt.order)
		if pages != 5 || !slices.IsSortedFunc(got, tt.order) {
			t.Errorf("%s: %d pages, want 5 and all in order: %v", tt.sort, pages, got)
		}
		slices.SortFunc(got, func(a, b point) int { return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.at, b.at)) })
		if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(point{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.sort, diff)
		}
	}
}

// mustPage follows the cursor to the end. A page is grouped by stream; order puts its points into one row.
func (p *program) mustPage(t *testing.T, d device, query string, order func(a, b point) int) (all []point, pages int) {
	t.Helper()
	form := regexp.MustCompile(`^[0-9]+_` + d.id + `_[0-9]{13}$`)
	for cursor := ""; ; {
		h := p.mustHistory(t, greenhouseKey, d, query+"&cursor="+cursor)
		page := h.points()
		slices.SortStableFunc(page, order)
		all, pages, cursor = append(all, page...), pages+1, h.Cursor
		if cursor == "" || pages > 20 {
			return all, pages
		}
		if !form.MatchString(cursor) {
			t.Fatalf("cursor %q is not of the form that OneNET documents", cursor)
		}
	}
}
