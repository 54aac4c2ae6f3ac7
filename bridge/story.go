package bridge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

// story is what the journal is told about one device: each change of its link once, and what has become of its messages
// once a second at most, summed up.
type story struct {
	post *post

	mu      sync.Mutex
	state   State           // guarded by mu: the last one told
	trouble *onenet.Refusal // guarded by mu: the last one heard of
	refused []string        // guarded by mu: subscriptions
	told    queue.Books     // guarded by mu
	points  int             // guarded by mu: that have arrived since
	timer   clock.Timer     // guarded by mu: runs for a second after something was told
	dirty   bool            // guarded by mu: there may be more to tell by then
	ended   bool            // guarded by mu
	fullAt  time.Time       // guarded by mu: when it was last told that the queue is full
}

// period is how often the journal hears of a device's messages.
const period = time.Second

// begin takes the books as told: what happened before this run is in the journal of that.
func (s *story) begin(p *post) {
	s.post, s.state = p, Idle
	s.told, _ = p.bridge.queue.Balance(p.ref)
}

// tell writes a record about the device.
func (s *story) tell(r onenet.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellLocked(r)
}

func (s *story) tellLocked(r onenet.Record) {
	r.Kind, r.Product, r.Device = onenet.KindBridge, s.post.ref.Product, s.post.ref.Device
	r.Link = string(s.state)
	s.post.bridge.platform.Journal().Append(r)
}

// link tells of a change of the link, if it is one.
func (s *story) link(now Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := now.Trouble != nil && now.Trouble != s.trouble
	if now.State != s.state || fresh && (s.trouble == nil || s.trouble.Cause != now.Trouble.Cause) {
		s.state = now.State
		s.tellLocked(linkRecord(now, fresh))
	}
	s.trouble = now.Trouble
	if !slices.Equal(s.refused, now.Refused) {
		s.refused = now.Refused
		s.tellRefusedLocked()
	}
}

func linkRecord(s Status, trouble bool) onenet.Record {
	r := onenet.Record{Addr: s.Upstream, Text: "the link to the cloud is " + string(s.State)}
	if trouble {
		r.Refusal = s.Trouble
		r.Text += ": " + s.Trouble.Error()
	}
	return r
}

func (s *story) tellRefusedLocked() {
	if len(s.refused) > 0 {
		s.tellLocked(onenet.Record{Count: len(s.refused), Text: "the cloud does not let the device subscribe to " + strings.Join(s.refused, ", ")})
	}
}

// arrived counts data points that the cloud has acknowledged; poke must follow.
func (s *story) arrived(points int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.points += points
}

// poke says that the books have changed.
func (s *story) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil || s.ended {
		s.dirty = true
		return
	}
	s.sumLocked()
	s.timer = s.post.bridge.clock.AfterFunc(period, s.tick)
}

func (s *story) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = nil
	if !s.dirty || s.ended {
		return
	}
	s.sumLocked()
	s.timer = s.post.bridge.clock.AfterFunc(period, s.tick)
}

// end tells what is still to be told.
func (s *story) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended = true; s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.sumLocked()
}

// restart begins anew with the books as they are: what they counted before is gone.
func (s *story) restart() {
	books, _ := s.post.bridge.queue.Balance(s.post.ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told, s.points, s.trouble = books, 0, nil
}

// sumLocked tells what has changed in the books.
func (s *story) sumLocked() {
	books, err := s.post.bridge.queue.Balance(s.post.ref)
	if err != nil {
		s.post.bridge.log.Error("bridge queue: the books do not balance", "err", err)
	}
	before, points := s.told, s.points
	s.told, s.points, s.dirty = books, 0, false
	if n := books.Delivered - before.Delivered; n > 0 {
		s.tellLocked(onenet.Record{Count: int(n), Text: arrivedText(n, points)})
	}
	for _, column := range slices.Sorted(maps.Keys(books.Dropped)) {
		if n := books.Dropped[column] - before.Dropped[column]; n > 0 {
			s.tellLocked(onenet.Record{Count: int(n), Text: fmt.Sprintf("given up: %s, because %s", counted(n, "message"), dropReason(column))})
		}
	}
}

func arrivedText(messages int64, points int) string {
	text := "the cloud has " + counted(messages, "message")
	if points > 0 {
		text += " with " + counted(int64(points), "data point")
	}
	return text
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// dropReason says in words why something was dropped.
func dropReason(c onenet.UplinkColumn) string {
	switch c {
	case onenet.UplinkDropOldest:
		return "the queue was full, and the oldest gives way"
	case onenet.UplinkDropNewest:
		return "the queue was full, and what comes is dropped"
	case onenet.UplinkDropAge:
		return "it waited longer than it may"
	case onenet.UplinkDropPerson:
		return "somebody said so"
	case onenet.UplinkDropUnsent:
		return "it had QoS 0 and the cloud was away"
	default:
		return string(c)
	}
}

// full tells that the queue takes nothing more, once a second at most.
func (s *story) full(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.post.bridge.clock.Now()
	if s.ended || now.Sub(s.fullAt) < period {
		return
	}
	s.fullAt = now
	s.tellLocked(onenet.Record{Text: "a message of the device is not accepted: " + why.Error()})
}
