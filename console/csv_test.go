package console_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

func TestExportedPointsAreATableThatNoSpreadsheetRuns(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	begin := r.Platform().Clock().Now().Add(-time.Hour) // what is older than a year may be cleared away at any time
	var points []onenet.Datapoint
	for i, v := range []string{`25.5`, `"on"`, `"=1+1"`, `-3`, `{"a":1}`, `"@x"`, `"＝1+1"`} {
		points = append(points, onenet.Datapoint{Stream: "s", At: begin.Add(time.Duration(i) * time.Millisecond), Value: []byte(v)})
	}
	for range 7000 {
		points = append(points, onenet.Datapoint{Stream: "many", Value: []byte("1"), At: begin})
	}
	if err := r.Platform().IngestWait(t.Context(), onenet.Upload{Ref: d.Ref(), Points: points}); err != nil {
		t.Fatal(err)
	}
	table := func(query string) [][]string {
		text := strings.TrimPrefix(r.get(t, "/device/points.csv?product=244754&device=527521926&"+query), "\uFEFF")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	var got []string
	for _, row := range table("stream=s") {
		got = append(got, row[3])
	}
	if d := cmp.Diff([]string{"25.5", "on", "'=1+1", "-3", `{"a":1}`, "'@x", "'＝1+1"}, got); d != "" {
		t.Errorf("values (-want +got):\n%s", d)
	}
	if n := len(table("stream=many")); n != 7000 {
		t.Errorf("%d rows, want all 7000", n)
	}
}
