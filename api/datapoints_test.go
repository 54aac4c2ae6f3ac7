package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

const datapoints = "/devices/" + string(device) + "/datapoints"

func point(stream onenet.StreamID, ms int, value string) onenet.StoredPoint {
	at := start.Add(time.Duration(ms) * time.Millisecond)
	return onenet.StoredPoint{Ref: ref, Datapoint: onenet.Datapoint{Stream: stream, At: at, Value: json.RawMessage(value)}, Received: at}
}

// withHistory is a platform with points in two streams: t at 0, 1 and 2 s, two of them in one millisecond,
// and h at 0.5 s.
func withHistory(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	mustAdd(t, f.store, onenet.Batch{Points: []onenet.StoredPoint{
		point("t", 0, "1"), point("h", 500, `"on"`), point("t", 1000, "2.50"), point("t", 1000, "3"), point("t", 2123, `{"a":[1]}`),
	}})
	return f
}

func TestHistoryWithoutARangeIsTheNewestPointOfEachStream(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	want := `{"errno":0,"data":{"count":2,"datastreams":[` +
		`{"datapoints":[{"at":"2018-06-01 08:00:00.500","value":"on"}],"id":"h"},` +
		`{"datapoints":[{"at":"2018-06-01 08:00:02.123","value":{"a":[1]}}],"id":"t"}]},"error":"succ"}`
	for _, query := range []string{"", "?", "?datastream_id=", "?start=&end=&limit=&cursor=&sort=", "?duration=3600", "?first=true&method=x&interval=5"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			wantBody(t, f.call(t, "GET", datapoints+query, master, ""), want)
		})
	}
}

func TestHistoryOfADeviceWithoutPointsIsEmpty(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	wantBody(t, f.call(t, "GET", datapoints+"?datastream_id=unknown&limit=5", master, ""),
		`{"errno":0,"data":{"count":0,"datastreams":[]},"error":"succ"}`)
}

