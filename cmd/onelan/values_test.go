package main

import (
	"bytes"
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 2*60*60)
	now := time.Date(2026, 3, 4, 15, 30, 0, 0, zone)
	for text, want := range map[string]time.Time{
		"2018-06-01 08:00:00":       time.Date(2018, 6, 1, 8, 0, 0, 0, zone),
		"2018-06-01T08:00:00":       time.Date(2018, 6, 1, 8, 0, 0, 0, zone),
		"2018-06-01T08:00:00+08:00": time.Date(2018, 6, 1, 2, 0, 0, 0, zone),
		"2018-06-01T08:00:00.5Z":    time.Date(2018, 6, 1, 10, 0, 0, 5e8, zone),
		"2018-06-01 08:00":          time.Date(2018, 6, 1, 8, 0, 0, 0, zone),
		"2018-06-01":                time.Date(2018, 6, 1, 0, 0, 0, 0, zone),
		"08:00":                     time.Date(2026, 3, 4, 8, 0, 0, 0, zone),
		"08:00:30":                  time.Date(2026, 3, 4, 8, 0, 30, 0, zone),
		"2h":                        time.Date(2026, 3, 4, 13, 30, 0, 0, zone),
		"1d":                        time.Date(2026, 3, 3, 15, 30, 0, 0, zone),
	} {
		m := moment{now: func() time.Time { return now }}
		if err := m.Set(text); err != nil || !m.at.Equal(want) {
			t.Errorf("%q is %v (%v), want %v", text, m.at, err, want)
		}
	}
	for _, text := range []string{"", "soon", "-2h", "25:00", "2018-13-01"} {
		m := moment{now: func() time.Time { return now }}
		if err := m.Set(text); err == nil {
			t.Errorf("%q is taken as %v", text, m.at)
		}
	}
}

func TestHexAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]byte{
		"":              {},
		"030A":          {3, 10},
		"03 00 0a 7B":   {3, 0, 10, 0x7B},
		"0x03, 0x0A":    {3, 10},
		"03:0A-7b\n\t1": {3, 10, 0x7B, 1},
	} {
		if got, err := parseHex(text); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q is % x (%v), want % x", text, got, err, want)
		}
	}
	for _, text := range []string{"xx", "123", "３", "0xg"} {
		if got, err := parseHex(text); err == nil {
			t.Errorf("%q is taken as % x", text, got)
		}
	}
}

func TestDurationsOfFlags(t *testing.T) {
	t.Parallel()
	var d duration
	if err := d.Set("1d12h"); err != nil || d.d != 36*time.Hour || d.String() != "36h" {
		t.Errorf("%v, %v, %s", err, d.d, d.String())
	}
	for _, text := range []string{"-1s", "10", "x"} {
		if d.Set(text) == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
