package server

import (
	"net/netip"
	"testing"

	"github.com/onelan/onelan/lan"
)

func TestWhatAChangeOfAddressesMeansForBoards(t *testing.T) {
	t.Parallel()
	a := lan.Address{IP: netip.MustParseAddr("192.168.1.10"), Interface: "wlan0"}
	b := lan.Address{IP: netip.MustParseAddr("192.168.7.20"), Interface: "wlan0"}
	for name, tt := range map[string]struct {
		before, after []lan.Address
		want          string
	}{
		"another network": {
			[]lan.Address{a},
			[]lan.Address{b},
			`this machine's address changed from 192.168.1.10 (wlan0) to 192.168.7.20 (wlan0): boards that were given the old one must be given 192.168.7.20, or "auto" or onelan.local for good`,
		},
		"one more":       {[]lan.Address{a}, []lan.Address{a, b}, "this machine has the new address 192.168.7.20 (wlan0)"},
		"no network":     {[]lan.Address{a}, nil, "this machine lost the address 192.168.1.10 (wlan0): boards that were given the old one must be given a new one when there is a network again"},
		"one less":       {[]lan.Address{a, b}, []lan.Address{a}, `this machine lost the address 192.168.7.20 (wlan0): boards that were given the old one must be given 192.168.1.10, or "auto" or onelan.local for good`},
		"only the order": {[]lan.Address{a, b}, []lan.Address{b, a}, ""},
		"nothing":        {[]lan.Address{a}, []lan.Address{a}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := moveText(tt.before, tt.after); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
