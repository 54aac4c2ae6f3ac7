package config

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDurations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "30s": 30 * time.Second, "48h": 48 * time.Hour, "365d": 365 * day, "1d12h": 36 * time.Hour,
		"1.5h": 90 * time.Minute, "20ms": 20 * time.Millisecond, "-5s": -5 * time.Second,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q is %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "30", "d", "-1d", "1d-5h", "1d ", "1.5d", "100000d", "65535d2500000h", "soon", "1h1d"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestDurationsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"48h": 48 * time.Hour, "365d": 365 * day, "30s": 30 * time.Second, "1h30m": 90 * time.Minute, "0s": 0, "20ms": 20 * time.Millisecond,
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(math.MinInt64+1, math.MaxInt64).Draw(t, "d"))
		if got, err := ParseDuration(FormatDuration(d)); err != nil || got != d {
			t.Fatalf("%s is read as %v (%v), want %v", FormatDuration(d), got, err, d)
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"listen", "limits", "log", "auth_info"}
	for name, want := range map[string]string{
		"lisetn": "listen", "limit": "limits", "lgo": "log", "authinfo": "auth_info", "auth-info": "auth_info",
		"switches": "", "x": "", "Log": "log",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
