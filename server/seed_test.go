package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

var (
	noon  = time.Date(2026, 1, 1, 4, 0, 0, 0, time.UTC)
	board = onenet.DeviceRef{Product: "71001", Device: "900000001"}
)

// worldSeed has one thing of each kind, and leaves to be made up what may be.
func worldSeed() server.Seed {
	return server.Seed{
		Products: []onenet.Product{{ID: board.Product, Name: "world"}},
		Devices:  []onenet.Device{{Product: board.Product, ID: board.Device, AuthInfo: "sn"}, {Product: board.Product}},
		Keys:     []onenet.Key{{Product: board.Product, Title: "k", Permissions: []onenet.Permission{{Resources: []onenet.Resource{{Device: board.Device}}}}}},
		Topics:   []onenet.TopicRef{{Product: board.Product, Topic: "led"}},
		Streams:  []onenet.StreamMeta{{Ref: board, Stream: "t", Unit: "celsius", UnitSymbol: "°C"}},
		Triggers: []onenet.Trigger{{Product: board.Product, Title: "hot", Stream: "t", URL: "http://127.0.0.1:1/", Type: ">", Threshold: []byte("30")}},
		Points: []onenet.StoredPoint{
			{Ref: board, Datapoint: onenet.Datapoint{Stream: "t", At: noon, Value: []byte("25.5")}},
			{Ref: board, Datapoint: onenet.Datapoint{Stream: "u", Value: []byte(`"on"`)}},
		},
	}
}

func mustSeeded(t testing.TB, change ...func(*server.Config)) *server.Server {
	t.Helper()
	c := quiet()
	c.Seed, c.Demo = worldSeed(), false
	for _, ch := range change {
		ch(&c)
	}
	s, err := server.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// dump is all that the platform has, in one batch.
func dump(t testing.TB, s *server.Server) onenet.Batch {
	t.Helper()
	return gather(t, s.Platform().Dump(t.Context()))
}

func gather(t testing.TB, batches iter.Seq2[onenet.Batch, error]) (all onenet.Batch) {
	t.Helper()
	to := reflect.ValueOf(&all).Elem()
	for b, err := range batches {
		if err != nil {
			t.Fatal(err)
		}
		from := reflect.ValueOf(b)
		for i := range from.NumField() {
			to.Field(i).Set(reflect.AppendSlice(to.Field(i), from.Field(i)))
		}
	}
	return all
}

// diff compares contents, with their secrets.
func diff(want, got onenet.Batch) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Comparer(func(a, b onenet.Secret) bool { return a == b }))
}

func TestASeedIsFilledInAndThere(t *testing.T) {
	t.Parallel()
	s := mustSeeded(t)
	got := dump(t, s)
	if len(got.AddProducts) != 1 || len(got.AddProducts[0].MasterKey) != 28 || len(got.AddDevices) != 2 || len(got.AddKeys) != 1 || len(got.AddKeys[0].Key) != 28 {
		t.Errorf("registry: %+v", got)
	}
	if d := cmp.Diff([]onenet.TopicRef{{Product: board.Product, Topic: "led"}}, got.PutTopics); d != "" {
		t.Errorf("topics (-want +got):\n%s", d)
	}
	if len(got.AddTriggers) != 1 || got.AddTriggers[0].ID != 1 || len(got.Points) != 2 {
		t.Errorf("triggers %+v, points %+v", got.AddTriggers, got.Points)
	}
	streams, err := s.Platform().Streams(t.Context(), board)
	if err != nil || len(streams) != 2 || streams[0].Unit != "celsius" || string(streams[0].Current) != "25.5" || streams[1].UpdatedAt.IsZero() {
		t.Errorf("streams %+v, %v", streams, err)
	}
	if n := s.Platform().Journal().Last(); n != 1 {
		t.Errorf("the history of the seed made %d records", n-1)
	}
}

