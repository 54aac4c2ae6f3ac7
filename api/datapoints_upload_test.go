package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

func TestUploadToTheByte(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	const oneDS = "KeyForOneStreamOfDeviceeeee="
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
		key(oneDS, onenet.Permission{Resources: []onenet.Resource{{Device: device, Stream: "t"}}}),
	}})
	const call, bad = "POST " + datapoints, `{"errno":4,"error":"invalid JSON"}`
	required := func(field string) string { return `{"errno":7,"error":"parameter required: ` + field + `"}` }
	invalid := func(field string) string { return `{"errno":6,"error":"invalid parameter: ` + field + `"}` }
	goldenRun(t, addr, []exchange{
		{"no type", call, "", `{"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}`, succ},
		{"an empty type, line ends behind", call + "?type=", "", `{"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}` + "\r\n\r\n", succ},
		{"type 3", call + "?type=3", "", `{"t":25.5}`, succ},
		{"type 4", call + "?type=4", "", `{"t":{"2018-06-01T08:00:00":25.5}}`, succ},
		{"type 5", call + "?type=5", "", ",;t,25.5;", succ},
		{"no point at all", call + "?type=3", "", `{}`, succ},
		{"a device key", call + "?type=3", deviceKey, `{"t":1}`, succ},
		{"a key for this stream", call + "?type=3", oneDS, `{"t":1}`, succ},
		{"a key for one stream of two", call + "?type=3", oneDS, `{"t":1,"h":1}`, `{"errno":3,"error":"auth failed"}`},
		{"800 KiB", call + "?type=3", "", `{"t":"` + strings.Repeat("x", 800<<10-8) + `"}`, succ},
		{"a byte more", call + "?type=3", "", `{"t":"` + strings.Repeat("x", 800<<10-7) + `"}`, `{"errno":5,"error":"request entity too large"}`},
		{"65535 points", call + "?type=5", "", ",;" + strings.Repeat("1;", 65535), succ},
		{"65536 points", call + "?type=5", "", ",;" + strings.Repeat("1;", 65536), `{"errno":5,"error":"request entity too large"}`},
		{"type 1 has no number", call + "?type=1", "", `{"datastreams":[]}`, invalid("type")},
		{"type 2 is for MQTT", call + "?type=2", "", `{}`, invalid("type")},
		{"type 6 is for MQTT", call + "?type=6", "", `{}`, invalid("type")},
		{"type 7 is for MQTT", call + "?type=7", "", `{}`, invalid("type")},
		{"an unknown type", call + "?type=json", "", `{}`, invalid("type")},
		{"no body", call, "", "", `{"errno":9,"error":"entity data required"}`},
		{"line ends for a body", call, "", "\r\n", `{"errno":9,"error":"entity data required"}`},
		{"no JSON", call + "?type=3", "", `t=25.5`, bad},
		{"single quotes", call + "?type=3", "", `{'t':25.5}`, bad},
		{"NaN", call + "?type=3", "", `{"t":nan}`, bad},
		{"GBK", call + "?type=3", "", "{\"t\":\"\xce\xc2\xb6\xc8\"}", bad},
		{"a NUL at the end", call + "?type=3", "", "{\"t\":1}\x00", bad},
		{"an array", call + "?type=3", "", `[1]`, bad},
		{"the JSON of type 3 without the type", call, "", `{"t":25.5}`, required("datastreams")},
		{"datastreams misspelt", call, "", `{"datastream":[]}`, required("datastreams")},
		{"no id", call, "", `{"datastreams":[{"datapoints":[{"value":1}]}]}`, required("id")},
		{"an empty id", call, "", `{"datastreams":[{"id":"","datapoints":[{"value":1}]}]}`, invalid("id")},
		{"no datapoints", call, "", `{"datastreams":[{"id":"t"}]}`, required("datapoints")},
		{"no value", call, "", `{"datastreams":[{"id":"t","datapoints":[{"at":"2018-06-01T08:00:00"}]}]}`, required("value")},
		{"a wrong time", call, "", `{"datastreams":[{"id":"t","datapoints":[{"at":"yesterday","value":1}]}]}`, invalid("at")},
		{"the JSON of type 3 as type 4", call + "?type=4", "", `{"t":25.5}`, invalid("datapoints")},
		{"one separator", call + "?type=5", "", `,,t,25.5`, invalid("datapoints")},
		{"four fields", call + "?type=5", "", `,;t,2018-06-01 08:00:00,1,2`, invalid("datapoints")},
		{"text in GBK", call + "?type=5", "", ",;t,\xce\xc2", invalid("datapoints")},
		{"an unknown device", "POST /devices/6/datapoints?type=3", "", `{"t":1}`, `{"errno":8,"error":"not found: 6"}`},
		{"a device of another product", "POST /devices/" + string(elsewhere) + "/datapoints?type=3", "", `{"t":1}`, `{"errno":3,"error":"auth failed"}`},
	})
}

