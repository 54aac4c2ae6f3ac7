package onenet_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

const cloudID onenet.CommandID = "5b1e1c9e-6a3b-5d3f-8a51-0b2a4a9d3c11"

func (h *heaven) order(timeout time.Duration) (onenet.Command, error) {
	return h.SendCommand(context.Background(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: timeout, Upstream: cloudID})
}

func (h *heaven) mustOrder(t *testing.T, timeout time.Duration) onenet.Command {
	t.Helper()
	c, err := h.order(timeout)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (h *heaven) reply(id onenet.CommandID, text string) (err error) {
	h.Answer(ref, "", id, 1, []byte(text), func(e error) { h.sky.tell("answer: %v", e); err = e })
	return err
}

func TestACommandOfTheCloudKeepsItsID(t *testing.T) {
	t.Parallel()
	h := mustRise(t)
	h.Arrived(ref, 1, "", "")
	c := h.mustOrder(t, 0)
	if c.ID != cloudID || !c.Upstream || h.wire.times(cloudID) != 1 {
		t.Errorf("got %+v, sent %d times", c, h.wire.times(cloudID))
	}
	wantState(t, h.Platform, cloudID, onenet.CommandSent)
	want := []string{"a command of the real OneNET", "a command of the real OneNET"} // created, sent
	if d := cmp.Diff(want, h.texts(onenet.KindCommand)); d != "" {
		t.Errorf("the journal (-want +got):\n%s", d)
	}
}

func TestACommandOfTheCloudThatComesAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		begin func(*testing.T, *heaven)
		after onenet.CommandState // how it stands when it comes again
		again bool                // it begins again
	}{
		{"while the device is waited for, is known", func(t *testing.T, h *heaven) { h.mustOrder(t, time.Hour) }, onenet.CommandCreated, false},
		{"when the device has it, is known", func(t *testing.T, h *heaven) {
			h.Arrived(ref, 1, "", "")
			h.mustOrder(t, 0)
		}, onenet.CommandSent, false},
		{"when the device was too slow, is known: it may still answer", func(t *testing.T, h *heaven) {
			h.Arrived(ref, 1, "", "")
			h.mustOrder(t, 0)
			h.clock.Advance(time.Minute)
		}, onenet.CommandUnanswered, false},
		{"when it is answered, is known", func(t *testing.T, h *heaven) {
			h.Arrived(ref, 1, "", "")
			h.mustOrder(t, 0)
			if err := h.reply(cloudID, "ok"); err != nil {
				t.Fatal(err)
			}
		}, onenet.CommandAnswered, false},
		{"after a restart, is known", func(t *testing.T, h *heaven) {
			h.mustOrder(t, time.Hour)
			h.restart()
		}, onenet.CommandCreated, false},
		{"when the device was away, begins again", func(t *testing.T, h *heaven) {
			if _, err := h.order(0); !errors.Is(err, onenet.ErrOffline) {
				t.Fatal(err)
			}
		}, onenet.CommandNotOnline, true},
		{"when its time ran out, begins again", func(t *testing.T, h *heaven) {
			h.mustOrder(t, time.Minute)
			h.clock.Advance(time.Minute)
		}, onenet.CommandSendFailed, true},
		{"when its time ran out while nobody ran, begins again", func(t *testing.T, h *heaven) {
			h.mustOrder(t, time.Minute)
			h.restart()
			h.clock.Advance(time.Hour)
		}, onenet.CommandSendFailed, true},
		{"when it could not be written, begins again", func(t *testing.T, h *heaven) {
			h.Arrived(ref, 1, "", "")
			h.wire.fail = onenet.ErrOffline
			h.mustOrder(t, 0)
			h.wire.fail = nil
		}, onenet.CommandSendFailed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := mustRise(t)
			tt.begin(t, h)
			old := wantState(t, h.Platform, cloudID, tt.after)
			h.Arrived(ref, 9, "", "")
			sent := h.wire.times(cloudID)
			c, err := h.order(time.Hour)
			if !tt.again {
				if !errors.Is(err, onenet.ErrExists) || c.ID != cloudID || c.Rev != old.Rev || h.wire.times(cloudID) != sent {
					t.Errorf("got %+v, %v", c, err)
				}
				return
			}
			if err != nil || h.wire.times(cloudID) != sent+1 {
				t.Errorf("got %v, sent %d times", err, h.wire.times(cloudID))
			}
			wantState(t, h.Platform, cloudID, onenet.CommandSent)
			if stored, err := h.store.Command(t.Context(), cloudID); err != nil || stored.State != onenet.CommandSent {
				t.Errorf("stored %+v, %v", stored, err)
			}
		})
	}
}

