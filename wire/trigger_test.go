package wire_test

import (
	"cmp"
	"encoding/json"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func TestFiringIsWrittenAsTheReferencePrintsIt(t *testing.T) {
	t.Parallel()
	const head = `{"trigger":{"id":123,`
	const data = `"current_data":[{"dev_id":"700123456","ds_id":"t","ds_uuid":"`
	const at = `","at":"2018-06-01T00:00:00.123000Z","value":`
	for _, c := range []struct {
		name, typ, threshold, value, trigger string
	}{
		{"a number", ">", `9.0`, `25.5`, `"threshold":9.0,"type":">"},`},
		{"a number that came as a text", "<=", `"9.0"`, `-1`, `"threshold":"9.0","type":"<="},`},
		{"no value", ">", `9.0`, ``, `"threshold":9.0,"type":">"},`},
		{"an interval", "inout", `{"lolmt":40,"uplmt":52}`, `60`, `"threshold":{"lolmt":40,"uplmt":52},"type":"inout"},`},
		{"no threshold", "change", ``, `"on & <off>"`, `"type":"change"},`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ref := onenet.DeviceRef{Product: "88001", Device: "700123456"}
			f := onenet.Firing{
				Trigger: onenet.Trigger{ID: 123, Type: onenet.TriggerType(c.typ), Threshold: json.RawMessage(c.threshold)},
				Ref:     ref, Stream: "t", At: time.UnixMilli(1527811200123), Value: json.RawMessage(c.value),
			}
			want := head + c.trigger + data + onenet.StreamUUID(ref, "t") + at + cmp.Or(c.value, "null") + `}]}`
			got := wire.AppendFiring([]byte("before "), f)
			if string(got) != "before "+want {
				t.Errorf("got  %s\nwant before %s", got, want)
			}
			if !json.Valid(got[len("before "):]) {
				t.Error("this is no JSON")
			}
		})
	}
}
