package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func TestTheBridgeForPeople(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]struct {
		color string
		width int
		args  []string
	}{
		"bridge-plain.txt":        {"never", 0, nil},
		"bridge-narrow.txt":       {"never", 60, nil},
		"bridge-colour.txt":       {"always", 100, nil},
		"bridge-one.txt":          {"never", 80, []string{"2"}},
		"bridge-one-online.txt":   {"never", 0, []string{"244754/1"}},
		"bridge-one-colour.txt":   {"always", 80, []string{"2"}},
		"bridge-one-unmapped.txt": {"never", 80, []string{"old"}},
	} {
		var out bytes.Buffer
		a := &app{stdout: &out, color: look.color, clock: clock.NewManual(bridgeNow)}
		if err := a.printBridge(&out, look.width, bridgeOf(bridgeNow), &bridgeStatusOptions{}, look.args); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.String())
	}
}

func TestBooksThatDoNotBalanceAreCalledSo(t *testing.T) {
	t.Parallel()
	b := bridgeOf(bridgeNow)
	b.Totals.Delivered--
	var out bytes.Buffer
	a := &app{stdout: &out, color: "always", clock: clock.NewManual(bridgeNow)}
	if err := a.printBridge(&out, 0, b, &bridgeStatusOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\x1b[31m1245 accepted") || !strings.Contains(out.String(), "DO NOT BALANCE") {
		t.Error(out.String())
	}
}

func TestAWideTableLeavesOutColumnsAndNoDevice(t *testing.T) {
	t.Parallel()
	for width := 50; width <= 100; width++ {
		var out bytes.Buffer
		if err := linkTable(bridgeOf(bridgeNow), width).write(&out, painter{}, width); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if len(line) > width+1 {
				t.Errorf("width %d: %q has %d", width, line, len(line))
			}
		}
		if !strings.Contains(out.String(), "244754/old  unmapped") {
			t.Errorf("width %d:\n%s", width, &out)
		}
	}
}

