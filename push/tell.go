package push

import (
	"fmt"
	"net/url"
	"time"

	"github.com/onelan/onelan/onenet"
)

// What becomes of a firing stands in the journal, in records of KindTrigger whose text begins with delivered,
// retrying or given up; that it fired, the platform has told.

func (o *Outlet) tell(l *letter, text string) {
	o.journal.Append(onenet.Record{
		Kind: onenet.KindTrigger, Product: l.Ref.Product, Device: l.Ref.Device, Trigger: l.Trigger.ID, Addr: host(l.Trigger.URL),
		Size: len(l.body), Payload: l.body[:min(len(l.body), onenet.PayloadKept)], Count: 1, Text: text,
	})
}

func (o *Outlet) tellDelivered(l *letter, took time.Duration) {
	o.tell(l, fmt.Sprintf("delivered to %s: 200 in %s", place(l.Trigger.URL), took.Round(time.Microsecond)))
	o.log.Debug("trigger delivered", "device", l.Ref, "trigger", l.Trigger.ID, "url", place(l.Trigger.URL), "took", took)
}

func (o *Outlet) tellRetry(l *letter, try int, d time.Duration, why error) {
	o.tell(l, fmt.Sprintf("retrying in %s: %s: %v (try %d of %d)", d, place(l.Trigger.URL), why, try, o.limits.Tries))
	o.log.Warn("trigger not delivered", "device", l.Ref, "trigger", l.Trigger.ID, "url", place(l.Trigger.URL), "err", why,
		"try", try, "tries", o.limits.Tries, "again_in", d)
}

func (o *Outlet) tellGivenUp(l *letter, tries int, why error) {
	o.tell(l, fmt.Sprintf("given up after %d tries: %s: %v", tries, place(l.Trigger.URL), why))
	o.log.Warn("trigger given up", "device", l.Ref, "trigger", l.Trigger.ID, "url", place(l.Trigger.URL), "count", 1, "err", why)
}

// tellLost tells of a firing for which there was no room.
func (o *Outlet) tellLost(l *letter, why string) {
	o.tell(l, fmt.Sprintf("given up: %s: %s", place(l.Trigger.URL), why))
	o.log.Warn("trigger given up", "device", l.Ref, "trigger", l.Trigger.ID, "url", place(l.Trigger.URL), "count", 1, "why", why)
}

// tellLosses tells of those that a receiver's queue had no room for since it was last asked.
func (o *Outlet) tellLosses(rc *receiver) {
	o.mu.Lock()
	n := rc.losses.take()
	o.mu.Unlock()
	if n == 0 {
		return
	}
	text := fmt.Sprintf("given up: %s: %d more firings found its queue full", place(rc.url), n)
	o.journal.Append(onenet.Record{Kind: onenet.KindTrigger, Product: rc.product, Addr: host(rc.url), Count: n, Text: text})
	o.log.Warn("trigger given up", "product", rc.product, "url", place(rc.url), "count", n, "why", "queue full")
}

// tellCrowd tells of those for whose receivers there was no room.
func (o *Outlet) tellCrowd(n int) {
	if n == 0 {
		return
	}
	o.journal.Append(onenet.Record{
		Kind: onenet.KindTrigger, Count: n,
		Text: fmt.Sprintf("given up: %d more firings, because firings for %d other receivers were under way", n, o.limits.Receivers),
	})
	o.log.Warn("trigger given up", "count", n, "why", "too many receivers")
}

// tellClosed tells of those that were under way when the platform stopped.
func (o *Outlet) tellClosed(n int) {
	o.journal.Append(onenet.Record{
		Kind: onenet.KindTrigger, Count: n,
		Text: fmt.Sprintf("given up: %d firings were under way when the platform stopped; they are not kept", n),
	})
	o.log.Warn("trigger given up", "count", n, "why", "the platform stopped; firings under way are not kept")
}

func host(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Host
}
