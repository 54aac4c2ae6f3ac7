package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

const bindata = "/bindata?device_id=" + string(device) + "&datastream_id=t"

// picture has all that a text must not have.
const picture = "\xff\xd8\xff\x00\r\n--\r\n\xff\xd9"

func TestFileUploadToTheByte(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
		key("KeyForOneStreamOfDeviceeeee=", onenet.Permission{Resources: []onenet.Resource{{Device: device, Stream: "h"}}}),
	}})
	addr, _ := mustServe(t, f.door, discard())
	const call = "POST " + bindata
	index := func(ms int) string {
		return fmt.Sprintf(`{"errno":0,"error":"succ","data":{"index":"700123456_%d_t"}}`, start.UnixMilli()+int64(ms))
	}
	goldenRun(t, addr, []exchange{
		{"raw", call + "&desc=a+picture", "", picture, index(0)},
		{"800 KiB, with a device key", call, deviceKey, strings.Repeat("x", 800<<10), index(1)},
		{"a byte more", call, "", strings.Repeat("x", 800<<10+1), `{"errno":5,"error":"request entity too large"}`},
		{"an unknown stream", "POST /bindata?device_id=700123456&datastream_id=pic", "", "x", `{"errno":8,"error":"not found: pic"}`},
		{"an unknown device", "POST /bindata?device_id=6&datastream_id=t", "", "x", `{"errno":8,"error":"not found: 6"}`},
		{"a device of another product", "POST /bindata?device_id=" + string(elsewhere) + "&datastream_id=t", "", "x", `{"errno":3,"error":"auth failed"}`},
		{"a key for another stream", call, "KeyForOneStreamOfDeviceeeee=", "x", `{"errno":3,"error":"auth failed"}`},
		{"no device", "POST /bindata?datastream_id=t", "", "x", `{"errno":7,"error":"parameter required: device_id"}`},
		{"no stream", "POST /bindata?device_id=700123456", "", "x", `{"errno":7,"error":"parameter required: datastream_id"}`},
		{"no body", call, "", "", `{"errno":9,"error":"entity data required"}`},
		{
			"the point of the file", "GET " + datapoints + "?datastream_id=t&limit=1&start=2018-06-01T08:00:00&sort=DESC&end=2018-06-01T08:00:00", "", "",
			`{"errno":0,"data":{"cursor":"7_700123456_1527811200000","count":1,"datastreams":[{"datapoints":[{"at":"2018-06-01 08:00:00.000","value":{"index":"700123456_1527811200001_t"}}],"id":"t"}]},"error":"succ"}`,
		},
	})
}

func TestFileDownloadToTheByte(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	addr, _ := mustServe(t, f.door, discard())
	wantBody(t, f.call(t, "POST", bindata, master, picture), `{"errno":0,"error":"succ","data":{"index":"700123456_1527811200000_t"}}`)
	const call = "GET /bindata/700123456_1527811200000_t"
	c := mustDial(t, addr)
	tests := []struct {
		exchange
		status string
	}{
		{exchange{name: "as it came", call: call, want: picture}, "200 OK"},
		{exchange{name: "with a device key", call: call, key: deviceKey, want: picture}, "200 OK"},
		{exchange{name: "an unknown file", call: "GET /bindata/700123456_1_t", want: `{"errno":8,"error":"not found: 700123456_1_t"}`}, "404 Not Found"},
		{exchange{name: "no index", call: "GET /bindata/x", want: `{"errno":8,"error":"not found: x"}`}, "404 Not Found"},
		{exchange{name: "with a key of another product", call: call, key: otherKey, want: `{"errno":3,"error":"auth failed"}`}, "403 Forbidden"},
		{exchange{name: "without a key", call: call, key: "-", want: `{"errno":2,"error":"api-key required"}`}, "400 Bad Request"},
	}
	for _, tt := range tests {
		c.say(t, tt.request())
		head, body := c.hear(t)
		kind := "application/json"
		if tt.status == "200 OK" {
			kind = "application/octet-stream"
		}
		want := strings.Replace(fmt.Sprintf(goldenHead, kind, len(tt.want)), "200 OK", tt.status, 1)
		if got := plain(head) + body; got != want+tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, want+tt.want)
		}
	}
}

// form is a body of parts, each with a file name or none.
func form(t *testing.T, parts ...[2]string) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i, p := range parts {
		create := func() (interface{ Write([]byte) (int, error) }, error) {
			return w.CreateFormField(fmt.Sprint("field", i))
		}
		if p[0] != "" {
			create = func() (interface{ Write([]byte) (int, error) }, error) { return w.CreateFormFile("file", p[0]) }
		}
		part, err := create()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(p[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestFileComesRawOrInAForm(t *testing.T) {
	t.Parallel()
	kind, one := form(t, [2]string{"a.jpg", picture})
	kind2, behind := form(t, [2]string{"", "a description"}, [2]string{"a.jpg", picture})
	kind3, nameless := form(t, [2]string{"", picture}, [2]string{"", "b"})
	kind4, large := form(t, [2]string{"a.jpg", strings.Repeat("x", 800<<10)})
	kind5, larger := form(t, [2]string{"a.jpg", strings.Repeat("x", 800<<10+1)})
	kind6, empty := form(t, [2]string{"a.jpg", ""})
	tests := []struct{ name, contentType, body, want string }{
		{"raw, no type", "", picture, picture},
		{"raw, as curl sends it", "application/x-www-form-urlencoded", picture, picture},
		{"raw, JSON", "application/json", `{"a":1}`, `{"a":1}`},
		{"a form with one file", kind, one, picture},
		{"a form with a field before the file", kind2, behind, picture},
		{"a form without file names", kind3, nameless, picture},
		{"a form with 800 KiB", kind4, large, strings.Repeat("x", 800<<10)},
		{"a form with a byte more", kind5, larger, `{"errno":5,"error":"request entity too large"}`},
		{"a form with an empty file", kind6, empty, `{"errno":9,"error":"entity data required"}`},
		{"a form that is cut off", kind, one[:len(one)-40], `{"errno":6,"error":"invalid parameter: body"}`},
		{"the type of a form, and no form", kind, picture, picture},
		{"the type of a form without a boundary", "multipart/form-data", picture, picture},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := withHistory(t)
			r := httptest.NewRequestWithContext(t.Context(), "POST", bindata+"&desc=a+picture", strings.NewReader(tt.body))
			r.Header.Set("api-key", master)
			r.Header.Set("Content-Type", tt.contentType)
			w := httptest.NewRecorder()
			f.door.ServeHTTP(w, r)
			if strings.HasPrefix(tt.want, `{"errno"`) {
				wantBody(t, w, tt.want)
				return
			}
			got, err := f.p.File(t.Context(), product, "700123456_1527811200000_t")
			if err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			want := onenet.File{Index: "700123456_1527811200000_t", Desc: []byte(`"a picture"`), Size: len(tt.want), Data: []byte(tt.want)}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("file (-want +got):\n%.2000s", d)
			}
		})
	}
}
