package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/snapshot"
)

func ms(n int64) time.Time { return time.UnixMilli(n).UTC() }

var ref = onenet.DeviceRef{Product: "1", Device: "2"}

// everything is a batch in which no field of any thing is empty.
func everything() onenet.Batch {
	ele := 7.25
	file := &onenet.File{Index: "2_3_f", Desc: []byte(`{"a":"<&>"}`), Size: 3, Data: []byte{0, 1, 255}}
	return onenet.Batch{
		AddProducts: []onenet.Product{{ID: "1", Name: "灯", Dialect: onenet.Legacy, MasterKey: "mk", RegisterCode: "rc", AllowDup: true, CreatedAt: ms(1)}},
		AddDevices: []onenet.Device{{
			Product: "1", ID: "2", Title: "t", AuthInfo: "a\xff\x00b", Protocol: "MQTT", Desc: "d", Tags: []string{"x", ""},
			Location: &onenet.Location{Lon: 1.5, Lat: -2.25, Ele: &ele}, Private: true, Other: []byte(`{"n":1.50}`), Blocked: true,
			CreatedAt: ms(-5), ActivatedAt: ms(2), LastLogin: ms(3),
		}},
		AddKeys: []onenet.Key{{Product: "1", Key: "k=", Title: "kt", CreatedAt: ms(4), Permissions: []onenet.Permission{
			{Methods: []string{"get", "put"}, Resources: []onenet.Resource{{Device: "2", Stream: "s"}, {Device: "2"}}},
		}}},
		AddTriggers: []onenet.Trigger{{
			ID: 9, Product: "1", Title: "tt", Stream: "s", Devices: []onenet.DeviceID{"2"}, URL: "http://x/?a=1&b=2", Type: ">", Threshold: []byte("30.0"), CreatedAt: ms(5),
		}},
		Logins:    []onenet.LoginMark{{Ref: ref, At: ms(6)}},
		PutTopics: []onenet.TopicRef{{Product: "1", Topic: "led/\u2028"}},
		PutStreams: []onenet.StreamMeta{{
			Ref: ref, Stream: "s", Unit: "celsius", UnitSymbol: "°C", Tags: []string{"q"}, CreatedAt: ms(7),
		}},
		Points: []onenet.StoredPoint{
			{Ref: ref, Datapoint: onenet.Datapoint{Stream: "s", At: ms(8), Value: []byte(`"<b>&\u0041"`)}, Received: ms(9)},
			{Ref: ref, Datapoint: onenet.Datapoint{Stream: "f", At: ms(10), Value: []byte(`{"index":"2_3_f"}`), File: file}, Received: ms(11)},
		},
		PutCommands: []onenet.Command{{
			ID: "c1", Product: "1", Device: "2", Body: []byte{1, 2}, Confirm: true, Upstream: true, State: onenet.CommandAnswered,
			CreatedAt: ms(12), ExpiresAt: ms(13), SentAt: ms(14), AnsweredAt: ms(15), Answer: []byte{}, Rev: 4,
		}, {ID: "c2", Product: "1", Device: "2", Body: []byte("x"), State: onenet.CommandCreated, CreatedAt: ms(16), ExpiresAt: ms(16), Rev: 1}},
		PutSessions: []onenet.StoredSession{{Ref: ref, Subscriptions: []onenet.Subscription{{Topic: "a\xfe", QoS: 1}, {Topic: "b"}}}},
		Enqueue:     []onenet.QueuedMessage{{Ref: ref, Seq: 1 << 60, Topic: "led", QoS: 2, Payload: []byte("on"), At: ms(17)}, {Seq: 3}},
		Retain:      []onenet.RetainedMessage{{Product: "1", Topic: "led", QoS: 1, Payload: []byte("on"), WillOf: "2"}},
	}
}

func mustWrite(t testing.TB, batches ...onenet.Batch) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := snapshot.Write(&file, onenet.Contents(batches...)); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// read gives what a snapshot holds, in one batch, and how it ended.
func read(batches iter.Seq2[onenet.Batch, error]) (all onenet.Batch, count int, err error) {
	to := reflect.ValueOf(&all).Elem()
	for b, err := range batches {
		if err != nil {
			return all, count, err
		}
		count++
		from := reflect.ValueOf(b)
		for i := range from.NumField() {
			to.Field(i).Set(reflect.AppendSlice(to.Field(i), from.Field(i)))
		}
	}
	return all, count, nil
}

