package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestCurlUsesTheAPIAsTutorialsDo goes through the calls of tutorials with curl, which sends every body as a form, asks before
// it sends a long one, and writes files as multipart.
func TestCurlUsesTheAPIAsTutorialsDo(t *testing.T) {
	t.Parallel()
	p := start(t)
	dev := "/devices/" + greenhouseNorth.id
	for _, tt := range []struct {
		name, path string
		args       []string
		body       string
	}{
		{"a stream is created", dev + "/datastreams", []string{"--data", `{"id":"soil"}`}, `^\{"errno":0,"data":\{"ds_uuid":"[0-9a-f-]{36}"\},"error":"succ"\}$`},
		{"a point is uploaded", dev + "/datapoints?type=3", []string{"--data", `{"soil":12}`}, `^\{"errno":0,"error":"succ"\}$`},
		{"a point is uploaded with HTTP 1.0", dev + "/datapoints?type=3", []string{"--http1.0", "--data", `{"soil":13}`}, `^\{"errno":0,"error":"succ"\}$`},
		{"a stream is read, with a slash at the end", dev + "/datastreams/soil/", nil, `"current_value":13\}`},
		{"all streams are read, with an empty query", "/" + dev + "/datastreams?", nil, `^\{"errno":0,"data":\[\{.*"id":"soil"`},
		{"a device is renamed", dev, []string{"--request", "PUT", "--data", `{"title":"north wing"}`}, `^\{"errno":0,"error":"succ"\}$`},
		{"a device is found by the beginning of its name", "/devices?key_words=north%20w", nil, `"total_count":1,`},
		{"a body that is no JSON is refused", "/devices", []string{"--data", "title=x"}, `^\{"errno":4,"error":"invalid JSON"\}$`},
		{"a call that OneNET does not have is named", "/device/1", nil, `^\{"errno":8,"error":"not found: GET /device/1 `},
		{"a stream is deleted", dev + "/datastreams/soil", []string{"--request", "DELETE"}, `^\{"errno":0,"error":"succ"\}$`},
		{"a deleted stream is gone", dev + "/datastreams/soil", nil, `^\{"errno":8,"error":"not found: `},
	} {
		r := p.curl(t, greenhouseKey, tt.path, tt.args...)
		if r.status != 200 || !regexp.MustCompile(tt.body).MatchString(r.body) {
			t.Errorf("%s: HTTP %d %s\nwant %s", tt.name, r.status, r.body, tt.body)
		}
	}
}

// TestCurlUploadsFiles sends a picture raw and as a form's file, and one that is too large.
func TestCurlUploadsFiles(t *testing.T) {
	t.Parallel()
	p := start(t)
	picture := filepath.Join(t.TempDir(), "a.jpg")
	if err := os.WriteFile(picture, bytes.Repeat([]byte{0xff, 0xd8, 0, '\n'}, 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	p.curl(t, greenhouseKey, "/devices/700123456/datastreams", "--data", `{"id":"pic"}`)
	target := "/bindata?device_id=700123456&datastream_id=pic"
	for _, how := range [][]string{{"--data-binary", "@" + picture}, {"--form", "file=@" + picture}} {
		r := p.curl(t, greenhouseKey, target, how...)
		m := regexp.MustCompile(`^\{"errno":0,"error":"succ","data":\{"index":"(700123456_\d{13}_pic)"\}\}$`).FindStringSubmatch(r.body)
		if m == nil {
			t.Fatalf("%v: HTTP %d %s", how, r.status, r.body)
		}
		if got := p.curl(t, greenhouseKey, "/bindata/"+m[1]); len(got.body) != 400_000 || got.status != 200 {
			t.Errorf("%v: HTTP %d, %d bytes came back", how, got.status, len(got.body))
		}
	}
	if err := os.WriteFile(picture, make([]byte, 800<<10+1), 0o600); err != nil {
		t.Fatal(err)
	}
	p.curl(t, greenhouseKey, target, "--data-binary", "@"+picture).mustBe(t, 200, `{"errno":5,"error":"request entity too large"}`)
}
