package wire

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/onenet"
)

// FileIndex names the file of a binary data point: {device}_{epoch ms}_{stream}
// (section 3.2).
func FileIndex(dev onenet.DeviceID, at time.Time, stream onenet.StreamID) string {
	return fmt.Sprintf("%s_%d_%s", dev, at.UnixMilli(), stream)
}

// ParseFileIndex takes a file index apart. Where the device or the stream has
// underscores of its own, the first part that looks like milliseconds of our time
// (13 digits) separates them, and for want of one the first that is a number.
func ParseFileIndex(index string) (dev onenet.DeviceID, at time.Time, stream onenet.StreamID, err error) {
	parts := strings.Split(index, "_")
	best := 0
	for i := 1; i < len(parts)-1; i++ {
		if _, err := strconv.ParseInt(parts[i], 10, 64); err != nil {
			continue
		}
		if len(parts[i]) == 13 {
			best = i
			break
		}
		if best == 0 {
			best = i
		}
	}
	if best == 0 {
		return "", time.Time{}, "", fmt.Errorf("%q is not a file index such as 700123456_1527811200123_pic", index)
	}
	ms, _ := strconv.ParseInt(parts[best], 10, 64) // it was a number above
	return onenet.DeviceID(strings.Join(parts[:best], "_")), milli(ms),
		onenet.StreamID(strings.Join(parts[best+1:], "_")), nil
}

// Cursor writes a place in the history of a device as a caller gets it:
// {n}_{device}_{epoch ms} (section 5.7). What the real n counts is not known; here it
// is the Seq, so that a cursor is exact.
func Cursor(dev onenet.DeviceID, p onenet.Position) string {
	return fmt.Sprintf("%d_%s_%d", p.Seq, dev, p.At.UnixMilli())
}

// ParseCursor reads a cursor.
func ParseCursor(s string) (dev onenet.DeviceID, p onenet.Position, err error) {
	n, rest, _ := strings.Cut(s, "_")
	i := strings.LastIndexByte(rest, '_')
	seq, err := strconv.ParseInt(n, 10, 64)
	if err != nil || i <= 0 {
		return "", p, badCursor(s)
	}
	ms, err := strconv.ParseInt(rest[i+1:], 10, 64)
	if err != nil {
		return "", p, badCursor(s)
	}
	return onenet.DeviceID(rest[:i]), onenet.Position{At: milli(ms), Seq: seq}, nil
}

func badCursor(s string) error {
	return fmt.Errorf("%q is not a cursor such as 100_700123456_1527811200123", s)
}

func milli(ms int64) time.Time { return time.UnixMilli(ms).In(onenet.Beijing) }