func TestAllOfABatchIsThereAgain(t *testing.T) {
	t.Parallel()
	want := everything()
	got, n, err := read(snapshot.Read(bytes.NewReader(mustWrite(t, want))))
	if err != nil || n != 1 {
		t.Fatalf("%d batches, %v", n, err)
	}
	if d := cmp.Diff(want, got, secrets); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// secrets lets cmp look at what Secret's String hides.
var secrets = cmp.Comparer(func(a, b onenet.Secret) bool { return a == b })

// TestNoFieldOfABatchIsForgotten breaks when Batch gets a field, or a thing one, that the format does not know.
func TestNoFieldOfABatchIsForgotten(t *testing.T) {
	t.Parallel()
	full := reflect.ValueOf(everything())
	for i := range full.NumField() {
		name := full.Type().Field(i).Name
		if full.Field(i).Len() > 0 {
			noneEmpty(t, name, full.Field(i).Index(0))
			continue
		}
		one := onenet.Batch{}
		field := reflect.ValueOf(&one).Elem().Field(i)
		field.Set(reflect.MakeSlice(field.Type(), 1, 1))
		if err := snapshot.Write(io.Discard, onenet.Contents(one)); err == nil {
			t.Errorf("%s is neither written nor refused", name)
		}
	}
}

// noneEmpty looks that the example of a thing has something in each field, so that the round trip compares it.
func noneEmpty(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		return
	}
	for i := range v.NumField() {
		f := name + "." + v.Type().Field(i).Name
		switch f {
		case "Points.Datapoint.Shift": // a stored point has its time
			continue
		case "Points.Datapoint.File": // the second point has one
			noneEmpty(t, f, reflect.ValueOf(everything().Points[1].File))
			continue
		}
		if v.Field(i).IsZero() {
			t.Errorf("%s of the example is empty", f)
		}
		noneEmpty(t, f, v.Field(i))
	}
}

func TestManyThingsComeInBatchesOfBoundedSize(t *testing.T) {
	t.Parallel()
	b := onenet.Batch{}
	for i := range 2500 {
		b.Points = append(b.Points, onenet.StoredPoint{Ref: ref, Datapoint: onenet.Datapoint{Stream: "s", At: ms(int64(i)), Value: []byte("1")}})
	}
	for range 3 {
		b.Enqueue = append(b.Enqueue, onenet.QueuedMessage{Ref: ref, Payload: make([]byte, 1<<20)})
	}
	got, n, err := read(snapshot.Read(bytes.NewReader(mustWrite(t, b))))
	if err != nil || n != 6 {
		t.Errorf("%d batches, %v", n, err)
	}
	if !reflect.DeepEqual(b, got) { // cmp takes seconds over megabytes
		t.Error("what came is not what went")
	}
}

