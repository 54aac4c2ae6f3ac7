package lan_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// avahiScript runs Avahi, the resolver of most Linux desktops, with a system bus of its own, and asks it for us.
const avahiScript = `
mount -t tmpfs tmpfs /run && mkdir -p /run/dbus /run/avahi-daemon || exit 77
dbus-daemon --system --fork --nopidfile --print-pid=3 3>/run/bus.pid || exit 77
avahi-daemon --no-drop-root --no-chroot --no-rlimits >/run/avahi.log 2>&1 &
trap 'kill $! $(cat /run/bus.pid)' EXIT
for i in 1 2 3 4 5 6 7 8; do # it takes a few seconds until it has its own name
	timeout 5 avahi-resolve -4 -n onelan.local 2>/dev/null | grep -q onelan && break
	read -r -t 1 < <(tail -f /dev/null)
done
timeout 5 avahi-resolve -4 -n onelan.local
timeout 5 avahi-resolve -4 -n onenet.local
timeout 10 avahi-browse -prt _mqtt._tcp
`

func TestAvahiFindsIt(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"avahi-daemon", "avahi-resolve", "avahi-browse", "dbus-daemon", "unshare", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (Debian: avahi-daemon, avahi-utils, dbus)", tool)
		}
	}
	for name, where := range map[string]func(laptop, board place) place{
		"from another machine":                       func(_, board place) place { return board },
		"on the same machine, sharing port and name": func(laptop, _ place) place { return laptop },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, b := mustPlace(t), mustPlace(t)
			l.cable("wlan0", "192.168.1.10/24", b, "192.168.1.20/24")
			names := make(chan string, 10)
			l.responder(l.watch(nil), names)
			mustName(t, names, "onelan.local")
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "ip", "netns", "exec", where(l, b).name, "unshare", "--mount", "bash", "-c", avahiScript)
			cmd.WaitDelay = time.Second
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() == 77 {
				t.Skipf("Avahi cannot be run here: %s", out)
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range []string{"onelan.local\t192.168.1.10", "onenet.local\t192.168.1.10", ";onelan;_mqtt._tcp;local;onelan.local;192.168.1.10;6002;"} {
				if !strings.Contains(string(out), want) {
					t.Errorf("Avahi does not say %q:\n%s", want, out)
				}
			}
		})
	}
}
