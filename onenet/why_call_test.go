package onenet_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// refusedCall is a call that is refused in the world of the logins, and what must be said about it.
type refusedCall struct {
	name  string
	a     onenet.CallAttempt
	err   error
	cause onenet.Cause
	near  string // part of the near miss
}

func keyError() error { return &onenet.Error{Kind: onenet.ErrUnauthorized, Noun: "api-key"} }

// lamp is what the lamp's master key opens, fan what the fan's key does.
var (
	lamp = onenet.Access{Product: "244754", Master: true}
	fan  = onenet.Access{Product: "244754", Key: onenet.Key{Product: "244754", Key: fanKey, Permissions: []onenet.Permission{
		{Methods: []string{"get"}, Resources: []onenet.Resource{{Device: "527630008"}}},
		{Methods: []string{"put"}, Resources: []onenet.Resource{{Device: "527630008", Stream: "t"}}},
	}}}
)

func unknown(key string) onenet.CallAttempt {
	return onenet.CallAttempt{Call: "GET /devices/{id}", Method: "get", Key: onenet.Secret(key), Device: "527521926"}
}

func opened(a onenet.Access, device string) onenet.CallAttempt {
	return onenet.CallAttempt{Call: "GET /devices/{id}", Method: "post", Access: a, Key: lampMaster, Device: device}
}

func code(s string) onenet.CallAttempt {
	return onenet.CallAttempt{Call: "POST /register_de", Method: "post", RegisterCode: onenet.Secret(s)}
}

