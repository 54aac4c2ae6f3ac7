package onenet_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

var ref = onenet.DeviceRef{Product: "1", Device: "2"}

// wireLog is a downlink that notes what it is given.
type wireLog struct {
	mu   sync.Mutex
	sent map[onenet.CommandID]int
	fail error
}

func (w *wireLog) SendCommand(_ onenet.DeviceRef, id onenet.CommandID, _ []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		return w.fail
	}
	w.sent[id]++
	return nil
}

func (w *wireLog) Publish(onenet.ProductID, string, []byte) int { return 0 }

func (w *wireLog) Disconnect(onenet.DeviceRef, string) bool { return false }

func (w *wireLog) Forget(onenet.DeviceRef, string) {}

func (w *wireLog) ForgetProduct(onenet.ProductID, string) {}

func (*wireLog) Deliver(_ onenet.DeviceRef, _ string, _ []byte, _ byte, done func(onenet.Delivered, error)) {
	done(onenet.NotWanted, nil)
}
func (*wireLog) Subscribers(onenet.ProductID, string) []onenet.DeviceID { return nil }
func (*wireLog) Subscriptions(onenet.DeviceRef) []string                { return nil }
func (*wireLog) Reset(_ context.Context, _ string, change func() error) error {
	return change()
}

func (w *wireLog) times(id onenet.CommandID) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent[id]
}

func platform(t *testing.T) (*onenet.Platform, *wireLog, *clock.Manual) {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	p := onenet.New(onenet.Config{Store: memory.New(), Clock: c})
	w := &wireLog{sent: map[onenet.CommandID]int{}}
	p.Attach(w)
	if _, err := p.AddProduct(t.Context(), onenet.Product{ID: ref.Product}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.AddDevice(t.Context(), onenet.Device{Product: ref.Product, ID: ref.Device}); err != nil {
		t.Fatal(err)
	}
	return p, w, c
}

func wantState(t *testing.T, p *onenet.Platform, id onenet.CommandID, want onenet.CommandState) onenet.Command {
	t.Helper()
	c, err := p.Command(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if c.State != want {
		t.Fatalf("command is %s, want %s", c.State, want)
	}
	return c
}

func answer(t *testing.T, p *onenet.Platform, id onenet.CommandID, text string) {
	t.Helper()
	done := make(chan error, 1)
	p.Answer(ref, "", id, 0, []byte(text), func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestCommandToADeviceThatIsAwayEndsAtOnceWithoutTimeout(t *testing.T) {
	t.Parallel()
	p, _, _ := platform(t)
	c, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on")})
	if !errors.Is(err, onenet.ErrOffline) {
		t.Fatalf("got %v", err)
	}
	wantState(t, p, c.ID, onenet.CommandNotOnline)
}

func TestCommandStatesFollowTheDevice(t *testing.T) {
	t.Parallel()
	p, w, c := platform(t)
	cmd, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, p, cmd.ID, onenet.CommandCreated)
	p.Arrived(ref, 1, "", "")
	if err := p.SendWaiting(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	wantState(t, p, cmd.ID, onenet.CommandSent)
	c.Advance(31 * time.Second)
	wantState(t, p, cmd.ID, onenet.CommandUnanswered)
	answer(t, p, cmd.ID, "late")
	if got := wantState(t, p, cmd.ID, onenet.CommandAnswered); string(got.Answer) != "late" {
		t.Errorf("answer %q", got.Answer)
	}
	answer(t, p, cmd.ID, "again")
	if got := wantState(t, p, cmd.ID, onenet.CommandAnswered); string(got.Answer) != "again" {
		t.Errorf("the last answer counts, got %q", got.Answer)
	}
	answer(t, p, cmd.ID, string(make([]byte, onenet.MaxAnswer+1)))
	wantState(t, p, cmd.ID, onenet.CommandTooLarge)
	if n := w.times(cmd.ID); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestCachedCommandExpires(t *testing.T) {
	t.Parallel()
	p, w, c := platform(t)
	cmd, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(2 * time.Minute)
	wantState(t, p, cmd.ID, onenet.CommandSendFailed)
	p.Arrived(ref, 1, "", "")
	if err := p.SendWaiting(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if w.times(cmd.ID) != 0 {
		t.Error("an expired command was sent")
	}
}

func TestConfirmedCommandIsSentAtEveryLoginUntilAnswered(t *testing.T) {
	t.Parallel()
	p, w, _ := platform(t)
	cmd, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour, Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	for session := uint64(1); session <= 3; session++ {
		p.Arrived(ref, session, "", "")
		if err := p.SendWaiting(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		if n := w.times(cmd.ID); n != int(session) {
			t.Fatalf("after %d logins sent %d times", session, n)
		}
		p.Left(ref, session, "", "")
	}
	answer(t, p, cmd.ID, "ok")
	p.Arrived(ref, 4, "", "")
	if err := p.SendWaiting(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if n := w.times(cmd.ID); n != 3 {
		t.Errorf("sent again after its answer: %d times", n)
	}
}

func TestCommandThatCannotBeWrittenWaitsOrFails(t *testing.T) {
	t.Parallel()
	p, w, _ := platform(t)
	p.Arrived(ref, 1, "", "")
	w.fail = onenet.ErrOffline
	waits, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, p, waits.ID, onenet.CommandCreated)
	fails, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on")})
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, p, fails.ID, onenet.CommandSendFailed)
}

// A device that logs in just while a command is created must get it exactly once.
func TestCommandAndLoginAtOnceSendItOnce(t *testing.T) {
	t.Parallel()
	p, w, _ := platform(t)
	var session uint64
	for range 200 {
		session++
		var wg sync.WaitGroup
		var cmd onenet.Command
		var err error
		wg.Go(func() {
			cmd, err = p.SendCommand(context.Background(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
		})
		wg.Go(func() {
			p.Arrived(ref, session, "", "")
			if err := p.SendWaiting(context.Background(), ref); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if n := w.times(cmd.ID); n != 1 {
			t.Fatalf("sent %d times", n)
		}
		p.Left(ref, session, "", "")
	}
}

func TestCommandAnswersOfManyGoroutinesKeepTheLast(t *testing.T) {
	t.Parallel()
	p, _, _ := platform(t)
	p.Arrived(ref, 1, "", "")
	cmd, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on")})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() { p.Answer(ref, "", cmd.ID, 0, []byte(fmt.Sprint(i)), func(error) {}) })
	}
	wg.Wait()
	answer(t, p, cmd.ID, "last")
	if got := wantState(t, p, cmd.ID, onenet.CommandAnswered); string(got.Answer) != "last" {
		t.Errorf("got %q", got.Answer)
	}
}

func TestCommandThatDidNotGetItsTurnIsSentAtTheNextLogin(t *testing.T) {
	t.Parallel()
	p, w, _ := platform(t)
	cached, err := p.SendCommand(t.Context(), ref, onenet.CommandRequest{Body: []byte("on"), Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	p.Arrived(ref, 1, "", "")
	if err := p.SendWaiting(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	p.Left(ref, 1, "", "")
	p.NotWritten(cached.ID)
	wantState(t, p, cached.ID, onenet.CommandCreated)
	p.Arrived(ref, 2, "", "")
	if err := p.SendWaiting(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	wantState(t, p, cached.ID, onenet.CommandSent)
	if n := w.times(cached.ID); n != 2 {
		t.Errorf("handed to the downlink %d times, want twice", n)
	}
}
