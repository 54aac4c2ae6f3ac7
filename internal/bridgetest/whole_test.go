package bridgetest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/rig"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestAPointGoesFromTheDeviceToTheCloud(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	c.prime(t)
	b := c.mustBoard(t, p)
	for qos := range byte(3) {
		t.Run(fmt.Sprintf("at QoS %d", qos), func(t *testing.T) {
			began := now()
			b.mustSend(t, "$dp", qos, string(onenettest.DP(fmt.Sprintf(`{"q%d":25.5}`, qos))))
			r := c.cloud.Wait(t, onenettest.Point(p.there, onenet.StreamID(fmt.Sprint("q", qos)), "25.5"))
			if at := r.Points[0].At; at.Before(began.Truncate(time.Millisecond)) || at.After(now()) {
				t.Errorf("the cloud has it at %s; it was sent between %s and %s", at, began, now())
			}
		})
	}
	c.mustDrain(t)
	if s := c.status(t, c.ref()); s.Books.Delivered != 4 || s.Books.Accepted != 4 {
		t.Errorf("books %+v, want 4 delivered", s.Books)
	}
}

func TestWhatWaitedArrivesWithItsTime(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	c.awaitLink(t, p, bridge.Online)
	if _, err := c.edge.Bridge().Pause(); err != nil {
		t.Fatal(err)
	}
	b.mustUpload(t, "n", 0, 20)
	if _, err := c.edge.Bridge().Resume(); err != nil {
		t.Fatal(err)
	}
	c.mustDrain(t)
	times := func(s *onenettest.Server, ref onenet.DeviceRef) (list []string) {
		points, err := s.Platform().Points(t.Context(), onenet.PointQuery{Ref: ref})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			list = append(list, p.At.UTC().Format(time.StampMilli)+" "+string(p.Value))
		}
		return list
	}
	if d := cmp.Diff(times(c.edge, p.here.Ref()), times(c.cloud, p.there.Ref())); d != "" {
		t.Errorf("times and values, here and there (-here +there):\n%s", d)
	}
	if n := c.proxy.Counts().Topics["$dp"]; n != 1 {
		t.Errorf("20 points that waited went in %d messages, want 1", n)
	}
}

func TestPointsThatCameByRESTGoUpToo(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	mustCall(t, "POST", c.edge.URL()+"/devices/"+string(p.here.ID)+"/datapoints?type=3", `{"rest":26}`, nil)
	c.cloud.Wait(t, onenettest.Point(p.there, "rest", "26"))
	c.mustDrain(t)
}

// readCommand is the next command that a board gets.
func (b *board) readCommand(t testing.TB) (uuid, body string) {
	t.Helper()
	for {
		head, raw, err := b.Next(rig.Patience)
		if err != nil {
			t.Fatalf("no command came: %v", err)
		}
		m, ok := rig.Parse(head, raw)
		if id, is := strings.CutPrefix(m.Topic, "$creq/"); head>>4 == 3 && ok && is {
			return id, string(m.Payload)
		}
	}
}

func TestACloudCommandReachesTheDeviceAndItsAnswerTheCloud(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	c.awaitLink(t, p, bridge.Online)
	c.cloud.Wait(t, onenettest.Online(p.there))
	var made struct {
		UUID string `json:"cmd_uuid"`
	}
	mustCall(t, "POST", c.cloud.URL()+"/cmds?device_id="+string(p.there.ID), "LED=1", &made)
	uuid, body := b.readCommand(t)
	if body != "LED=1" {
		t.Errorf("the device was told %q", body)
	}
	b.mustSend(t, "$crsp/"+uuid, 1, "lit")
	c.cloud.Wait(t, onenettest.Answered(p.there))
	if got := call(t, "GET", c.cloud.URL()+"/cmds/"+made.UUID+"/resp", ""); got != "lit" {
		t.Errorf("the cloud has the answer %q", got)
	}
	c.mustDrain(t)
}

func TestALocalCommandAndItsAnswerStayHere(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{})
	p := c.pairs[0]
	b := c.mustBoard(t, p)
	c.awaitLink(t, p, bridge.Online)
	cmd := c.edge.Send(t, p.here, "LED=0")
	uuid, _ := b.readCommand(t)
	b.mustSend(t, "$crsp/"+uuid, 1, "dark")
	c.edge.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))
	b.mustUpload(t, "after", 0, 1) // what the answer would have come before
	c.cloud.Wait(t, onenettest.Point(p.there, "after", "0"))
	if topics := c.proxy.Counts().Topics; len(topics) != 1 {
		t.Errorf("there went up %v, want $dp alone", topics)
	}
	c.mustDrain(t)
}

func TestPresenceFollowsTheDevice(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{plan: func(p *bridge.Plan) { p.Presence = bridge.Follow }})
	p := c.pairs[0]
	online := func() bool {
		var list struct {
			Devices []struct {
				ID     string `json:"id"`
				Online bool   `json:"online"`
			} `json:"devices"`
		}
		mustCall(t, "GET", c.cloud.URL()+"/devices/status?devIds="+string(p.there.ID), "", &list)
		return len(list.Devices) == 1 && list.Devices[0].Online
	}
	if online() {
		t.Error("the cloud sees a device that is not there")
	}
	for range 2 {
		mark := c.cloud.Mark()
		b := c.mustBoard(t, p)
		c.cloud.WaitAfter(t, mark, onenettest.Online(p.there))
		if !online() {
			t.Error("the cloud's list says offline")
		}
		mark = c.cloud.Mark()
		b.leave()
		c.cloud.WaitAfter(t, mark, onenettest.Offline(p.there))
		if online() {
			t.Error("the cloud's list says online")
		}
	}
	c.mustVerify(t)
}

// A command for a device that is away here waits for it, as one of the platform's own does, and its fate shows.
func TestACloudCommandWaitsForADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	c := startChain(t, setup{plan: func(p *bridge.Plan) { p.CommandWait = time.Minute }})
	p := c.pairs[0]
	c.cloud.Wait(t, onenettest.Online(p.there))
	cmd := c.cloud.Send(t, p.there, "LED=1")
	c.edge.Wait(t, onenettest.Kind(onenet.KindCommand, p.here))
	b := c.mustBoard(t, p)
	uuid, body := b.readCommand(t)
	if body != "LED=1" {
		t.Errorf("the device was told %q", body)
	}
	b.mustSend(t, "$crsp/"+uuid, 0, "lit")
	c.cloud.Wait(t, onenettest.CommandIs(cmd, onenet.CommandAnswered))
}
