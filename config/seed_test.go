package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

var seedNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func mustSeed(t *testing.T, text string) server.Seed {
	t.Helper()
	s, err := ParseSeed("seed.yaml", []byte(text), seedNow)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

func TestASeedFileNamesEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "seed.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got := mustSeed(t, string(text))
	north := onenet.DeviceRef{Product: "244755", Device: "527521927"}
	point := func(stream string, at time.Time, value string) onenet.StoredPoint {
		return onenet.StoredPoint{
			Ref: north, Received: seedNow,
			Datapoint: onenet.Datapoint{Stream: onenet.StreamID(stream), At: at, Value: []byte(value)},
		}
	}
	want := server.Seed{
		Products: []onenet.Product{{ID: "244755", Name: "greenhouse", MasterKey: "MasterKeyOfTheGreenhouse001=", AllowDup: true}},
		Devices: []onenet.Device{{
			Product: "244755", ID: "527521927", Title: "north window", AuthInfo: "window-north", Private: true,
			Other: []byte(`{"shelf":3,"plants":["tomato","basil"]}`),
		}},
		Keys: []onenet.Key{{
			Product: "244755", Key: "DeviceKeyForTheWholeDevice1=",
			Permissions: []onenet.Permission{{Resources: []onenet.Resource{{Device: "527521927"}}}},
		}},
		Topics:  []onenet.TopicRef{{Product: "244755", Topic: "led"}},
		Streams: []onenet.StreamMeta{{Ref: north, Stream: "temperature", Unit: "celsius", UnitSymbol: "°C", Tags: []string{"air"}}},
		Triggers: []onenet.Trigger{{
			Product: "244755", Title: "too hot", Stream: "temperature", Devices: []onenet.DeviceID{"527521927"},
			URL: "http://127.0.0.1:9000/alarm", Type: onenet.TriggerInOut, Threshold: []byte(`{"lolmt":5,"uplmt":30}`),
		}},
		Points: []onenet.StoredPoint{
			point("temperature", seedNow.Add(-2*time.Hour), "20.5"),
			point("temperature", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "21"),
			point("state", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), `{"on":true}`),
			point("humidity", seedNow.Add(-2*time.Minute), "60"),
			point("humidity", seedNow.Add(-time.Minute), "61"),
			point("humidity", seedNow, "62"),
			point("empty", seedNow, "null"),
		},
	}
	same := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestASeedFileMayBeJSON(t *testing.T) {
	t.Parallel()
	got := mustSeed(t, "{\n\t\"points\": [\n\t\t{\"device\": \"527521926\", \"stream\": \"t\\tu\", \"value\": \"\\ud83d\\ude00 \\/\"}\n\t]\n}\n")
	if len(got.Points) != 1 || got.Points[0].Ref.Product != DemoProduct || got.Points[0].Stream != "t\tu" || string(got.Points[0].Value) != `"😀 /"` {
		t.Errorf("got %+v", got.Points)
	}
}

func TestAnEmptySeedFileSeedsNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing yet\n", "products:\npoints: []\n"} {
		if diff := cmp.Diff(server.Seed{}, mustSeed(t, text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestFaultsOfSeeds has a file for each; they are golden like those of a configuration.
func TestFaultsOfSeeds(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "seeds", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = ParseSeed("seed.yaml", text, seedNow)
			if _, ok := errors.AsType[Faults](err); !ok {
				t.Fatalf("%v, want faults", err)
			}
			golden := strings.TrimSuffix(name, ".yaml") + ".txt"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, errRead := os.ReadFile(golden)
			if errRead != nil {
				t.Fatal(errRead)
			}
			if diff := cmp.Diff(string(want), err.Error()+"\n"); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimesOfASeed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "2026-01-02T03:04:05Z",
		"now":                       "2026-01-02T03:04:05Z",
		"-1d":                       "2026-01-01T03:04:05Z",
		"-1m30s":                    "2026-01-02T03:02:35Z",
		"2026-01-01":                "2025-12-31T16:00:00Z",
		"2026-01-01 08:00":          "2026-01-01T00:00:00Z",
		"2026-01-01T08:00:01.5":     "2026-01-01T00:00:01.5Z",
		"2026-01-01T08:00:00Z":      "2026-01-01T08:00:00Z",
		"2026-01-01T08:00:00+01:00": "2026-01-01T07:00:00Z",
	} {
		got, err := seedTime(text, seedNow)
		if err != nil || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q is %s (%v), want %s", text, got.UTC().Format(time.RFC3339Nano), err, want)
		}
	}
	for _, text := range []string{"2h", "yesterday", "--2h", "-", "-2", "2026-13-01"} {
		if at, err := seedTime(text, seedNow); err == nil {
			t.Errorf("%q is %s, want an error", text, at)
		}
	}
}

func TestASeedOfAHundredThousandPointsIsRead(t *testing.T) {
	t.Parallel()
	values := strings.TrimSuffix(strings.Repeat("21.5, ", 100_000), ", ")
	got := mustSeed(t, fmt.Sprintf("points: [{device: 527521926, stream: t, every: 1s, values: [%s]}]\n", values))
	if n := len(got.Points); n != 100_000 || !got.Points[n-1].At.Equal(seedNow) {
		t.Errorf("%d points", n)
	}
}

func FuzzSeed(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "seed*", "*.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(files, filepath.Join("testdata", "seed.yaml")) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseSeed("seed.yaml", text, seedNow)
		if err != nil {
			if faults, ok := errors.AsType[Faults](err); !ok || faults.Error() == "" {
				t.Fatalf("not a list of faults: %v", err)
			}
			return
		}
		for _, p := range s.Points {
			if p.Value == nil || p.Stream == "" || p.Ref.Device == "" || p.At.IsZero() {
				t.Fatalf("half a point: %+v", p)
			}
		}
	})
}
