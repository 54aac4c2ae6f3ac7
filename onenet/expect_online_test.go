package onenet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
)

// inBackground expects on a goroutine of its own, and looks that it is still waiting when it should be.
func inBackground(t *testing.T, p *onenet.Platform, w onenet.WantOnline) (result func() onenet.Outcome, waiting func()) {
	t.Helper()
	found := make(chan onenet.Outcome, 1)
	go func() {
		out, err := p.Expect(t.Context(), onenet.Expectation{Within: time.Minute, Online: &w})
		if err != nil {
			t.Error(err)
		}
		found <- out
	}()
	waiting = func() {
		t.Helper()
		select {
		case out := <-found:
			t.Fatalf("it did not wait: %+v", out)
		default:
		}
	}
	return func() onenet.Outcome { return <-found }, waiting
}

func TestADeviceIsExpectedToBeHere(t *testing.T) {
	t.Parallel()
	p, c := expecting(t, 0)
	want := onenet.Expectation{Online: &onenet.WantOnline{Product: "1", Device: "2"}}
	if out := mustExpect(t, p, want); out.OK || !strings.Contains(out.Says, "it is away") {
		t.Errorf("before it came: %+v", out)
	}
	p.Arrived(ref, 1, "", "")
	c.Advance(time.Hour)
	want.After = p.Journal().Last() // it came before the mark, and is here
	if out := mustExpect(t, p, want); !out.OK || out.Record == nil || out.Record.Kind != onenet.KindConnected {
		t.Errorf("after it came: %+v", out)
	}
	p.Left(ref, 1, "", "gone")
	if out := mustExpect(t, p, want); out.OK || len(out.Nearest) != 2 {
		t.Errorf("after it went: %+v", out)
	}
}

func TestADeviceThatIsUnknownIsToldAndMayStillBeRegistered(t *testing.T) {
	t.Parallel()
	p, _ := expecting(t, 0)
	if out := mustExpect(t, p, onenet.Expectation{Online: &onenet.WantOnline{Device: "77"}}); out.OK || !strings.Contains(out.Says, "no such device") {
		t.Errorf("got %+v", out)
	}
	result, waiting := inBackground(t, p, onenet.WantOnline{Device: "77"})
	waiting()
	if _, err := p.AddDevice(t.Context(), onenet.Device{Product: "1", ID: "77"}); err != nil {
		t.Fatal(err)
	}
	p.Arrived(onenet.DeviceRef{Product: "1", Device: "77"}, 1, "", "")
	if out := result(); !out.OK {
		t.Errorf("got %+v", out)
	}
}

func TestADeviceIsExpectedToStay(t *testing.T) {
	t.Parallel()
	p, c := expecting(t, 0)
	want := onenet.WantOnline{Product: "1", Device: "2", For: 30 * time.Second}
	p.Arrived(ref, 1, "", "")
	c.Advance(20 * time.Second)
	result, waiting := inBackground(t, p, want)
	waiting()
	p.Arrived(ref, 2, "", "a newer login: it was gone in between") // begins anew
	c.Advance(20 * time.Second)
	waiting()
	p.Left(ref, 2, "", "lost")
	c.Advance(time.Hour)
	waiting()
	p.Arrived(ref, 3, "", "")
	c.Advance(29 * time.Second)
	waiting()
	if out := mustExpect(t, p, onenet.Expectation{Online: &want}); out.OK || !strings.Contains(out.Says, "yet: it is here since") {
		t.Errorf("a second too early: %+v", out)
	}
	c.Advance(time.Second)
	if out := result(); !out.OK {
		t.Errorf("got %+v", out)
	}
}

// TestTimeThatPassesWhileExpectBeginsIsNotMissed moves the clock at every moment of Expect's beginning.
func TestTimeThatPassesWhileExpectBeginsIsNotMissed(t *testing.T) {
	t.Parallel()
	for range 200 {
		p, c := expecting(t, 0)
		p.Arrived(ref, 1, "", "")
		result, _ := inBackground(t, p, onenet.WantOnline{Product: "1", Device: "2", For: time.Minute})
		for range 4 {
			c.Advance(15 * time.Second)
		}
		if out := result(); !out.OK {
			t.Fatalf("got %+v", out)
		}
	}
}
