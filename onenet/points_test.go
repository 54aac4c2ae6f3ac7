package onenet

import (
	"errors"
	"testing"
	"time"
)

func TestSpanIsWhatStartEndAndDurationMean(t *testing.T) {
	t.Parallel()
	at := func(s int) time.Time { return time.Date(2018, 6, 1, 0, 0, s, 0, time.UTC) }
	var none time.Time
	tests := []struct {
		name       string
		start, end time.Time
		duration   time.Duration
		from, to   time.Time
		wrong      string
	}{
		{"nothing", none, none, 0, none, none, ""},
		{"a duration alone", none, none, time.Second, none, none, ""},
		{"a start", at(1), none, 0, at(1), none, ""},
		{"an end", none, at(1), 0, none, at(1), ""},
		{"start and duration", at(1), none, 2 * time.Second, at(1), at(3), ""},
		{"end and duration", none, at(3), 2 * time.Second, at(1), at(3), ""},
		{"start, end and duration", at(1), at(9), time.Second, at(1), at(9), ""},
		{"one moment", at(1), at(1), 0, at(1), at(1), ""},
		{"an end before the start", at(2), at(1), 0, none, none, "end"},
		{"a duration below zero", at(2), none, -1, none, none, "duration"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from, to, err := Span(tt.start, tt.end, tt.duration)
			if tt.wrong != "" {
				e, ok := errors.AsType[*Error](err)
				if !ok || !errors.Is(err, ErrInvalid) || e.Noun != tt.wrong {
					t.Errorf("got %v, want one about %s", err, tt.wrong)
				}
				return
			}
			if err != nil || !from.Equal(tt.from) || !to.Equal(tt.to) {
				t.Errorf("got %s to %s, %v; want %s to %s", from, to, err, tt.from, tt.to)
			}
		})
	}
}
