package broker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// Reference, section 4.1, and client requirements 1, 2 and 9.
func TestCommandReachesTheOneDeviceUnsubscribedAtQoS0(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	for _, flags := range []byte{clean, kept} {
		c := login(t, srv, d, flags, 0)
		other := login(t, srv, srv.Device(t), flags, 0)
		cmd := srv.Send(t, d, "LED=1")
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(string(cmd.ID)) {
			t.Errorf("the id is %q, want a lower-case UUID of version 5", cmd.ID)
		}
		c.want(append([]byte{0x30, 0x31, 0x00, 0x2A}, "$creq/"+string(cmd.ID)+"LED=1"...))
		c.wantSilence()
		other.wantSilence()
	}
}

// Reference, section 4.1: the body's bytes untouched.
func TestCommandBodyArrivesAsItIs(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, body := range []string{"x", "on\r\n", "开灯", `{"led":1}`, string(all), string(bytes.Repeat(all, 256)[:onenet.MaxCommandBody])} {
		cmd := srv.Send(t, d, body)
		c.wantMessage("$creq/"+string(cmd.ID), body, 0)
	}
}

// Reference, section 4.1: KIT parses only the first packet of a read.
func TestEachCommandIsAWriteOfItsOwn(t *testing.T) {
	t.Parallel()
	l := newLone(t, nil)
	writes := make(chan written, 100)
	c := l.serve(t, func(conn net.Conn) net.Conn { return recordingConn{conn, writes} })
	c.send(connectPacket(clean, 60, l.device))
	c.wantHex("20 02 00 00")
	<-writes
	c.subscribe(0, "room1")
	<-writes
	go func() {
		for i := range 20 {
			if _, err := l.SendCommand(context.Background(), l.device.Ref(), onenet.CommandRequest{Body: fmt.Append(nil, i)}); err != nil {
				t.Error(err)
			}
		}
	}()
	for i := range 20 {
		p, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if w := <-writes; !bytes.Equal(w.b, p) {
			t.Errorf("command %d was written as\n% X, want\n% X", i, w.b, p)
		}
	}
}

func TestCommandsOfTwoProductsReachTheirOwnDeviceThoughTheIDsAreEqual(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	a := srv.AddDevice(t, onenet.Device{Product: "11111", ID: "700123456", AuthInfo: "auth-a"})
	b := srv.AddDevice(t, onenet.Device{Product: "22222", ID: "700123456", AuthInfo: "auth-b"})
	ca, cb := login(t, srv, a, clean, 0), login(t, srv, b, clean, 0)
	forA, forB := srv.Send(t, a, "for a"), srv.Send(t, b, "for b")
	ca.wantMessage("$creq/"+string(forA.ID), "for a", 0)
	cb.wantMessage("$creq/"+string(forB.ID), "for b", 0)
	ca.publish("$crsp/"+string(forB.ID), "stolen", 1) // the other one's
	srv.Wait(t, onenettest.Warned(onenet.CommandUnknown))
	cb.publish("$crsp/"+string(forB.ID), "ok", 1)
	if got := mustState(t, srv, forB, onenet.CommandAnswered); string(got.Answer) != "ok" {
		t.Errorf("the answer is %q", got.Answer)
	}
	ca.wantSilence()
}

// Client requirement 3: any $crsp is an answer, whatever its bytes and QoS.
func TestAnswerIsKeptAsItCame(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	for _, a := range []struct {
		name, payload string
		qos           byte
	}{
		{"QoS 0", "ok", 0},
		{"QoS 1", "ok", 1},
		{"QoS 2", "ok", 2},
		{"empty", "", 1},
		{"a trailing NUL", "ok\x00", 0},
		{"not UTF-8", "\xff\xfe\x00\x01", 1},
		{"64 KiB", string(make([]byte, 64<<10)), 1},
	} {
		t.Run(a.name, func(t *testing.T) {
			cmd := srv.Send(t, d, "on")
			c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
			mustState(t, srv, cmd, onenet.CommandSent)
			c.publish("$crsp/"+string(cmd.ID), a.payload, a.qos)
			got := mustState(t, srv, cmd, onenet.CommandAnswered)
			if got.Answer == nil || string(got.Answer) != a.payload {
				t.Errorf("the answer is %d bytes, %.20q; want %d", len(got.Answer), got.Answer, len(a.payload))
			}
		})
	}
}

