package onenettest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// mustCall makes a REST call and decodes its data; anything but errno 0 fails the test.
func mustCall(t *testing.T, srv *onenettest.Server, method, path string, key onenet.Secret, body string, data any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, srv.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("api-key", string(key))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	w, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	out := struct {
		Errno int
		Data  any
	}{Data: data}
	if err != nil || json.Unmarshal(text, &out) != nil || out.Errno != 0 {
		t.Fatalf("%s %s: %s %v", method, path, text, err)
	}
}

// As the STM32 kit and the MicroPython program do it: register, log in with the key that came back, and be seen.
func TestBoardRegistersItselfLogsInAndUploadsByBothDoors(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	var got, again struct {
		ID  onenet.DeviceID `json:"device_id"`
		Key onenet.Secret   `json:"key"`
	}
	call := "/register_de?register_code=" + string(server.DemoRegisterCode)
	mustCall(t, srv, "PUT", "/register_attr", server.DemoMasterKey, `{"allow_dup": true}`, nil)
	mustCall(t, srv, "POST", call, "", `{"sn":"board-1","title":"board"}`, &got)
	mustCall(t, srv, "POST", call, "", `{"sn":"board-1","title":"board"}`, &again)
	if again != got || got.ID == "" {
		t.Fatalf("registered as %s, then as %s", got.ID, again.ID)
	}
	board := onenet.Device{Product: server.DemoProduct, ID: got.ID, AuthInfo: got.Key}
	client := srv.Connect(t, board)
	const text = `{"t":25.5}`
	if token := client.Publish("$dp", 1, false, append([]byte{3, 0, byte(len(text))}, text...)); !token.WaitTimeout(onenettest.Patience) || token.Error() != nil {
		t.Fatalf("upload over MQTT: %v", token.Error())
	}
	mustCall(t, srv, "POST", "/devices/"+string(got.ID)+"/datapoints?type=3", got.Key, `{"h":60}`, nil)
	var seen struct {
		Online  bool
		Streams []struct{ ID string } `json:"datastreams"`
	}
	mustCall(t, srv, "GET", "/devices/"+string(got.ID), got.Key, "", &seen)
	if !seen.Online || len(seen.Streams) != 2 || seen.Streams[0].ID != "h" || seen.Streams[1].ID != "t" {
		t.Errorf("got %+v", seen)
	}
}