func TestUploadStoresWhatEachTypeSays(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, query, body, want string }{
		{
			"no type", "", `{"datastreams":[{"id":"t","datapoints":[{"at":"2018-06-01T07:00:00","value":25.5},{"value":"on"}]},{"id":"h","datapoints":[{"value":{"a":1}}]}]}`,
			`h 08:00:00.000 {"a":1} | t 07:00:00.000 25.5 | t 08:00:00.000 "on"`,
		},
		{"type 3", "?type=3", `{"t": 25.5, "温": "中", "n": null}`, `n 08:00:00.000 null | t 08:00:00.000 25.5 | 温 08:00:00.000 "中"`},
		{"type 4", "?type=4", `{"t":{"2018-06-01 07:00:00":25.5,"2018-06-01T07:00:01.250":26}}`, `t 07:00:00.000 25.5 | t 07:00:01.250 26`},
		{"type 5, as the kit ends it", "?type=5", ",;t,2018-06-01 07:00:00,25.5;60;h,\"61\";\r\n", `1 08:00:00.000 60 | h 08:00:00.000 "61" | t 07:00:00.000 25.5`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			wantBody(t, f.call(t, "POST", datapoints+tt.query, master, tt.body), succ)
			points, err := f.p.Points(t.Context(), onenet.PointQuery{Ref: ref, Limit: 10, PerStream: true})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range points {
				got = append(got, string(p.Stream)+" "+p.At.In(onenet.Beijing).Format("15:04:05.000")+" "+string(p.Value))
			}
			if d := cmp.Diff(strings.Split(tt.want, " | "), got); d != "" {
				t.Errorf("points (-want +got):\n%s", d)
			}
		})
	}
}

