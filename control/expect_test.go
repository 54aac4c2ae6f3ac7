package control

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

// live is a day on which each thing that can be expected happened once.
func (f *fixture) happen(t *testing.T) {
	t.Helper()
	f.p.Arrived(ref, 1, "10.0.0.7:1", "") // 1
	done := make(chan error, 1)
	f.p.Ingest(onenet.Upload{Ref: ref, Points: []onenet.Datapoint{{Stream: "t", Value: json.RawMessage("25.50")}}}, func(err error) { done <- err }) // 2
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	f.p.Journal().Append(onenet.Record{
		Kind: onenet.KindMessage, Product: ref.Product, Device: ref.Device, Topic: "led", Size: 2, Payload: []byte("on"),
	}) // 3
	f.p.Refused(onenet.Attempt{Product: "88001", Device: "x"}, onenet.Refuse(onenet.LoginUnknownDevice), "", nil) // 4
	if _, err := f.p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("go")}); err != nil {       // 5: created, 6: sent
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

func TestWhatHappenedIsFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.happen(t)
	tests := []struct {
		name string
		e    lab.Expect
		seq  uint64 // of the record; 0: none
	}{
		{"a point", lab.Expect{Point: &lab.ExpectPoint{Product: "88001", Device: "700123456", Stream: "t", Value: []byte("25.5")}}, 2},
		{"a message", lab.Expect{Publish: &lab.ExpectPublish{Device: "700123456", Topic: "led", Payload: ptr("on")}}, 3},
		{"a message in base64", lab.Expect{Publish: &lab.ExpectPublish{PayloadBase64: []byte("on")}}, 3},
		{"an empty message", lab.Expect{Publish: &lab.ExpectPublish{Payload: ptr("")}}, 0},
		{"a command", lab.Expect{Command: &lab.ExpectCommand{Device: "700123456", State: onenet.CommandSent, Body: ptr("go")}}, 6},
		{"an answer", lab.Expect{Command: &lab.ExpectCommand{Answer: ptr("done")}}, 0},
		{"a refusal", lab.Expect{Refusal: &lab.ExpectRefusal{Product: "88001", Device: "x", Cause: onenet.LoginUnknownDevice}}, 4},
		{"a device", lab.Expect{Online: &lab.ExpectOnline{Device: "700123456"}}, 1},
		{"a device for a while", lab.Expect{Online: &lab.ExpectOnline{Product: "88001", Device: "700123456", For: "1h"}}, 0},
		{"nothing after a mark", lab.Expect{After: 6, Within: "1ms", Point: &lab.ExpectPoint{}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := must[lab.Expected](t)(f.c.Expect(t.Context(), tt.e))
			last := uint64(6) // all there is, when nothing was found; the present, of a device
			if got.OK && tt.e.Online == nil {
				last = tt.seq
			}
			if got.OK != (tt.seq > 0) || got.Says == "" || got.Last != last || (got.OK && got.Record.Seq != tt.seq) {
				t.Errorf("got %+v, want record %d", got, tt.seq)
			}
		})
	}
}

func TestWhatComesNearestIsShown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.happen(t)
	got := must[lab.Expected](t)(f.c.Expect(t.Context(), lab.Expect{Point: &lab.ExpectPoint{Device: "700123456", Stream: "t", Value: []byte("26")}}))
	if len(got.Nearest) != 3 || got.Nearest[0].Seq != 2 || !strings.Contains(got.Says, "26") {
		t.Errorf("got %+v", got)
	}
}

