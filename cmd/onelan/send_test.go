package main

import (
	"errors"
	"testing"
	"time"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func TestTheExitCodeAfterWaitingTellsTheState(t *testing.T) {
	t.Parallel()
	for state, want := range map[onenet.CommandState]int{
		onenet.CommandAnswered:   exitOK,
		onenet.CommandTooLarge:   exitFailed,
		onenet.CommandNotOnline:  exitRefused,
		onenet.CommandSendFailed: exitRefused,
		onenet.CommandCreated:    exitTimeout,
		onenet.CommandSent:       exitTimeout,
		onenet.CommandUnanswered: exitTimeout,
	} {
		got := exitOK
		if f, ok := errors.AsType[*failure](judge(lab.Command{State: state}, &sendOptions{wait: duration{time.Second}})); ok {
			got = f.code
		}
		if got != want {
			t.Errorf("%s: exit code %d, want %d", state, got, want)
		}
		if err := judge(lab.Command{State: state}, &sendOptions{}); err != nil {
			t.Errorf("%s: without waiting: %v", state, err)
		}
	}
}

func TestStatesOfADevice(t *testing.T) {
	t.Parallel()
	seen := time.Unix(1, 0)
	for want, d := range map[string]lab.Device{
		"never seen": {}, "offline": {ActivatedAt: seen}, "online": {ActivatedAt: seen, Online: true}, "blocked": {Blocked: true, Online: true},
	} {
		if got := state(d); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
