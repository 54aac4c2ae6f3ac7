package peer_test

import (
	"testing"

	"github.com/onelan/onelan/internal/peer"
)

func TestRangeIsWhatOneMachineHasForCertain(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"192.168.1.7:5":            "192.168.1.7/32",
		"[::ffff:192.168.1.7]:5":   "192.168.1.7/32",
		"[2001:db8::1:2:3:4]:5":    "2001:db8::/64",
		"[2001:db8::ffff:2:3:4]:5": "2001:db8::/64",
		"[fe80::1%eth0]:5":         "fe80::/64",
		"":                         "invalid Prefix",
		"a pipe":                   "invalid Prefix",
	} {
		if got := peer.Range(addr).String(); got != want {
			t.Errorf("Range(%q) = %s, want %s", addr, got, want)
		}
	}
}
