package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/internal/faultnet"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// answer is the i-th device's answer to a command.
func (e *edge) answer(i int, id onenet.CommandID, text string) {
	e.t.Helper()
	done := make(chan error, 1)
	e.platform.Answer(e.devices[i], "127.0.0.1:1", id, 1, []byte(text), func(err error) { done <- err })
	if err := <-done; err != nil {
		e.t.Fatal(err)
	}
}

func TestACommandOfTheCloudIsAnsweredThere(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	e.arrive(0)
	e.cloud.Wait(t, onenettest.Online(e.there[0]))
	sent := e.cloud.Send(t, e.there[0], "on")
	got := <-e.doors.commands
	if got != (command{e.devices[0], sent.ID, "on"}) {
		t.Errorf("the device got %+v", got)
	}
	e.answer(0, got.id, "done")
	r := e.cloud.Wait(t, onenettest.CommandIs(sent, onenet.CommandAnswered))
	if string(r.Payload) != "done" {
		t.Errorf("the cloud has the answer %q", r.Payload)
	}
	e.awaitDelivered(0, 1)
	e.mustVerify()
}

func TestTheAnswerToALocalCommandStaysHere(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{})
	e.arrive(0)
	c, err := e.platform.SendCommand(t.Context(), e.devices[0], onenet.CommandRequest{Body: []byte("on")})
	if err != nil {
		t.Fatal(err)
	}
	e.answer(0, c.ID, "done")
	if b := e.status(0).Books; b.Accepted != 0 {
		t.Errorf("books %+v", b)
	}
}

func TestACommandWaitsForADeviceThatIsAway(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Presence = bridge.Always }})
	e.cloud.Wait(t, onenettest.Online(e.there[0]))
	sent := e.cloud.Send(t, e.there[0], "on")
	e.awaitRecord("the command", func(r *onenet.Record) bool { return r.Command == sent.ID && r.State == onenet.CommandCreated })
	e.arrive(0)
	if err := e.platform.SendWaiting(t.Context(), e.devices[0]); err != nil {
		t.Fatal(err)
	}
	if got := <-e.doors.commands; got.id != sent.ID || got.body != "on" {
		t.Errorf("the device got %+v", got)
	}
}

func TestACommandThatMayNotWaitIsToldOf(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Presence, p.CommandWait = bridge.Always, 0 }})
	e.cloud.Wait(t, onenettest.Online(e.there[0]))
	sent := e.cloud.Send(t, e.there[0], "on")
	e.awaitRecord("its fate", func(r *onenet.Record) bool { return r.Command == sent.ID && r.State == onenet.CommandNotOnline })
	if s := e.status(0); s.Link.Counts.Failed != 0 {
		t.Errorf("counts %+v", s.Link.Counts)
	}
}

func TestACommandForADeviceThatIsNoneIsToldOf(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{plan: func(p *bridge.Plan) { p.Presence = bridge.Always }})
	e.cloud.Wait(t, onenettest.Online(e.there[0]))
	if err := e.platform.RemoveDevice(t.Context(), e.devices[0]); err != nil {
		t.Fatal(err)
	}
	e.cloud.Send(t, e.there[0], "on")
	e.awaitRecord("its fate", func(r *onenet.Record) bool {
		return r.Kind == onenet.KindBridge && strings.HasPrefix(r.Topic, "$creq/") && strings.Contains(r.Text, "does not reach the device")
	})
	if w := e.Warnings(); len(w) != 1 || !strings.Contains(w[0], "does not exist here") {
		t.Errorf("warnings %q", w)
	}
}

// A plain broker as the cloud sends what it is told to.
func TestACommandThatComesTwiceIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{clock: now})
	e.arrive(0)
	e.cloud.Wait(t, onenettest.Online(e.there[0]))
	sent := e.cloud.Send(t, e.there[0], "on", onenettest.Within(time.Hour), onenettest.Confirmed())
	if got := <-e.doors.commands; got.id != sent.ID {
		t.Fatalf("got %+v", got)
	}
	e.proxy.Cut(faultnet.Reset) // unanswered, the cloud sends it again at the next login
	e.await(0, "back-off", func(s bridge.DeviceStatus) bool { return !s.Link.Linked })
	if _, err := e.Resume(); err != nil {
		t.Fatal(err)
	}
	e.awaitEver("its suppression", func() bool { return e.status(0).Suppressed == 1 })
	if n := len(e.doors.commands); n != 0 {
		t.Errorf("%d commands more", n)
	}
}

