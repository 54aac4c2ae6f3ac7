package api_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

// listeners is a downlink on which devices subscribe.
type listeners struct {
	*downlink
	topics map[string][]onenet.DeviceID

	mu    sync.Mutex
	heard []string // guarded by mu
}

func (l *listeners) Publish(product onenet.ProductID, topic string, payload []byte) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, string(product)+" "+topic+" "+string(payload))
	return len(l.topics[topic])
}

func (l *listeners) Subscribers(_ onenet.ProductID, topic string) []onenet.DeviceID {
	return l.topics[topic]
}

func (l *listeners) Subscriptions(ref onenet.DeviceRef) []string {
	if ref.Device == device {
		return []string{"a/b", "room1"}
	}
	return nil
}

// withListeners is a platform on which three devices, one of them without a number for an id, want room1.
func withListeners(t *testing.T) (*fixture, *listeners, string) {
	t.Helper()
	f, addr, _ := mustServeFixture(t)
	l := &listeners{downlink: f.down, topics: map[string][]onenet.DeviceID{"room1": {device, "700123457", "board-A7"}}}
	f.p.Attach(l)
	return f, l, addr
}

func TestTopicCallsToTheByte(t *testing.T) {
	t.Parallel()
	_, _, addr := withListeners(t)
	goldenRun(t, addr, []exchange{
		{"no topic yet", "GET /mqtt/topic", "", "", `{"errno":0,"data":[],"error":"succ"}`},
		{"a topic", "POST /mqtt/topic", "", `{"name":"room1"}`, succ},
		{"another", "POST /mqtt/topic", "", `{"name":"a/b","desc":"passed over"}`, succ},
		{"both", "GET /mqtt/topic", "", "", `{"errno":0,"data":["room1","a/b"],"error":"succ"}`},
		{"one goes", "DELETE /mqtt/topic?name=room1", "", "", succ},
		{"one is left", "GET //mqtt/topic/", "", "", `{"errno":0,"data":["a/b"],"error":"succ"}`},
		{"a message", "POST /mqtt?topic=room1", "", "on", succ},
		{"who listens", "GET /mqtt/topic_device?topic=room1", "", "", `{"errno":0,"data":{"per_page":30,"devices":[700123456,700123457,"board-A7"],"total_count":3,"page":1},"error":"succ"}`},
		{"a page of them", "GET /mqtt/topic_device?topic=room1&page=2&per_page=1", "", "", `{"errno":0,"data":{"per_page":1,"devices":[700123457],"total_count":3,"page":2},"error":"succ"}`},
		{"nobody listens", "GET /mqtt/topic_device?topic=room2", "", "", `{"errno":0,"data":{"per_page":30,"devices":[],"total_count":0,"page":1},"error":"succ"}`},
		{"a page behind the last", "GET /mqtt/topic_device?topic=room1&page=9", "", "", `{"errno":0,"data":{"per_page":30,"devices":[],"total_count":3,"page":9},"error":"succ"}`},
		{"what a device listens to", "GET /mqtt/device_topic/700123456", "", "", `{"errno":0,"data":["a/b","room1"],"error":"succ"}`},
	})
}

func TestTopicCallsThatAreRefused(t *testing.T) {
	t.Parallel()
	f, _, addr := withListeners(t)
	mustAdd(t, f.store, onenet.Batch{PutTopics: []onenet.TopicRef{{Product: product, Topic: "room1"}}})
	failed := `{"errno":3,"error":"auth failed"}`
	goldenRun(t, addr, []exchange{
		{"a device key publishes", "POST /mqtt?topic=room1", deviceKey, "on", failed},
		{"a device key enters a topic", "POST /mqtt/topic", deviceKey, `{"name":"x"}`, failed},
		{"a device key removes a topic", "DELETE /mqtt/topic?name=room1", deviceKey, "", failed},
		{"a device key lists topics", "GET /mqtt/topic", deviceKey, "", failed},
		{"a device key asks who listens", "GET /mqtt/topic_device?topic=room1", deviceKey, "", failed},
		{"a device key asks what it listens to", "GET /mqtt/device_topic/700123456", deviceKey, "", failed},
		{"no topic to publish to", "POST /mqtt", "", "on", `{"errno":7,"error":"parameter required: topic"}`},
		{"nothing to publish", "POST /mqtt?topic=room1", "", "", `{"errno":9,"error":"entity data required"}`},
		{"too much to publish", "POST /mqtt?topic=room1", "", strings.Repeat("x", 65536), `{"errno":5,"error":"request entity too large"}`},
		{"a topic of the platform's", "POST /mqtt?topic=$dp", "", "on", `{"errno":6,"error":"invalid parameter: topic"}`},
		{"a wildcard", "POST /mqtt?topic=a/%2B", "", "on", `{"errno":6,"error":"invalid parameter: topic"}`},
		{"the name is missing", "POST /mqtt/topic", "", `{"topic":"x"}`, `{"errno":7,"error":"parameter required: name"}`},
		{"the name is a wildcard", "POST /mqtt/topic", "", `{"name":"#"}`, `{"errno":6,"error":"invalid parameter: name"}`},
		{"the name is too long", "POST /mqtt/topic", "", `{"name":"` + strings.Repeat("温", 1025) + `"}`, `{"errno":6,"error":"invalid parameter: name"}`},
		{"no JSON", "POST /mqtt/topic", "", `name=room1`, `{"errno":4,"error":"invalid JSON"}`},
		{"no body", "POST /mqtt/topic", "", "", `{"errno":9,"error":"entity data required"}`},
		{"it is there", "POST /mqtt/topic", "", `{"name":"room1"}`, `{"errno":12,"error":"already exists: room1"}`},
		{"no name to remove", "DELETE /mqtt/topic", "", "", `{"errno":7,"error":"parameter required: name"}`},
		{"it is not there", "DELETE /mqtt/topic?name=room2", "", "", `{"errno":8,"error":"not found: room2"}`},
		{"nobody's topic", "GET /mqtt/topic_device", "", "", `{"errno":7,"error":"parameter required: topic"}`},
		{"a page too large", "GET /mqtt/topic_device?topic=room1&per_page=1001", "", "", `{"errno":6,"error":"invalid parameter: per_page"}`},
		{"no such device", "GET /mqtt/device_topic/1", "", "", `{"errno":8,"error":"not found: 1"}`},
		{"a device of another product", "GET /mqtt/device_topic/700999999", "", "", failed},
	})
}

func TestTopicsHaveALimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *onenet.Config) { c.Limits.TopicsPerProduct = 2 })
	for i, want := range []string{succ, succ, `{"errno":13,"error":"system limit"}`} {
		wantBody(t, f.call(t, "POST", "/mqtt/topic", master, `{"name":"t`+string(rune('0'+i))+`"}`), want)
	}
}

func TestMessageOverHTTPReachesTheProductsListenersAndTheJournal(t *testing.T) {
	t.Parallel()
	f, l, _ := withListeners(t)
	body := "{\"a\"=%31+&\x00\xff\r\n"
	wantBody(t, f.call(t, "POST", "/mqtt?topic=room1", master, body), succ)
	if d := cmp.Diff([]string{"88001 room1 " + body}, l.heard); d != "" {
		t.Errorf("heard (-want +got):\n%s", d)
	}
	records, _ := f.p.Journal().Read(0, 10)
	if len(records) != 1 || records[0].Kind != onenet.KindMessage || records[0].Call != "POST /mqtt" || records[0].Count != 3 {
		t.Errorf("journal: %+v", records)
	}
}
