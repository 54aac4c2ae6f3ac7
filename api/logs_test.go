package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
)

func TestLogsToTheByte(t *testing.T) {
	t.Parallel()
	f, addr, _ := mustServeFixture(t)
	f.connect()
	f.clock.Advance(1500 * time.Millisecond)
	id := f.mustSend(t, "", "on")
	f.p.Answer(ref, "10.0.0.7:5000", id, 0, []byte("ok"), func(error) {})
	f.p.Left(ref, 1, "10.0.0.7:5000", "the board went to sleep")
	f.p.Drop(onenet.DeviceRef{Product: product, Device: "another"}, "room1", 1, "no matter of this device")
	line := func(ms, text string) string { return fmt.Sprintf(`{"at":"2018-06-01 08:00:0%s","log":%q}`, ms, text) }
	login := line("0.000", "mqtt login 10.0.0.7:5000 succ")
	rest := []string{
		line("1.500", "mqtt svrpublish $creq/"+string(id)+" command created"), line("1.500", "mqtt svrpublish $creq/"+string(id)+" Command Sent"),
		line("1.500", "mqtt publish $crsp/"+string(id)+" Command Response Received"), line("1.500", "mqtt close the board went to sleep"),
	}
	answer := func(lines ...string) string {
		return fmt.Sprintf(`{"errno":0,"data":{"count":%d,"logs":[%s]},"error":"succ"}`, len(lines), strings.Join(lines, ","))
	}
	goldenRun(t, addr, []exchange{
		{"all", "GET /logs/700123456", "", "", answer(append([]string{login}, rest...)...)},
		{"since a time", "GET /logs/700123456?t_start=2018-06-01T08:00:01", "", "", answer(rest...)},
		{"since a second", "GET /logs/700123456?t_start=1527811201", deviceKey, "", answer(rest...)},
		{"since a millisecond", "GET /logs/700123456?t_start=1527811201501", "", "", answer()},
	})
}

func TestLogsThatAreRefused(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	goldenRun(t, addr, []exchange{
		{"a time that is none", "GET /logs/700123456?t_start=yesterday", "", "", `{"errno":6,"error":"invalid parameter: t_start"}`},
		{"no such device", "GET /logs/1", "", "", `{"errno":8,"error":"not found: 1"}`},
		{"a device of another product", "GET /logs/700999999", "", "", `{"errno":3,"error":"auth failed"}`},
		{"a device key of another device", "GET /logs/1", deviceKey, "", `{"errno":3,"error":"auth failed"}`},
	})
}

func TestLogsTellOfEachKindOfRecord(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	record := func(r onenet.Record) {
		r.Product, r.Device = product, device
		f.p.Journal().Append(r)
	}
	record(onenet.Record{Kind: onenet.KindSubscribed, Topic: "room1"})
	record(onenet.Record{Kind: onenet.KindUnsubscribed, Topic: "room1"})
	record(onenet.Record{Kind: onenet.KindMessage, Topic: "room2", Size: 5})
	record(onenet.Record{Kind: onenet.KindData, Topic: "$dp", Count: 2})
	record(onenet.Record{Kind: onenet.KindData, Call: "POST /devices/{id}/datapoints", Count: 3})
	record(onenet.Record{Kind: onenet.KindRefused, Call: "GET /devices/{id}", Text: "call.unknown-device: …"})
	record(onenet.Record{Kind: onenet.KindWarning, Topic: "dp", Text: "publish.dp-misspelt: …"})
	record(onenet.Record{Kind: onenet.KindDropped, Topic: "room3"})
	record(onenet.Record{Kind: onenet.KindSystem, Text: "registered by itself"})
	got := f.get(t, "/logs/700123456")
	for _, want := range []string{
		"mqtt subscribe room1 succ", "mqtt unsubscribe room1 succ", "mqtt publish room2 5 bytes", "mqtt publish $dp 2 points",
		"http publish POST /devices/{id}/datapoints 3 points", "http refused GET /devices/{id} call.unknown-device: …",
		"mqtt warning dp publish.dp-misspelt: …", "mqtt dropped room3", "mqtt system registered by itself",
	} {
		if !strings.Contains(got, `"log":"`+want+`"`) {
			t.Errorf("no line %q in %s", want, got)
		}
	}
}

func TestLogsAreTheNewestHundredLines(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 150 {
		f.p.Journal().Append(onenet.Record{Kind: onenet.KindSubscribed, Product: product, Device: device, Topic: fmt.Sprint("t", i)})
	}
	got := f.get(t, "/logs/700123456")
	if !strings.Contains(got, `"count":100,`) || !strings.Contains(got, "subscribe t50 ") || !strings.Contains(got, "subscribe t149 ") || strings.Contains(got, "subscribe t49 ") {
		t.Errorf("got %s", got)
	}
}
