package bridge

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func messages(entries ...int64) []Message {
	var all []Message
	for _, n := range entries {
		all = append(all, Message{Entries: []int64{n}})
	}
	return all
}

// end is a death in a table: so long after the one before, having lived so long.
type end struct {
	after, lived time.Duration
	why          error
	left         []Message
	acked        int64
}

// verdict is what is to come of it.
type verdict struct {
	State    State
	Died     int64 // 0 for nobody
	Cautious bool
}

func TestADeathIsJudgedByThoseBeforeIt(t *testing.T) {
	t.Parallel()
	silent := &silentError{time.Minute}
	for name, c := range map[string]struct {
		ends []end
		want []verdict
	}{
		"one early death is bad luck": {
			[]end{{lived: time.Second, why: io.EOF}},
			[]verdict{{Connecting, 0, true}},
		},
		"three of them are a fight over the id": {
			[]end{{lived: time.Second, why: io.EOF}, {time.Minute, time.Second, io.EOF, nil, 0}, {time.Minute, time.Second, io.EOF, messages(1, 2), 0}},
			[]verdict{{Connecting, 0, true}, {Connecting, 0, true}, {Evicted, 0, true}},
		},
		"three within an hour are not": {
			[]end{{lived: time.Second, why: io.EOF}, {20 * time.Minute, time.Second, io.EOF, nil, 0}, {20 * time.Minute, time.Second, io.EOF, nil, 0}},
			[]verdict{{Connecting, 0, true}, {Connecting, 0, true}, {Connecting, 0, true}},
		},
		"a connection that has stayed clears the suspicion": {
			[]end{{lived: time.Second, why: io.EOF}, {lived: time.Second, why: io.EOF}, {time.Hour, time.Hour, io.EOF, nil, 0}, {lived: time.Second, why: io.EOF}},
			[]verdict{{Connecting, 0, true}, {Connecting, 0, true}, {Connecting, 0, false}, {Connecting, 0, true}},
		},
		"who is alone when the connection dies is blamed, again and again, and it is no fight": {
			[]end{
				{lived: time.Second, why: io.EOF, left: messages(4, 5, 6)},
				{lived: time.Second, why: io.EOF, left: messages(5), acked: 4},
				{lived: time.Second, why: io.EOF, left: messages(5)},
				{lived: time.Second, why: io.EOF, left: messages(5)},
				{lived: time.Second, why: io.EOF, left: messages(5)},
			},
			[]verdict{{Connecting, 0, true}, {Connecting, 5, true}, {Connecting, 5, true}, {Connecting, 5, true}, {Connecting, 5, true}},
		},
		"a part of the message that was blamed is the same message": {
			[]end{
				{lived: time.Second, why: io.EOF, left: []Message{{Entries: []int64{1, 2, 3, 4}}}},
				{lived: time.Second, why: io.EOF, left: []Message{{Entries: []int64{3, 4}}}, acked: 2},
				{lived: time.Second, why: io.EOF, left: messages(4), acked: 3},
				{lived: time.Second, why: io.EOF, left: messages(4)},
			},
			[]verdict{{Connecting, 4, true}, {Connecting, 4, true}, {Connecting, 4, true}, {Connecting, 4, true}},
		},
		"another message each time is a fight": {
			[]end{
				{lived: time.Second, why: io.EOF, left: messages(1)},
				{lived: time.Second, why: io.EOF, left: messages(2), acked: 1},
				{lived: time.Second, why: io.EOF, left: messages(3), acked: 2},
			},
			[]verdict{{Connecting, 1, true}, {Connecting, 2, true}, {Evicted, 3, true}},
		},
		"a half-open connection is nobody's fault": {
			[]end{{lived: time.Second, why: silent, left: messages(1)}, {lived: time.Second, why: silent, left: messages(1)}, {lived: time.Second, why: silent, left: messages(1)}},
			[]verdict{{HalfOpen, 0, false}, {HalfOpen, 0, false}, {HalfOpen, 0, false}},
		},
		"nor is a fault of the queue": {
			[]end{{lived: time.Second, why: &sourceError{errors.New("disk full")}, left: messages(1)}},
			[]verdict{{Connecting, 0, false}},
		},
		"a message that is never acknowledged is blamed, however long it took": {
			[]end{{lived: time.Minute, why: errUnacknowledged, left: messages(1, 2)}, {lived: time.Second, why: errUnacknowledged, left: messages(1)}},
			[]verdict{{Connecting, 0, false}, {Connecting, 1, true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p past
			var got []verdict
			at := time.Unix(0, 0)
			for _, e := range c.ends {
				at = at.Add(e.after)
				f := p.judge(death{e.why, at, e.lived, e.left, e.acked}, DefaultTiming())
				v := verdict{State: f.state, Cautious: p.cautious()}
				if f.died != nil {
					v.Died = f.died.last()
				}
				got = append(got, v)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("verdicts (-want +got):\n%s", d)
			}
		})
	}
}

func TestACloudThatIsAwayIsNoFight(t *testing.T) {
	t.Parallel()
	var p past
	early := death{why: io.EOF, at: time.Unix(0, 0), lived: time.Second}
	for range 5 {
		if f := p.judge(early, DefaultTiming()); f.state != Connecting {
			t.Fatalf("%+v", f)
		}
		p.unreachable()
	}
}

func TestWhatWasUnderWayGoesAlone(t *testing.T) {
	t.Parallel()
	f := newFlight(3, 2)
	for i, m := range messages(1, 2, 3, 4, 5, 6) {
		added, wait := f.add(m)
		for !added {
			f.remove(1)
			select {
			case <-wait:
			default:
				t.Fatal("nobody is told that there is room")
			}
			added, wait = f.add(m)
		}
		before := f.sent()
		f.begin()
		left, _, _ := f.left()
		if before != len(left)-1 {
			t.Errorf("message %d is under way before its turn has come", i+1)
		}
		if want := []int{1, 1, 1, 2, 3, 3}[i]; len(left) != want || left[len(left)-1].last() != m.last() {
			t.Errorf("with message %d there are %d under way, want %d", i+1, len(left), want)
		}
	}
}
