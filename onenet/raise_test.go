package onenet_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

var errNoRoom = onenet.Errorf(onenet.ErrLimit, "queue to the cloud", "1/2", "it is full")

// ingest uploads a point that came over MQTT and notes in the story when it is done.
func (h *heaven) ingest(name string) {
	h.Ingest(onenet.Upload{
		Ref: ref, Points: []onenet.Datapoint{value("t", "1")}, Topic: "$dp", QoS: 2, Size: len(name), Payload: []byte(name),
	}, func(err error) { h.sky.tell("%s: %v", name, err) })
}

func TestPointsGoUpInTheCommitThatStoresThem(t *testing.T) {
	t.Parallel()
	t.Run("as the message was, before the device hears of it", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		payload := []byte("as it came")
		u := onenet.Upload{Ref: ref, Points: []onenet.Datapoint{value("t", "1"), value("h", "2")}, Topic: "$dp", QoS: 2, Payload: payload}
		h.Ingest(u, func(err error) { h.sky.tell("done: %v", err) })
		copy(payload, "overwritten")
		if d := cmp.Diff([]onenet.Upward{{Ref: ref, Topic: "$dp", QoS: 2, At: h.clock.Now(), Payload: []byte("as it came")}}, h.sky.raised); d != "" {
			t.Errorf("raised (-want +got):\n%s", d)
		}
		if got, want := h.store.last(), "2 points, 0 commands, 1 up"; got != want {
			t.Errorf("the batch had %s, want %s", got, want)
		}
		if d := cmp.Diff([]string{"up 1: <nil>", "done: <nil>"}, h.sky.told()); d != "" {
			t.Errorf("the order (-want +got):\n%s", d)
		}
		if d := cmp.Diff([]string{"$dp 2 as it came"}, h.mustQueue(t)); d != "" {
			t.Errorf("the queue (-want +got):\n%s", d)
		}
	})
	t.Run("as points with their times, where there was no message", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		now := h.clock.Now()
		early := onenet.Datapoint{Stream: "h", Value: []byte("2"), At: now.Add(-time.Hour)}
		if err := h.IngestWait(t.Context(), onenet.Upload{Ref: ref, Points: []onenet.Datapoint{value("t", "1"), early}, Call: "POST"}); err != nil {
			t.Fatal(err)
		}
		late := value("t", "1")
		late.At = now
		want := []onenet.Upward{{Ref: ref, Topic: "$dp", QoS: 1, Points: []onenet.StoredPoint{
			{Ref: ref, Datapoint: late, Received: now}, {Ref: ref, Datapoint: early, Received: now},
		}}}
		if d := cmp.Diff(want, h.sky.raised); d != "" {
			t.Errorf("raised (-want +got):\n%s", d)
		}
	})
	t.Run("a file of the REST API too", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		if err := h.AddStream(t.Context(), onenet.StreamMeta{Ref: ref, Stream: "pic"}); err != nil {
			t.Fatal(err)
		}
		index, err := h.AddFile(t.Context(), onenet.Upload{Ref: ref, Call: "POST /bindata"}, "pic", onenet.File{Data: []byte("jpg")})
		if err != nil {
			t.Fatal(err)
		}
		if len(h.sky.raised) != 1 || len(h.sky.raised[0].Points) != 1 || h.sky.raised[0].Points[0].File.Index != index {
			t.Errorf("raised %+v", h.sky.raised)
		}
		if got, want := h.store.last(), "1 points, 0 commands, 1 up"; got != want {
			t.Errorf("the batch had %s, want %s", got, want)
		}
	})
	t.Run("nothing goes up that the bridge does not want", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.sky.deaf = true
		h.ingest("local")
		if len(h.sky.raised) > 0 || !slices.Equal(h.sky.told(), []string{"local: <nil>"}) {
			t.Errorf("raised %+v", h.sky.raised)
		}
	})
	t.Run("what the store refuses does not go up", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.store.fail = errors.New("disk full")
		h.ingest("lost")
		if d := cmp.Diff([]string{"up 1: disk full", "lost: disk full"}, h.sky.told()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

func TestPointsForWhichTheCloudHasNoRoomAreNotAccepted(t *testing.T) {
	t.Parallel()
	h := mustRise(t)
	h.ingest("a")
	h.sky.refuse = errNoRoom
	h.ingest("b")
	if err := h.IngestWait(t.Context(), onenet.Upload{Ref: ref, Points: []onenet.Datapoint{value("t", "7")}}); !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("the REST caller got %v, want ErrLimit", err)
	}
	h.sky.refuse = nil
	h.ingest("c")
	if d := cmp.Diff([]string{"up 1: <nil>", "a: <nil>", "b: " + errNoRoom.Error(), "up 2: <nil>", "c: <nil>"}, h.sky.told()); d != "" {
		t.Errorf("the order (-want +got):\n%s", d)
	}
	points, err := h.Points(t.Context(), onenet.PointQuery{Ref: ref})
	if err != nil || len(points) != 2 {
		t.Errorf("stored %v, %v; want the two that were accepted", points, err)
	}
	if lost := h.texts(onenet.KindDropped); len(lost) != 2 || !strings.Contains(lost[0], "real OneNET") || !strings.Contains(lost[0], "it is full") {
		t.Errorf("the journal tells %q", lost)
	}
}

// The calls of done come in the order of the Ingests although what is refused need not wait for the store.
func TestARefusalKeepsItsPlaceAmongTheDones(t *testing.T) {
	t.Parallel()
	h := mustRise(t)
	// A done that is running makes the store queue the calls of those behind it.
	h.Ingest(onenet.Upload{Ref: ref, Points: []onenet.Datapoint{value("t", "1")}}, func(error) {
		h.ingest("b")
		h.sky.refuse = errNoRoom
		h.ingest("c")
		h.sky.refuse = nil
		h.ingest("d")
		h.sky.tell("a: <nil>")
	})
	want := []string{"up 1: <nil>", "a: <nil>", "up 2: <nil>", "b: <nil>", "c: " + errNoRoom.Error(), "up 3: <nil>", "d: <nil>"}
	if d := cmp.Diff(want, h.sky.told()); d != "" {
		t.Errorf("the order (-want +got):\n%s", d)
	}
}

func TestTheUplinkHearsWhoComesAndGoes(t *testing.T) {
	t.Parallel()
	h := mustRise(t)
	var seen []bool
	h.sky.present = func(r onenet.DeviceRef) { seen = append(seen, h.Presence(r).Online) } // it takes the platform's lock
	h.Arrived(ref, 1, "", "")
	h.Left(ref, 1, "", "")
	if d := cmp.Diff([]bool{true, false}, seen); d != "" {
		t.Errorf("what it saw (-want +got):\n%s", d)
	}
}

// story is a downlink that tells in the sky's story what it is asked for.
type storyDown struct {
	*wireLog
	sky *sky
}

func (d storyDown) Forget(ref onenet.DeviceRef, _ string)       { d.sky.tell("cut %s", ref) }
func (d storyDown) ForgetProduct(id onenet.ProductID, _ string) { d.sky.tell("cut product %s", id) }
func (d storyDown) Reset(_ context.Context, _ string, change func() error) error {
	d.sky.tell("all cut")
	err := change()
	d.sky.tell("let in")
	return err
}

func TestTheUplinkForgetsWhatIsDeletedBehindTheStoreAndTheLink(t *testing.T) {
	t.Parallel()
	t.Run("a device", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Attach(storyDown{h.wire, h.sky})
		if err := h.RemoveDevice(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"cut 1/2", "forget [1/2]"}, h.sky.told()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if err := h.RemoveDevice(t.Context(), ref); err == nil || len(h.sky.told()) > 0 {
			t.Errorf("a device that is not there: %v", err)
		}
	})
	t.Run("a product", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Attach(storyDown{h.wire, h.sky})
		if err := h.RemoveProduct(t.Context(), ref.Product); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"cut product 1", "forget product 1"}, h.sky.told()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

func TestAResetChangesTheContentWhileTheUplinkStands(t *testing.T) {
	t.Parallel()
	h := mustRise(t)
	h.Attach(storyDown{h.wire, h.sky})
	h.ingest("a")
	h.sky.told()
	if err := h.Reset(t.Context(), "reset", onenet.Contents()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"all cut", "reset", "go on: <nil>", "let in"}, h.sky.told()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if left := h.mustQueue(t); len(left) > 0 {
		t.Errorf("left in the queue: %v", left)
	}
	if records, _ := h.Journal().Read(0, 9); len(records) != 1 || records[0].Text != "reset" {
		t.Errorf("the journal begins with %+v", records)
	}
	broken := errors.New("broken")
	err := h.Reset(t.Context(), "reset", func(yield func(onenet.Batch, error) bool) { yield(onenet.Batch{}, broken) })
	if !errors.Is(err, broken) || !slices.Contains(h.sky.told(), "go on: broken") {
		t.Errorf("a reset that fails: %v", err)
	}
}

// catcher is a downlink that delivers messages as it is told to.
type catcher struct {
	*wireLog
	where onenet.Delivered
	err   error
	got   []string
}

func (c *catcher) Deliver(ref onenet.DeviceRef, topic string, payload []byte, qos byte, done func(onenet.Delivered, error)) {
	c.got = append(c.got, ref.String()+" "+topic+" "+string(payload)+" "+string('0'+qos))
	done(c.where, c.err)
}

func TestAMessageOfTheCloudIsToldWithWhereItGotTo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		where onenet.Delivered
		err   error
		kind  onenet.Kind
		count int
		text  string
	}{
		{onenet.DeliveredNow, nil, onenet.KindMessage, 1, "from the real OneNET: given to the device"},
		{onenet.DeliveredLater, nil, onenet.KindMessage, 1, "from the real OneNET: kept for the device, which is away"},
		{onenet.NotWanted, nil, onenet.KindMessage, 0, "from the real OneNET: the device does not have it: it has not subscribed to the topic, or is away and keeps no session"},
		{"", errors.New("disk full"), onenet.KindDropped, 1, "from the real OneNET: lost: disk full"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			h := mustRise(t)
			c := &catcher{wireLog: h.wire, where: tt.where, err: tt.err}
			h.Attach(c)
			done := 0
			h.FromCloud(ref, "led", 1, []byte("on"), func(where onenet.Delivered, err error) {
				done++
				if where != tt.where || !errors.Is(err, tt.err) {
					t.Errorf("got %q, %v", where, err)
				}
			})
			if done != 1 || !slices.Equal(c.got, []string{"1/2 led on 1"}) {
				t.Errorf("done %d times, delivered %v", done, c.got)
			}
			records, _ := h.Journal().Read(0, 9)
			if len(records) != 1 || records[0].Kind != tt.kind || records[0].Text != tt.text || records[0].Count != tt.count || records[0].Device != "2" {
				t.Errorf("the journal has %+v", records)
			}
			if len(h.sky.raised) > 0 {
				t.Error("it went up again")
			}
			out, err := h.Expect(t.Context(), onenet.Expectation{Publish: &onenet.WantPublish{Device: "2"}})
			if err != nil || out.OK {
				t.Errorf("it was taken for a message of the device: %+v, %v", out, err)
			}
		})
	}
}
