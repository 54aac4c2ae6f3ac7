package onenettest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPlatformsOfOneProcessDoNotKnowOfEachOther(t *testing.T) {
	t.Parallel()
	one, two := onenettest.Start(t), onenettest.Start(t)
	d := one.Demo(t)
	one.Connect(t, d)
	one.Wait(t, onenettest.Online(d))
	if two.Platform().Presence(d.Ref()).Online {
		t.Error("the other platform thinks that the device is there")
	}
	if last := two.Platform().Journal().Last(); last != 1 {
		t.Errorf("the other platform's journal has %d records", last)
	}
}

func TestClockOfAPlatformIsMovedByHand(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t, onenettest.WithClock(time.Date(2026, 1, 1, 0, 0, 0, 0, onenet.Beijing)))
	d := srv.Demo(t)
	cmd := srv.Send(t, d, "on", onenettest.Within(24*time.Hour), onenettest.Confirmed())
	srv.Advance(t, 25*time.Hour)
	c, err := srv.Platform().Command(t.Context(), cmd.ID)
	if err != nil || c.State != onenet.CommandSendFailed {
		t.Errorf("a day later the command is %s, %v", c.State, err)
	}
}

// failing is a test that notes how it failed instead of failing.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f)
}

func TestAFailingSendSaysWhy(t *testing.T) {
	t.Parallel()
	srv := onenettest.Start(t)
	f := &failing{TB: t}
	func() {
		defer func() { _ = recover() }()
		srv.Send(f, srv.Demo(t), "on")
	}()
	if !strings.Contains(f.said, "device not online") {
		t.Errorf("it said %q", f.said)
	}
}