func TestACommandOfTheCloudThatComesTwiceAtOnceIsSentOnce(t *testing.T) {
	t.Parallel()
	h := mustRise(t)
	h.Arrived(ref, 1, "", "")
	h.store.during = func() { // the first one does not know yet whether it is new
		if _, err := h.order(0); !errors.Is(err, onenet.ErrExists) {
			t.Errorf("the second one: %v, want ErrExists", err)
		}
	}
	h.mustOrder(t, 0)
	if n := h.wire.times(cloudID); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestAnIDOfTheCloudThatCannotBe(t *testing.T) {
	t.Parallel()
	h := mustRise(t)
	other := onenet.DeviceRef{Product: "1", Device: "3"}
	if _, err := h.AddDevice(t.Context(), onenet.Device{Product: other.Product, ID: other.Device}); err != nil {
		t.Fatal(err)
	}
	h.mustOrder(t, time.Hour)
	for id, to := range map[onenet.CommandID]onenet.DeviceRef{
		cloudID: other, "a+b": ref, "a\x00": ref, "\xff": ref, onenet.CommandID(strings.Repeat("x", 65)): ref,
	} {
		_, err := h.SendCommand(t.Context(), to, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour, Upstream: id})
		if !errors.Is(err, onenet.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", id, err)
		}
	}
	if got := wantState(t, h.Platform, cloudID, onenet.CommandCreated); got.Ref() != ref {
		t.Errorf("it is %s's now", got.Ref())
	}
}

func TestThePaceOfCommandsIsNotForTheCloud(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	p := onenet.New(onenet.Config{Store: memory.New(), Clock: c, Limits: onenet.Limits{CommandInterval: time.Second}})
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: ref.Product}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.AddDevice(t.Context(), onenet.Device{Product: ref.Product, ID: ref.Device}); err != nil {
		t.Fatal(err)
	}
	send := func(id onenet.CommandID) error {
		_, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour, Upstream: id})
		return err
	}
	for i := range 5 {
		if err := send(onenet.CommandID(fmt.Sprint(i))); err != nil {
			t.Error(err)
		}
	}
	if err := send(""); err != nil {
		t.Error("the first local one:", err)
	}
	if err := send(""); !errors.Is(err, onenet.ErrLimit) {
		t.Errorf("the second local one: %v, want ErrLimit", err)
	}
}