func TestASeedWithAMistakeEndsTheStart(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*server.Seed){
		"a device without product":   func(s *server.Seed) { s.Devices[0].Product = "nope" },
		"a point without device":     func(s *server.Seed) { s.Points[0].Ref.Device = "nope" },
		"a value that is no JSON":    func(s *server.Seed) { s.Points[0].Value = []byte("on") },
		"two devices of one secret":  func(s *server.Seed) { s.Devices[1].AuthInfo = "sn" },
		"a trigger of no type":       func(s *server.Seed) { s.Triggers[0].Type = "~" },
		"a topic that cannot be one": func(s *server.Seed) { s.Topics[0].Topic = "a/#/b" },
		"a stream without device":    func(s *server.Seed) { s.Streams[0].Ref.Device = "nope" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := quiet()
			c.Seed, c.Demo = worldSeed(), false
			change(&c.Seed)
			s, err := server.Start(t.Context(), c)
			if err == nil {
				_ = s.Close()
				t.Error("it started")
			}
		})
	}
}

// openSeed is worldSeed without what would be made up anew at each start.
func openSeed() server.Seed {
	seed := worldSeed()
	seed.Devices = seed.Devices[:1]
	seed.Keys[0].Key = "KeyOfTheSeedaaaaaaaaaaaaaaa="
	return seed
}

func TestASecondStartCreatesOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start := func(seed server.Seed) onenet.Batch {
		c := quiet()
		c.Ephemeral, c.DataDir, c.Seed, c.Demo = false, dir, seed, true
		s, err := server.Start(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return dump(t, s)
	}
	first := start(openSeed())
	if d := diff(first, start(openSeed())); d != "" {
		t.Errorf("the second start changed something (-first +second):\n%s", d)
	}
	more := openSeed()
	more.Devices = append(more.Devices, onenet.Device{Product: board.Product, ID: "900000002", AuthInfo: "sn2"})
	more.Points = append(more.Points, onenet.StoredPoint{
		Ref: onenet.DeviceRef{Product: board.Product, Device: "900000002"}, Datapoint: onenet.Datapoint{Stream: "t", At: noon, Value: []byte("1")},
	})
	third := start(more)
	if len(third.AddDevices) != len(first.AddDevices)+1 || len(third.Points) != len(first.Points)+1 || len(third.AddTriggers) != 1 {
		t.Errorf("the third start: %+v", third)
	}
}

// parse reads a seed that is written as device ids with commas between them, all of one product.
func parse(text []byte) (server.Seed, error) {
	seed := server.Seed{Products: []onenet.Product{{ID: "5", Name: "parsed"}}}
	for id := range strings.SplitSeq(string(text), ",") {
		if id == "bad" {
			return seed, onenet.Invalid("device", "it is bad")
		}
		d := onenet.Device{Product: "5", ID: onenet.DeviceID(id), AuthInfo: onenet.Secret(id)}
		seed.Devices = append(seed.Devices, d)
		seed.Points = append(seed.Points, onenet.StoredPoint{Ref: d.Ref(), Datapoint: onenet.Datapoint{Stream: "n", At: noon, Value: json.RawMessage("1")}})
	}
	return seed, nil
}

