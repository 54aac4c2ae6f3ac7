package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func TestErrnoTable(t *testing.T) {
	t.Parallel()
	for code, want := range map[wire.Errno]string{
		0: "succ", 1: "internal server error", 2: "api-key required", 3: "auth failed", 4: "invalid JSON",
		5: "request entity too large", 6: "invalid parameter", 7: "parameter required", 8: "not found",
		9: "entity data required", 10: "device not online", 11: "datastream already exists", 12: "already exists",
		13: "system limit", 14: "network latency", 15: "api freq out of limit", 16: "unsuccess",
		17: "nbiot server error", 18: "hs server error", 19: "device count limit by account policy",
		20: "max device count limit is 1000 for one time", 21: "device field constraint violation",
		22: "invalid protocol", 23: "contain sensitive words", -1: "internal server error", 24: "internal server error",
	} {
		if got := code.Text(); got != want {
			t.Errorf("errno %d is %q, want %q", code, got, want)
		}
	}
}

func TestErrnoOfEachKindOfError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		code wire.Errno
		text string
	}{
		{nil, 0, "succ"},
		{onenet.NotFound("device", "700123456"), 8, "not found: 700123456"},
		{onenet.Exists("datastream", "t"), 11, "datastream already exists: t"},
		{onenet.Exists("device", "dev-sn-0001"), 12, "already exists: dev-sn-0001"},
		{onenet.Invalid("auth_info", "longer than 512 characters"), 6, "invalid parameter: auth_info"},
		{onenet.Errorf(onenet.ErrInvalid, "limit", "9999", "over 6000"), 6, "invalid parameter: limit"},
		{onenet.Errorf(onenet.ErrUnauthorized, "key", "secret", "of another product"), 3, "auth failed"},
		{onenet.Errorf(onenet.ErrExpired, "token", "secret", "yesterday"), 3, "auth failed"},
		{onenet.Errorf(onenet.ErrOffline, "device", "8029377", ""), 10, "device not online: 8029377"},
		{onenet.Errorf(onenet.ErrLimit, "topic", "a", "100"), 13, "system limit"},
		{onenet.Errorf(onenet.ErrLimit, "body", "", "64 KiB"), 5, "request entity too large"},
		{onenet.Errorf(onenet.ErrLimit, "rate", "", "300/s"), 15, "api freq out of limit"},
		{onenet.Errorf(onenet.ErrLimit, "account", "", "100 devices"), 19, "device count limit by account policy"},
		{fmt.Errorf("commands: %w", onenet.NotFound("command", "u")), 8, "not found: u"},
		{onenet.ErrNotFound, 8, "not found"},
		{&wire.APIError{Code: wire.ErrnoParameterRequired, Detail: "device_id"}, 7, "parameter required: device_id"},
		{fmt.Errorf("call: %w", &wire.APIError{Code: wire.ErrnoKeyRequired, Detail: "not shown"}), 2, "api-key required"},
		{errors.New("disk on fire"), 1, "internal server error"},
	} {
		code, text := wire.ErrnoOf(tt.err)
		if code != tt.code || text != tt.text {
			t.Errorf("%v is %d %q, want %d %q", tt.err, code, text, tt.code, tt.text)
		}
	}
}

func TestEnvelopeKeepsTheOrderOfItsKeys(t *testing.T) {
	t.Parallel()
	type id struct {
		Device string `json:"device_id"`
	}
	for _, tt := range []struct {
		name string
		e    wire.Envelope
		want string
	}{
		{"without data", wire.Envelope{}, `{"errno":0,"error":"succ"}`},
		{"with data", wire.Envelope{Data: id{"700123456"}}, `{"errno":0,"data":{"device_id":"700123456"},"error":"succ"}`},
		{"with data at the end", wire.Envelope{Data: id{"1"}, DataLast: true}, `{"errno":0,"error":"succ","data":{"device_id":"1"}}`},
		{"with an error", wire.Envelope{Err: onenet.Errorf(onenet.ErrOffline, "device", "1", ""), Data: id{"1"}}, `{"errno":10,"error":"device not online: 1"}`},
		{"no escapes for HTML", wire.Envelope{Data: "<a&b>"}, `{"errno":0,"data":"<a&b>","error":"succ"}`},
		{"compact", wire.Envelope{Data: json.RawMessage(`{ "v" : 1.50 }`)}, `{"errno":0,"data":{"v":1.50},"error":"succ"}`},
		{"a detail that is not UTF-8", wire.Envelope{Err: onenet.NotFound("device", "a\xff")}, `{"errno":8,"error":"not found: a�"}`},
		{"quotes in the detail", wire.Envelope{Err: onenet.NotFound("device", "a\"\\\n温")}, `{"errno":8,"error":"not found: a\"\\\u000a温"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.e.Append([]byte(">"))
			if err != nil || string(got) != ">"+tt.want {
				t.Errorf("got %s, %v\nwant >%s", got, err, tt.want)
			}
			if !json.Valid(got[1:]) {
				t.Error("not JSON")
			}
		})
	}
}

func TestEnvelopeRefusesDataThatIsNotJSON(t *testing.T) {
	t.Parallel()
	got, err := wire.Envelope{Data: func() {}}.Append([]byte(">"))
	if err == nil || string(got) != ">" {
		t.Errorf("got %q, %v", got, err)
	}
}