func TestOneThingAfterAnotherKeepsItsPlace(t *testing.T) {
	t.Parallel()
	first := onenet.Batch{AddProducts: []onenet.Product{{ID: "1"}}, PutTopics: []onenet.TopicRef{{Product: "1", Topic: "a"}}}
	second := onenet.Batch{AddProducts: []onenet.Product{{ID: "2"}}, AddDevices: []onenet.Device{{Product: "2", ID: "3"}}}
	var got []onenet.Batch
	for b, err := range snapshot.Read(bytes.NewReader(mustWrite(t, first, second))) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b)
	}
	if d := cmp.Diff([]onenet.Batch{first, second}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAReaderThatHasEnoughMayStop(t *testing.T) {
	t.Parallel()
	file := mustWrite(t, onenet.Batch{PutTopics: []onenet.TopicRef{{Product: "1", Topic: "a"}}}, onenet.Batch{AddProducts: []onenet.Product{{ID: "2"}}})
	for range snapshot.Read(bytes.NewReader(file)) {
		break
	}
}

// pack makes a file of lines, with a last line that fits when end is empty.
func pack(t testing.TB, end string, lines ...string) []byte {
	t.Helper()
	text := strings.Join(lines, "\n") + "\n"
	if end == "" {
		end = fmt.Sprintf(`{"end":{"lines":%d,"sha256":"%x"}}`, len(lines)-1, sha256.Sum256([]byte(text)))
	}
	var file bytes.Buffer
	zip := gzip.NewWriter(&file)
	_, _ = io.WriteString(zip, text+end+"\n")
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestWhatIsNoSnapshotIsRefused(t *testing.T) {
	t.Parallel()
	const head, topic = `{"onelan":"snapshot","version":1}`, `{"topic":{"product":"1","topic":"a"}}`
	whole := mustWrite(t, everything())
	tests := []struct {
		name string
		file []byte
		says string
	}{
		{"nothing", nil, "no gzip"},
		{"something else", []byte("PRAGMA"), "no gzip"},
		{"gzip of something else", pack(t, "", "<html>"), "does not begin"},
		{"JSON of something else", pack(t, "", `{"onelan":"recording","version":1}`), "does not begin"},
		{"a newer version", pack(t, "", `{"onelan":"snapshot","version":2}`), "version 2"},
		{"a version that never was", pack(t, "", `{"onelan":"snapshot","version":0}`), "version 0"},
		{"an unknown kind of line", pack(t, "", head, `{"shadow":{}}`), "line 2 is of no kind"},
		{"an unknown field", pack(t, "", head, `{"topic":{"product":"1","topic":"a","qos":1}}`), "line 2"},
		{"two things in a line", pack(t, "", head, `{"topic":{"product":"1","topic":"a"},"x":1}`), "line 2"},
		{"a line that is half a line", pack(t, "", head, `{"topic":{"product":"1"`), "line 2"},
		{"a wrong checksum", pack(t, `{"end":{"lines":1,"sha256":"00"}}`, head, topic), "checksum"},
		{"a wrong number of lines", pack(t, fmt.Sprintf(`{"end":{"lines":2,"sha256":"%x"}}`, sha256.Sum256([]byte(head+"\n"+topic+"\n"))), head, topic), "number of lines"},
		{"points in columns of two lengths", pack(t, "", head, `{"points":{"product":"1","device":"2","stream":"s","at":[1,2],"value":[1]}}`), "line 2"},
		{"points that are none", pack(t, "", head, `{"points":{"product":"1","device":"2","stream":"s","at":[],"value":[]}}`), "line 2"},
		{"no end", pack(t, topic, head), "cut short"},
		{"something behind the end", append(append([]byte{}, whole...), mustWrite(t)...), "follows"},
		{"bytes behind the end", append(append([]byte{}, whole...), "xx"...), "follows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(snapshot.Read(bytes.NewReader(tt.file)))
			if !errors.Is(err, onenet.ErrInvalid) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestASnapshotCutAnywhereIsKnownAsCut(t *testing.T) {
	t.Parallel()
	whole := mustWrite(t, everything())
	for n := range whole {
		if _, _, err := read(snapshot.Read(bytes.NewReader(whole[:n]))); !errors.Is(err, onenet.ErrInvalid) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(whole), err)
		}
	}
}

func TestASnapshotWithAChangedByteIsKnownAsChanged(t *testing.T) {
	t.Parallel()
	whole := mustWrite(t, everything())
	const mtime, os = 4, 9 // of the gzip header: they say nothing of the content
	for i := range whole {
		if i >= mtime && i <= os {
			continue
		}
		changed := bytes.Clone(whole)
		changed[i] ^= 0x10
		if got, _, err := read(snapshot.Read(bytes.NewReader(changed))); err == nil {
			if d := cmp.Diff(everything(), got, secrets); d != "" {
				t.Fatalf("byte %d is changed and nobody saw it:\n%s", i, d)
			}
		}
	}
}

func TestErrorsOfTheInputAndOfTheContentComeAsTheyAre(t *testing.T) {
	t.Parallel()
	broken := errors.New("the cable is out")
	whole := mustWrite(t, everything())
	for _, from := range []io.Reader{
		iotest.ErrReader(broken), io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), iotest.ErrReader(broken)),
	} {
		if _, _, err := read(snapshot.Read(from)); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
	failing := func(yield func(onenet.Batch, error) bool) { yield(onenet.Batch{}, broken) }
	if err := snapshot.Write(io.Discard, failing); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := snapshot.Write(brokenWriter{broken}, onenet.Contents(everything())); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }
