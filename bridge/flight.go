package bridge

import (
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// flight is what is under way on one line: sent, and not acknowledged. What is careful goes alone: it was under way when the
// connection before died, and when this one dies too it must be plain at which message.
type flight struct {
	window  int
	careful int64 // entries up to this number go one at a time

	mu     sync.Mutex
	list   []sending     // guarded by mu: the oldest first
	change chan struct{} // guarded by mu: closed, and another in its place, when list changes
	acked  int64         // guarded by mu: the newest entry acknowledged on this line, 0 when none is
}

// sending is a message, and what Paho makes of it: nil until Paho has it.
type sending struct {
	message Message
	begun   bool // its turn has come
	token   mqtt.Token
}

func newFlight(window int, careful int64) *flight {
	return &flight{window: window, careful: careful, change: make(chan struct{})}
}

// add takes a message in if there is room for it; otherwise wait tells when to try again.
func (f *flight) add(m Message) (added bool, wait <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	alone := m.Entries[0] <= f.careful || len(f.list) > 0 && f.list[0].message.Entries[0] <= f.careful
	if len(f.list) >= f.window || alone && len(f.list) > 0 {
		return false, f.change
	}
	f.list = append(f.list, sending{message: m})
	return true, nil
}

// begin notes that the turn of the newest message has come.
func (f *flight) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list[len(f.list)-1].begun = true
}

// published notes the token of the newest message.
func (f *flight) published(t mqtt.Token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list[len(f.list)-1].token = t
	f.changedLocked()
}

// retract takes the newest message out again: Paho did not get it.
func (f *flight) retract() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = f.list[:len(f.list)-1]
	f.changedLocked()
}

func (f *flight) changedLocked() {
	close(f.change)
	f.change = make(chan struct{})
}

// oldest is the token of the oldest message; nil when there is none yet, and then wait tells when to ask again.
func (f *flight) oldest() (token mqtt.Token, wait <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) == 0 {
		return nil, f.change
	}
	return f.list[0].token, f.change
}

// done is the messages whose tokens are complete, from the oldest up to the first that is not.
func (f *flight) done() []Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []Message
	for _, s := range f.list {
		if !isDone(s.token) {
			break
		}
		all = append(all, s.message)
	}
	return all
}

func isDone(t mqtt.Token) bool {
	if t == nil {
		return false
	}
	select {
	case <-t.Done():
		return t.Error() == nil
	default:
		return false
	}
}

// remove takes the n oldest out, one at least: they are acknowledged.
func (f *flight) remove(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acked = f.list[n-1].message.last()
	f.list = f.list[n:]
	f.changedLocked()
}

// left is what is under way, the oldest first, and the newest entry that was acknowledged on this line. What only waits for its turn is
// not: no connection dies of it.
func (f *flight) left() (list []Message, acked int64, wait <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.list[:f.sentLocked()] {
		list = append(list, s.message)
	}
	return list, f.acked, f.change
}

// sent is how many messages are under way.
func (f *flight) sent() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sentLocked()
}

// sentLocked leaves out the newest when it waits for its turn. The others had theirs.
func (f *flight) sentLocked() int {
	n := len(f.list)
	if n > 0 && !f.list[n-1].begun {
		n--
	}
	return n
}