func TestDurationsInBrief(t *testing.T) {
	t.Parallel()
	got := map[time.Duration]string{}
	want := map[time.Duration]string{
		-time.Second: "0s", 0: "0s", 59900 * time.Millisecond: "59s", time.Minute: "1m00s", 59*time.Minute + 59*time.Second: "59m59s",
		time.Hour: "1h00m", 23*time.Hour + 59*time.Minute: "23h59m", 24 * time.Hour: "1d00h", 99*24*time.Hour + 5*time.Hour: "99d05h",
	}
	for d := range want {
		got[d] = brief(d)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// call runs onelan bridge against a door.
func call(t *testing.T, url, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"bridge"}, append(args, "--server", url)...), strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestBridgeCommandsSayWhatTheyDidAndHowItWent(t *testing.T) {
	t.Parallel()
	s, url := spanned(t)
	s.entries = []onenet.UplinkEntry{
		{Ref: onenet.DeviceRef{Product: "244754", Device: "1"}, Seq: 4, At: bridgeNow, Topic: "$dp", QoS: 1, Payload: append([]byte{3, 0, 9}, `{"t":2.5}`...)},
		{Ref: onenet.DeviceRef{Product: "244754", Device: "1"}, Seq: 5, At: bridgeNow, Topic: "led", Payload: bytes.Repeat([]byte("on "), 1000), Tries: 2},
		{Ref: onenet.DeviceRef{Product: "244754", Device: "2"}, Seq: 6, At: bridgeNow, Topic: "$dp", Payload: []byte{9}, Tries: 5, Dead: "5 connections\x1b[2J died of it"},
	}
	for _, row := range []struct {
		args        string
		code        int
		out, errors string   // parts
		told        []string // the bridge
	}{
		{"status", exitOK, "bridge to mqtt.heclouds.com:6002, 3 devices: 1 online, 1 refused, 1 unmapped", "", nil},
		{"status 2", exitOK, "144 accepted = 0 delivered + 125 waiting + 3 quarantined + 16 dropped", "", nil},
		{"status --json", exitOK, `"upstream": "mqtt.heclouds.com:6002"`, "", nil},
		{"status 2 --json", exitOK, `"state": "refused"`, "", nil},
		{"status --trouble", exitOK, "1 device: 1 refused", "", nil},
		{"status 7", exitNotFound, "", "hint: onelan bridge add 7", nil},
		{"pause", exitOK, "paused 1 device", "", []string{"pause []"}},
		{"pause 1 9/2", exitOK, "paused 1 device", "", []string{"pause [244754/1 9/2]"}},
		{"pause typo", exitNotFound, "", "typo", nil},
		{"resume --json", exitOK, `"devices": 2`, "", []string{"resume []"}},
		{"drain", exitOK, "drained 2 devices: nothing waits any more", "", []string{"drain [] for 1m0s"}},
		{"drain 1 --timeout 5m", exitOK, "drained 1 device", "", []string{"drain [244754/1] for 5m0s"}},
		{"drain --timeout 2h", exitUsage, "", "at most 1h", nil},
		{"inspect 1", exitOK, "t=2.5\n5", "", nil},
		{"inspect 1 --limit 1", exitOK, "t=2.5", "the first 1; --after 4 shows", nil},
		{"inspect 1 --after 4", exitOK, "… (2.9 KiB)", "", nil},
		{"inspect 2", exitOK, "", "nothing waits", nil},
		{"inspect 2 --dead", exitOK, `because 5 connections\x1b[2J died of it`, "", nil},
		{"inspect 1 --dead", exitOK, "", "nothing is in quarantine", nil},
		{"inspect 1 --json", exitOK, `"t=2.5"`, "", nil},
		{"inspect 1 --limit 0", exitUsage, "", "1 to 1000", nil},
		{"retry", exitOK, "2 messages wait again", "", []string{"retry 244754/2 []"}},
		{"retry 2 6 7", exitOK, "2 messages wait again", "", []string{"retry 244754/2 [6 7]"}},
		{"retry 2 6 7 8", exitNotFound, "2 messages wait again", "1 entry not there", []string{"retry 244754/2 [6 7 8]"}},
		{"retry 2 x", exitUsage, "", "an entry has a number", nil},
		{"drop 2 6 --dead", exitOK, "gave up 1 message", "", []string{"drop 244754/2 true [6]"}},
		{"drop", exitUsage, "", "DEVICE", nil},
		{"export", exitOK, "onelan-uplink", "", []string{"export []"}},
		{"export 1", exitOK, "onelan-uplink", "", []string{"export [244754/1]"}},
		{
			"add 1 --upstream-device 71 --presence always", exitOK, "244754/1 is device 71 of product 88001 at mqtt.heclouds.com:6002\nit lasts until", "",
			[]string{"put 244754/1 {Upstream:{Addr: Product: Device:71 Password:} Presence:always Topics:[]}"},
		},
		{"add typo", exitNotFound, "", "typo", nil},
		{"add 1 --password-env NO_SUCH_VARIABLE_HERE", exitUsage, "", "there is no variable NO_SUCH_VARIABLE_HERE", nil},
		{"add 1 --password-env A --password-file B", exitUsage, "", "not from both", nil},
		{"remove 1", exitOK, "took 244754/1 off the bridge; 1 message stays in its queue\nit lasts", "", []string{"remove 244754/1"}},
		{"rm typo", exitNotFound, "", "not on the bridge", nil},
		{"reload", exitOK, "added 244754/9\nchanged 244754/1\n5 links went on without noticing", "", nil},
	} {
		code, out, errs := call(t, url, "", strings.Fields(row.args)...)
		if code != row.code || !strings.Contains(out, row.out) || !strings.Contains(errs, row.errors) || row.errors == "" && errs != "" {
			t.Errorf("%s: exit code %d\n%s%s", row.args, code, out, errs)
		}
		if d := cmp.Diff(row.told, s.calls); d != "" {
			t.Errorf("%s: the bridge was told (-want +got):\n%s", row.args, d)
		}
		s.calls = nil
	}
}

func TestADrainThatLeavesSomethingHasItsExitCode(t *testing.T) {
	t.Parallel()
	s, url := spanned(t)
	s.left = 12
	if code, out, errs := call(t, url, "", "drain", "--timeout", "2s"); code != exitTimeout || out != "" || !strings.HasPrefix(errs, "error: 12 messages still wait\nhint: ") {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	if code, out, _ := call(t, url, "", "drain", "--json"); code != exitTimeout || !strings.Contains(out, `"left": 12`) {
		t.Errorf("exit code %d, %s", code, out)
	}
}

func TestATriedLoginIsExplained(t *testing.T) {
	t.Parallel()
	s, url := spanned(t)
	login := lab.BridgeLogin{Addr: "cloud:6002", Product: "88001", Device: "71"}
	s.test = lab.BridgeTest{OK: true, Upstream: login, Took: "12ms"}
	if code, out, errs := call(t, url, "", "test", "1"); code != exitOK || out != "accepted as device 71 of product 88001 at cloud:6002, within 12ms\n" {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	s.test = lab.BridgeTest{Upstream: login, Took: "12ms", Refusal: bridgeOf(bridgeNow).Devices[1].Trouble}
	want := `refused: the cloud does not accept the product id and the password for this device
  as        device 71 of product 88001 at cloud:6002
  expected  the auth info of device 72 in product 88001
  got       3C***54
  fix       set the upstream product to the device's product id and the upstream password to its auth info, or an API key that opens the device
  cause     bridge.password-refused, COMPATIBILITY section 1.3
`
	if code, out, errs := call(t, url, "", "test", "1"); code != exitRefused || out != want || errs != "" {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	if code, out, _ := call(t, url, "", "test", "1", "--json"); code != exitRefused || !strings.Contains(out, `"ok": false`) {
		t.Errorf("exit code %d, %s", code, out)
	}
	s.test = lab.BridgeTest{}
	if code, _, errs := call(t, url, "", "test", "1"); code != exitFailed || !strings.Contains(errs, "does not say why") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

func TestThePasswordOfTheCloudComesByNoArgument(t *testing.T) {
	s, url := spanned(t)
	t.Setenv("CLOUD_PASSWORD", "from-the-environment")
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from-the-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args, stdin, want string
	}{
		{"--password-env CLOUD_PASSWORD", "", "from-the-environment"},
		{"--password-file " + file, "", "from-the-file"},
		{"--password-file -", "from-the-input\r\nand no more", "from-the-input"},
	} {
		code, out, errs := call(t, url, row.stdin, append([]string{"add", "1"}, strings.Fields(row.args)...)...)
		if code != exitOK || len(s.calls) != 1 || !strings.Contains(s.calls[0], "Password:"+row.want+"}") {
			t.Errorf("%s: exit code %d, %s; the bridge was told %q", row.args, code, errs, s.calls)
		}
		if strings.Contains(out+errs, row.want) {
			t.Errorf("%s tells the password: %s%s", row.args, out, errs)
		}
		s.calls = nil
	}
	if code, _, errs := call(t, url, "\n", "add", "1", "--password-file", "-"); code != exitUsage || !strings.Contains(errs, "no password came") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if err := os.Chmod(file, 0o644); err != nil { //nolint:gosec // that is what is refused
		t.Fatal(err)
	}
	if code, _, errs := call(t, url, "", "add", "1", "--password-file", file); code != exitUsage || !strings.Contains(errs, "chmod 600") {
		t.Errorf("a file that others may read: exit code %d, %s", code, errs)
	}
	if len(s.calls) > 0 {
		t.Errorf("the bridge was told %q", s.calls)
	}
}

func TestAnExportDoesNotReplaceAFile(t *testing.T) {
	t.Parallel()
	_, url := spanned(t)
	file := filepath.Join(t.TempDir(), "queue.jsonl")
	for _, row := range []struct {
		args []string
		code int
	}{
		{[]string{"export", "--output", file}, exitOK},
		{[]string{"export", "--output", file}, exitFailed},
		{[]string{"export", "-o", file, "--force"}, exitOK},
	} {
		if code, _, errs := call(t, url, "", row.args...); code != row.code {
			t.Errorf("%v: exit code %d, %s", row.args, code, errs)
		}
	}
	if text, err := os.ReadFile(file); err != nil || !bytes.Contains(text, []byte("onelan-uplink")) {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestWithoutABridgeEveryCommandSaysHowToHaveOne(t *testing.T) {
	t.Parallel()
	url := doorTo(t, nil)
	if code, out, errs := call(t, url, "", "status"); code != exitOK || !strings.Contains(out, "is off; onelan serve --bridge") {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	for _, args := range []string{"status 1", "pause", "resume", "drain", "test 1", "inspect 1", "retry", "drop 1", "export", "add 1", "remove 1"} {
		code, out, errs := call(t, url, "", strings.Fields(args)...)
		if args == "status 1" {
			errs = out
		}
		if (code == exitOK) != (args == "status 1") || !strings.Contains(errs, "onelan serve --bridge") {
			t.Errorf("%s: exit code %d, %s%s", args, code, out, errs)
		}
	}
}

// secondWrite cancels when something is written the second time.
type secondWrite struct {
	text   []byte
	n      int
	cancel func()
}

func (w *secondWrite) Write(b []byte) (int, error) {
	w.text = append(w.text, b...)
	if w.n++; w.n == 2 {
		w.cancel()
	}
	return len(b), nil
}

func TestAWatchedBridgeIsShownAgainUntilCtrlC(t *testing.T) {
	t.Parallel()
	_, url := spanned(t)
	for _, row := range []struct {
		args string
		want string // twice
	}{{"", "bridge to mqtt"}, {"--json", "{\"on\":true,"}, {"1", "device        244754/1"}} {
		ctx, cancel := context.WithCancel(t.Context())
		out := &secondWrite{cancel: cancel}
		var stderr bytes.Buffer
		args := append([]string{"bridge", "status", "--watch", "--every", "100ms", "--server", url}, strings.Fields(row.args)...)
		code := run(ctx, args, nil, out, &stderr)
		if code != exitOK || strings.Count(string(out.text), row.want) != 2 || stderr.Len() > 0 {
			t.Errorf("%s: exit code %d, %s%s", row.args, code, out.text, &stderr)
		}
		if row.args == "--json" && strings.Count(string(out.text), "\n") != 2 {
			t.Errorf("not a line each: %s", out.text)
		}
	}
	if code, _, errs := call(t, url, "", "status", "--watch", "--every", "1ms"); code != exitUsage {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if code, _, errs := call(t, "http://127.0.0.1:1", "", "status", "--watch"); code != exitUnreachable {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

func TestAScreenShowsEachTextInThePlaceOfTheOneBefore(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &screen{out: &out, place: true, height: func() int { return 4 }, paint: func(s string) string { return s }}
	for _, text := range []string{"a\nb\n", "1\n2\n3\n4\n"} {
		if err := s.show(text, bridgeNow); err != nil {
			t.Fatal(err)
		}
	}
	s.leave()
	want := "\x1b[?25l\x1b[2J\x1b[Ha\x1b[K\nb\x1b[K\n-- 03:04:05 --\x1b[K\n\x1b[J" +
		"\x1b[H1\x1b[K\n… 3 more lines; --trouble shows less\x1b[K\n-- 03:04:05 --\x1b[K\n\x1b[J\x1b[?25h"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
