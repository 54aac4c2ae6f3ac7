package sqlite

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite"

	"github.com/onelan/onelan/onenet"
)

// firstContent is what an onelan of the first layout left behind. Two points stand at the moment of the file.
const firstContent = `
	INSERT INTO product VALUES ('244754', 'demo', 'legacy', 'master=', 'code', 0, 0);
	INSERT INTO device VALUES (7, '244754', '527521926', 'lamp', 'sn', 'MQTT', '', '[]', NULL, 0, NULL, 0, 0, NULL, NULL);
	INSERT INTO stream (pk, device, id, created_at) VALUES (3, 7, 'pic', 0), (4, 7, 't', 0);
	INSERT INTO point VALUES (3, 1000, 1, '{"index":"p"}'), (4, 1000, 2, '25'), (4, 2000, 3, '26'), (3, 1000, 4, '{"index":"p"}');
	INSERT INTO file (stream, name, size, at, data) VALUES (3, 'p', 2, 1000, x'ffd8'), (99, 'swept', 0, 1000, '');
	UPDATE counter SET n = 4 WHERE name = 'point';`

// secondContent is what an onelan of the second layout added.
const secondContent = `
	INSERT INTO topic (product, topic) VALUES ('244754', 'led');
	INSERT INTO queued (device, seq, topic, qos, payload, at) VALUES (7, 40, 'led', 1, 'on', 1000);
	UPDATE counter SET n = 41 WHERE name = 'queued';`

// mustOldDir makes a directory with a database of an old layout: each content goes in after a step.
func mustOldDir(t *testing.T, contents ...string) string {
	t.Helper()
	dir := t.TempDir()
	steps, err := layouts()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sqlite.OpenConn(filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	c := newConn(raw)
	for i, content := range contents {
		if err := errors.Join(layout(c, i+1, steps[i]), run(c, content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDatabaseOfTheFirstLayoutIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	s, err := Open(mustOldDir(t, firstContent), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	points, err := s.Points(t.Context(), onenet.PointQuery{Ref: demo})
	if err != nil || len(points) != 4 {
		t.Errorf("the points are %v, %v; want the four that were there", points, err)
	}
	want := onenet.File{Index: "p", Size: 2, Data: []byte{0xff, 0xd8}}
	if f, err := s.File(t.Context(), demo.Product, "p"); err != nil || cmp.Diff(want, f) != "" {
		t.Errorf("the file is %v, %v; want %v", f, err, want)
	}
	var files []string // of the points in the dump, in their order
	for b, err := range s.Dump(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Points {
			name := string(p.Stream)
			if p.File != nil {
				name += " with " + p.File.Index
			}
			files = append(files, name)
		}
	}
	if d := cmp.Diff([]string{"pic", "t", "pic with p", "t"}, files); d != "" {
		t.Errorf("points and files of the dump (-want +got):\n%s", d)
	}
	mustApply(t, s, onenet.Batch{
		PutTopics:   []onenet.TopicRef{{Product: demo.Product, Topic: "led"}},
		AddTriggers: []onenet.Trigger{{ID: 1, Product: demo.Product, Devices: []onenet.DeviceID{demo.Device}}},
		Points:      valued(5, "27").Points,
	})
	mustApply(t, s, onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	if list, err := s.Triggers(t.Context(), ""); err != nil || len(list) != 0 {
		t.Errorf("triggers left: %v, %v", list, err)
	}
}

func TestDatabaseOfTheSecondLayoutIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	dir := mustOldDir(t, firstContent, secondContent)
	var want onenet.UplinkEntry
	for range 2 { // and is up to date the second time
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		queue, err := s.Queue(t.Context(), demo)
		if err != nil || len(queue) != 1 || queue[0].Seq != 40 {
			t.Errorf("the queue is %v, %v; want the message that was there", queue, err)
		}
		if n, err := s.LastSeq(t.Context()); err != nil || n != 41 {
			t.Errorf("the highest number of a message is %d, %v; want 41", n, err)
		}
		if n, err := s.LastUplinkSeq(t.Context()); err != nil || n != want.Seq {
			t.Errorf("the highest number of the uplink is %d, %v; want %d", n, err, want.Seq)
		}
		want = onenet.UplinkEntry{Ref: demo, Seq: want.Seq + 1, At: start, Topic: "$dp", QoS: 1, Payload: []byte("27")}
		b := valued(5, "27")
		b.EnqueueUplink = []onenet.UplinkEntry{want}
		b.DropUplink = []onenet.UplinkKey{{Ref: demo, Seq: want.Seq - 1}}
		mustApply(t, s, b)
		list, err := s.Uplink(t.Context(), onenet.UplinkQuery{Ref: demo})
		if d := cmp.Diff([]onenet.UplinkEntry{want}, list); d != "" || err != nil {
			t.Errorf("the uplink: %v (-want +got):\n%s", err, d)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	mustApply(t, s, onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	if n := mustCount(t, s, "uplink"); n != 0 {
		t.Errorf("%d entries are left of a device that is gone", n)
	}
}

// thirdContent is what an onelan of the third layout added.
const thirdContent = `
	INSERT INTO command (id, device, body, confirm, state, rev, created_at, expires_at) VALUES ('c1', 7, 'on', 0, 'sent', 2, 0, 0);`

func TestDatabaseOfTheThirdLayoutIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	dir := mustOldDir(t, firstContent, secondContent, thirdContent)
	old := onenet.Command{
		ID: "c1", Product: demo.Product, Device: demo.Device, Body: []byte("on"), State: onenet.CommandSent,
		CreatedAt: time.UnixMilli(0).UTC(), ExpiresAt: time.UnixMilli(0).UTC(), Rev: 2,
	}
	cloud := old
	cloud.ID, cloud.Upstream = "c2", true
	for range 2 { // and is up to date the second time
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		mustApply(t, s, onenet.Batch{PutCommands: []onenet.Command{cloud}})
		list, _, err := s.Commands(t.Context(), onenet.CommandQuery{Ref: demo})
		if d := cmp.Diff([]onenet.Command{old, cloud}, list); d != "" || err != nil {
			t.Errorf("the commands: %v (-want +got):\n%s", err, d)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReleasedLayoutsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	steps, err := layouts()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"f5f439c1e4e0c664cdc4dff84f582cd8e7d858da1997e5c811fd1e2e9e42a4c0",
		"287460df8d9e7d9ec87c3fdea64ebec6c3c9cb81e352a4671019ef33e3b5afc5",
	} {
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(steps[i]))); got != want {
			t.Errorf("layout %d is %s now: databases are out there that were made with %s", i+1, got, want)
		}
	}
}