// Reference, section 4.1: several replies, last one wins.
func TestLastOfSeveralAnswersCounts(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	cmd := srv.Send(t, d, "on")
	c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
	for i := range 5 {
		c.publish("$crsp/"+string(cmd.ID), fmt.Sprint(i), 1) // PUBACK: it is stored
		if got := mustState(t, srv, cmd, onenet.CommandAnswered); string(got.Answer) != fmt.Sprint(i) {
			t.Errorf("after answer %d it is %q", i, got.Answer)
		}
	}
}

// Reference, section 4.3, state 6.
func TestAnswerOver64KiBIsTooLarge(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	cmd := srv.Send(t, d, "on")
	c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
	c.publish("$crsp/"+string(cmd.ID), string(make([]byte, 64<<10+1)), 1)
	if got := mustState(t, srv, cmd, onenet.CommandTooLarge); len(got.Answer) != 0 {
		t.Errorf("%d bytes of it are kept", len(got.Answer))
	}
	c.publish("$crsp/"+string(cmd.ID), "short", 1)
	mustState(t, srv, cmd, onenet.CommandAnswered)
}

func TestAnswerToNoCommandIsAcknowledgedAndWarnedOf(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	c := login(t, srv, srv.Device(t), clean, 0)
	for i, id := range []string{"3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33", "short", "3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33\x01"} {
		before := srv.Platform().Journal().Last()
		c.publish("$crsp/"+id, "ok", byte(i))
		if r := srv.WaitAfter(t, before, onenettest.Warned(onenet.CommandUnknown)); r.Topic != "$crsp/"+id {
			t.Errorf("warned of %q", r.Topic)
		}
	}
}

// Reference, section 4.2: timeout 0 is for online devices only.
func TestCommandWithoutTimeoutForADeviceThatIsAwayIsRefused(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	for range 2 {
		cmd, err := srv.Platform().SendCommand(t.Context(), d.Ref(), onenet.CommandRequest{Body: []byte("on")})
		if !errors.Is(err, onenet.ErrOffline) {
			t.Fatalf("got %v, want ErrOffline", err)
		}
		mustState(t, srv, cmd, onenet.CommandNotOnline)
		c := login(t, srv, d, clean, 0)
		c.wantSilence()
		c.vanish(srv, d)
	}
}

// Reference, section 4.2: delivered in creation order at login, once.
func TestCachedCommandsAreDeliveredOnceInOrderOfCreation(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	var sent []onenet.Command
	for i := range 12 {
		cmd := srv.Send(t, d, fmt.Sprint(i), onenettest.Within(time.Hour))
		sent = append(sent, cmd)
		if cmd.State != onenet.CommandCreated {
			t.Errorf("the state is %s", cmd.State)
		}
	}
	c := login(t, srv, d, clean, 0)
	for i, cmd := range sent {
		c.wantMessage("$creq/"+string(cmd.ID), fmt.Sprint(i), 0)
		mustState(t, srv, cmd, onenet.CommandSent)
	}
	c.bye(srv, d)
	c = login(t, srv, d, clean, 0)
	c.wantSilence()
	c.publish("$crsp/"+string(sent[3].ID), "late but good", 1)
	mustState(t, srv, sent[3], onenet.CommandAnswered)
}

func TestCachedCommandExpiresWithItsTimeout(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap(), onenettest.WithClock(dawn))
	d := srv.Device(t)
	short := srv.Send(t, d, "short", onenettest.Within(time.Minute))
	long := srv.Send(t, d, "long", onenettest.Within(onenet.MaxCommandTimeout))
	srv.Advance(t, time.Minute)
	c := login(t, srv, d, clean, 0)
	c.wantMessage("$creq/"+string(long.ID), "long", 0)
	c.wantSilence()
	srv.Advance(t, time.Minute)
	mustState(t, srv, short, onenet.CommandSendFailed)
}

