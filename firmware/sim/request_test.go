package sim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestsAreRead(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]request{
		"mac\n":                      {op: "mac"},
		"pin 2 1\n":                  {op: "pin", args: []argument{{n: 2}, {n: 1}}},
		"recv 3 -1 256\n":            {op: "recv", args: []argument{{n: 3}, {n: -1}, {n: 256}}},
		"print .e781af .\n":          {op: "print", args: []argument{{text: "灯"}, {}}},
		"connect 3 0 .312e32 6002\n": {op: "connect", args: []argument{{n: 3}, {}, {text: "1.2"}, {n: 6002}}},
	} {
		got, err := parse(line)
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(request{}, argument{})); d != "" {
			t.Errorf("%q (-want +got):\n%s", line, d)
		}
	}
	for _, line := range []string{"", "\n", "pin two\n", "print .zz\n", "print .e7 .a\n", "pin 99999999999999999999\n"} {
		if got, err := parse(line); err == nil {
			t.Errorf("%q is read as %+v", line, got)
		}
	}
}