// awaitEver waits for what nobody tells about.
func (e *edge) awaitEver(what string, ok func() bool) {
	e.t.Helper()
	end := clock.System().Now().Add(onenettest.Patience)
	for !ok() {
		if clock.System().Now().After(end) {
			e.t.Fatalf("waited for %s", what)
		}
		clock.Sleep(clock.System(), time.Millisecond, e.t.Context().Done())
	}
}

// routed is an edge with routes, and another client of the cloud that listens and speaks there.
func routed(t *testing.T, devices int, texts ...string) (e *edge, client mqtt.Client, heard chan message) {
	t.Helper()
	e = newEdge(t, setup{devices: devices, plan: func(p *bridge.Plan) {
		p.Presence = bridge.Always
		for _, text := range texts {
			p.Topics = append(p.Topics, mustRoute(t, text))
		}
	}})
	heard = make(chan message, 1000)
	client = e.cloud.Connect(t, e.cloud.Device(t), onenettest.OnMessage(func(topic string, payload []byte) {
		heard <- message{Topic: topic, Payload: string(payload)}
	}))
	for i := range e.devices {
		e.awaitState(i, bridge.Online)
		for _, r := range e.Plan().Topics {
			if r.Direction != bridge.Up {
				e.cloud.Wait(t, onenettest.Subscribed(e.there[i], strings.ReplaceAll(r.Cloud, "{device}", string(e.there[i].ID))))
			}
		}
	}
	return e, client, heard
}

func mustRoute(t *testing.T, text string) bridge.Route {
	t.Helper()
	r, err := bridge.ParseRoute(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTopicsGoBothWaysUnderOtherNames(t *testing.T) {
	t.Parallel()
	e, client, heard := routed(t, 1, "up {device}/temp -> home/{device} qos 0", "down {device}/led -> lamp/{device} qos 0", `both "a b"`)
	mustComplete(t, client.Subscribe("home/"+string(e.there[0].ID), 1, nil))
	if !e.publish(0, string(e.devices[0].Device)+"/temp", 1, "21") {
		t.Error("it stays here")
	}
	if m := <-heard; m.Topic != "home/"+string(e.there[0].ID) || m.Payload != "21" {
		t.Errorf("the cloud has %+v", m)
	}
	mustComplete(t, client.Publish("lamp/"+string(e.there[0].ID), 1, false, "on"))
	if m, want := <-e.doors.messages, (message{e.devices[0], string(e.devices[0].Device) + "/led", 0, "on"}); m != want {
		t.Errorf("the device got %+v, want %+v", m, want)
	}
	mustComplete(t, client.Publish("a b", 1, false, "x"))
	if m, want := <-e.doors.messages, (message{e.devices[0], "a b", 1, "x"}); m != want {
		t.Errorf("the device got %+v, want %+v", m, want)
	}
	for _, topic := range []string{"other", string(e.devices[0].Device) + "/led", "$sys", "$crsp/"} {
		if e.publish(0, topic, 1, "x") {
			t.Errorf("%s goes up", topic)
		}
	}
	e.mustVerify()
}

func TestWhatWePublishAndSeeAgainIsDroppedOncePerCopy(t *testing.T) {
	t.Parallel()
	// Three devices of one product here are three of one product there: each publishes, and all three subscribe.
	e, client, heard := routed(t, 3, "both here -> there")
	mustComplete(t, client.Subscribe("there", 1, nil))
	e.publish(0, "here", 1, "same")
	<-heard
	for i := range e.devices {
		e.awaitEver("the copy", func() bool { return e.status(i).Suppressed == 1 })
	}
	mustComplete(t, client.Publish("there", 1, false, "same")) // of another cloud device
	got := map[onenet.DeviceRef]bool{}
	for range e.devices {
		m := <-e.doors.messages
		if m.Topic != "here" || m.Payload != "same" {
			t.Errorf("got %+v", m)
		}
		got[m.Ref] = true
	}
	if len(got) != 3 || len(e.doors.messages) != 0 {
		t.Errorf("%d devices have it, %d messages more", len(got), len(e.doors.messages))
	}
	e.mustVerify()
}

func TestACopyThatNobodyHereHasIsNoCopy(t *testing.T) {
	t.Parallel()
	e := newEdge(t, setup{devices: 2, plan: func(p *bridge.Plan) {
		p.Presence = bridge.Always
		p.Devices[0].Topics = []bridge.Route{{Direction: bridge.Up, Local: "a", Cloud: "there", QoS: 1}}
		p.Devices[1].Topics = []bridge.Route{{Direction: bridge.Down, Local: "b", Cloud: "there", QoS: 1}}
	}})
	e.cloud.Wait(t, onenettest.Subscribed(e.there[1], "there"))
	e.publish(0, "a", 1, "x")
	if m, want := <-e.doors.messages, (message{e.devices[1], "b", 1, "x"}); m != want {
		t.Errorf("got %+v, want %+v", m, want)
	}
	e.mustVerify()
}

func TestACopyThatDoesNotComeIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(epoch)
	e := newEdge(t, setup{
		clock: now, cloud: []onenettest.Option{onenettest.WithSwitches(func(s *onenet.Switches) { s.EchoToSelf = false })},
		plan: func(p *bridge.Plan) {
			p.Presence, p.EchoWait = bridge.Always, time.Minute
			p.Topics = []bridge.Route{{Direction: bridge.Both, Local: "x", QoS: 1}}
		},
	})
	e.cloud.Wait(t, onenettest.Subscribed(e.there[0], "x"))
	client := e.cloud.Connect(t, e.cloud.Device(t))
	e.publish(0, "x", 1, "same")
	e.awaitDelivered(0, 1)
	now.Advance(time.Minute)
	mustComplete(t, client.Publish("x", 1, false, "same"))
	if m := <-e.doors.messages; m.Payload != "same" {
		t.Errorf("got %+v", m)
	}
	if n := e.status(0).Suppressed; n != 0 {
		t.Errorf("%d suppressed", n)
	}
}

func TestAMessageThatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	e, client, _ := routed(t, 1, "down x")
	e.doors.breakWith(errors.New("disk full"))
	mustComplete(t, client.Publish("x", 1, false, "1"))
	e.awaitEver("the failure", func() bool { return e.status(0).Link.Counts.Failed == 1 })
	if n := e.proxy.Counts().Up[faultnet.Puback]; n != 0 {
		t.Errorf("%d acknowledgements", n)
	}
	e.doors.breakWith(nil)
	mustComplete(t, client.Publish("x", 1, false, "2"))
	if m := <-e.doors.messages; m.Payload != "2" {
		t.Errorf("got %+v", m)
	}
}