var refusedCalls = []refusedCall{
	{"nobody's key", unknown("Qm5=yTzR3vK8pL0wXc7=dEhJ2nU="), keyError(), onenet.CallUnknownKey, ""},
	{"an access key", unknown("ZW11bGF0b3ItZGV2aWNlLWtleS0wMDAwMDAwMDAwMDE="), keyError(), onenet.CallUnknownKey, "access key of the newer platforms"},
	{"a register code", unknown(gardenCode), keyError(), onenet.CallCodeForKey, "it is the register code of product 88001"},
	{"an auth info", unknown(probeAuth), keyError(), onenet.CallAuthForKey, "device 700123456 of product 88001"},
	{"a product id", unknown("88001"), keyError(), onenet.CallIDForKey, "it is the id of product 88001"},
	{"a device id", unknown("700123456"), keyError(), onenet.CallIDForKey, "it is the id of a device of product 88001"},
	{"a product's name", unknown("greenhouse"), keyError(), onenet.CallNameForKey, "it is the name of product 88001"},
	{"a device's name", unknown("sensor one"), keyError(), onenet.CallNameForKey, "it is the name of device 700123456"},
	{"a blank inside", unknown(lampMaster[:9] + " " + lampMaster[9:]), keyError(), onenet.CallKeySpace, "a blank inside"},
	{"quotes", unknown("'" + lampMaster + "'"), keyError(), onenet.CallKeyQuotes, "the master key of product 244754"},
	{"another letter case", unknown(strings.ToLower(lampMaster)), keyError(), onenet.CallKeyCase, ""},
	{"percent-encoding", unknown(strings.ReplaceAll(fanKey, "=", "%3D")), keyError(), onenet.CallKeyEncoded, "a device key of product 244754"},
	{"cut short", unknown(gardenMaster[:20]), keyError(), onenet.CallKeyCut, "8 characters missing at the end"},
	{"Bearer", unknown("Bearer " + gardenMaster), keyError(), onenet.CallKeyLonger, "7 characters too many before"},
	{"one character differs", unknown("X" + gardenMaster[1:]), keyError(), onenet.CallKeyTypo, "character 1 differs"},
	{"full-width", unknown("Ｌ" + lampMaster[1:]), keyError(), onenet.CallKeyTypo, "half-width"},
	{"a placeholder", unknown("YOUR_API_KEY"), keyError(), onenet.CallKeyHolder, "placeholder"},
	{"a token", unknown(studioToken), keyError(), onenet.CallToken, "belongs to OneNET Studio"},

	{"a wrong code", code("nothing"), keyError(), onenet.CallRegisterCode, ""},
	{"a code cut short", code(lampCode[:14]), keyError(), onenet.CallRegisterCode, "2 characters missing at the end"},
	{"a master key for a code", code(lampMaster), keyError(), onenet.CallRegisterCode, "it is the master key of product 244754"},
	{"a product for a code", code("244754"), keyError(), onenet.CallRegisterCode, "it is the id of product 244754"},

	{"a call for the master key", opened(fan, "527630008"), fan.NeedMaster(), onenet.CallNeedsMaster, ""},
	{"a device of another product", opened(lamp, "700123456"), keyError(), onenet.CallOtherProduct, "device 700123456 is in product 88001"},
	{"a key of another device", opened(fan, "527521926"), keyError(), onenet.CallOtherDevice, "the key is bound to 527630008"},
	{"a key of nothing", opened(onenet.Access{Product: "244754"}, "527521926"), keyError(), onenet.CallOtherDevice, "the key is bound to no device"},
	{"a key without the method", opened(fan, "527630008"), keyError(), onenet.CallKeyMethod, "it may get"},
	{"a key for a stream", func() onenet.CallAttempt {
		a := opened(fan, "527630008")
		a.Method = "put"
		return a
	}(), keyError(), onenet.CallKeyStream, "t"},
	{"no device at all with a device key", opened(fan, "981100443"), keyError(), onenet.CallUnknownDevice, ""},

	{"no device", opened(lamp, "981100443"), onenet.NotFound("device", "981100443"), onenet.CallUnknownDevice, ""},
	{"a device of another product in the body", opened(lamp, ""), onenet.NotFound("device", "700123456"), onenet.CallOtherProduct, "is in product 88001"},
	{"a device's name for its id", opened(lamp, "esp32-fan"), onenet.NotFound("device", "esp32-fan"), onenet.CallTitleForID, "device 527630008 of product 244754 has this name"},
	{"a product for a device", opened(lamp, "88001"), onenet.NotFound("device", "88001"), onenet.CallProductForID, "88001 is a product (greenhouse)"},
	{"an auth info for a device", opened(lamp, lampAuth), onenet.NotFound("device", lampAuth), onenet.CallAuthForID, "device 527521926"},
	{"a key for a device", opened(lamp, fanKey), onenet.NotFound("device", fanKey), onenet.CallKeyForID, "a device key of product 244754"},
	{"a slip", opened(lamp, "52752192"), onenet.NotFound("device", "52752192"), onenet.CallIDMisspelt, "1 character missing at the end"},
	{"braces", opened(lamp, "{id}"), onenet.NotFound("device", "{id}"), onenet.CallIDHolder, "the name of the field"},
	{"two that it resembles", opened(onenet.Access{Product: "88001", Master: true}, "80000000"), onenet.NotFound("device", "80000000"), onenet.CallUnknownDevice, "it resembles 800000001 or 800000002"},
	{"no device yet", opened(onenet.Access{Product: "650001", Master: true}, "1"), onenet.NotFound("device", "1"), onenet.CallUnknownDevice, "product 650001 has no devices yet"},

	{"no stream", opened(lamp, "527521926"), onenet.NotFound("datastream", "t"), onenet.CallNoStream, "the device has no streams yet"},
	{"a command id cut short", opened(lamp, ""), onenet.NotFound("command", "3f0c9b1e"), onenet.CallNoCommand, "a command id has 36 characters, this one has 8"},
	{"a device for a command", opened(lamp, ""), onenet.NotFound("command", "527521926"), onenet.CallNoCommand, "GET /cmds/history/527521926"},
	{"no topic", opened(lamp, ""), onenet.NotFound("topic", "room1"), onenet.CallNotFound, ""},
	{"offline", opened(lamp, "527521926"), onenet.Errorf(onenet.ErrOffline, "device", "527521926", ""), onenet.CallOffline, "never logged in"},
	{"it exists", opened(lamp, ""), onenet.Exists("topic", "room1"), onenet.CallExists, ""},
	{"a parameter", opened(lamp, ""), onenet.Invalid("limit", "want 1 to 6000, got %q", lampMaster), onenet.CallParameterInvalid, "got 'L'…'=' (28 characters)"},
	{"too large", opened(lamp, ""), onenet.Errorf(onenet.ErrLimit, "body", "", "at most 1"), onenet.CallTooLarge, "body: at most 1"},
	{"too often", opened(lamp, ""), onenet.Errorf(onenet.ErrLimit, "rate", "", "more than 1"), onenet.CallRate, "rate: more than 1"},
	{"too many", opened(lamp, ""), onenet.Errorf(onenet.ErrLimit, "product", "244754", ""), onenet.CallLimit, ""},
	{"our own fault", opened(lamp, ""), errors.New("the disk is on fire"), onenet.CallInternal, ""},
}

func TestARefusedCallIsExplained(t *testing.T) {
	t.Parallel()
	for _, c := range refusedCalls {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t)
			got := p.RefusedCall(t.Context(), c.a, c.err, nil).Refusal
			if got.Cause != c.cause || !strings.Contains(got.NearMiss, c.near) || got.Stage != onenet.StageCall {
				t.Errorf("got  %v\nwant %s, near %q", got, c.cause, c.near)
			}
		})
	}
}

func TestNothingOfARefusedCallTellsASecret(t *testing.T) {
	t.Parallel()
	for _, c := range refusedCalls {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t)
			p.RefusedCall(t.Context(), c.a, c.err, nil)
			wantNoSecret(t, p)
		})
	}
}

func wantNoSecret(t *testing.T, p *onenet.Platform) {
	t.Helper()
	records, _ := p.Journal().Read(0, 10)
	told, err := json.Marshal(records)
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, secret := range allSecrets {
		if strings.Contains(string(told), quoteless(secret)) {
			t.Errorf("%q is told: %s", secret, told)
		}
	}
}

