package sqlite

import (
	"errors"
	"path/filepath"
	"testing"

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

// mustOldDir makes a directory with a database of the first layout.
func mustOldDir(t *testing.T) string {
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
	if err := errors.Join(layout(c, 1, steps[0]), run(c, firstContent), raw.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDatabaseOfTheFirstLayoutIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	s, err := Open(mustOldDir(t), Options{})
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