// Reference, section 4.2 and quirk 28: again at every login, until answered.
func TestConfirmedCommandIsSentAgainAtEveryLoginUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	cached := srv.Send(t, d, "cached", onenettest.Within(time.Hour), onenettest.Confirmed())
	plain := srv.Send(t, d, "plain", onenettest.Within(time.Hour))
	c := login(t, srv, d, clean, 0)
	c.wantMessage("$creq/"+string(cached.ID), "cached", 0)
	c.wantMessage("$creq/"+string(plain.ID), "plain", 0)
	live := srv.Send(t, d, "live", onenettest.Within(time.Hour), onenettest.Confirmed())
	c.wantMessage("$creq/"+string(live.ID), "live", 0)
	for range 3 {
		c.vanish(srv, d)
		c = login(t, srv, d, clean, 0)
		c.wantMessage("$creq/"+string(cached.ID), "cached", 0)
		c.wantMessage("$creq/"+string(live.ID), "live", 0)
		c.wantSilence()
	}
	c.publish("$crsp/"+string(cached.ID), "ok", 1)
	c.vanish(srv, d)
	c = login(t, srv, d, clean, 0)
	c.wantMessage("$creq/"+string(live.ID), "live", 0)
	c.wantSilence()
	c.publish("$crsp/"+string(live.ID), "ok", 1)
	c.vanish(srv, d)
	login(t, srv, d, clean, 0).wantSilence()
}

func TestConfirmedCommandIsNotSentAgainAfterItExpired(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap(), onenettest.WithClock(dawn))
	d := srv.Device(t)
	cmd := srv.Send(t, d, "on", onenettest.Within(time.Hour), onenettest.Confirmed())
	for range 2 {
		c := login(t, srv, d, clean, 0)
		c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
		srv.Advance(t, 30*time.Second) // the window for its answer
		mustState(t, srv, cmd, onenet.CommandUnanswered)
		c.vanish(srv, d)
	}
	srv.Advance(t, time.Hour)
	login(t, srv, d, clean, 0).wantSilence()
}

// Reference, section 4.3, state 5; the window is ours, and a late answer counts.
func TestCommandWithoutAnswerEndsWithTheWindowAndALateAnswerStillCounts(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn))
	d := srv.Device(t)
	c := login(t, srv, d, clean, 0)
	cmd := srv.Send(t, d, "on")
	c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
	srv.Advance(t, 30*time.Second-1)
	mustState(t, srv, cmd, onenet.CommandSent)
	srv.Advance(t, 1)
	mustState(t, srv, cmd, onenet.CommandUnanswered)
	srv.Wait(t, onenettest.CommandIs(cmd, onenet.CommandUnanswered))
	srv.Advance(t, 50*time.Second)
	c.publish("$crsp/"+string(cmd.ID), "late", 1)
	if got := mustState(t, srv, cmd, onenet.CommandAnswered); string(got.Answer) != "late" {
		t.Errorf("the answer is %q", got.Answer)
	}
}

func TestReplyWindow0NeverEnds(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(dawn), onenettest.WithSwitches(func(s *onenet.Switches) { s.ReplyWindow = 0 }))
	d := srv.Device(t)
	c := dial(t, srv)
	c.send(connectPacket(clean, 0, d))
	c.wantHex("20 02 00 00")
	cmd := srv.Send(t, d, "on")
	c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
	srv.Advance(t, 30*24*time.Hour)
	mustState(t, srv, cmd, onenet.CommandSent)
}

// The journal tells the life of a command in order.
func TestLifeOfACommandStandsInTheJournal(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, withoutGap())
	d := srv.Device(t)
	cmd := srv.Send(t, d, "on", onenettest.Within(time.Hour))
	c := login(t, srv, d, clean, 0)
	c.wantMessage("$creq/"+string(cmd.ID), "on", 0)
	srv.Wait(t, onenettest.CommandIs(cmd, onenet.CommandSent))
	c.publish("$crsp/"+string(cmd.ID), "ok", 1)
	srv.Wait(t, onenettest.Answered(d))
	records, _ := srv.Platform().Journal().Read(0, 1000)
	var states []onenet.CommandState
	for _, r := range records {
		if r.Command == cmd.ID {
			states = append(states, r.State)
		}
	}
	if diff := cmp.Diff([]onenet.CommandState{onenet.CommandCreated, onenet.CommandSent, onenet.CommandAnswered}, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// A platform that is asked to cut a device does so, and says why in its journal.