func TestTheFateOfACommandOfTheCloudIsTold(t *testing.T) {
	t.Parallel()
	const waits = "a command of the real OneNET; it waits for the device until 2026-01-01 09:00:00 Beijing time"
	const out = "a command of the real OneNET; its time ran out before the device came"
	t.Run("when its time runs out", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.mustOrder(t, time.Hour)
		h.clock.Advance(time.Hour - 1)
		if d := cmp.Diff([]string{waits}, h.texts(onenet.KindCommand)); d != "" {
			t.Errorf("before (-want +got):\n%s", d)
		}
		h.clock.Advance(1)
		if d := cmp.Diff([]string{waits, out}, h.texts(onenet.KindCommand)); d != "" {
			t.Errorf("after (-want +got):\n%s", d)
		}
		list, _, err := h.Commands(t.Context(), onenet.CommandQuery{Ref: ref})
		if err != nil || len(list) != 1 || list[0].State != onenet.CommandSendFailed || !list[0].Upstream {
			t.Errorf("listed %+v, %v", list, err)
		}
		h.Arrived(ref, 1, "", "")
		if err := h.SendWaiting(t.Context(), ref); err != nil || h.wire.times(cloudID) != 0 {
			t.Errorf("it was sent after its end; %v", err)
		}
	})
	t.Run("not when the device came in time", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.mustOrder(t, time.Hour)
		h.Arrived(ref, 1, "", "")
		if err := h.SendWaiting(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		if err := h.reply(cloudID, "ok"); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(2 * time.Hour)
		want := []string{waits, "a command of the real OneNET", "a command of the real OneNET; its answer goes there"}
		if d := cmp.Diff(want, h.texts(onenet.KindCommand)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
	t.Run("when the device went before it was written, and its time ran out then", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Arrived(ref, 1, "", "")
		h.wire.fail = onenet.ErrOffline
		h.mustOrder(t, time.Hour)
		h.Left(ref, 1, "", "")
		h.clock.Advance(time.Hour)
		if list := h.texts(onenet.KindCommand); list[len(list)-1] != out {
			t.Errorf("the journal has %q", list)
		}
		wantState(t, h.Platform, cloudID, onenet.CommandSendFailed)
	})
	t.Run("in the next run, when the bridge resumes the wait", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.mustOrder(t, time.Hour)
		h.restart()
		if err := errors.Join(h.ResumeCommands(t.Context(), ref), h.ResumeCommands(t.Context(), ref)); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Hour)
		if d := cmp.Diff([]string{out}, h.texts(onenet.KindCommand)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
	t.Run("not when the device was deleted", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.mustOrder(t, time.Hour)
		if err := h.RemoveDevice(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Hour)
		if list := h.texts(onenet.KindCommand); slices.Contains(list, out) {
			t.Errorf("the journal has %q", list)
		}
	})
	t.Run("a local one waits as before", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		c, err := h.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
		if err != nil || c.Upstream {
			t.Fatal(c, err)
		}
		h.clock.Advance(2 * time.Hour)
		if d := cmp.Diff([]string{""}, h.texts(onenet.KindCommand)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

func TestAnswersGoWhereTheirCommandsCameFrom(t *testing.T) {
	t.Parallel()
	up := func(payload string) onenet.Upward {
		return onenet.Upward{Ref: ref, Topic: "$crsp/" + string(cloudID), QoS: 1, Payload: []byte(payload)}
	}
	t.Run("to the cloud, in the commit that changes the command", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Arrived(ref, 1, "", "")
		h.mustOrder(t, 0)
		h.sky.told()
		if err := errors.Join(h.reply(cloudID, "ok"), h.reply(cloudID, "")); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]onenet.Upward{up("ok"), up("")}, h.sky.raised); d != "" {
			t.Errorf("raised (-want +got):\n%s", d)
		}
		if got, want := h.store.last(), "0 points, 1 commands, 1 up"; got != want {
			t.Errorf("the batch had %s, want %s", got, want)
		}
		if d := cmp.Diff([]string{"up 1: <nil>", "answer: <nil>", "up 2: <nil>", "answer: <nil>"}, h.sky.told()); d != "" {
			t.Errorf("the order (-want +got):\n%s", d)
		}
	})
	t.Run("one that is too long for us too", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Arrived(ref, 1, "", "")
		h.mustOrder(t, 0)
		long := strings.Repeat("x", onenet.MaxAnswer+1)
		if err := h.reply(cloudID, long); err != nil {
			t.Fatal(err)
		}
		wantState(t, h.Platform, cloudID, onenet.CommandTooLarge)
		if len(h.sky.raised) != 1 || string(h.sky.raised[0].Payload) != long {
			t.Error("it did not go up whole")
		}
	})
	t.Run("after a restart too", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Arrived(ref, 1, "", "")
		h.mustOrder(t, 0)
		h.restart()
		if err := h.reply(cloudID, "late"); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]onenet.Upward{up("late")}, h.sky.raised); d != "" {
			t.Errorf("raised (-want +got):\n%s", d)
		}
	})
	t.Run("those to local commands, and to nothing, stay here", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Arrived(ref, 1, "", "")
		c, err := h.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on")})
		if err := errors.Join(err, h.reply(c.ID, "ok"), h.reply("nothing", "ok")); err != nil {
			t.Fatal(err)
		}
		wantState(t, h.Platform, c.ID, onenet.CommandAnswered)
		if len(h.sky.raised) > 0 {
			t.Errorf("raised %+v", h.sky.raised)
		}
	})
	t.Run("those of another device stay here", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.mustOrder(t, time.Hour)
		h.Answer(onenet.DeviceRef{Product: "1", Device: "3"}, "", cloudID, 1, []byte("mine"), func(error) {})
		if len(h.sky.raised) > 0 {
			t.Errorf("raised %+v", h.sky.raised)
		}
		wantState(t, h.Platform, cloudID, onenet.CommandCreated)
	})
	t.Run("where the bridge does not carry them, the journal says so", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Arrived(ref, 1, "", "")
		h.mustOrder(t, 0)
		h.sky.deaf = true
		if err := h.reply(cloudID, "ok"); err != nil {
			t.Fatal(err)
		}
		list := h.texts(onenet.KindCommand)
		if got, want := list[len(list)-1], "a command of the real OneNET; its answer stays here: the bridge does not carry it"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("one for which there is no room changes nothing", func(t *testing.T) {
		t.Parallel()
		h := mustRise(t)
		h.Arrived(ref, 1, "", "")
		h.mustOrder(t, 0)
		h.sky.refuse = errNoRoom
		if err := h.reply(cloudID, "ok"); !errors.Is(err, onenet.ErrLimit) {
			t.Errorf("got %v, want ErrLimit", err)
		}
		wantState(t, h.Platform, cloudID, onenet.CommandSent)
		if lost := h.texts(onenet.KindDropped); len(lost) != 1 || !strings.Contains(lost[0], "it is full") {
			t.Errorf("the journal tells %q", lost)
		}
		h.sky.refuse = nil
		if err := h.reply(cloudID, "ok"); err != nil || len(h.sky.raised) != 1 {
			t.Errorf("when it comes again: %v, raised %v", err, h.sky.raised)
		}
	})
}
