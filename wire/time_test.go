package wire_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

func TestTimesAreWrittenAsOneNETWritesThem(t *testing.T) {
	t.Parallel()
	at := time.Date(2018, 6, 1, 0, 0, 0, 123_456_789, time.UTC)
	got := []string{wire.FormatTime(at), wire.FormatMillis(at), wire.FormatTrigger(at.Truncate(time.Millisecond))}
	want := []string{"2018-06-01 08:00:00", "2018-06-01 08:00:00.123", "2018-06-01T00:00:00.123000Z"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("formats (-want +got):\n%s", d)
	}
}

func TestParseTimeReadsEveryForm(t *testing.T) {
	t.Parallel()
	for text, ms := range map[string]int{
		"2018-06-01 08:00:00":         0,
		"2018-06-01T08:00:00":         0,
		"2018-06-01 08:00:00.123":     123,
		"2018-06-01T08:00:00.123":     123,
		"2018-06-01 08:00:00.123999":  123,
		"2018-06-01T08:00:00.123456":  123,
		"2018-06-01T08:00:00Z":        0, // the platform knows no zones: still Beijing time
		"2018-06-01T08:00:00.123000Z": 123,
	} {
		got, err := wire.ParseTime(text)
		if want := june.Add(time.Duration(ms) * time.Millisecond); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseTimeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "empty",
		"1527811200":                "since 1970",
		"2018/06/01 08:00:00":       "slashes",
		"2018-06-01T08:00:00+08:00": "zone",
		"2018-06-01 08:00:00.12":    "2 digits",
		"2018-06-01":                "time of day",
		"2018-06-01 08:00":          "seconds are missing",
		"2018-6-1 8:00:00":          "two digits",
		"2018-13-01 08:00:00":       `month is "13"`,
		"2018-00-01 08:00:00":       `month is "00"`,
		"2018-06-32 08:00:00":       `day is "32"`,
		"2018-06-01 24:00:00":       `hour is "24"`,
		"2018-06-01 08:60:00":       `minute is "60"`,
		"2018-06-01 08:00:60":       `second is "60"`,
		"2018-06-01 08:00:-1":       `second is "-1"`,
		"2018-02-29 08:00:00":       "no such day",
		"1969-06-01 08:00:00":       "begin with 1970",
		"2018-06-01_08:00:00":       "separator",
		"2018-06-01 08:00:00,123":   "separator",
	} {
		if _, err := wire.ParseTime(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
}

func TestParseDateGivesTheFirstMomentInBeijing(t *testing.T) {
	t.Parallel()
	got, err := wire.ParseDate("2018-06-01")
	if want := time.Date(2018, 5, 31, 16, 0, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for _, text := range []string{"", "2018-06-31", "2018-06-01 08:00:00", "20180601"} {
		if got, err := wire.ParseDate(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestFileIndexIsDeviceMillisStream(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1527811200123)
	for _, tt := range []struct {
		dev    onenet.DeviceID
		stream onenet.StreamID
		want   string
	}{
		{"700123456", "pic", "700123456_1527811200123_pic"},
		{"700123456", "door_1_pic", "700123456_1527811200123_door_1_pic"},
		{"cam_1", "2_pic", "cam_1_1527811200123_2_pic"},
	} {
		index := wire.FileIndex(tt.dev, at, tt.stream)
		if index != tt.want {
			t.Errorf("index %s, want %s", index, tt.want)
		}
		dev, when, stream, err := wire.ParseFileIndex(index)
		if err != nil || dev != tt.dev || stream != tt.stream || !when.Equal(at) {
			t.Errorf("%s was taken apart as %q %v %q, %v", index, dev, when, stream, err)
		}
	}
	if dev, _, stream, err := wire.ParseFileIndex("7_0_p"); err != nil || dev != "7" || stream != "p" {
		t.Errorf("a time at the epoch: %q %q %v", dev, stream, err)
	}
	for _, bad := range []string{"", "700123456", "700123456_pic", "a_b_c", "1527811200123_pic"} {
		if _, _, _, err := wire.ParseFileIndex(bad); err == nil {
			t.Errorf("%q was taken for an index", bad)
		}
	}
}

func TestCursorIsNumberDeviceMillis(t *testing.T) {
	t.Parallel()
	pos := onenet.Position{At: time.UnixMilli(1498708525203), Seq: 83900}
	if got := wire.Cursor("8029377", pos); got != "83900_8029377_1498708525203" {
		t.Errorf("cursor %s", got)
	}
	for _, id := range []onenet.DeviceID{"8029377", "cam_1"} {
		dev, got, err := wire.ParseCursor(wire.Cursor(id, pos))
		if d := cmp.Diff(pos, got); d != "" || dev != id || err != nil {
			t.Errorf("device %q, error %v (-want +got):\n%s", dev, err, d)
		}
	}
	for _, bad := range []string{"", "1", "1_2", "a_8029377_1", "1_8029377_x", "1__2", "1_8029377_"} {
		if _, _, err := wire.ParseCursor(bad); err == nil {
			t.Errorf("%q was taken for a cursor", bad)
		}
	}
}
