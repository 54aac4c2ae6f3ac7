package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// labOf is a client of a platform's control door.
func labOf(t *testing.T, s *onenettest.Server) *lab.Client {
	t.Helper()
	c := lab.New("http://" + s.LabAddr())
	t.Cleanup(c.Close)
	return c
}

// must gives a function that takes the results of a call and ends the test when there is an error.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// crossed is a platform whose device 7001 is on a bridge to a cloud.
type crossed struct {
	cloud, edge *onenettest.Server
	there, here onenet.Device
	ref         lab.BridgeRef
	lab         *lab.Client
}

func newCrossed(t *testing.T) *crossed {
	t.Helper()
	x := &crossed{cloud: onenettest.Start(t), here: local("7001")}
	x.there = x.cloud.Device(t)
	plan := planTo(x.cloud, [2]onenet.Device{x.here, x.there})
	x.edge = edgeOf(t, &plan, nil, holding(x.here, local("7002")))
	x.lab, x.ref = labOf(t, x.edge), lab.BridgeRef{Device: x.here.ID}
	return x
}

// publish sends a point at QoS 1 and waits until the edge has it.
func (x *crossed) publish(t *testing.T, text string) {
	t.Helper()
	c := x.edge.Connect(t, x.here)
	defer c.Disconnect(0)
	if token := c.Publish("$dp", 1, false, onenettest.DP(text)); !token.WaitTimeout(onenettest.Patience) || token.Error() != nil {
		t.Fatalf("publishing: %v", token.Error())
	}
}

func (x *crossed) status(t *testing.T) lab.BridgeDevice {
	t.Helper()
	return must[lab.BridgeDevice](t)(x.lab.BridgeDevice(t.Context(), x.here.Ref()))
}

// settled is how the device stands when its link has come to a state: links go their way by themselves.
func (x *crossed) settled(t *testing.T, state string) (d lab.BridgeDevice) {
	t.Helper()
	for mark := uint64(0); ; {
		if d = x.status(t); d.State == state {
			return d
		}
		r := x.edge.WaitAfter(t, mark, onenettest.That("a link that is "+state, func(r *onenet.Record) bool {
			return r.Kind == onenet.KindBridge && r.Link == state
		}))
		mark = r.Seq
	}
}