func TestUploadStandsInTheJournalWithItsCall(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	wantBody(t, f.call(t, "POST", datapoints+"?type=3", master, `{"t":25.5}`), succ)
	records, _ := f.p.Journal().Read(0, 100)
	var got []onenet.Record
	for _, r := range records {
		if r.Kind == onenet.KindData {
			one := *r
			one.Seq, one.At = 0, time.Time{}
			got = append(got, one)
		}
	}
	want := []onenet.Record{{
		Kind: onenet.KindData, Product: product, Device: device, Addr: "192.0.2.1:1234", Call: "POST /devices/{id}/datapoints", Size: 10, Count: 1,
		Payload: []byte(`{"t":25.5}`),
		Points:  []onenet.PointNote{{Stream: "t", At: start, Value: json.RawMessage("25.5")}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

func TestRefusedUploadSaysWhichByteIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, query, body string
		cause             onenet.Cause
		offset            int
		near              string
	}{
		{"the JSON of type 3 without the type", "", `{"t":25.5}`, onenet.DataType3InType1, 0, "this is the JSON of type 3: add type=3 to the URL"},
		{"the JSON of type 1 as type 4", "?type=4", `{"datastreams":[]}`, onenet.DataType4Value, 15, "this is the JSON of type 1: leave the type parameter out"},
		{"a comma too many", "?type=3", `{"t":25.5,}`, onenet.DataBadJSON, 10, "a comma stands behind the last element"},
		{"something behind", "?type=3", "{\"t\":1}\x03", onenet.DataBadJSON, 7, ""},
		{"a NUL behind the text", "?type=5", ",;t,1\x00", onenet.DataTrailingNUL, 5, "a C string ends with a NUL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.call(t, "POST", datapoints+tt.query, master, tt.body)
			records, _ := f.p.Journal().Read(0, 100)
			last := records[len(records)-1]
			r := last.Refusal
			if last.Kind != onenet.KindRefused || r == nil || r.Offset == nil {
				t.Fatalf("got %+v", last)
			}
			if r.Cause != tt.cause || *r.Offset != tt.offset || !strings.HasPrefix(r.NearMiss, tt.near) {
				t.Errorf("got %s at byte %d, %q; want %s at byte %d, %q", r.Cause, *r.Offset, r.NearMiss, tt.cause, tt.offset, tt.near)
			}
		})
	}
}

func TestPointRemovalToTheByte(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
		key("KeyForOneStreamOfDeviceeeee=", onenet.Permission{Resources: []onenet.Resource{{Device: device, Stream: "h"}}}),
		key("KeyThatMayOnlyReadDeviceddd=", onenet.Permission{Methods: []string{"get"}, Resources: []onenet.Resource{{Device: device}}}),
	}})
	addr, _ := mustServe(t, f.door, discard())
	const call = "DELETE " + datapoints
	goldenRun(t, addr, []exchange{
		{"no time", call, "", "", `{"errno":7,"error":"parameter required: start"}`},
		{"a duration alone, as the PHP SDK sends it", call + "?duration=3600&datastream_id=t", "", "[]", `{"errno":7,"error":"parameter required: start"}`},
		{"no time that is one", call + "?start=0&duration=1", "", "", `{"errno":6,"error":"invalid parameter: start"}`},
		{"an end before the start", call + "?start=2018-06-01T08:00:01&end=2018-06-01T08:00:00", "", "", `{"errno":6,"error":"invalid parameter: end"}`},
		{"a key for reading", call + "?start=2018-06-01T08:00:00", "KeyThatMayOnlyReadDeviceddd=", "", `{"errno":3,"error":"auth failed"}`},
		{"another stream with a key for one", call + "?start=2018-06-01T08:00:00&datastream_id=t", "KeyForOneStreamOfDeviceeeee=", "", `{"errno":3,"error":"auth failed"}`},
		{"an unknown device", "DELETE /devices/6/datapoints?start=2018-06-01T08:00:00", "", "", `{"errno":8,"error":"not found: 6"}`},
		{"start and duration", call + "?start=2018-06-01T08:00:00&duration=1&datastream_id=t", "", "[]", succ},
		{"nothing there any more", call + "?start=2018-06-01T08:00:00&duration=1&datastream_id=t", "", "", succ},
	})
}

func TestPointRemovalTakesWhatLiesInTheTimeAndNoMore(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, query, key, want string }{
		{"start and duration, one stream", "start=2018-06-01T08:00:00&duration=1&datastream_id=t", master, `h:"on" t:{"a":[1]}`},
		{"start and duration, all streams", "start=2018-06-01T08:00:00&duration=1", master, `t:{"a":[1]}`},
		{"end and duration", "end=2018-06-01T08:00:01&duration=1", master, `t:{"a":[1]}`},
		{"a duration of nothing is one moment", "start=2018-06-01T08:00:01&duration=0", master, `h:"on" t:1,{"a":[1]}`},
		{"an end with a duration of nothing", "end=2018-06-01T08:00:01&duration=0", master, `h:"on" t:1,{"a":[1]}`},
		{"a start alone reaches to the last", "start=2018-06-01T08:00:01", master, `h:"on" t:1`},
		{"an end alone reaches back to the first", "end=2018-06-01T08:00:01", master, `t:{"a":[1]}`},
		{"a key for one stream takes that stream only", "start=2018-06-01T08:00:00", "KeyForOneStreamOfDeviceeeee=", `t:1,2.50,3,{"a":[1]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := withHistory(t)
			mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
				key("KeyForOneStreamOfDeviceeeee=", onenet.Permission{Resources: []onenet.Resource{{Device: device, Stream: "h"}}}),
			}})
			wantBody(t, f.call(t, "DELETE", datapoints+"?"+tt.query, tt.key, ""), succ)
			if got, _ := page(t, f.get(t, datapoints+"?limit=10")); got != tt.want {
				t.Errorf("left: got %s want %s", got, tt.want)
			}
		})
	}
}
