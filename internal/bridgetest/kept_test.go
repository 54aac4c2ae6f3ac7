package bridgetest_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// event is something that happens to messages on their way to the cloud.
type event struct {
	name  string
	setup setup
	away  bool                                // the cloud is away at first
	run   func(t *testing.T, qos byte) string // gives the outcome in place of all that follows
	// happen sends messages numbered from 0 at the QoS, lets the event happen, and ends when the books are at rest. It gives how many
	// it has sent.
	happen func(t *testing.T, c *chain, qos byte) int
}

const keptMessages = 6

func with(change func(*bridge.Plan)) setup { return setup{plan: change} }

func bounded(p queue.Policy) setup {
	return with(func(plan *bridge.Plan) {
		plan.Limits = queue.Limits{Device: queue.Bound{Entries: keptMessages / 2}, Policy: p, KeepQoS0: true}
	})
}

// aging has a clock that is moved by hand.
func aging() setup {
	s := with(func(p *bridge.Plan) { p.Limits.Age, p.Keepalive = time.Minute, 0 })
	s.edge = []onenettest.Option{onenettest.WithClock(time.Date(2026, 6, 1, 8, 0, 0, 0, onenet.Beijing))}
	return s
}

// events are the rows of the table in docs/BRIDGE.md.
func events() []event {
	return []event{
		{name: "the cloud is there", happen: sendAndDrain},
		{name: "the cloud is away for a while", away: true, happen: sendBackAndDrain},
		{name: "the cloud refuses the login for a while", happen: refuse},
		{name: "a person has paused the link for a while", happen: pause},
		{name: "the connection has fallen silent, and nobody knows it yet", setup: with(soonSilent), happen: sendIntoSilence},
		{name: "the connection dies after the cloud got the message, before its acknowledgement is here", happen: loseAcks},
		{name: "onelan is killed (`kill -9`) while messages wait, and started again", run: killed},
		{name: "onelan stops and starts while messages wait", away: true, happen: stopAndStart},
		{name: "the device leaves while its messages wait, and presence follows it", setup: with(func(p *bridge.Plan) { p.Presence = bridge.Follow }), away: true, happen: leaveAndDrain},
		{name: "the queue is full, policy `drop-oldest`", setup: bounded(queue.DropOldest), away: true, happen: fillBackAndDrain},
		{name: "the queue is full, policy `drop-newest`", setup: bounded(queue.DropNewest), away: true, happen: fillBackAndDrain},
		{name: "the queue is full, policy `refuse`", setup: bounded(queue.Refuse), away: true, happen: fillBackAndDrain},
		{name: "a message waits longer than `queue.age`", setup: aging(), away: true, happen: expire},
		{
			name: "the cloud kills the connection on one message, again and again", setup: with(func(p *bridge.Plan) { p.NoPack, p.Limits.Tries = true, 2 }), happen: poison,
		},
		{name: "a person drops what waits", away: true, happen: dropByPerson},
		{name: "the disk of onelan is full", setup: setup{shaky: true}, happen: diskFull},
	}
}

// outcome lets the event happen to messages of a QoS, and says in words what became of them.
func (e event) outcome(t *testing.T, qos byte) string {
	t.Helper()
	if e.run != nil {
		return e.run(t, qos)
	}
	s := e.setup
	s.edge = append(slices.Clone(s.edge), onDiskOf(t)...)
	s.timing = quick()
	var c *chain
	if e.away {
		c = startBeforeNothing(t, s)
	} else {
		c = startChain(t, s)
		c.prime(t)
	}
	before := c.status(t, c.ref()).Books
	sent := e.happen(t, c, qos)
	c.mustVerify(t)
	books := c.status(t, c.ref()).Books
	books.Accepted, books.Delivered = books.Accepted-before.Accepted, books.Delivered-before.Delivered
	arrived := c.arrived(t, int(books.Delivered))
	return words(sent, c.acked, books, arrived)
}

