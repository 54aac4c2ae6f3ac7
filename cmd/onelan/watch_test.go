package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// history is one record of each kind, and the odd ones.
func history() []onenet.Record {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	third := 3
	refusal := &onenet.Refusal{
		Cause: "login.some", Says: "one field stands in the other's place", Expected: "client id 1", Got: "client id 2",
		NearMiss: "that way round it would be let in", Fix: "exchange them", Ref: "protocol paper, section 1",
	}
	data := &onenet.Refusal{Cause: "data.some", Says: "the length is wrong", Fix: "count bytes, not characters: a Chinese character has three", Ref: "paper", Offset: &third}
	list := []onenet.Record{
		{Kind: onenet.KindSystem, Text: "onelan started"},
		{Kind: onenet.KindConnected, Product: "244754", Device: "527521926", Addr: "192.168.1.9:5000", Text: "logged in"},
		{Kind: onenet.KindRefused, Product: "1", Device: "2", Addr: "192.168.1.9:5001", Refusal: refusal, Text: "unused"},
		{Kind: onenet.KindRefused, Addr: "192.168.1.9:5001", Topic: "$dp", Size: 8, Refusal: data},
		{Kind: onenet.KindSubscribed, Product: "244754", Device: "527521926", Topic: "room/灯", QoS: 1},
		{Kind: onenet.KindUnsubscribed, Product: "244754", Device: "527521926", Topic: "room/灯"},
		{Kind: onenet.KindMessage, Product: "244754", Device: "527521926", Topic: "room/1", Payload: []byte("开\x1b[2J"), Size: 6},
		{Kind: onenet.KindMessage, Product: "244754", Device: "527521926", Topic: "room/1", Payload: bytes.Repeat([]byte("long "), 40), Size: 5000, QoS: 2},
		{Kind: onenet.KindData, Product: "244754", Device: "527521926", Count: 4, QoS: 1, Points: []onenet.PointNote{
			{Stream: "t", At: at, Value: json.RawMessage("25.5")},
			{Stream: "灯", At: at.Add(-time.Hour), Value: json.RawMessage(`"开"`)},
		}},
		{Kind: onenet.KindCommand, Product: "244754", Device: "527521926", Command: "3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33", State: onenet.CommandSent, Payload: []byte("on"), Size: 2},
		{Kind: onenet.KindCommand, Product: "244754", Device: "527521926", Command: "3f0c9b1e-5a77-5d2c-9e41-0b8d6a1f2c33", State: onenet.CommandAnswered},
		{Kind: onenet.KindDropped, Product: "244754", Device: "527521926", Topic: "room/1", Count: 3, Text: "the device takes nothing"},
		{Kind: onenet.KindWarning, Product: "244754", Device: "527521926", Refusal: refusal},
		{Kind: onenet.KindTrigger, Product: "244754", Device: "527521926", Trigger: 7, Addr: "192.168.1.9:9000", Text: "delivered"},
		{Kind: onenet.KindTrigger, Count: 3, Text: "given up: the queue is full"},
		{Kind: onenet.KindRefused, Product: "244754", Call: "GET /devices/{id}", Refusal: refusal},
		{Kind: onenet.KindMessage, Product: "244754", Topic: "room/1", Call: "POST /mqtt", Payload: []byte("on"), Size: 2},
		{Kind: onenet.KindBridge, Product: "244754", Device: "527521926", Link: "online", Addr: "cloud:6002", Text: "the link to the cloud is online"},
		{Kind: onenet.KindBridge, Product: "244754", Device: "527521926", Link: "refused", Refusal: refusal, Text: "unused"},
		{Kind: onenet.KindBridge, Product: "244754", Device: "527521926", Topic: "$dp", Size: 7, Count: 2, Text: "would go up", Points: []onenet.PointNote{
			{Stream: "t", At: at, Value: json.RawMessage("25.5")},
		}},
		{Kind: onenet.KindBridge, Text: "bridge reloaded: all 3 devices as before"},
		{Kind: onenet.KindDisconnected, Product: "244754", Device: "527521926", Addr: "192.168.1.9:5000", Text: "keepalive"},
		{Kind: "new-kind", Text: "from a newer server"},
	}
	for i := range list {
		list[i].Seq, list[i].At = uint64(i+1), at.Add(time.Duration(i)*time.Millisecond)
	}
	list[len(list)-1].At = at.Add(24 * time.Hour)
	return list
}

func TestRecordsForPeople(t *testing.T) {
	t.Parallel()
	zone := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local).Format("-07:00")
	for name, look := range map[string]struct {
		paint painter
		width int
	}{
		"watch-plain.txt":  {},
		"watch-narrow.txt": {width: 80},
		"watch-colour.txt": {painter{true}, 100},
	} {
		var out bytes.Buffer
		w := newWatcher(&out, look.paint, look.width)
		for _, r := range history() {
			if err := w.show(r); err != nil {
				t.Fatal(err)
			}
		}
		golden(t, name, strings.ReplaceAll(out.String(), zone, "+ZZ:ZZ"))
	}
}

func TestEveryKindHasALook(t *testing.T) {
	t.Parallel()
	for _, r := range history() {
		if _, ok := looks[r.Kind]; ok != slices.Contains(kinds, r.Kind) {
			t.Errorf("kind %s: look %v", r.Kind, ok)
		}
	}
	if len(looks) != len(kinds) {
		t.Errorf("%d looks for %d kinds", len(looks), len(kinds))
	}
}

// firstWrite cancels when something is written.
type firstWrite struct {
	text   []byte
	cancel func()
}

func (w *firstWrite) Write(b []byte) (int, error) {
	w.text = append(w.text, b...)
	w.cancel()
	return len(b), nil
}

func TestCtrlCEndsAWatchWell(t *testing.T) {
	t.Parallel()
	srv := mustStart(t)
	ctx, cancel := context.WithCancel(t.Context())
	out := &firstWrite{cancel: cancel}
	var stderr bytes.Buffer
	code := run(ctx, []string{"watch", "--after", "0", "--server", srv.LabAddr()}, nil, out, &stderr)
	if code != exitOK || !strings.Contains(string(out.text), "started") || stderr.Len() > 0 {
		t.Errorf("exit code %d, stdout %s, stderr %s", code, out.text, &stderr)
	}
}

func TestCtrlCEndsOtherCommandsWithoutAWord(t *testing.T) {
	t.Parallel()
	srv := mustStart(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, stderr bytes.Buffer
	code := run(ctx, []string{"device", "list", "--server", srv.LabAddr()}, nil, &out, &stderr)
	if code != exitInterrupted || out.Len()+stderr.Len() > 0 {
		t.Errorf("exit code %d, stdout %s, stderr %s", code, &out, &stderr)
	}
}

func TestAWatchTellsThatTheServerWentAway(t *testing.T) {
	t.Parallel()
	srv := mustStart(t)
	out := &firstWrite{cancel: func() { go func() { _ = srv.Close() }() }}
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"watch", "--after", "0", "--server", srv.LabAddr()}, nil, out, &stderr)
	if code != exitUnreachable || !strings.HasPrefix(stderr.String(), "error: the server went away\nhint: ") {
		t.Errorf("exit code %d, stderr %s", code, &stderr)
	}
}

// mustStart starts a server that keeps nothing, on free ports of this machine.
func mustStart(t *testing.T) *server.Server {
	t.Helper()
	c := server.DefaultConfig()
	c.MQTT, c.HTTP, c.Lab, c.Ephemeral = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", true
	c.MDNS, c.Discovery = false, ""
	c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	srv, err := server.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	return srv
}