func TestARefusedCommandIsTracedToItsDevice(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	cmd, err := p.SendCommand(t.Context(), onenet.DeviceRef{Product: "88001", Device: "700123456"}, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	a := onenet.CallAttempt{Call: "GET /cmds/{uuid}", Method: "get", Access: lamp, Key: lampMaster, Command: cmd.ID}
	got := p.RefusedCall(t.Context(), a, keyError(), nil)
	if got.Refusal.Cause != onenet.CallOtherProduct || got.Device != "700123456" {
		t.Errorf("got %v of device %q", got.Refusal, got.Device)
	}
}

func TestAStreamThatIsMisspeltIsTold(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	ref := onenet.DeviceRef{Product: "244754", Device: "527521926"}
	for _, s := range []onenet.StreamID{"temperature", "humidity"} {
		if err := p.AddStream(t.Context(), onenet.StreamMeta{Ref: ref, Stream: s}); err != nil {
			t.Fatal(err)
		}
	}
	for id, near := range map[string]string{"temprature": "it resembles temperature", "xyz": "the device has humidity or temperature"} {
		got := p.RefusedCall(t.Context(), opened(lamp, "527521926"), onenet.NotFound("datastream", id), nil).Refusal
		if got.NearMiss != near {
			t.Errorf("%s: %v", id, got)
		}
	}
}

func TestTheLastLoginIsToldOfADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	ref := onenet.DeviceRef{Product: "244754", Device: "527521926"}
	p.Arrived(ref, 1, "10.0.0.7:5000", "")
	p.Left(ref, 1, "10.0.0.7:5000", "gone")
	got := p.RefusedCall(t.Context(), opened(lamp, "527521926"), onenet.Errorf(onenet.ErrOffline, "device", "527521926", ""), nil).Refusal
	if got.NearMiss != "its last login was at 2026-03-01 08:00:00 Beijing time" {
		t.Errorf("got %v", got)
	}
}

// A refused call must neither hang nor show what it could not look up because explaining it takes long.
func TestARefusedCallDoesNotWaitForAnExplanationThatTakesTooLong(t *testing.T) {
	t.Parallel()
	p := onenet.New(onenet.Config{Store: stuckSearch{memory.New()}, Clock: clock.System()})
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: "1"}); err != nil {
		t.Fatal(err)
	}
	a := onenet.CallAttempt{Call: "GET /devices/{id}", Method: "get", Access: onenet.Access{Product: "1", Master: true}, Device: "whatever-it-is"}
	got := p.RefusedCall(t.Context(), a, onenet.NotFound("device", "whatever-it-is"), nil)
	if got.Refusal.Cause != onenet.CallUnknownDevice || strings.Contains(string(got.Device)+got.Text, "whatever-it-is") {
		t.Errorf("got %v, device %q", got.Refusal, got.Device)
	}
}

// deafStore is a store whose lists fail.
type deafStore struct{ onenet.Store }

func (deafStore) Devices(context.Context, onenet.DeviceFilter) ([]onenet.Device, int, error) {
	return nil, 0, errors.New("the disk is on fire")
}

func TestAStoreThatFailsLeavesARefusedCallUnexplainedAndMasked(t *testing.T) {
	t.Parallel()
	p := onenet.New(onenet.Config{Store: deafStore{memory.New()}})
	a := onenet.CallAttempt{Method: "get", Access: onenet.Access{Product: "1", Master: true}, Device: "whatever-it-is"}
	got := p.RefusedCall(t.Context(), a, onenet.NotFound("device", "whatever-it-is"), nil)
	if got.Refusal.Cause != onenet.CallUnknownDevice || strings.Contains(string(got.Device)+got.Text, "whatever-it-is") || strings.Contains(got.Text, "fire") {
		t.Errorf("got %v, device %q", got.Refusal, got.Device)
	}
}

func FuzzACallIsExplainedWithoutASecret(f *testing.F) {
	for _, c := range refusedCalls {
		f.Add(string(c.a.Key), c.a.Device, string(c.a.RegisterCode), c.a.Call)
	}
	f.Add("x"+lampAuth, lampAuth+" ", "", "GET /"+lampMaster)
	f.Fuzz(func(t *testing.T, key, device, code, call string) {
		for _, c := range []struct {
			access onenet.Access
			err    error
		}{
			{onenet.Access{}, keyError()},
			{lamp, keyError()},
			{fan, keyError()},
			{lamp, onenet.NotFound("device", device)},
			{lamp, onenet.NotFound("datastream", device)},
			{lamp, onenet.NotFound("command", device)},
			{lamp, onenet.Invalid("limit", "got %q", key)},
		} {
			p := newWorld(t)
			a := onenet.CallAttempt{Call: call, Method: "get", Access: c.access, Key: onenet.Secret(key), Device: device, RegisterCode: onenet.Secret(code)}
			if r := p.RefusedCall(t.Context(), a, c.err, nil).Refusal; r.Says == "" || r.Fix == "" {
				t.Errorf("%+v", r)
			}
			wantNoSecret(t, p)
		}
	})
}