func TestASeedIsAddedToWhatIsThere(t *testing.T) {
	t.Parallel()
	s := mustSeeded(t, func(c *server.Config) { c.ParseSeed = parse })
	before := dump(t, s)
	done, err := s.Reseed(t.Context(), []byte("1,2"), false)
	if err != nil || done.Products != 1 || done.Devices != 2 || done.Points != 2 || done.Mark != s.Platform().Journal().Last() {
		t.Fatalf("%+v, %v", done, err)
	}
	done, err = s.Reseed(t.Context(), []byte("2,3"), false)
	if err != nil || done.Products != 0 || done.Devices != 1 || done.Points != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	for text, kind := range map[string]error{"4,bad": onenet.ErrInvalid, "5,a/b": onenet.ErrInvalid} {
		if _, err := s.Reseed(t.Context(), []byte(text), false); !errors.Is(err, kind) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if after := dump(t, s); len(after.AddDevices) != len(before.AddDevices)+3 || len(after.Points) != len(before.Points)+3 {
		t.Errorf("a seed with a mistake left something behind: %+v", after.AddDevices)
	}
	if _, err := s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := diff(before, dump(t, s)); d != "" {
		t.Errorf("after the reset (-before +after):\n%s", d)
	}
}

func TestASeedTakesThePlaceOfTheOneBefore(t *testing.T) {
	t.Parallel()
	s := mustSeeded(t, func(c *server.Config) { c.ParseSeed = parse })
	if _, err := s.Reseed(t.Context(), []byte("1,bad"), true); err == nil {
		t.Error("a seed with a mistake was taken")
	}
	done, err := s.Reseed(t.Context(), []byte("1,2"), true)
	if err != nil || done.Products != 1 || done.Devices != 2 || done.Points != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	want := dump(t, s)
	if len(want.AddProducts) != 1 || want.AddProducts[0].ID != "5" {
		t.Errorf("products: %+v", want.AddProducts)
	}
	if err := s.Platform().RemoveProduct(t.Context(), "5"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := diff(want, dump(t, s)); d != "" {
		t.Errorf("after the reset (-want +got):\n%s", d)
	}
}

func TestTheDemoStaysWhenTheSeedChanges(t *testing.T) {
	t.Parallel()
	s := mustSeeded(t, func(c *server.Config) { c.ParseSeed, c.Demo = parse, true })
	done, err := s.Reseed(t.Context(), []byte("1"), true)
	if err != nil || done.Products != 2 || done.Devices != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := s.Platform().Device(t.Context(), onenet.DeviceRef{Product: server.DemoProduct, Device: server.DemoDevice}); err != nil {
		t.Error(err)
	}
}

// TestWhatADeviceHasIsNotSeededAgain puts a history into a device that is there: once.
func TestWhatADeviceHasIsNotSeededAgain(t *testing.T) {
	t.Parallel()
	seed := server.Seed{
		Topics:   []onenet.TopicRef{{Product: board.Product, Topic: "fan"}, {Product: board.Product, Topic: "led"}},
		Streams:  []onenet.StreamMeta{{Ref: board, Stream: "t", Unit: "kelvin"}, {Ref: board, Stream: "w", Unit: "watt"}},
		Triggers: []onenet.Trigger{{Product: board.Product, Title: "cold", Stream: "t", URL: "http://127.0.0.1:1/", Type: "<", Threshold: []byte("0")}},
		Points: []onenet.StoredPoint{
			{Ref: board, Datapoint: onenet.Datapoint{Stream: "t", At: noon, Value: []byte("1")}},
			{Ref: board, Datapoint: onenet.Datapoint{Stream: "w", At: noon, Value: []byte("2")}},
		},
	}
	s := mustSeeded(t, func(c *server.Config) { c.ParseSeed = func([]byte) (server.Seed, error) { return seed, nil } })
	for i, points := range []int{1, 0, 0} {
		if done, err := s.Reseed(t.Context(), nil, false); err != nil || done.Points != points {
			t.Fatalf("seeding %d: %+v, %v", i+1, done, err)
		}
	}
	got := dump(t, s)
	if len(got.PutTopics) != 2 || len(got.AddTriggers) != 2 || got.AddTriggers[1].ID != 2 || len(got.Points) != 3 {
		t.Errorf("topics %+v, triggers %+v, points %+v", got.PutTopics, got.AddTriggers, got.Points)
	}
	streams, err := s.Platform().Streams(t.Context(), board)
	if err != nil || len(streams) != 3 || streams[0].Unit != "celsius" || streams[2].Unit != "watt" {
		t.Errorf("streams %+v, %v", streams, err)
	}
}

func TestSeedFilesNeedAReader(t *testing.T) {
	t.Parallel()
	if _, err := mustSeeded(t).Reseed(t.Context(), nil, true); !errors.Is(err, onenet.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func many(devices, points int) server.Seed {
	seed := server.Seed{Products: []onenet.Product{{ID: "71001", Name: "many"}}}
	for i := range devices {
		d := onenet.Device{Product: "71001", ID: onenet.DeviceID(fmt.Sprint(900000000 + i)), AuthInfo: onenet.Secret(fmt.Sprint("sn", i))}
		seed.Devices = append(seed.Devices, d)
		for j := range points {
			seed.Points = append(seed.Points, onenet.StoredPoint{Ref: d.Ref(), Datapoint: onenet.Datapoint{
				Stream: "t", At: noon.Add(time.Duration(j) * time.Second), Value: fmt.Appendf(nil, "%d.5", j),
			}})
		}
	}
	return seed
}
