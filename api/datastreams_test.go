package api_test

import (
	"testing"

	"github.com/onelan/onelan/onenet"
)

const streams = "/devices/" + string(device) + "/datastreams"

func TestStreamsToTheByte(t *testing.T) {
	t.Parallel()
	f := withHistory(t)
	mustAdd(t, f.store, onenet.Batch{AddKeys: []onenet.Key{
		key("KeyForOneStreamOfDeviceeeee=", onenet.Permission{Resources: []onenet.Resource{{Device: device, Stream: "t"}}}),
	}})
	addr, _ := mustServe(t, f.door, discard())
	uuid := onenet.StreamUUID(ref, "pic")
	const oneDS, failed = "KeyForOneStreamOfDeviceeeee=", `{"errno":3,"error":"auth failed"}`
	const h = `{"update_at":"2018-06-01 08:00:00","id":"h","create_time":"2018-06-01 08:00:00","current_value":"on"}`
	const temp = `{"update_at":"2018-06-01 08:00:02","id":"t","create_time":"2018-06-01 08:00:00","current_value":{"a":[1]}}`
	pic := `{"id":"pic","create_time":"2018-06-01 08:00:00","unit":"celsius","unit_symbol":"°C","tags":["a","b"],"uuid":"` + uuid + `"}`
	answer := func(data string) string { return `{"errno":0,"data":` + data + `,"error":"succ"}` }
	goldenRun(t, addr, []exchange{
		{"create", "POST " + streams, "", `{"id":"pic","tags":["a","b"],"unit":"celsius","unit_symbol":"°C"}`, answer(`{"ds_uuid":"` + uuid + `"}`)},
		{"create it again", "POST " + streams, "", `{"id":"pic"}`, `{"errno":11,"error":"datastream already exists: pic"}`},
		{"create one that points made", "POST " + streams, "", `{"id":"t"}`, `{"errno":11,"error":"datastream already exists: t"}`},
		{"create one without a name", "POST " + streams, "", `{"unit":"celsius"}`, `{"errno":7,"error":"parameter required: id"}`},
		{"create with an empty name", "POST " + streams, "", `{"id":""}`, `{"errno":7,"error":"parameter required: id"}`},
		{"create without a body", "POST " + streams, "", ``, `{"errno":9,"error":"entity data required"}`},
		{"create with no JSON", "POST " + streams, "", `id=pic`, `{"errno":4,"error":"invalid JSON"}`},
		{"create with a wrong unit", "POST " + streams, "", `{"id":"x","unit":[]}`, `{"errno":6,"error":"invalid parameter: unit"}`},
		{"create for an unknown device", "POST /devices/6/datastreams", "", `{"id":"x"}`, `{"errno":8,"error":"not found: 6"}`},
		{"get one without a point", "GET " + streams + "/pic", "", "", answer(pic)},
		{"get one that points made", "GET " + streams + "/t", "", "", answer(temp)},
		{"get an unknown one", "GET " + streams + "/x", "", "", `{"errno":8,"error":"not found: x"}`},
		{"list", "GET " + streams, "", "", answer("[" + h + "," + pic + "," + temp + "]")},
		{"list some, with a slash at the end", "GET " + streams + "/?datastream_ids=t,x,h", "", "", answer("[" + h + "," + temp + "]")},
		{"list none", "GET " + streams + "?datastream_ids=x", "", "", answer("[]")},
		{"list with a device key", "GET " + streams + "?datastream_ids=h", deviceKey, "", answer("[" + h + "]")},
		{"list with a key for one stream", "GET " + streams, oneDS, "", answer("[" + temp + "]")},
		{"get another with a key for one stream", "GET " + streams + "/h", oneDS, "", failed},
		{"create another with a key for one stream", "POST " + streams, oneDS, `{"id":"x"}`, failed},
		{"change", "PUT " + streams + "/pic", "", `{"unit":"kelvin","unit_symbol":"","tags":[]}`, succ},
		{"what was not named stayed", "GET " + streams + "/pic", "", "", answer(`{"id":"pic","create_time":"2018-06-01 08:00:00","unit":"kelvin","uuid":"` + uuid + `"}`)},
		{"change one that points made", "PUT " + streams + "/h", "", `{"unit_symbol":"%"}`, succ},
		{"its point stayed", "GET " + streams + "/h", "", "", answer(`{"update_at":"2018-06-01 08:00:00","id":"h","create_time":"2018-06-01 08:00:00","current_value":"on","unit_symbol":"%","uuid":"` + onenet.StreamUUID(ref, "h") + `"}`)},
		{"change an unknown one", "PUT " + streams + "/x", "", `{"unit":"a"}`, `{"errno":8,"error":"not found: x"}`},
		{"change without a body", "PUT " + streams + "/pic", "", ``, `{"errno":9,"error":"entity data required"}`},
		{"change with a wrong field", "PUT " + streams + "/pic", "", `{"tags":{}}`, `{"errno":6,"error":"invalid parameter: tags"}`},
		{"delete", "DELETE " + streams + "/t", "", "", succ},
		{"delete it again", "DELETE " + streams + "/t", "", "", `{"errno":8,"error":"not found: t"}`},
		{"its points are gone", "GET " + datapoints + "?datastream_id=t", "", "", answer(`{"count":0,"datastreams":[]}`)},
		{"delete with a key of another product", "DELETE " + streams + "/h", otherKey, "", failed},
	})
}

func TestStreamUUIDIsOfVersion5AndEachStreamsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range []onenet.DeviceRef{ref, {Product: "88002", Device: device}, {Product: product, Device: "7"}} {
		for _, s := range []onenet.StreamID{"t", "h"} {
			id := onenet.StreamUUID(r, s)
			if len(id) != 36 || id[14] != '5' || seen[id] || id != onenet.StreamUUID(r, s) {
				t.Errorf("%s %s: %q", r, s, id)
			}
			seen[id] = true
		}
	}
}
