package e2e

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
)

// upload is a $dp message, once as bytes for mosquitto_pub and once as what Python builds
// its own bytes from, and what it leaves behind.
type upload struct {
	name  string
	bytes string
	built []pahoBlock
	want  []point // the newest of each stream
}

// point is a data point as GET /devices/{id}/datapoints shows it. at is empty for the moment of receipt.
type point struct{ stream, at, value string }

const noted = "2018-06-01 08:00:00.000"

// uploads has every type of reference section 3.1, with the variants that clients are known
// to send (client requirements, MQTT 6).
var uploads = []upload{
	{
		name:  "type 1, a time with a fraction, and escapes",
		bytes: "\x01\x00\x8b" + `{"datastreams":[{"id":"t1","datapoints":[{"at":"2018-06-01 08:00:00.500","value":25.5}]},{"id":"s1","datapoints":[{"value":"\u706f on"}]}]}`,
		built: []pahoBlock{{Kind: 1, Text: `{"datastreams": [{"id": "t1", "datapoints": [{"at": "2018-06-01T08:00:00.500", "value": 25.5}]}, ` +
			`{"id": "s1", "datapoints": [{"value": "灯 on"}]}]}`}},
		want: []point{{"s1", "", `"灯 on"`}, {"t1", "2018-06-01 08:00:00.500", "25.5"}},
	},
	{
		name:  "type 2, a file",
		bytes: "\x02\x00\x0f" + `{"ds_id":"pic"}` + "\x00\x00\x00\x04\xff\xd8\xff\xd9",
		built: []pahoBlock{{Kind: 2, Text: "{\n  \"ds_id\": \"pic\",\n  \"at\": \"2018-06-01 08:00:00\",\n  \"desc\": \"door\"\n}", File: "ffd8ffd9"}},
		want:  []point{{"pic", "any", "file"}},
	},
	{
		name:  "type 3, values of every JSON type",
		bytes: "\x03\x00\x3f" + `{"t3":-25.5,"on":true,"name":"lab","pos":{"lon":106.5,"l":[1]}}`,
		built: []pahoBlock{{Kind: 3, Text: `{"t3":-25.5,"on":true,"name":"lab","pos":{"lon":106.5,"l":[1]}}`}},
		want:  []point{{"name", "", `"lab"`}, {"on", "", "true"}, {"pos", "", `{"lon":106.5,"l":[1]}`}, {"t3", "", "-25.5"}},
	},
	{
		name:  "type 4, a time with T",
		bytes: "\x04\x00\x23" + `{"t4":{"2018-06-01T08:00:00":25.5}}`,
		built: []pahoBlock{{Kind: 4, Text: `{"t4":{"2018-06-01 08:00:00.000000":25.5}}`}},
		want:  []point{{"t4", noted, "25.5"}},
	},
	{
		name:  "type 5, records of one, two and three fields",
		bytes: "\x05\x00\x29" + `,;t5,2018-06-01 08:00:00,25.5;60;h5,61;9;`,
		built: []pahoBlock{{Kind: 5, Text: "#|t5#2018-06-01 08:00:00#25.5|60|h5#61|9|"}},
		want:  []point{{"1", "", "60"}, {"3", "", "9"}, {"h5", "", "61"}, {"t5", noted, "25.5"}},
	},
	{
		name:  "type 6 with its time",
		bytes: "\x86\x12\x06\x01\x08\x00\x00\x00\x11" + `,;t6,25.5;h6,"60"`,
		built: []pahoBlock{{Kind: 6, Time: []int{18, 6, 1, 8, 0, 0}, Text: `,;t6,25.5;h6,"60"`}},
		want:  []point{{"h6", noted, `"60"`}, {"t6", noted, "25.5"}},
	},
	{
		name:  "type 6 without a time",
		bytes: "\x06\x00\x0b" + `,;now6,25.5`,
		built: []pahoBlock{{Kind: 6, Text: ",;now6,25.5"}},
		want:  []point{{"now6", "", "25.5"}},
	},
	{
		name:  "type 7 with its time",
		bytes: "\x87\x12\x06\x01\x08\x00\x00" + "\x00\x65\x00\x02\x00\x00\xcc\x41\x00\x00\xa2\xc1" + "\x00\x66\x00\x01\x00\x00\x70\x42",
		built: []pahoBlock{{Kind: 7, Time: []int{18, 6, 1, 8, 0, 0}, Floats: []any{[]any{101, []float32{25.5, -20.25}}, []any{102, []float32{60}}}}},
		want:  []point{{"101", "2018-06-01 08:00:00.001", "-20.25"}, {"102", noted, "60"}},
	},
	{
		name:  "type 7 without a time",
		bytes: "\x07" + "\x00\x67\x00\x01\x00\x00\xcc\x41",
		built: []pahoBlock{{Kind: 7, Floats: []any{[]any{103, []float32{25.5}}}}},
		want:  []point{{"103", "", "25.5"}},
	},
	{
		name:  "two blocks in one message",
		bytes: "\x03\x00\x08" + `{"b1":1}` + "\x05\x00\x07" + `,;b2,2;`,
		built: []pahoBlock{{Kind: 3, Text: `{"b1":1}`}, {Kind: 5, Text: ",;b2,2;"}},
		want:  []point{{"b1", "", "1"}, {"b2", "", "2"}},
	},
}

