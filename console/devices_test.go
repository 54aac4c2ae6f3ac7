package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func TestTenThousandDevicesAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var list []onenet.Device
	for i := range 10000 {
		list = append(list, onenet.Device{Product: "244754", ID: onenet.DeviceID(fmt.Sprintf("6%06d", i)), Title: fmt.Sprintf("board %d", i), AuthInfo: onenet.Secret(fmt.Sprintf("auth-%d", i))})
	}
	if _, err := r.Platform().AddDevices(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	here, err := r.Platform().Device(t.Context(), list[9876].Ref())
	if err != nil {
		t.Fatal(err)
	}
	r.Connect(t, here)
	tests := []struct {
		query      string
		has, lacks string
	}{
		{"", "1–50 of 10001", "6009876"},
		{"?page=201", "10001–10001 of 10001", "6000000"},
		{"?search=board+9876", "1–1 of 1", "6009875"},
		{"?search=600987", "1–10 of 10", "6009880"},
		{"?online=1", "1–1 of 1", "6009875"},
		{"?online=0&page=200", "9951–10000 of 10000", "6009876"},
		{"?search=nothing", "No device fits", "board"},
		{"?page=99999", "10001–10001 of 10001", "6000000"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			const enough = 300 * time.Millisecond
			best := time.Hour
			for range 5 { // the machine may be busy: the best counts
				from := clock.System().Now()
				text := r.get(t, "/devices"+tt.query)
				best = min(best, clock.System().Now().Sub(from))
				if i := strings.Index(text, `id="devices"`); !strings.Contains(text, tt.has) || strings.Contains(text[i:], tt.lacks) {
					t.Fatalf("the page lacks %q, or has %q", tt.has, tt.lacks)
				}
			}
			t.Logf("%v", best)
			if measuring(t) > 0 && best > enough {
				t.Errorf("it took %v, want at most %v", best, enough)
			}
		})
	}
}
