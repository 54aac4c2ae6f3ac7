package queue_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

const header = `{"format":"onelan-uplink","version":1}` + "\n"

func collect(list iter.Seq2[onenet.UplinkEntry, error]) (all []onenet.UplinkEntry, err error) {
	for e, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

func TestAnExportIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	d := mustOpen(t, queue.Limits{})
	d.mustPut(t, refs[1], 300) // more than a page
	d.mustPut(t, ref, 3)
	if _, err := d.Quarantine(t.Context(), ref, []int64{302}, `the cloud said "no"`); err != nil {
		t.Fatal(err)
	}
	var want []onenet.UplinkEntry
	for _, q := range []onenet.UplinkQuery{{Ref: ref}, {Ref: ref, Dead: true}, {Ref: refs[1]}} {
		list, err := d.Inspect(t.Context(), q)
		must(t, err)
		want = append(want, list...)
	}
	var file bytes.Buffer
	must(t, d.Export(t.Context(), &file))
	if !strings.HasPrefix(file.String(), header) || strings.Count(file.String(), "\n") != 304 {
		t.Errorf("the export begins %.200q", file.String())
	}
	got, err := collect(queue.ReadExport(&file))
	if d := cmp.Diff(want, got, cmpopts.EquateApproxTime(0)); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	must(t, d.Export(t.Context(), &file, ref))
	got, err = collect(queue.ReadExport(&file))
	if d := cmp.Diff(want[:3], got, cmpopts.EquateApproxTime(0)); d != "" || err != nil {
		t.Errorf("one device: %v (-want +got):\n%s", err, d)
	}
}

func TestReadExportNamesTheLineThatIsWrong(t *testing.T) {
	t.Parallel()
	const good = `{"product":"1","device":"2","seq":3,"at":"2026-06-01T00:00:00Z","topic":"$dp","qos":1,"payload":"AA=="}`
	for name, tt := range map[string]struct{ file, want string }{
		"nothing":         {"", "it is empty"},
		"no header":       {good + "\n", `line 1: json: unknown field "product"`},
		"another format":  {`{"format":"x","version":1}`, `line 1: it is of format "x", version 1; known is "onelan-uplink", version 1`},
		"of the future":   {`{"format":"onelan-uplink","version":2}`, "version 2"},
		"cut off":         {header + good + "\n" + good[:40], "line 3: unexpected EOF"},
		"two in a line":   {header + good + good, "line 2: something follows"},
		"unknown name":    {header + `{"x":1}`, `unknown field "x"`},
		"no device":       {header + strings.Replace(good, `"2"`, `""`, 1), "no device"},
		"number 0":        {header + strings.Replace(good, "3", "0", 1), "the number 0"},
		"no topic":        {header + strings.Replace(good, "$dp", "", 1), "no topic"},
		"QoS 3":           {header + strings.Replace(good, `"qos":1`, `"qos":3`, 1), "QoS 3"},
		"tries below 0":   {header + strings.Replace(good, `"qos"`, `"tries":-1,"qos"`, 1), "-1 tries"},
		"a line too long": {header + strings.Repeat(" ", 9<<20), "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := collect(queue.ReadExport(strings.NewReader(tt.file)))
			if !errors.Is(err, onenet.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := collect(queue.ReadExport(iotest.ErrReader(io.ErrClosedPipe))); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want the reader's own error", err)
	}
	for range queue.ReadExport(strings.NewReader(header + good + "\n" + good)) {
		break // must not go on
	}
}

// What is read can be written and read again.
func FuzzReadExport(f *testing.F) {
	f.Add([]byte(header + `{"product":"1","device":"2","seq":3,"at":"2026-06-01T00:00:00.123Z","topic":"$dp","qos":1,"payload":"AwAHeyJ0IjoxfQ==","tries":2,"dead":"x"}`))
	f.Add([]byte(header + `{"product":"1","device":"2","seq":3,"at":"9999-12-31T23:59:59+23:59","topic":"\ud800","qos":2,"payload":null}` + "\r\n\n"))
	f.Add([]byte("{}\n{}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		first, err := collect(queue.ReadExport(bytes.NewReader(file)))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := queue.WriteEntries(&again, first); err != nil {
			t.Fatalf("%+v cannot be written: %v", first, err)
		}
		second, err := collect(queue.ReadExport(&again))
		if d := cmp.Diff(first, second, cmpopts.EquateApproxTime(0), cmpopts.EquateEmpty()); d != "" || err != nil {
			t.Fatalf("%v (-first +second):\n%s", err, d)
		}
	})
}
