package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
)

func TestDeviceDetailHasOneNETsKeysInOneNETsOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mustAdd(t, f.store, onenet.Batch{
		PutDevices: []onenet.Device{{
			Product: product, ID: device, Title: "dev1", AuthInfo: "dev-sn-0001", Protocol: "MQTT", Desc: "d", Tags: []string{"lab"},
			Private: true, Location: &onenet.Location{Lat: 29.5, Lon: 106.5}, Other: json.RawMessage(`{"a":"<1>"}`),
			CreatedAt: time.Date(2018, 5, 31, 23, 0, 0, 0, time.UTC),
		}},
		PutStreams: []onenet.StreamMeta{{Ref: ref, Stream: "t", Unit: "celsius", UnitSymbol: "°C", CreatedAt: start}},
	})
	mustAdd(t, f.store, onenet.Batch{Points: []onenet.StoredPoint{{
		Ref: ref, Datapoint: onenet.Datapoint{Stream: "h", At: start, Value: json.RawMessage("60")}, Received: start,
	}}})
	f.connect()
	want := `{"errno":0,"data":{"protocol":"MQTT","create_time":"2018-06-01 07:00:00","online":true,` +
		`"location":{"lat":29.5,"lon":106.5},"id":"700123456","auth_info":"dev-sn-0001",` +
		`"datastreams":[{"unit":"","id":"h","unit_symbol":"","create_time":"2018-06-01 08:00:00"},` +
		`{"unit":"celsius","id":"t","unit_symbol":"°C","create_time":"2018-06-01 08:00:00"}],` +
		`"title":"dev1","desc":"d","tags":["lab"],"private":true,"keys":[{"title":"k","key":"` + deviceKey + `"}],` +
		`"other":{"a":"<1>"}},"error":"succ"}`
	wantBody(t, f.call(t, "GET", "/devices/"+string(device), master, ""), want)
}

func TestDeviceDetailLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mustAdd(t, f.store, onenet.Batch{AddDevices: []onenet.Device{{
		Product: product, ID: "5", Title: "bare", AuthInfo: "5", Protocol: "MQTT", CreatedAt: start,
	}}})
	wantBody(t, f.call(t, "GET", "/devices/5", master, ""),
		`{"errno":0,"data":{"protocol":"MQTT","create_time":"2018-06-01 08:00:00","online":false,"id":"5",`+
			`"auth_info":"5","title":"bare","private":false},"error":"succ"}`)
}

func TestDeviceDetailShowsADeviceKeyItselfAndNoOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
		key("AnotherKeyOfTheSameDeviceff=", onenet.Permission{Resources: []onenet.Resource{{Device: device}}}),
		key("KeyOfAnotherDeviceGGGGGGGGG=", onenet.Permission{Resources: []onenet.Resource{{Device: "9"}}}),
	}})
	keys := func(apiKey string) int {
		var out struct {
			Data struct{ Keys []struct{ Key string } }
		}
		w := f.call(t, "GET", "/devices/"+string(device), apiKey, "")
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		if apiKey == deviceKey && (len(out.Data.Keys) == 0 || out.Data.Keys[0].Key != deviceKey) {
			t.Errorf("a device key is not shown to itself: %s", w.Body)
		}
		return len(out.Data.Keys)
	}
	if own, all := keys(deviceKey), keys(master); own != 1 || all != 2 {
		t.Errorf("the device key sees %d keys, the master key %d; want 1 and 2", own, all)
	}
}
