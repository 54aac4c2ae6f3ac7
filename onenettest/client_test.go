package onenettest_test

import (
	"net/http"
	"testing"

	"github.com/onelan/onelan/onenettest"
)

func TestClientKeepsItsSessionAndLeavesItsWill(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	watcher, lost := srv.Device(t), srv.Device(t)
	heard := make(chan string, 10)
	w := srv.Connect(t, watcher, onenettest.KeepSession(), onenettest.OnMessage(func(topic string, payload []byte) {
		heard <- topic + " " + string(payload)
	}))
	w.Subscribe("state", 1, nil)
	srv.Wait(t, onenettest.Subscribed(watcher, "state"))
	srv.Connect(t, lost, onenettest.WithWill("state", "gone", 1, false))
	srv.Wait(t, onenettest.Online(lost))
	lost.Blocked = true // cuts it without a DISCONNECT of its own
	if err := srv.Platform().ChangeDevice(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	if got := <-heard; got != "state gone" {
		t.Errorf("heard %q", got)
	}
	w.Disconnect(50)
	srv.Wait(t, onenettest.Offline(watcher))
	c := srv.Connect(t, srv.Device(t))
	c.Publish("state", 1, false, "back").Wait()
	srv.Connect(t, watcher, onenettest.KeepSession(), onenettest.OnMessage(func(topic string, payload []byte) {
		heard <- topic + " " + string(payload)
	}))
	if got := <-heard; got != "state back" { // it needed no second SUBSCRIBE
		t.Errorf("heard %q", got)
	}
}

func TestBothHTTPDoorsAreWhereTheServerSays(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	for _, url := range []string{srv.LabURL() + "/ready", srv.URL() + "/devices/" + string(srv.Demo(t).ID)} {
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", url, res.Status)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