// page is a history answer in short: "t:1,2.50 h:"on"", and its cursor.
func page(t *testing.T, body string) (short, cursor string) {
	t.Helper()
	var out struct {
		Errno int
		Data  struct {
			Cursor      string
			Count       int
			Datastreams []struct {
				ID         string
				Datapoints []struct{ Value json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil || out.Errno != 0 {
		t.Fatalf("got %s", body)
	}
	var parts []string
	n := 0
	for _, s := range out.Data.Datastreams {
		var values []string
		for _, p := range s.Datapoints {
			values = append(values, string(p.Value))
			n++
		}
		parts = append(parts, s.ID+":"+strings.Join(values, ","))
	}
	if n != out.Data.Count {
		t.Errorf("count says %d, there are %d: %s", out.Data.Count, n, body)
	}
	return strings.Join(parts, " "), out.Data.Cursor
}

func TestHistoryChoosesByRangeLimitAndOrder(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	const all = `h:"on" t:1,2.50,3,{"a":[1]}`
	tests := []struct{ name, query, want string }{
		{"limit without a range counts for each stream and takes the newest", "limit=2", `h:"on" t:3,{"a":[1]}`},
		{"limit without a range, newest first", "limit=2&sort=DESC", `h:"on" t:{"a":[1]},3`},
		{"one stream of several", "datastream_id=h&limit=10", `h:"on"`},
		{"streams by name", "datastream_id=t,h&limit=1", `h:"on" t:{"a":[1]}`},
		{"a start alone reaches to the last", "start=2018-06-01T08:00:00", all},
		{"a start is inclusive", "start=2018-06-01T08:00:01", `t:2.50,3,{"a":[1]}`},
		{"an end alone reaches back to the first", "end=2018-06-01T08:00:01", `h:"on" t:1,2.50,3`},
		{"start and end", "start=2018-06-01T08:00:01&end=2018-06-01T08:00:02", `t:2.50,3`},
		{"a space for the T", "start=2018-06-01%2008:00:01&end=2018-06-01+08:00:02", `t:2.50,3`},
		{"start and duration go forward", "start=2018-06-01T08:00:00&duration=1", `h:"on" t:1,2.50,3`},
		{"end and duration go backward", "end=2018-06-01T08:00:03&duration=2", `t:2.50,3,{"a":[1]}`},
		{"with start and end the duration means nothing", "start=2018-06-01T08:00:00&end=2018-06-01T08:00:03&duration=1", all},
		{"newest first", "start=2018-06-01T08:00:00&sort=DESC", `h:"on" t:{"a":[1]},3,2.50,1`},
		{"sort in small letters", "start=2018-06-01T08:00:00&sort=desc", `h:"on" t:{"a":[1]},3,2.50,1`},
		{"limit in a range counts over all streams", "start=2018-06-01T08:00:00&limit=2", `h:"on" t:1`},
		{"nothing in the range", "start=2019-01-01T00:00:00", ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := page(t, f.get(t, datapoints+"?"+tt.query)); got != tt.want {
				t.Errorf("got %s want %s", got, tt.want)
			}
		})
	}
}

func TestHistoryCursorIsThereOnlyWhenMoreRemains(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	tests := []struct {
		query string
		more  bool
	}{
		{"start=2018-06-01T08:00:00&limit=4", true},
		{"start=2018-06-01T08:00:00&limit=5", false},
		{"start=2018-06-01T08:00:00&limit=6", false},
		{"start=2018-06-01T08:00:00&end=2018-06-01T08:00:01&limit=4", false},
		{"limit=1", false},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			body := f.get(t, datapoints+"?"+tt.query)
			if got := strings.Contains(body, "cursor"); got != tt.more {
				t.Errorf("cursor %v, want %v: %s", got, tt.more, body)
			}
		})
	}
}

func TestHistoryCursorGoesThroughEveryPointOnce(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	for _, sort := range []string{"ASC", "DESC"} {
		t.Run(sort, func(t *testing.T) {
			t.Parallel()
			var got []string
			query := url.Values{"start": {"2018-06-01T08:00:00"}, "limit": {"1"}, "sort": {sort}}
			for range 10 {
				short, cursor := page(t, f.get(t, datapoints+"?"+query.Encode()))
				got = append(got, short)
				if cursor == "" {
					break
				}
				query.Set("cursor", cursor)
			}
			want := []string{"t:1", `h:"on"`, "t:2.50", "t:3", `t:{"a":[1]}`}
			if sort == "DESC" {
				want = []string{`t:{"a":[1]}`, "t:3", "t:2.50", `h:"on"`, "t:1"}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("pages (-want +got):\n%s", d)
			}
		})
	}
}

func TestHistoryCursorLooksLikeOneNETs(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	_, cursor := page(t, f.get(t, datapoints+"?start=2018-06-01T08:00:00&limit=2"))
	if want := "2_700123456_1527811200500"; cursor != want {
		t.Errorf("got %q want %q", cursor, want)
	}
}

func TestHistoryGivesHundredPointsUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	points := make([]onenet.StoredPoint, 6001)
	for i := range points {
		points[i] = point("t", i, "1")
	}
	mustAdd(t, f.store, onenet.Batch{Points: points})
	for limit, want := range map[string]int{"": 100, "&limit=6000": 6000} {
		short, cursor := page(t, f.get(t, datapoints+"?start=2018-06-01T08:00:00"+limit))
		if got := strings.Count(short, "1"); got != want || cursor == "" {
			t.Errorf("limit %q: %d points, cursor %q; want %d and a cursor", limit, got, cursor, want)
		}
	}
}

func TestHistoryRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	tests := []struct{ query, field string }{
		{"limit=0", "limit"},
		{"limit=6001", "limit"},
		{"limit=-1", "limit"},
		{"limit=many", "limit"},
		{"start=yesterday", "start"},
		{"start=1527811200", "start"},
		{"end=2018-06-31T00:00:00", "end"},
		{"start=2018-06-01T08:00:01&end=2018-06-01T08:00:00", "end"},
		{"start=2018-06-01T08:00:01&duration=-5", "duration"},
		{"start=2018-06-01T08:00:01&duration=1h", "duration"},
		{"start=2018-06-01T08:00:01&duration=99999999999999999", "duration"},
		{"sort=up", "sort"},
		{"cursor=nonsense", "cursor"},
		{"cursor=1_999_1527811200500", "cursor"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			wantBody(t, f.call(t, "GET", datapoints+"?"+tt.query, master, ""),
				fmt.Sprintf(`{"errno":6,"error":"invalid parameter: %s"}`, tt.field))
		})
	}
}