// TestMosquittoUploadsEveryType: what mosquitto_pub has an acknowledgement for can be read at once.
func TestMosquittoUploadsEveryType(t *testing.T) {
	t.Parallel()
	p := start(t)
	for i, u := range uploads {
		before := clock.System().Now()
		p.mustUpload(t, greenhouseNorth, 1+i%2, u.bytes)
		p.mustHold(t, u, greenhouseNorth, before)
	}
}

// TestPythonUploadsEveryType sends the same points at QoS 0, 1 and 2, in bytes that Python has put together.
func TestPythonUploadsEveryType(t *testing.T) {
	t.Parallel()
	p := start(t)
	before := clock.System().Now()
	task := pahoTask{Clean: true, Keepalive: 60}
	for i, u := range uploads {
		task.Publish = append(task.Publish, pahoPublish{Topic: "$dp", QoS: i % 3, Blocks: u.built})
	}
	client := p.paho(t, greenhouseSouth, task)
	client.mustConnect(t, false)
	client.mustTell(t, "published")
	client.leave(t) // what was sent at QoS 0 has come when the DISCONNECT has
	p.mustSeeKind(t, "disconnected", greenhouseSouth)
	for _, u := range uploads {
		p.mustHold(t, u, greenhouseSouth, before)
	}
}

// mustHold checks that the REST API shows what was uploaded after a moment.
func (p *program) mustHold(t *testing.T, u upload, d device, since time.Time) {
	t.Helper()
	var streams []string
	for _, w := range u.want {
		streams = append(streams, w.stream)
	}
	got := p.mustHistory(t, greenhouseKey, d, "datastream_id="+strings.Join(streams, ",")).points()
	slices.SortFunc(got, func(a, b point) int { return cmp.Compare(a.stream, b.stream) })
	want := slices.Clone(u.want)
	for i, w := range want {
		if i >= len(got) {
			break
		}
		if w.at == "" && isRecent(t, got[i].at, since) || w.at == "any" {
			want[i].at = got[i].at
		}
		if w.value == "file" && fileIndex(d, w.stream).MatchString(got[i].value) {
			want[i].value = got[i].value
		}
	}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(point{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", u.name, diff)
	}
}

// isRecent tells whether a Beijing time lies between then and now.
func isRecent(t *testing.T, at string, then time.Time) bool {
	t.Helper()
	beijing := time.FixedZone("Beijing", 8*60*60)
	got, err := time.ParseInLocation("2006-01-02 15:04:05.000", at, beijing)
	if err != nil {
		t.Errorf("at: %v", err)
	}
	return !got.Before(then.Truncate(time.Millisecond)) && !got.After(clock.System().Now())
}

// fileIndex is the value of a stream of files (section 3.2).
func fileIndex(d device, stream string) *regexp.Regexp {
	return regexp.MustCompile(`^\{"index":"` + d.id + `_[0-9]{13}_` + stream + `"\}$`)
}

// history is an answer to GET /devices/{id}/datapoints (section 5.7).
type history struct {
	Cursor  string `json:"cursor"`
	Count   int    `json:"count"`
	Streams []struct {
		ID     string `json:"id"`
		Points []struct {
			At    string          `json:"at"`
			Value json.RawMessage `json:"value"`
		} `json:"datapoints"`
	} `json:"datastreams"`
}

func (p *program) mustHistory(t *testing.T, key string, d device, query string) history {
	t.Helper()
	var answer struct {
		Data history `json:"data"`
	}
	p.mustGet(t, key, "/devices/"+d.id+"/datapoints?"+query, &answer)
	if h := answer.Data; h.Count != len(h.points()) {
		t.Errorf("count is %d, and there are %d points", h.Count, len(h.points()))
	}
	return answer.Data
}

// plain is a JSON value without the escapes that it came with.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return string(value)
	}
	return `"` + text + `"`
}

func (h history) points() []point {
	var list []point
	for _, s := range h.Streams {
		for _, pt := range s.Points {
			list = append(list, point{s.ID, pt.At, plain(pt.Value)})
		}
	}
	return list
}
