package push_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/server"
)

// doors are the ways by which a value may come in.
var doors = map[string]func(*testing.T, *onenettest.Server, onenet.Device) func(value string){
	"MQTT": func(t *testing.T, srv *onenettest.Server, d onenet.Device) func(string) {
		t.Helper()
		var client mqtt.Client
		return func(value string) {
			if client == nil {
				client = srv.Connect(t, d, func(o *mqtt.ClientOptions) { o.SetKeepAlive(0) }) // time will leap
			}
			token := client.Publish("$dp", 1, false, onenettest.DP(`{"t":`+value+`}`))
			if !token.WaitTimeout(patience) || token.Error() != nil {
				t.Fatalf("no PUBACK: %v", token.Error())
			}
		}
	},
	"REST": func(t *testing.T, srv *onenettest.Server, d onenet.Device) func(string) {
		t.Helper()
		return func(value string) {
			url := srv.URL() + "/devices/" + string(d.ID) + "/datapoints?type=3"
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"t":`+value+`}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("api-key", string(server.DemoMasterKey))
			req.Close = true
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var body bytes.Buffer
			if _, err := body.ReadFrom(res.Body); err != nil || !strings.Contains(body.String(), `"errno":0`) {
				t.Fatalf("%s, %v", &body, err)
			}
		}
	},
	"the platform itself, as the CLI does": func(t *testing.T, srv *onenettest.Server, d onenet.Device) func(string) {
		t.Helper()
		return func(value string) {
			u := onenet.Upload{Ref: d.Ref(), Points: []onenet.Datapoint{{Stream: "t", Value: []byte(value)}}}
			if err := srv.Platform().IngestWait(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
	},
}

func TestEveryTypeOfTriggerReachesItsReceiver(t *testing.T) {
	t.Parallel()
	const interval = `{"lolmt":40,"uplmt":52}`
	for _, c := range []struct {
		kind, threshold, uploads string // a number with s is a wait
		fires                    string
	}{
		{">", `9.0`, `9 9.5 10 1`, `9.5 10`},
		{"<", `9`, `9 8 7 10`, `8 7`},
		{">=", `"9"`, `9 8 9.5`, `9 9.5`},
		{"<=", `9`, `9 10 8`, `9 8`},
		{"==", `"on"`, `"on" "off" "on"`, `"on" "on"`},
		{"inout", interval, `45 60 61 45 46`, `60 45`},
		{"in", interval, `60 45 46 60`, `45`},
		{"out", interval, `45 60 61 45`, `60`},
		{"change", ``, `1 1 2 "a" "a"`, `2 "a"`},
		{"frozen", `60`, `1 59s 2 59s 1s 600s 3 60s`, `2 3`},
		{"live", `60`, `1 59s 2 60s 3 4`, `3`},
	} {
		for door, open := range doors {
			t.Run(c.kind+" over "+door, func(t *testing.T) {
				t.Parallel()
				srv := onenettest.Start(t, onenettest.WithClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
				r, d := receive(t, ok), srv.Device(t)
				tr, err := srv.Platform().AddTrigger(t.Context(), onenet.Trigger{
					Product: d.Product, Title: c.kind, Stream: "t", URL: r.URL,
					Type: onenet.TriggerType(c.kind), Threshold: json.RawMessage(c.threshold),
				})
				if err != nil {
					t.Fatal(err)
				}
				upload := open(t, srv, d)
				for _, word := range strings.Fields(c.uploads) {
					if wait, err := time.ParseDuration(word); err == nil {
						srv.Advance(t, wait)
						continue
					}
					upload(word)
				}
				fires := strings.Fields(c.fires)
				r.want(t, fires...)
				after := uint64(0)
				for range fires {
					after = srv.WaitAfter(t, after, outcome(tr, "delivered")).Seq
				}
				if n := count(srv, tr, "fired"); n != len(fires) {
					t.Errorf("fired %d times, want %d", n, len(fires))
				}
			})
		}
	}
}

func outcome(tr onenet.Trigger, word string) onenettest.Match {
	return onenettest.That(fmt.Sprintf("trigger %d: %s", tr.ID, word), func(r *onenet.Record) bool {
		return r.Kind == onenet.KindTrigger && r.Trigger == tr.ID && strings.HasPrefix(r.Text, word)
	})
}

func count(srv *onenettest.Server, tr onenet.Trigger, word string) (n int) {
	records, _ := srv.Platform().Journal().Read(0, 1<<20)
	for _, r := range records {
		if r.Kind == onenet.KindTrigger && r.Trigger == tr.ID && strings.HasPrefix(r.Text, word) {
			n++
		}
	}
	return n
}

func TestDeadReceiverHindersNoUpload(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d, alive := srv.Device(t), receive(t, ok)
	urls := []string{refused(t), hanging(t, ""), alive.URL}
	for _, url := range urls {
		if _, err := srv.Platform().AddTrigger(t.Context(), onenet.Trigger{
			Product: d.Product, Title: "all", Stream: "t", URL: url, Type: ">", Threshold: []byte("-1"),
		}); err != nil {
			t.Fatal(err)
		}
	}
	c := srv.Connect(t, d)
	const n = 500
	for i := range n {
		token := c.Publish("$dp", 1, false, onenettest.DP(fmt.Sprintf(`{"t":%d}`, i)))
		if !token.WaitTimeout(patience) || token.Error() != nil {
			t.Fatalf("point %d: no PUBACK: %v", i, token.Error())
		}
		alive.want(t, fmt.Sprint(i))
	}
	points, err := srv.Platform().Points(t.Context(), onenet.PointQuery{Ref: d.Ref(), Limit: n})
	if err != nil || len(points) != n {
		t.Errorf("%d points stored, error %v; want %d", len(points), err, n)
	}
	srv.Wait(t, outcome(onenet.Trigger{ID: 1}, "retrying in 1s"))
	srv.Wait(t, onenettest.That("the last delivery", func(r *onenet.Record) bool {
		return strings.HasPrefix(r.Text, "delivered") && strings.Contains(string(r.Payload), fmt.Sprintf(`"value":%d}`, n-1))
	}))
	last := srv.Platform().Journal().Last()
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	lost := srv.WaitAfter(t, last, onenettest.That("what is given up", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindTrigger && strings.HasPrefix(r.Text, "given up")
	}))
	if lost.Count != 2*n {
		t.Errorf("told of %d firings given up, want %d", lost.Count, 2*n)
	}
}

func TestResetLeavesNothingUnderWay(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	stuck, _ := gated(t)
	ref := onenet.DeviceRef{Product: "1", Device: "2"}
	content := onenet.Batch{
		AddProducts: []onenet.Product{{ID: ref.Product}}, AddDevices: []onenet.Device{{Product: ref.Product, ID: ref.Device}},
		AddTriggers: []onenet.Trigger{{ID: 1, Product: "1", Title: "all", Stream: "t", URL: stuck.URL, Type: ">", Threshold: []byte("0")}},
	}
	for i := range 20 {
		if err := srv.Platform().Reset(t.Context(), "test", onenet.Contents(content)); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			u := onenet.Upload{Ref: ref, Points: []onenet.Datapoint{{Stream: "t", Value: fmt.Append(nil, i+1)}}}
			if err := srv.Platform().IngestWait(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
		stuck.want(t, fmt.Sprint(i+1)) // the first of this round, and none of the round before
	}
}