// prime sends one message through the chain: behind it the queue knows that the link is on line, and takes QoS 0.
func (c *chain) prime(t *testing.T) {
	t.Helper()
	b := c.mustBoard(t, c.pairs[0])
	b.mustUpload(t, "prime", 0, 1)
	c.mustDrain(t)
	b.leave()
}

// arrived is what the cloud has got. What went at QoS 0 may be on its way still: so many are waited for, but not for long.
func (c *chain) arrived(t *testing.T, n int) (numbers []int) {
	t.Helper()
	for deadline := now().Add(time.Second); ; {
		numbers = received(t, c.cloud, c.pairs[0].there, "n")
		if order, _ := firsts(numbers); len(order) >= n || now().After(deadline) {
			return numbers
		}
		clock.Sleep(clock.System(), 10*time.Millisecond, t.Context().Done())
	}
}

// words say what became of messages.
func words(sent, acked int, b queue.Books, arrived []int) string {
	order, again := firsts(arrived)
	var parts []string
	if len(order) == sent {
		parts = append(parts, "kept")
	}
	for _, column := range slices.Sorted(maps.Keys(b.Dropped)) {
		parts = append(parts, fmt.Sprintf("%s dropped, counted as `%s`", share(b.Dropped[column], sent), strings.TrimPrefix(string(column), "dropped.")))
	}
	if b.Quarantined > 0 {
		parts = append(parts, "that one in quarantine, the others kept")
	}
	if n := sent - int(b.Accepted); n > 0 {
		parts = append(parts, share(int64(n), sent)+" not accepted"+map[bool]string{true: ", and not acknowledged to the device"}[acked < sent])
	}
	if n := int(b.Delivered) - len(order); n > 0 {
		parts = append(parts, share(int64(n), sent)+" lost: counted as delivered, for at QoS 0 nobody can know")
	}
	if again > 0 {
		parts = append(parts, "may arrive twice")
	}
	if !slices.IsSorted(order) {
		parts = append(parts, "OUT OF ORDER")
	}
	return strings.Join(parts, "; ")
}

func share(n int64, of int) string {
	if int(n) == of {
		return "all"
	}
	if n == 1 {
		return "that one"
	}
	return "what is over"
}

const (
	keptBegin = "<!-- kept:begin -->\n"
	keptEnd   = "<!-- kept:end -->\n"
	guide     = "../../docs/BRIDGE.md"
)

// TestTheTableOfWhatIsKeptTellsTheTruth makes the table anew and compares it with the one in docs/BRIDGE.md; UPDATE=1 writes it there.
func TestTheTableOfWhatIsKeptTellsTheTruth(t *testing.T) {
	t.Parallel()
	list := events()
	rows := make([][3]string, len(list))
	t.Run("events", func(t *testing.T) {
		for i, e := range list {
			for qos := range byte(3) {
				t.Run(fmt.Sprintf("%s, at QoS %d", e.name, qos), func(t *testing.T) {
					t.Parallel()
					rows[i][qos] = e.outcome(t, qos)
				})
			}
		}
	})
	if t.Failed() {
		return
	}
	table := "| what happens | QoS 0 | QoS 1 | QoS 2 |\n|---|---|---|---|\n"
	for i, e := range list {
		table += fmt.Sprintf("| %s | %s |\n", e.name, strings.Join(rows[i][:], " | "))
	}
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := bytes.Cut(text, []byte(keptBegin))
	old, after, ok2 := bytes.Cut(rest, []byte(keptEnd))
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the table", guide)
	}
	if d := cmp.Diff(string(old), table); d != "" && os.Getenv("UPDATE") == "" {
		t.Errorf("%s does not tell what happens; UPDATE=1 mends that (-says +is):\n%s", guide, d)
	} else if d != "" {
		fresh := slices.Concat(before, []byte(keptBegin), []byte(table), []byte(keptEnd), after)
		if err := os.WriteFile(guide, fresh, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