func TestTheLabTellsHowTheBridgeStandsAndNoPassword(t *testing.T) {
	t.Parallel()
	x := newCrossed(t)
	x.publish(t, `{"t":1}`)
	x.cloud.Wait(t, onenettest.Point(x.there, "t", "1"))
	if done := must[lab.BridgeDone](t)(x.lab.BridgeDrain(t.Context(), onenettest.Patience)); done.Left != 0 {
		t.Fatalf("%d left", done.Left)
	}
	b := must[lab.Bridge](t)(x.lab.Bridge(t.Context()))
	if !b.On || b.Upstream != x.cloud.MQTTAddr() || b.At.IsZero() || len(b.Devices) != 1 {
		t.Fatalf("got %+v", b)
	}
	d := b.Devices[0]
	want := lab.BridgeLogin{Addr: x.cloud.MQTTAddr(), Product: string(x.there.Product), Device: string(x.there.ID)}
	if diff := gocmp.Diff(want, d.Upstream); diff != "" {
		t.Errorf("upstream (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(lab.BridgeBooks{Accepted: 1, Delivered: 1}, d.Books); diff != "" {
		t.Errorf("books (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(d.Books, b.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if d.Presence != "follow" || !d.Mapped || d.Proved.IsZero() || d.Counts.Acked != 1 || d.Counts.Logins < 1 {
		t.Errorf("got %+v", d)
	}
	text := must[[]byte](t)(json.Marshal(b))
	if bytes.Contains(text, []byte(x.there.AuthInfo)) {
		t.Errorf("the password is told: %s", text)
	}
}

func TestWhatWaitsIsShownExportedAndDrained(t *testing.T) {
	t.Parallel()
	x := newCrossed(t)
	must[lab.BridgeDone](t)(x.lab.BridgePause(t.Context(), x.ref))
	x.publish(t, `{"temperature":21.5}`)
	if d := x.status(t); d.State != "paused" || d.Books.Waiting != 1 || d.Books.Oldest.IsZero() {
		t.Errorf("got %+v", d)
	}
	page := must[lab.BridgeEntries](t)(x.lab.BridgeEntries(t.Context(), lab.BridgeQuery{BridgeRef: x.ref}))
	if len(page.Entries) != 1 || !slices.Equal(page.Entries[0].Points, []string{"temperature=21.5"}) || page.Last != page.Entries[0].Seq {
		t.Fatalf("got %+v", page)
	}
	var file bytes.Buffer
	if err := x.lab.BridgeExport(t.Context(), x.ref, &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for e, err := range queue.ReadExport(&file) {
		if n++; err != nil || e.Ref != x.here.Ref() || e.Topic != "$dp" {
			t.Errorf("exported %+v, %v", e, err)
		}
	}
	if n != 1 {
		t.Errorf("%d entries were exported", n)
	}
	if done := must[lab.BridgeDone](t)(x.lab.BridgeDrain(t.Context(), onenettest.Patience, x.ref)); done.Left != 1 {
		t.Errorf("a paused device was drained: %+v", done)
	}
	must[lab.BridgeDone](t)(x.lab.BridgeResume(t.Context(), x.ref))
	if done := must[lab.BridgeDone](t)(x.lab.BridgeDrain(t.Context(), onenettest.Patience, x.ref)); done.Left != 0 {
		t.Errorf("%d left", done.Left)
	}
	x.cloud.Wait(t, onenettest.Point(x.there, "temperature", "21.5"))
}

func TestWhatIsGivenUpStaysInTheBooks(t *testing.T) {
	t.Parallel()
	x := newCrossed(t)
	must[lab.BridgeDone](t)(x.lab.BridgePause(t.Context()))
	x.publish(t, `{"t":1}`)
	if done := must[lab.BridgeDone](t)(x.lab.BridgeDrop(t.Context(), lab.BridgePick{Devices: []lab.BridgeRef{x.ref}})); done.Entries != 1 {
		t.Errorf("got %+v", done)
	}
	want := lab.BridgeBooks{Accepted: 1, Dropped: map[string]int64{"person": 1}}
	if diff := gocmp.Diff(want, x.status(t).Books); diff != "" {
		t.Errorf("books (-want +got):\n%s", diff)
	}
	if done := must[lab.BridgeDone](t)(x.lab.BridgeRetry(t.Context(), lab.BridgePick{})); done.Entries != 0 {
		t.Errorf("got %+v", done)
	}
}

func TestALoginIsTriedAndAWrongPasswordExplained(t *testing.T) {
	t.Parallel()
	x := newCrossed(t)
	if got := must[lab.BridgeTest](t)(x.lab.BridgeTest(t.Context(), x.ref)); !got.OK || got.Upstream.Device != string(x.there.ID) || got.Took == "" {
		t.Errorf("got %+v", got)
	}
	must[lab.BridgeDone](t)(x.lab.BridgePut(t.Context(), x.here.Ref(), lab.BridgeMapping{
		Upstream: lab.BridgeLogin{Password: "not-the-password"}, Presence: "always",
	}))
	got := must[lab.BridgeTest](t)(x.lab.BridgeTest(t.Context(), x.ref))
	if got.OK || got.Refusal == nil || got.Refusal.Cause != "bridge.password-refused" || strings.Contains(got.Refusal.Error(), "not-the-password") {
		t.Errorf("got %+v", got)
	}
	if d := x.settled(t, "refused"); d.Trouble == nil || d.Presence != "always" || d.Upstream.Device != string(x.there.ID) {
		t.Errorf("got %+v", d)
	}
}

func TestADeviceIsMappedWhileTheBridgeRuns(t *testing.T) {
	t.Parallel()
	x := newCrossed(t)
	twin, ref := x.cloud.AddDevice(t, onenet.Device{Product: x.there.Product, AuthInfo: "auth-7002"}), local("7002").Ref()
	must[lab.BridgeDone](t)(x.lab.BridgePut(t.Context(), ref, lab.BridgeMapping{
		Upstream: lab.BridgeLogin{Product: string(twin.Product), Device: string(twin.ID)}, Presence: "always", // the password is as here
	}))
	x.cloud.Wait(t, onenettest.Online(twin))
	for name, m := range map[string]lab.BridgeMapping{
		"presence": {Presence: "sometimes"}, "address": {Upstream: lab.BridgeLogin{Addr: "nowhere"}},
		"sideways": {Topics: []string{"sideways a"}}, "is device": {Upstream: lab.BridgeLogin{Device: string(x.there.ID)}},
		"very server": {Upstream: lab.BridgeLogin{Addr: x.edge.MQTTAddr(), Product: string(x.here.Product), Device: "7001"}},
	} {
		_, err := x.lab.BridgePut(t.Context(), ref, m)
		mustRefuse(t, err, name)
	}
	must[lab.BridgeDone](t)(x.lab.BridgeRemove(t.Context(), ref))
	x.cloud.Wait(t, onenettest.Offline(twin))
	_, err := x.lab.BridgeRemove(t.Context(), ref)
	if e, is := errors.AsType[*lab.Error](err); !is || e.Status != http.StatusNotFound {
		t.Errorf("removed twice: %v", err)
	}
}

// mustRefuse wants a call to be refused for what the caller did, in words.
func mustRefuse(t *testing.T, err error, says string) {
	t.Helper()
	if e, is := errors.AsType[*lab.Error](err); !is || e.Status != http.StatusBadRequest || !strings.Contains(e.Message, says) {
		t.Errorf("got %v, want %q", err, says)
	}
}

func TestRoutesChangeWhileTheBridgeRuns(t *testing.T) {
	t.Parallel()
	x := newCrossed(t)
	topics := []string{"up room/state -> state", `both "room/the led" qos 0`}
	must[lab.BridgeDone](t)(x.lab.BridgeTopics(t.Context(), topics))
	b := must[lab.Bridge](t)(x.lab.Bridge(t.Context()))
	must[lab.BridgeDone](t)(x.lab.BridgeTopics(t.Context(), b.Topics)) // what is told can be given back
	if diff := gocmp.Diff(b.Topics, must[lab.Bridge](t)(x.lab.Bridge(t.Context())).Topics); diff != "" || len(b.Topics) != 2 {
		t.Errorf("%q (-want +got):\n%s", b.Topics, diff)
	}
	c := x.edge.Connect(t, x.here)
	c.Publish("room/state", 1, false, "open").WaitTimeout(onenettest.Patience)
	x.cloud.Wait(t, onenettest.Message(x.there, "state", []byte("open")))
	_, err := x.lab.BridgeTopics(t.Context(), []string{"sideways a"})
	mustRefuse(t, err, "sideways")
}

func TestPrometheusIsToldOfTheBridge(t *testing.T) {
	t.Parallel()
	x := newCrossed(t)
	x.publish(t, `{"t":1}`)
	x.cloud.Wait(t, onenettest.Point(x.there, "t", "1"))
	must[lab.BridgeDone](t)(x.lab.BridgeDrain(t.Context(), onenettest.Patience))
	must[lab.BridgeDone](t)(x.lab.BridgePause(t.Context()))
	x.settled(t, "paused")
	x.publish(t, `{"t":2}`)
	text := scrape(t, x.edge)
	for _, line := range []string{
		`onelan_bridge_links{state="paused"} 1`, "onelan_bridge_queue_messages 1", "onelan_bridge_accepted_total 2",
		"onelan_bridge_delivered_total 1", "onelan_bridge_sent_messages_total 1",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%s is not among\n%s", line, text)
		}
	}
	if n := strings.Count(text, "onelan_bridge_links{"); n != 7 {
		t.Errorf("%d states of links: does package metrics know them all?", n)
	}
}

func scrape(t *testing.T, s *onenettest.Server) string {
	t.Helper()
	req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, s.LabURL()+"/metrics", nil))
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return string(must[[]byte](t)(io.ReadAll(resp.Body)))
}
