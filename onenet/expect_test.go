package onenet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// expecting is a platform with two devices of one product and one of another, and the journal of a small day.
func expecting(t *testing.T, journal int) (*onenet.Platform, *clock.Manual) {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	p := onenet.New(onenet.Config{Store: memory.New(), Clock: c, Journal: onenet.NewJournal(c, journal)})
	for _, d := range []onenet.DeviceRef{ref, {Product: "1", Device: "3"}, {Product: "9", Device: "2"}} {
		if _, err := p.Product(t.Context(), d.Product); errors.Is(err, onenet.ErrNotFound) {
			if _, err := p.AddProduct(t.Context(), onenet.Product{ID: d.Product}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.AddDevice(t.Context(), onenet.Device{Product: d.Product, ID: d.Device}); err != nil {
			t.Fatal(err)
		}
	}
	return p, c
}

func uploaded(t *testing.T, p *onenet.Platform, to onenet.DeviceRef, points ...onenet.Datapoint) {
	t.Helper()
	size := 0
	for _, pt := range points {
		size += len(pt.Value)
	}
	done := make(chan error, 1)
	p.Ingest(onenet.Upload{Ref: to, Points: points, Topic: "$dp", Size: size}, func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func value(stream onenet.StreamID, v string) onenet.Datapoint {
	return onenet.Datapoint{Stream: stream, Value: json.RawMessage(v)}
}

func message(p *onenet.Platform, from onenet.DeviceRef, topic, payload string) {
	p.Journal().Append(onenet.Record{
		Kind: onenet.KindMessage, Product: from.Product, Device: from.Device, Topic: topic, Size: len(payload),
		Payload: []byte(payload)[:min(len(payload), onenet.PayloadKept)],
	})
}

func mustExpect(t *testing.T, p *onenet.Platform, e onenet.Expectation) onenet.Outcome {
	t.Helper()
	out, err := p.Expect(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// numbers are those of the records that come nearest.
func numbers(out onenet.Outcome) []uint64 {
	var list []uint64
	for _, r := range out.Nearest {
		list = append(list, r.Seq)
	}
	return list
}

var (
	other   = onenet.DeviceRef{Product: "1", Device: "3"}
	foreign = onenet.DeviceRef{Product: "9", Device: "2"}
)

func TestPointsAreExpectedByDeviceStreamAndValue(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	uploaded(t, p, ref, value("t", "25.5"))                                                       // 1
	uploaded(t, p, other, value("t", "30"))                                                       // 2
	uploaded(t, p, ref, value("h", `"on"`), value("t", "26"))                                     // 3
	uploaded(t, p, ref, value("o", `{"a":1,"b":[1.0,true,null]}`))                                // 4
	uploaded(t, p, foreign, value("t", "31"))                                                     // 5
	uploaded(t, p, ref, value("big", "123456789012345678901234567"))                              // 6
	uploaded(t, p, other, value("z", "-0.0"), value("e", "1e99999999999"), value("s", "0.00120")) // 7
	tests := []struct {
		name string
		want onenet.WantPoint
		seq  uint64 // of the record found; 0: none
	}{
		{"zero, spelled otherwise", onenet.WantPoint{Stream: "z", Value: "0e5"}, 7},
		{"an exponent beyond all bounds", onenet.WantPoint{Stream: "e", Value: "1e99999999999"}, 7},
		{"another such exponent", onenet.WantPoint{Stream: "e", Value: "1e99999999998"}, 0},
		{"a small number", onenet.WantPoint{Stream: "s", Value: "12E-4"}, 7},
		{"a small number below zero", onenet.WantPoint{Stream: "s", Value: "-12e-4"}, 0},
		{"any", onenet.WantPoint{}, 1},
		{"of a device", onenet.WantPoint{Device: "3"}, 2},
		{"of a product", onenet.WantPoint{Product: "9"}, 5},
		{"in a stream", onenet.WantPoint{Stream: "h"}, 3},
		{"the second point of a message", onenet.WantPoint{Device: "2", Stream: "t", Value: "26"}, 3},
		{"a number spelled otherwise", onenet.WantPoint{Value: "2.550e1"}, 1},
		{"an object in another order", onenet.WantPoint{Value: `{"b":[1, true, null], "a":1.0}`}, 4},
		{"a text", onenet.WantPoint{Value: `"on"`}, 3},
		{"a text written with escapes", onenet.WantPoint{Value: `"\u006fn"`}, 3},
		{"a long number", onenet.WantPoint{Value: "123456789012345678901234567"}, 6},
		{"a long number that is one more", onenet.WantPoint{Value: "123456789012345678901234568"}, 0},
		{"a value in another stream", onenet.WantPoint{Stream: "h", Value: "26"}, 0},
		{"a text where a number came", onenet.WantPoint{Value: `"26"`}, 0},
		{"a shorter list", onenet.WantPoint{Value: `{"a":1,"b":[1,true]}`}, 0},
		{"an object with one key less", onenet.WantPoint{Value: `{"a":1}`}, 0},
		{"a device of another product", onenet.WantPoint{Product: "9", Device: "3"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := mustExpect(t, p, onenet.Expectation{Point: &tt.want})
			if out.OK != (tt.seq > 0) || out.OK != (out.Record != nil) || (out.OK && out.Record.Seq != tt.seq) {
				t.Errorf("got %+v, want record %d", out, tt.seq)
			}
			if out.Says == "" || out.OK != (len(out.Nearest) == 0) {
				t.Errorf("says %q, nearest %v", out.Says, numbers(out))
			}
		})
	}
}

func TestOnlyWhatComesAfterTheMarkIsLookedAt(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	uploaded(t, p, ref, value("t", "1"))
	mark := p.Journal().Last()
	want := &onenet.WantPoint{Stream: "t", Value: "1"}
	if out := mustExpect(t, p, onenet.Expectation{After: mark, Point: want}); out.OK || !strings.Contains(out.Says, "after record 1") {
		t.Errorf("found what was before the mark: %+v", out)
	}
	uploaded(t, p, ref, value("t", "1"))
	if out := mustExpect(t, p, onenet.Expectation{After: mark, Point: want}); !out.OK || out.Record.Seq != 2 || out.Last != 2 {
		t.Errorf("got %+v", out)
	}
}

func TestTheNearestRecordsComeInAHelpfulOrder(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	uploaded(t, p, foreign, value("h", "1"))                                                                    // 1: of the right kind only
	uploaded(t, p, other, value("t", "24"))                                                                     // 2: the right stream of another device
	p.Refused(onenet.Attempt{Product: "1", Device: "2"}, onenet.Refuse(onenet.LoginWrongPassword), "", nil)     // 3: why the right device may be silent
	uploaded(t, p, ref, value("h", "1"))                                                                        // 4: another stream of the right device
	uploaded(t, p, ref, value("t", "24"))                                                                       // 5: a wrong value of the right stream and device
	uploaded(t, p, ref, value("t", "23"))                                                                       // 6: newer
	p.Journal().Append(onenet.Record{Kind: onenet.KindConnected, Product: other.Product, Device: other.Device}) // 7: nothing in common
	message(p, other, "t", "25")                                                                                // 8: neither
	tests := []struct {
		name string
		want onenet.WantPoint
		near []uint64
	}{
		{"of a device and stream", onenet.WantPoint{Product: "1", Device: "2", Stream: "t", Value: "25"}, []uint64{6, 5, 4}},
		{"of a stream that the device has not", onenet.WantPoint{Product: "1", Device: "2", Stream: "x"}, []uint64{6, 5, 4}},
		{"of a device that sent nothing", onenet.WantPoint{Device: "7", Stream: "t", Value: "24"}, []uint64{5, 2, 6}},
		{"of the device in another product", onenet.WantPoint{Product: "9", Device: "2", Stream: "t"}, []uint64{6, 5, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := mustExpect(t, p, onenet.Expectation{Point: &tt.want})
			if d := cmp.Diff(tt.near, numbers(out)); d != "" || out.OK {
				t.Errorf("nearest (-want +got):\n%s", d)
			}
		})
	}
	out := mustExpect(t, p, onenet.Expectation{After: 6, Point: &onenet.WantPoint{Device: "8"}})
	if len(out.Nearest) != 0 {
		t.Errorf("nothing has anything in common, but %v come near", numbers(out))
	}
	out = mustExpect(t, p, onenet.Expectation{Online: &onenet.WantOnline{Product: "1", Device: "2"}})
	if len(out.Nearest) == 0 || out.Nearest[0].Kind != onenet.KindRefused {
		t.Errorf("the refused login does not come nearest: %v", numbers(out))
	}
}

func TestPointsThatTheRecordDoesNotShowAreFoundInTheStore(t *testing.T) {
	t.Parallel()
	p, c := expecting(t, 0)
	var many []onenet.Datapoint
	for i := range 7000 {
		many = append(many, value(onenet.StreamID(fmt.Sprintf("s%d", i%100)), fmt.Sprint(i)))
	}
	old := value("s7", "1000000")
	old.At = c.Now().Add(-time.Hour)
	uploaded(t, p, ref, append(many, old)...)
	tests := []struct {
		name string
		want onenet.WantPoint
		ok   bool
	}{
		{"the last of them", onenet.WantPoint{Device: "2", Stream: "s99", Value: "6999"}, true},
		{"one with a time of its own", onenet.WantPoint{Stream: "s7", Value: "1e6"}, true},
		{"a stream that is not among the first", onenet.WantPoint{Stream: "s50"}, true},
		{"one that did not come", onenet.WantPoint{Stream: "s99", Value: "6998"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := mustExpect(t, p, onenet.Expectation{Point: &tt.want})
			if out.OK != tt.ok || out.OK != strings.Contains(out.Says, "the store has it") || strings.Contains(out.Says, "may be it") {
				t.Errorf("got %+v", out)
			}
		})
	}
}

func TestAPointThatCannotBeLookedAtAnyMoreIsNotDenied(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	var many []onenet.Datapoint
	for i := range 30 {
		many = append(many, value(onenet.StreamID(fmt.Sprintf("s%d", i)), "1"))
	}
	uploaded(t, p, ref, many...)
	if err := p.RemoveStream(t.Context(), onenet.StreamRef{Ref: ref, Stream: "s25"}); err != nil {
		t.Fatal(err)
	}
	out := mustExpect(t, p, onenet.Expectation{Point: &onenet.WantPoint{Stream: "s25"}})
	if out.OK || !strings.Contains(out.Says, "record 1 may be it") {
		t.Errorf("it says %q", out.Says)
	}
}

func TestALongValueIsComparedWhole(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	long := `"` + strings.Repeat("x", 5000)
	uploaded(t, p, ref, value("t", long+`a"`))
	for end, want := range map[string]bool{`a"`: true, `b"`: false} {
		if out := mustExpect(t, p, onenet.Expectation{Point: &onenet.WantPoint{Stream: "t", Value: long + end}}); out.OK != want {
			t.Errorf("ending in %s: %v, %s", end, out.OK, out.Says)
		}
	}
}

func TestMessagesAreExpectedByTopicAndPayload(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	long := strings.Repeat("x", 3000)
	message(p, ref, "led", "on")                                                                                      // 1
	message(p, other, "led", "")                                                                                      // 2
	message(p, other, "long", long)                                                                                   // 3
	uploaded(t, p, ref, value("t", "1"))                                                                              // 4
	p.Refused(onenet.Attempt{Product: "1", Device: "2"}, onenet.Refuse(onenet.PublishWildcard), "le#", []byte("off")) // 5
	tests := []struct {
		name string
		want onenet.WantPublish
		seq  uint64
		says string
	}{
		{"any", onenet.WantPublish{}, 1, ""},
		{"on a topic with a payload", onenet.WantPublish{Device: "2", Topic: "led", Payload: []byte("on")}, 1, ""},
		{"an empty payload", onenet.WantPublish{Topic: "led", Payload: []byte{}}, 2, ""},
		{"a payload longer than the journal keeps", onenet.WantPublish{Payload: []byte(long)}, 3, "its first 1024 bytes"},
		{"a long payload of another length", onenet.WantPublish{Payload: []byte(long + "x")}, 0, ""},
		{"another payload", onenet.WantPublish{Device: "2", Topic: "led", Payload: []byte("off")}, 0, ""},
		{"on $dp", onenet.WantPublish{Topic: "$dp"}, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := mustExpect(t, p, onenet.Expectation{Publish: &tt.want})
			if out.OK != (tt.seq > 0) || (out.OK && out.Record.Seq != tt.seq) || !strings.Contains(out.Says, tt.says) {
				t.Errorf("got %+v, want record %d", out, tt.seq)
			}
		})
	}
	near := mustExpect(t, p, onenet.Expectation{Publish: &onenet.WantPublish{Device: "2", Topic: "led", Payload: []byte("off")}})
	if d := cmp.Diff([]uint64{1, 5, 2}, numbers(near)); d != "" {
		t.Errorf("nearest (-want +got):\n%s", d)
	}
}

func TestCommandsAreExpectedByStateBodyAndAnswer(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	p.Attach(&wireLog{sent: map[onenet.CommandID]int{}})
	p.Arrived(ref, 1, "", "")
	long := strings.Repeat("y", 5000)
	var ids []onenet.CommandID
	for _, body := range []string{"on", "off", long} {
		c, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	answer(t, p, ids[0], "done")
	answer(t, p, ids[1], long+"1")
	answer(t, p, ids[1], long+"2")
	answer(t, p, ids[2], "")
	tests := []struct {
		name string
		want onenet.WantCommand
		id   onenet.CommandID
		says string
	}{
		{"answered", onenet.WantCommand{}, ids[0], ""},
		{"by id", onenet.WantCommand{ID: ids[2]}, ids[2], ""},
		{"by body", onenet.WantCommand{Device: "2", Body: []byte("off")}, ids[1], ""},
		{"by a body longer than the journal keeps", onenet.WantCommand{Body: []byte(long), State: onenet.CommandSent}, ids[2], ""},
		{"by another long body", onenet.WantCommand{Body: []byte(long[1:] + "z")}, "", ""},
		{"by answer", onenet.WantCommand{Answer: []byte("done")}, ids[0], ""},
		{"by an empty answer", onenet.WantCommand{Answer: []byte{}}, ids[2], ""},
		{"by a long answer that another replaced", onenet.WantCommand{Answer: []byte(long + "1")}, ids[1], "first 1024 bytes"},
		{"by a wrong answer", onenet.WantCommand{ID: ids[0], Answer: []byte("no")}, "", ""},
		{"of another device", onenet.WantCommand{Device: "3"}, "", ""},
		{"in a state that it did not have", onenet.WantCommand{State: onenet.CommandTooLarge}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := mustExpect(t, p, onenet.Expectation{Command: &tt.want})
			if out.OK != (tt.id != "") || (out.OK && out.Record.Command != tt.id) || !strings.Contains(out.Says, tt.says) {
				t.Errorf("got %+v, want command %s", out, tt.id)
			}
		})
	}
}

func TestALongAnswerIsComparedWhole(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	p.Attach(&wireLog{sent: map[onenet.CommandID]int{}})
	p.Arrived(ref, 1, "", "")
	c, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on")})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("y", 5000)
	answer(t, p, c.ID, long+"1")
	for end, want := range map[string]bool{"1": true, "2": false} {
		out := mustExpect(t, p, onenet.Expectation{Command: &onenet.WantCommand{Answer: []byte(long + end)}})
		if out.OK != want || strings.Contains(out.Says, "first 1024") {
			t.Errorf("ending in %s: %v, %s", end, out.OK, out.Says)
		}
	}
}

func TestTheBodyOfADeletedCommandIsNotDenied(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	p.Attach(&wireLog{sent: map[onenet.CommandID]int{}})
	p.Arrived(ref, 1, "", "")
	if _, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on")}); err != nil {
		t.Fatal(err)
	}
	if err := p.RemoveDevice(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	out := mustExpect(t, p, onenet.Expectation{Command: &onenet.WantCommand{State: onenet.CommandSent, Body: []byte("on")}})
	if out.OK || !strings.Contains(out.Says, "may be it") {
		t.Errorf("got %+v", out)
	}
}

func TestACommandWhoseTimeIsOverHasEndedThoughNobodyWroteIt(t *testing.T) {
	t.Parallel()
	p, c := expecting(t, 0)
	cmd, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	want := onenet.Expectation{Command: &onenet.WantCommand{ID: cmd.ID, State: onenet.CommandSendFailed}}
	if out := mustExpect(t, p, want); out.OK {
		t.Errorf("at once: %+v", out)
	}
	c.Advance(2 * time.Minute)
	if out := mustExpect(t, p, want); !out.OK {
		t.Errorf("after its time: %+v", out)
	}
}

func TestRefusalsAndWarningsAreExpectedByCause(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	p.Refused(onenet.Attempt{Product: "1", Device: "2"}, onenet.Refuse(onenet.LoginWrongPassword), "", nil) // 1
	p.Warn(other, "", "", onenet.Refuse(onenet.LoginMasterKey))                                             // 2
	p.Refused(onenet.Attempt{Product: "1", Device: "3"}, onenet.Refuse(onenet.PublishWildcard), "", nil)    // 3
	tests := []struct {
		name string
		want onenet.WantRefusal
		seq  uint64
	}{
		{"any", onenet.WantRefusal{}, 1},
		{"of a device", onenet.WantRefusal{Device: "3"}, 2},
		{"with a cause", onenet.WantRefusal{Cause: onenet.PublishWildcard}, 3},
		{"a warning", onenet.WantRefusal{Cause: onenet.LoginMasterKey}, 2},
		{"of another device", onenet.WantRefusal{Device: "2", Cause: onenet.PublishWildcard}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := mustExpect(t, p, onenet.Expectation{Refusal: &tt.want})
			if out.OK != (tt.seq > 0) || (out.OK && out.Record.Seq != tt.seq) {
				t.Errorf("got %+v, want record %d", out, tt.seq)
			}
		})
	}
}

func TestLostRecordsAreToldWhenNothingWasFound(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 4)
	for range 10 {
		uploaded(t, p, ref, value("t", "1"))
	}
	out := mustExpect(t, p, onenet.Expectation{Point: &onenet.WantPoint{Value: "2"}})
	if out.OK || out.Lost != 6 || !strings.Contains(out.Says, "6 more were gone") {
		t.Errorf("got %+v", out)
	}
	out = mustExpect(t, p, onenet.Expectation{After: 6, Point: &onenet.WantPoint{Value: "2"}})
	if out.OK || out.Lost != 0 || strings.Contains(out.Says, "gone") {
		t.Errorf("after a mark that is still there: %+v", out)
	}
}

func TestExpectWaitsForWhatIsToCome(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	found := make(chan onenet.Outcome, 1)
	go func() {
		out, err := p.Expect(t.Context(), onenet.Expectation{Within: time.Minute, Point: &onenet.WantPoint{Value: "3"}})
		if err != nil {
			t.Error(err)
		}
		found <- out
	}()
	for _, v := range []string{"1", "2", "3"} {
		uploaded(t, p, ref, value("t", v))
	}
	if out := <-found; !out.OK || out.Record.Seq != 3 {
		t.Errorf("got %+v", out)
	}
}

func TestExpectEndsWithItsPatienceAndWithItsCaller(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	for _, want := range []onenet.Expectation{{Point: &onenet.WantPoint{}}, {Online: &onenet.WantOnline{Product: "1", Device: "2"}}} {
		want.Within = 5 * time.Millisecond
		if out := mustExpect(t, p, want); out.OK || !strings.Contains(out.Says, "waited 5ms") {
			t.Errorf("got %+v", out)
		}
		want.Within = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		out, err := p.Expect(ctx, want)
		cancel()
		if out.OK || err != nil {
			t.Errorf("got %+v, %v", out, err)
		}
	}
}

func TestExpectationsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	tests := []struct {
		name string
		e    onenet.Expectation
	}{
		{"nothing", onenet.Expectation{}},
		{"two things", onenet.Expectation{Point: &onenet.WantPoint{}, Online: &onenet.WantOnline{Device: "2"}}},
		{"a mark that has not been yet", onenet.Expectation{After: 7, Point: &onenet.WantPoint{}}},
		{"a time below zero", onenet.Expectation{Within: -1, Point: &onenet.WantPoint{}}},
		{"a value that is no JSON", onenet.Expectation{Point: &onenet.WantPoint{Value: "on"}}},
		{"two values", onenet.Expectation{Point: &onenet.WantPoint{Value: "1 2"}}},
		{"a state that is none", onenet.Expectation{Command: &onenet.WantCommand{State: "done"}}},
		{"an answer to a command that is only sent", onenet.Expectation{Command: &onenet.WantCommand{State: onenet.CommandSent, Answer: []byte("x")}}},
		{"a cause that is none", onenet.Expectation{Refusal: &onenet.WantRefusal{Cause: "login.nonsense"}}},
		{"no device", onenet.Expectation{Online: &onenet.WantOnline{}}},
		{"a device that two products have", onenet.Expectation{Online: &onenet.WantOnline{Device: "2"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if out, err := p.Expect(t.Context(), tt.e); !errors.Is(err, onenet.ErrInvalid) {
				t.Errorf("got %+v, %v", out, err)
			}
		})
	}
}
