package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/control/lab"
)

// linkLooks are the colours of a link's states.
var linkLooks = map[string]style{
	"online": green, "connecting": yellow, "paused": yellow, "idle": dim, "refused": red, "evicted": red, "half-open": red, unmapped: dim,
}

// unmapped is the state of a device that only has something in the queue.
const unmapped = "unmapped"

func linkState(d lab.BridgeDevice) string {
	if !d.Mapped {
		return unmapped
	}
	return d.State
}

// equation is how books balance, in words.
func equation(b lab.BridgeBooks) string {
	s := fmt.Sprintf("%d accepted = %d delivered + %d waiting + %d quarantined + %d dropped",
		b.Accepted, b.Delivered, b.Waiting, b.Quarantined, droppedIn(b))
	if !balances(b) {
		return s + ": THEY DO NOT BALANCE"
	}
	return s
}

func droppedIn(b lab.BridgeBooks) (sum int64) {
	for _, n := range b.Dropped {
		sum += n
	}
	return sum
}

func balances(b lab.BridgeBooks) bool {
	return b.Accepted == b.Delivered+int64(b.Waiting)+int64(b.Quarantined)+droppedIn(b)
}

// reasons are what the reasons for drops mean.
var reasons = map[string]string{
	"oldest": "the queue was full, and they were the oldest", "newest": "the queue was full, and they were the newest",
	"age": "they waited too long", "person": "somebody gave them up", "offline": "QoS 0 while the cloud was away",
}

func dropReasons(b lab.BridgeBooks) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(b.Dropped)) {
		why := reasons[reason]
		if why == "" {
			why = reason
		}
		parts = append(parts, fmt.Sprintf("%d: %s", b.Dropped[reason], why))
	}
	return strings.Join(parts, "; ")
}

// brief is a duration in at most two units: 12s, 3m05s, 2h07m, 4d11h.
func brief(d time.Duration) string {
	d = max(d, 0)
	seconds := int(d.Seconds())
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", seconds)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", seconds/60, seconds%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", seconds/3600, seconds/60%60)
	}
	return fmt.Sprintf("%dd%02dh", seconds/86400, seconds/3600%24)
}

// ago is how long something is past; empty for what never was.
func ago(now, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return brief(now.Sub(t))
}

// perSecond is a rate with as many digits as say something.
func perSecond(r float64) string {
	switch {
	case r == 0:
		return "0"
	case r < 10:
		return strconv.FormatFloat(r, 'f', 1, 64)
	}
	return strconv.FormatFloat(r, 'f', 0, 64)
}

// bytesText is a size for people.
func bytesText(n int64) string {
	switch {
	case n < 1<<10:
		return count(int(n), "byte")
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
