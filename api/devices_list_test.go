package api_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

// withDevices is a platform with four more devices, of which 5 is here and was the only one ever to log in.
func withDevices(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	day := func(n int) time.Time { return start.AddDate(0, 0, n).Add(-8 * time.Hour) } // midnight in Beijing
	mustAdd(t, f.store, onenet.Batch{AddDevices: []onenet.Device{
		{Product: product, ID: "5", Title: "lamp one", AuthInfo: "SN-5", Protocol: "MQTT", Desc: "d", Tags: []string{"lab", "a"}, Private: true, Location: &onenet.Location{Lat: 29.5, Lon: 106.5}, Other: json.RawMessage(`{"k":1}`), CreatedAt: day(1)},
		{Product: product, ID: "61", Title: "lamp two", AuthInfo: "SN-61", Protocol: "HTTP", Tags: []string{"lab"}, CreatedAt: day(2).Add(24*time.Hour - time.Millisecond)},
		{Product: product, ID: "62", Title: "5 lamps", AuthInfo: `{"a":"b"}`, Protocol: "EDP", Private: true, CreatedAt: day(3)},
		{Product: product, ID: "7", Title: "last", AuthInfo: "SN-7", Protocol: "MQTT", CreatedAt: day(4)},
	}})
	five := onenet.DeviceRef{Product: product, Device: "5"}
	f.p.Arrived(five, 1, "10.0.0.7:5000", "")
	mustAdd(t, f.store, onenet.Batch{}) // comes back behind the login time
	return f
}

func TestDeviceListToTheByte(t *testing.T) {
	t.Parallel()
	f := withDevices(t)
	addr, _ := mustServe(t, f.door, discard())
	list := func(perPage, total, page int, items ...string) string {
		return fmt.Sprintf(`{"errno":0,"data":{"per_page":%d,"devices":[%s],"total_count":%d,"page":%d},"error":"succ"}`,
			perPage, strings.Join(items, ","), total, page)
	}
	const five = `{"protocol":"MQTT","create_time":"2018-06-02 00:00:00","act_time":"2018-06-01 08:00:00","last_login":"2018-06-01 08:00:00",` +
		`"online":true,"location":{"lat":29.5,"lon":106.5},"id":"5","auth_info":"SN-5","title":"lamp one","desc":"d","tags":["lab","a"],"private":true,"other":{"k":1}}`
	const seven = `{"protocol":"MQTT","create_time":"2018-06-05 00:00:00","online":false,"location":{"lat":0,"lon":0},"id":"7","auth_info":"SN-7","title":"last","private":false}`
	invalid := func(field string) string { return `{"errno":6,"error":"invalid parameter: ` + field + `"}` }
	many := strings.Repeat("1,", 100) + "1"
	goldenRun(t, addr, []exchange{
		{"one of five", "GET /devices?per_page=1", "", "", list(1, 5, 1, five)},
		{"the second", "GET /devices?page=2&per_page=1", "", "", list(1, 5, 2, seven)},
		{"a page behind the last", "GET /devices?page=10000&per_page=100", "", "", list(100, 5, 10000)},
		{"nothing found", "GET /devices?key_words=none", "", "", list(30, 0, 1)},
		{"with two slashes", "GET //devices?auth_info=SN-7", "", "", list(30, 1, 1, seven)},
		{"page 0", "GET /devices?page=0", "", "", invalid("page")},
		{"page 10001", "GET /devices?page=10001", "", "", invalid("page")},
		{"101 for a page", "GET /devices?per_page=101", "", "", invalid("per_page")},
		{"no number", "GET /devices?per_page=x", "", "", invalid("per_page")},
		{"neither here nor away", "GET /devices?online=maybe", "", "", invalid("online")},
		{"neither private nor public", "GET /devices?private=maybe", "", "", invalid("private")},
		{"no day", "GET /devices?begin=2018-06-31", "", "", invalid("begin")},
		{"a time for a day", "GET /devices?end=2018-06-01T00:00:00", "", "", invalid("end")},
		{"101 ids", "GET /devices?device_id=" + many, "", "", invalid("device_id")},
		{"a device key", "GET /devices", deviceKey, "", `{"errno":3,"error":"auth failed"}`},
	})
}

func TestDeviceListIsFiltered(t *testing.T) {
	t.Parallel()
	f := withDevices(t)
	const all = "5 7 61 62 700123456"
	tests := []struct{ name, query, want string }{
		{"no filter", "", all},
		{"filters without a value", "key_words=&auth_info=&tag=&online=&private=&page=&per_page=&device_id=&begin=&end=", all},
		{"beginning of an id or a title", "key_words=5", "5 62"},
		{"beginning of a title", "key_words=lamp", "5 61"},
		{"the middle of a title is no beginning", "key_words=one", ""},
		{"auth info", "auth_info=SN-61", "61"},
		{"auth info that is an object", "auth_info=" + `%7B%22a%22%3A%22b%22%7D`, "62"},
		{"tag", "tag=lab", "5 61"},
		{"tag, whole", "tag=la", ""},
		{"here", "online=true", "5"},
		{"here, as PHP writes it", "online=1", "5"},
		{"away", "online=false", "7 61 62 700123456"},
		{"private", "private=true", "5 62 700123456"},
		{"public", "private=False", "7 61"},
		{"ids", "device_id=62,5,404," + string(elsewhere), "5 62"},
		{"ids, as the PHP SDK names them", "device_ids=7", "7"},
		{"from a day on, the day itself too", "begin=2018-06-03", "7 61 62"},
		{"up to a day, the day itself too", "end=2018-06-03", "5 61 700123456"},
		{"one day", "begin=2018-06-03&end=2018-06-03", "61"},
		{"several filters", "tag=lab&private=true&online=true&key_words=lamp", "5"},
		{"a page of those away", "online=false&per_page=2&page=2", "62 700123456"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out struct {
				Data struct{ Devices []struct{ ID string } }
			}
			if err := json.Unmarshal([]byte(f.get(t, "/devices?"+tt.query)), &out); err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, d := range out.Data.Devices {
				ids = append(ids, d.ID)
			}
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("got %q want %q", got, tt.want)
			}
		})
	}
}