// A cloud that keeps the session goes on with subscriptions of which the plan knows no more.
func TestWhatNobodyHasAskedForIsToldOnce(t *testing.T) {
	t.Parallel()
	e, client, _ := routed(t, 1, "down x", "down y")
	p := e.Plan()
	p.KeepSession = true
	if _, err := e.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	e.awaitEver("both subscriptions", func() bool { return e.proxy.Counts().Down[faultnet.Suback] == 4 })
	p.Topics = p.Topics[:1]
	if _, err := e.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	e.awaitEver("the subscription", func() bool { return e.proxy.Counts().Down[faultnet.Suback] == 5 })
	for range 3 {
		mustComplete(t, client.Publish("y", 1, false, "1"))
	}
	mustComplete(t, client.Publish("x", 1, false, "2"))
	if m := <-e.doors.messages; m.Topic != "x" || len(e.doors.messages) > 0 {
		t.Errorf("the device got %+v, and %d more", m, len(e.doors.messages))
	}
	told := 0
	for _, r := range e.told(0) {
		if r.Topic == "y" && strings.Contains(r.Text, "nobody has asked for") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

func TestARetainedMessageIsNeverACopy(t *testing.T) {
	t.Parallel()
	e, client, _ := routed(t, 1, "both x")
	mustComplete(t, client.Publish("x", 1, true, "kept"))
	<-e.doors.messages
	if _, err := e.Pause(); err != nil {
		t.Fatal(err)
	}
	e.awaitState(0, bridge.Paused)
	if _, err := e.Resume(); err != nil {
		t.Fatal(err)
	}
	if m := <-e.doors.messages; m.Payload != "kept" {
		t.Errorf("at the next login the device got %+v", m)
	}
}
