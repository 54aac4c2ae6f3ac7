package bridgetest_test

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
	"github.com/onelan/onelan/wire"
)

// board is a local device, made of bytes.
type board struct {
	*rig.Conn
	ids uint16
}

// mustBoard logs a device in at the edge.
func (c *chain) mustBoard(t testing.TB, p pair) *board {
	t.Helper()
	return mustBoardAt(t, c.edge.MQTTAddr(), p.here)
}

func mustBoardAt(t testing.TB, addr string, d onenet.Device) *board {
	t.Helper()
	conn, _, err := rig.Open(t.Context(), addr, rig.Login{Device: string(d.ID), Product: string(d.Product), Secret: string(d.AuthInfo)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &board{Conn: conn}
}

// leave logs the board out.
func (b *board) leave() {
	_, _ = b.Write(rig.Disconnect)
	_ = b.Close()
}

// send publishes, and does not wait for an answer.
func (b *board) send(topic string, qos byte, payload []byte) error {
	b.ids = b.ids%0xFFFF + 1
	_, err := b.Write(rig.Message{Topic: topic, QoS: qos, ID: b.ids, Payload: payload}.Packet())
	return err
}

// mustSend publishes, and waits for the acknowledgement.
func (b *board) mustSend(t testing.TB, topic string, qos byte, payload string) {
	t.Helper()
	if err := b.send(topic, qos, []byte(payload)); err != nil {
		t.Fatal(err)
	}
	b.mustBeAcked(t, qos)
}

// The heads of the QoS 2 handshake [MQTT-2.2.1].
const (
	pubrec  = 0x50
	pubrel  = 0x62
	pubcomp = 0x70
)

func (b *board) mustBeAcked(t testing.TB, qos byte) {
	t.Helper()
	var err error
	switch qos {
	case 1:
		_, err = b.Await(rig.Puback)
	case 2:
		if _, err = b.Await(pubrec); err == nil {
			_, err = b.Write(rig.Ack(pubrel, b.ids))
		}
		if err == nil {
			_, err = b.Await(pubcomp)
		}
	default: // what the broker answers comes behind what it took
		if _, err = b.Write(rig.Ping); err == nil {
			_, err = b.Await(rig.Pong)
		}
	}
	if err != nil {
		t.Fatalf("%s is not acknowledged: %v", ordinal(int(qos)), err)
	}
}

func ordinal(qos int) string { return "a message at QoS " + strconv.Itoa(qos) }

// mustUpload uploads the numbers from (inclusive) to (exclusive) to a stream, each in a message of its own at QoS 1, and waits for all
// acknowledgements.
func (b *board) mustUpload(t testing.TB, stream string, from, to int) {
	t.Helper()
	const window = 50
	for ; from < to; from += window {
		n := min(window, to-from)
		for i := range n {
			if err := b.send("$dp", 1, point(stream, from+i)); err != nil {
				t.Fatal(err)
			}
		}
		for range n {
			b.mustBeAcked(t, 1)
		}
	}
}

// point is the payload of a $dp with one point.
func point(stream string, n int) []byte { return onenettest.DP(fmt.Sprintf(`{%q:%d}`, stream, n)) }

// arrivals notes what a proxy passes on to the cloud: the numbers in each stream, in the order in which they go.
type arrivals struct {
	mu   sync.Mutex
	seen map[string][]int // guarded by mu
}

// under gives a rule that does what the given one says, and notes what passes.
func (a *arrivals) under(rule faultnet.Rule) faultnet.Rule {
	a.seen = map[string][]int{}
	return func(f faultnet.Frame) faultnet.Verdict {
		v := rule(f)
		if f.Direction == faultnet.Up && f.Topic() == wire.DPTopic && (v == faultnet.Pass || v == faultnet.PassKill || v == faultnet.PassClose) {
			a.note(f.Payload())
		}
		return v
	}
}

func (a *arrivals) note(payload []byte) {
	points, _ := wire.DecodeDP(bytes.Clone(payload), wire.DPOptions{})
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range points {
		if n, err := strconv.Atoi(string(p.Value)); err == nil {
			a.seen[string(p.Stream)] = append(a.seen[string(p.Stream)], n)
		}
	}
}

func (a *arrivals) of(stream string) []int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.seen[stream])
}

// received is the number of each point of a stream that the cloud has got, in the order in which it got them, doubled ones included.
// It holds for messages of up to 20 points: a record of the journal has no more.
func received(t testing.TB, cloud *onenettest.Server, dev onenet.Device, stream string) (numbers []int) {
	t.Helper()
	for after := uint64(0); ; {
		records, lost := cloud.Platform().Journal().Read(after, 1<<10)
		if lost > 0 {
			t.Fatalf("the cloud's journal has forgotten %d records", lost)
		}
		if len(records) == 0 {
			return numbers
		}
		for _, r := range records {
			if r.Kind == onenet.KindData && r.Product == dev.Product && r.Device == dev.ID {
				numbers = append(numbers, numbersIn(r, stream)...)
			}
		}
		after = records[len(records)-1].Seq
	}
}

func numbersIn(r *onenet.Record, stream string) (numbers []int) {
	for _, p := range r.Points {
		if n, err := strconv.Atoi(string(p.Value)); err == nil && string(p.Stream) == stream {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// kept is the number of each point of a stream that the cloud has stored, sorted. Their times would not do for an order: a point that
// went up at once has its time from the cloud, one that was packed from the edge.
func kept(t testing.TB, cloud *onenettest.Server, dev onenet.Device, stream string) (numbers []int) {
	t.Helper()
	q := onenet.PointQuery{Ref: dev.Ref(), Streams: []onenet.StreamID{onenet.StreamID(stream)}, Limit: onenet.MostPoints}
	for {
		list, err := cloud.Platform().Points(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			n, err := strconv.Atoi(string(p.Value))
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, n)
		}
		if len(list) < q.Limit {
			slices.Sort(numbers)
			return numbers
		}
		q.After = &onenet.Position{At: list[len(list)-1].At, Seq: list[len(list)-1].Seq}
	}
}

// firsts are the first arrivals in their order, and how many came again.
func firsts(numbers []int) (order []int, again int) {
	seen := map[int]bool{}
	for _, n := range numbers {
		if seen[n] {
			again++
			continue
		}
		seen[n] = true
		order = append(order, n)
	}
	return order, again
}

// upTo are the numbers below n.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// numbersOf are the numbers in a frame with points.
func numbersOf(f faultnet.Frame) []int {
	a := arrivals{seen: map[string][]int{}}
	a.note(f.Payload())
	return a.of("n")
}

// containsStream tells whether a frame has points of a stream.
func containsStream(f faultnet.Frame, stream string) bool {
	a := arrivals{seen: map[string][]int{}}
	a.note(f.Payload())
	return len(a.of(stream)) > 0
}