func TestDeviceStatusToTheByte(t *testing.T) {
	t.Parallel()
	f := withDevices(t)
	addr, _ := mustServe(t, f.door, discard())
	status := func(n int, items ...string) string {
		return fmt.Sprintf(`{"errno":0,"data":{"devices":[%s],"total_count":%d},"error":"succ"}`, strings.Join(items, ","), n)
	}
	const five, seven = `{"title":"lamp one","online":true,"id":"5"}`, `{"title":"last","online":false,"id":"7"}`
	goldenRun(t, addr, []exchange{
		{"in the order asked for", "GET /devices/status?devIds=7,5", "", "", status(2, seven, five)},
		{"unknown ids are left out, repeated ones count once", "GET /devices/status?devIds=404,5," + string(elsewhere) + ",5", "", "", status(1, five)},
		{"none of them known", "GET /devices/status?devIds=404", "", "", status(0)},
		{"1000 ids", "GET /devices/status?devIds=" + ids(1, 1000), "", "", status(4, five, seven, `{"title":"lamp two","online":false,"id":"61"}`, `{"title":"5 lamps","online":false,"id":"62"}`)},
		{"1001 ids", "GET /devices/status?devIds=" + ids(1, 1001), "", "", `{"errno":20,"error":"max device count limit is 1000 for one time"}`},
		{"no ids", "GET /devices/status?devIds=", "", "", `{"errno":7,"error":"parameter required: devIds"}`},
		{"a device key for its device", "GET /devices/status?devIds=" + string(device), deviceKey, "", status(1, `{"title":"dev1","online":false,"id":"700123456"}`)},
		{"a device key for another too", "GET /devices/status?devIds=5," + string(device), deviceKey, "", `{"errno":3,"error":"auth failed"}`},
	})
}

// ids are the numbers from one to another, with commas between them.
func ids(from, to int) string {
	var list []string
	for i := from; i <= to; i++ {
		list = append(list, strconv.Itoa(i))
	}
	return strings.Join(list, ",")
}

func TestLatestPointsToTheByte(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	mustAdd(t, f.store, onenet.Batch{
		AddDevices: []onenet.Device{{Product: product, ID: "5", Title: "five", AuthInfo: "5", CreatedAt: start}},
		PutStreams: []onenet.StreamMeta{{Ref: ref, Stream: "empty", CreatedAt: start}},
	})
	addr, _ := mustServe(t, f.door, discard())
	const dev1 = `{"title":"dev1","id":"700123456","datastreams":[{"at":"2018-06-01 08:00:00","id":"h","value":"on"},{"at":"2018-06-01 08:00:02","id":"t","value":{"a":[1]}}]}`
	goldenRun(t, addr, []exchange{
		{"two devices", "GET /devices/datapoints?devIds=700123456,5", "", "", `{"errno":0,"data":{"devices":[` + dev1 + `,{"title":"five","id":"5","datastreams":[]}]},"error":"succ"}`},
		{"a device key", "GET /devices/datapoints?devIds=700123456", deviceKey, "", `{"errno":0,"data":{"devices":[` + dev1 + `]},"error":"succ"}`},
		{"none known", "GET /devices/datapoints?devIds=404", "", "", `{"errno":0,"data":{"devices":[]},"error":"succ"}`},
		{"1001 ids", "GET /devices/datapoints?devIds=" + ids(1, 1001), "", "", `{"errno":20,"error":"max device count limit is 1000 for one time"}`},
		{"no ids", "GET /devices/datapoints", "", "", `{"errno":7,"error":"parameter required: devIds"}`},
		{"a device key for another", "GET /devices/datapoints?devIds=5", deviceKey, "", `{"errno":3,"error":"auth failed"}`},
	})
}

// Section 8: what is uploaded for a device of protocol HTTP makes it neither online nor active.
func TestHTTPDeviceUploadsAndIsNeverOnline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	d := f.mustCreate(t, `{"title":"meter","auth_info":"M-1"}`)
	f.clock.Advance(time.Minute)
	wantBody(t, f.call(t, "POST", "/devices/"+string(d.ID)+"/datapoints?type=3", master, `{"t":25.5}`), succ)
	wantBody(t, f.call(t, "GET", "/devices?device_id="+string(d.ID), master, ""), `{"errno":0,"data":{"per_page":30,"devices":[`+
		`{"protocol":"HTTP","create_time":"2018-06-01 08:00:00","online":false,"location":{"lat":0,"lon":0},"id":"`+string(d.ID)+
		`","auth_info":"M-1","title":"meter","private":true}],"total_count":1,"page":1},"error":"succ"}`)
	wantBody(t, f.call(t, "GET", "/devices/"+string(d.ID)+"/datastreams/t", master, ""),
		`{"errno":0,"data":{"update_at":"2018-06-01 08:01:00","id":"t","create_time":"2018-06-01 08:01:00","current_value":25.5},"error":"succ"}`)
	after, err := f.p.Device(t.Context(), d.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, after); diff != "" {
		t.Errorf("the upload changed the device (-before +after):\n%s", diff)
	}
}
