package wire

import (
	"fmt"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// How OneNET writes times (sections 3.2, 5.7 and 5.8). All but the trigger's are
// Beijing time.
const (
	layoutSeconds = "2006-01-02 15:04:05"
	layoutMillis  = "2006-01-02 15:04:05.000"
	layoutTrigger = "2006-01-02T15:04:05.000000Z"
)

// FormatTime writes a time as most answers do: 2018-06-01 08:00:00.
func FormatTime(t time.Time) string { return t.In(onenet.Beijing).Format(layoutSeconds) }

// FormatMillis writes a time as the history does: 2018-06-01 08:00:00.123.
func FormatMillis(t time.Time) string { return t.In(onenet.Beijing).Format(layoutMillis) }

// FormatTrigger writes a time as triggers do, in UTC: 2018-06-01T00:00:00.123000Z.
func FormatTrigger(t time.Time) string { return t.UTC().Format(layoutTrigger) }

// ParseTime reads a time that a device or a caller wrote: "2018-06-01 08:00:00", with T
// for the space and with three or six digits of a fraction if they like. It is Beijing
// time and is cut to milliseconds. A Z at the end is passed over and does not
// make it UTC: the platform knows no zones in text (section 3.2).
func ParseTime(s string) (time.Time, error) {
	t, ok := parseTime(s)
	if !ok {
		return time.Time{}, fmt.Errorf("%q is not %s: %s", s, timeForm, timeFault(s))
	}
	return t, nil
}

// ParseDate reads a day such as 2018-06-01; it gives its first moment in Beijing.
func ParseDate(s string) (time.Time, error) {
	t, ok := parseTime(s + " 00:00:00")
	if !ok || len(s) != len("2006-01-02") {
		return time.Time{}, fmt.Errorf("%q is not a day such as 2018-06-01", s)
	}
	return t, nil
}

func parseTime(s string) (time.Time, bool) {
	s = strings.TrimSuffix(s, "Z")
	ms := 0
	switch len(s) {
	case len("2006-01-02 15:04:05"):
	case len("2006-01-02 15:04:05.000"), len("2006-01-02 15:04:05.000000"):
		if s[19] != '.' {
			return time.Time{}, false
		}
		ms = decimal(s[20:23])
		if decimal(s[20:]) < 0 {
			return time.Time{}, false
		}
	default:
		return time.Time{}, false
	}
	if s[4] != '-' || s[7] != '-' || s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, false
	}
	return date(decimal(s[:4]), decimal(s[5:7]), decimal(s[8:10]),
		decimal(s[11:13]), decimal(s[14:16]), decimal(s[17:19]), ms, onenet.Beijing)
}

// decimal reads a number without sign; -1 if it is none.
func decimal(s string) int {
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// date makes a time of parts that may be out of range, and then is false. Years begin
// with 1970: what a clock that was never set shows earlier is no time.
func date(year, month, day, hour, minute, second, ms int, zone *time.Location) (time.Time, bool) {
	if year < 1970 || month < 1 || month > 12 || day < 1 ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, ms*int(time.Millisecond), zone)
	return t, t.Day() == day // the 31st of a shorter month rolls over
}

// timeFault says what is wrong with a text that parseTime refused.
func timeFault(s string) string {
	s = strings.TrimSuffix(s, "Z")
	switch {
	case s == "":
		return "it is empty; leave the time out and the platform takes the moment of receipt"
	case decimal(s) >= 0 && len(s) >= 9:
		return "this looks like seconds or milliseconds since 1970; write the date out"
	case strings.ContainsRune(s, '/'):
		return "the date is written with slashes; write it with hyphens"
	case len(s) > 19 && strings.ContainsAny(s[19:], "+-"):
		return "it names a zone; leave the zone out and write Beijing time (UTC+8)"
	case len(s) > 20 && s[19] == '.':
		return fmt.Sprintf("the fraction has %d digits; 3 or 6 are understood", len(s)-20)
	case len(s) == len("2018-06-01"):
		return "the time of day is missing"
	case strings.Count(s, ":") == 1:
		return "the seconds are missing"
	case len(s) < len(layoutSeconds):
		return "it is too short; print each part with two digits (%04d-%02d-%02d %02d:%02d:%02d)"
	default:
		return wrongPart(s)
	}
}

// wrongPart names the first part of a full-length time that is no number or out of
// its range.
func wrongPart(s string) string {
	for _, p := range []struct {
		name           string
		from, low, top int
	}{{"month", 5, 1, 12}, {"day", 8, 1, 31}, {"hour", 11, 0, 23}, {"minute", 14, 0, 59}, {"second", 17, 0, 59}} {
		if n := decimal(s[p.from : p.from+2]); n < p.low || n > p.top {
			return fmt.Sprintf("the %s is %s", p.name, quote(s[p.from:p.from+2]))
		}
	}
	switch {
	case decimal(s[:4]) < 1970:
		return "years begin with 1970; was the clock of the device set?"
	case decimal(s[8:10]) > 28:
		return "the month has no such day"
	}
	return "a separator is not the one expected, or something follows"
}