func TestExpectationsAreReadStrictly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, body := range map[string]string{
		"nothing":                `{}`,
		"two things":             `{"point":{},"refusal":{}}`,
		"a field that is none":   `{"point":{"strem":"t"}}`,
		"a time without a unit":  `{"within":"5","point":{}}`,
		"a time below zero":      `{"within":"-5s","point":{}}`,
		"for without a unit":     `{"online":{"device":"1","for":"2"}}`,
		"two payloads":           `{"publish":{"payload":"a","payload_base64":"YQ=="}}`,
		"a cause that is none":   `{"refusal":{"cause":"no.such"}}`,
		"a mark of an other run": `{"after":99,"point":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, answer := f.do(t, "POST", "/_lab/expect", body); status != http.StatusBadRequest {
				t.Errorf("HTTP %d %s", status, answer)
			}
		})
	}
}

func TestRefusalsAreGatheredByDeviceAndCause(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refuse := func(device string, cause onenet.Cause) {
		f.p.Refused(onenet.Attempt{Product: "88001", Device: device}, onenet.Refuse(cause).Near("it is %s", device), "", nil)
	}
	for range 1500 { // more than one page of the journal
		refuse("a", onenet.LoginWrongPassword)
	}
	refuse("b", onenet.LoginWrongPassword)
	refuse("a", onenet.LoginUnknownDevice)
	f.p.Warn(ref, "", "", onenet.Refuse(onenet.LoginMasterKey))
	refuse("a", onenet.LoginWrongPassword)
	type row struct {
		device onenet.DeviceID
		cause  onenet.Cause
		times  int
		seq    uint64
	}
	tests := []struct {
		name  string
		q     lab.RefusalQuery
		want  []row
		total int
	}{
		{"all, newest first", lab.RefusalQuery{}, []row{
			{"a", onenet.LoginWrongPassword, 1501, 1504},
			{"700123456", onenet.LoginMasterKey, 1, 1503},
			{"a", onenet.LoginUnknownDevice, 1, 1502},
			{"b", onenet.LoginWrongPassword, 1, 1501},
		}, 4},
		{"a few", lab.RefusalQuery{Limit: 1}, []row{{"a", onenet.LoginWrongPassword, 1501, 1504}}, 4},
		{"of a device", lab.RefusalQuery{Device: "b"}, []row{{"b", onenet.LoginWrongPassword, 1, 1501}}, 1},
		{"with a cause", lab.RefusalQuery{Cause: onenet.LoginMasterKey}, []row{{"700123456", onenet.LoginMasterKey, 1, 1503}}, 1},
		{"after a mark", lab.RefusalQuery{After: 1503}, []row{{"a", onenet.LoginWrongPassword, 1, 1504}}, 1},
		{"of a product without any", lab.RefusalQuery{Product: "1"}, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := must[lab.Refusals](t)(f.c.Refusals(t.Context(), tt.q))
			var got []row
			for _, r := range page.Refusals {
				got = append(got, row{r.Record.Device, r.Record.Refusal.Cause, r.Times, r.Record.Seq})
			}
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(row{})); d != "" || page.Total != tt.total || page.Last != 1504 {
				t.Errorf("%d in all, last %d; refusals (-want +got):\n%s", page.Total, page.Last, d)
			}
		})
	}
	if _, body := f.do(t, "GET", "/_lab/refusals?device=b", ""); !strings.Contains(body, `"near_miss":"it is b"`) {
		t.Errorf("no near miss: %s", body)
	}
}

func TestRecordsAreChosenByWhatTheySay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.happen(t)
	f.p.Journal().Append(onenet.Record{Kind: onenet.KindData, Call: "POST /devices/{id}/datapoints", Text: "Uploaded by HTTP"}) // 7
	id := must[lab.JournalPage](t)(f.c.Journal(t.Context(), lab.JournalQuery{After: 5})).Records[0].Command
	tests := []struct {
		name string
		q    lab.JournalQuery
		want []uint64
	}{
		{"a topic", lab.JournalQuery{Topic: "led"}, []uint64{3}},
		{"a command", lab.JournalQuery{Command: id}, []uint64{5, 6}},
		{"a cause", lab.JournalQuery{Cause: "login.unknown-device"}, []uint64{4}},
		{"the causes of a stage", lab.JournalQuery{Cause: "login."}, []uint64{4}},
		{"a piece of a cause", lab.JournalQuery{Cause: "login"}, nil},
		{"a call", lab.JournalQuery{Call: "POST /devices/{id}/datapoints"}, []uint64{7}},
		{"all calls that post", lab.JournalQuery{Call: "POST "}, []uint64{7}},
		{"a piece of a call", lab.JournalQuery{Call: "POST /dev"}, nil},
		{"a text", lab.JournalQuery{Text: "by http"}, []uint64{7}},
		{"two things at once", lab.JournalQuery{Topic: "led", Text: "http"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := must[lab.JournalPage](t)(f.c.Journal(t.Context(), tt.q))
			if d := cmp.Diff(tt.want, seqs(page.Records)); d != "" {
				t.Errorf("records (-want +got):\n%s", d)
			}
		})
	}
}
