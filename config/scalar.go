package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// setText gives a leaf the value that a text means. The error says what would have
// been right and does not repeat the text.
func setText(v reflect.Value, text string) error {
	switch {
	case v.Type() == durationType:
		d, err := ParseDuration(text)
		v.SetInt(int64(d))
		return err
	case v.Kind() == reflect.String:
		v.SetString(text)
		return nil
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return orWant(err, "true or false")
	case v.Kind() == reflect.Int:
		n, err := strconv.Atoi(text)
		v.SetInt(int64(n))
		return orWant(err, "a whole number")
	default:
		f, err := strconv.ParseFloat(text, 64)
		if err == nil && (math.IsInf(f, 0) || math.IsNaN(f)) {
			err = strconv.ErrRange
		}
		v.SetFloat(f)
		return orWant(err, "a number")
	}
}

func orWant(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("want %s", what)
}

// text is the inverse of setText.
func text(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return FormatDuration(time.Duration(v.Int()))
	case v.Kind() == reflect.String:
		return v.String()
	default:
		return fmt.Sprint(v.Interface())
	}
}

const day = 24 * time.Hour

var errDuration = errors.New("want a duration such as 500ms, 30s, 48h or 365d")

// ParseDuration reads a duration as the file writes it: those of Go, and whole days
// before them (365d, 1d12h).
func ParseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	head, tail, hasDays := strings.Cut(s, "d")
	if !hasDays {
		head, tail = "0", s
	}
	days, err := strconv.ParseUint(head, 10, 16) // 65535 days do not overflow
	if err != nil {
		return 0, errDuration
	}
	var rest time.Duration
	if tail != "" || !hasDays {
		if rest, err = time.ParseDuration(tail); err != nil {
			return 0, errDuration
		}
	}
	sum := time.Duration(days)*day + rest
	if hasDays && rest < 0 || sum < rest { // signs belong in front; no overflow
		return 0, errDuration
	}
	return sum, nil
}

// FormatDuration writes the shortest of the forms that ParseDuration reads.
func FormatDuration(d time.Duration) string {
	if d%day == 0 && d > 2*day && d/day < 1<<16 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
