package control

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func TestCommandIsSentAnsweredAndShown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.p.Arrived(ref, 1, "x:1", "")
	sent := must[lab.Command](t)(f.c.Send(t.Context(), ref, lab.Send{Body: "on", Confirm: true, TimeoutSeconds: 60}))
	want := lab.Command{
		ID: sent.ID, Product: "88001", Device: "700123456", State: onenet.CommandSent, Status: 2, Confirm: true, CreatedAt: start,
		ExpiresAt: start.Add(time.Minute), SentAt: start, Body: "on", BodyBase64: []byte("on"),
	}
	if d := cmp.Diff(want, sent); d != "" || len(sent.ID) != 36 {
		t.Errorf("sent (-want +got):\n%s", d)
	}
	f.p.Answer(ref, "x:1", sent.ID, 0, []byte("\x00done"), func(error) {})
	want.State, want.Status, want.Ended, want.AnsweredAt, want.AnswerBase64 = onenet.CommandAnswered, 4, true, start, []byte("\x00done")
	if d := cmp.Diff(want, must[lab.Command](t)(f.c.Command(t.Context(), sent.ID, 0))); d != "" {
		t.Errorf("answered (-want +got):\n%s", d)
	}
}

func TestCommandCanBeWaitedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.p.Arrived(ref, 1, "x:1", "")
	c := must[lab.Command](t)(f.c.Send(t.Context(), ref, lab.Send{Body: "on"}))
	ends := make(chan lab.Command, 3)
	for range cap(ends) {
		go func() {
			got, err := f.c.Command(t.Context(), c.ID, 30*time.Second)
			if err != nil {
				t.Error(err)
			}
			ends <- got
		}()
	}
	f.p.Answer(ref, "x:1", c.ID, 0, []byte("done"), func(error) {})
	for range cap(ends) {
		if got := <-ends; got.State != onenet.CommandAnswered || got.Answer != "done" {
			t.Errorf("got %+v", got)
		}
	}
}

func TestWaitForACommandEndsWithTheWindow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.p.Arrived(ref, 1, "x:1", "")
	c := must[lab.Command](t)(f.c.Send(t.Context(), ref, lab.Send{Body: "on"}))
	got := make(chan lab.Command)
	go func() {
		c, _ := f.c.Command(t.Context(), c.ID, 30*time.Second)
		got <- c
	}()
	f.clock.Advance(f.p.Switches().ReplyWindow)
	if c := <-got; c.State != onenet.CommandUnanswered || c.Status != 5 {
		t.Errorf("got %+v", c)
	}
}

func TestWaitForACommandEndsWithTheCallersPatience(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := must[lab.Command](t)(f.c.Send(t.Context(), ref, lab.Send{Body: "on", TimeoutSeconds: 60}))
	if got := must[lab.Command](t)(f.c.Command(t.Context(), c.ID, 10*time.Millisecond)); got.State != onenet.CommandCreated || got.Ended {
		t.Errorf("got %+v", got)
	}
}

func TestCommandThatCannotBeSentSaysWhy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	unknown := onenet.DeviceRef{Product: "88001", Device: "1"}
	tests := []struct {
		name   string
		ref    onenet.DeviceRef
		in     lab.Send
		status int
		says   string
	}{
		{"the device is away", ref, lab.Send{Body: "on"}, http.StatusConflict, "not online"},
		{"an unknown device", unknown, lab.Send{Body: "on"}, http.StatusNotFound, `"1"`},
		{"no body", ref, lab.Send{TimeoutSeconds: 1}, http.StatusBadRequest, "at least one byte"},
		{"two bodies", ref, lab.Send{Body: "on", BodyBase64: []byte("on")}, http.StatusBadRequest, "not both"},
		{"a timeout that is too long", ref, lab.Send{Body: "on", TimeoutSeconds: 2678401}, http.StatusBadRequest, "timeout"},
		{"a body that is too long", ref, lab.Send{Body: strings.Repeat("x", 65536)}, http.StatusRequestEntityTooLarge, "65535"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := f.c.Send(t.Context(), tt.ref, tt.in)
			wantError(t, err, tt.status, tt.says)
		})
	}
	_, err := f.c.Command(t.Context(), "nope", 0)
	wantError(t, err, http.StatusNotFound, "nope")
}
