package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/bridge"
	"github.com/onelan/onelan/bridge/queue"
	"github.com/onelan/onelan/onenet"
)

// mustWrite writes a file into a folder, as its owner alone may read it.
func mustWrite(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustRead loads a text as a file of a folder.
func mustRead(t *testing.T, dir, text string, in Input) *Loaded {
	t.Helper()
	in.File = mustWrite(t, dir, FileName, text)
	l, err := Load(in)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// planFaults are what is wrong with a plan, a line each, without the folder.
func planFaults(t *testing.T, dir string, l *Loaded) []string {
	t.Helper()
	plan, err := l.Plan()
	faults, are := errors.AsType[Faults](err)
	if !are || plan != nil {
		t.Fatalf("plan %v, error %v, want faults", plan, err)
	}
	var lines []string
	for _, f := range faults {
		f.Line = ""
		lines = append(lines, strings.ReplaceAll(f.Error(), dir+string(filepath.Separator), ""))
	}
	return lines
}

func TestAPlanOfTheWholeSection(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustWrite(t, dir, "all.key", "KeyOfAll=\r\n")
	mustWrite(t, dir, "own.key", "\ufeff{\"json\": \"is an auth info, too\"}")
	mustWrite(t, dir, "passwords.txt", "# product device password\n\n9 5  of the file # is part of it\n\t9\t6\tunused\n")
	l := mustRead(t, dir, `
bridge:
  enabled: true
  upstream: "127.0.0.1:6003"
  presence: always
  password: file:all.key
  passwords: passwords.txt
  keepalive: 60s
  keep_session: true
  window: 7
  login_rate: 2
  rate: 0
  total_rate: 9.5
  command_wait: 5m
  pack: false
  times: false
  queue: {device_entries: 0, device_bytes: 1, total_entries: 2, total_bytes: 0, age: 1h, policy: refuse, keep_qos0: true, tries: 0}
  topics: [up led]
  devices:
    - device: 527521926
    - {product: 1, device: 5, upstream_product: 9, presence: follow}
    - {product: 1, device: 6, upstream_product: 9, password: env:OWN, upstream: "127.0.0.1:6004", topics: [down led]}
    - {product: 1, device: 7, password: file:own.key}
`, Input{Env: []string{"OWN=first", "OTHER=x", "OWN=second"}})
	got, err := l.Plan()
	if err != nil {
		t.Fatal(err)
	}
	route := func(text string) []bridge.Route {
		r, err := bridge.ParseRoute(text)
		if err != nil {
			t.Fatal(err)
		}
		return []bridge.Route{r}
	}
	device := func(product, device, upProduct, password string) bridge.Device {
		return bridge.Device{
			Ref: refOf(product, device), Login: bridge.Login{Product: upProduct, Device: device, Password: onenet.Secret(password)},
			Addr: "127.0.0.1:6003", Presence: bridge.Always,
		}
	}
	five, six := device("1", "5", "9", "of the file # is part of it"), device("1", "6", "9", "second")
	five.Presence = bridge.Follow
	six.Addr, six.Topics = "127.0.0.1:6004", route("down led")
	want := &bridge.Plan{
		Addr: "127.0.0.1:6003", Topics: route("up led"), Presence: bridge.Always,
		Devices:   []bridge.Device{device("244754", "527521926", "244754", "KeyOfAll="), five, six, device("1", "7", "1", `{"json": "is an auth info, too"}`)},
		Keepalive: time.Minute, KeepSession: true, Window: 7, LoginRate: 2, TotalRate: 9.5, CommandWait: 5 * time.Minute, NoPack: true, NoTimes: true,
		Limits: queue.Limits{
			Device: queue.Bound{Entries: -1, Bytes: 1}, Total: queue.Bound{Entries: 2, Bytes: -1},
			Age: time.Hour, Policy: queue.Refuse, KeepQoS0: true, Tries: -1,
		},
	}
	plainly := cmp.Comparer(func(a, b onenet.Secret) bool { return string(a) == string(b) })
	if diff := cmp.Diff(want, got, plainly); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestABridgeThatIsOffHasNoPlanAndLooksAtNoSecret(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "bridge: {password: env:NOT_THERE, ca: not.pem, tls: true, devices: [{device: 527521926}]}\n", Input{})
	if plan, err := l.Plan(); plan != nil || err != nil {
		t.Errorf("%v, %v", plan, err)
	}
}

func TestSecretsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, password string
		prepare        func(t *testing.T, dir string)
		want           string
	}{
		{"a variable that is not set", "env:NOT_THERE", nil, "there is no variable NOT_THERE"},
		{"a variable without anything in it", "env:EMPTY", nil, "the variable EMPTY is empty"},
		{"a file that is not there", "file:k", nil, "there is no file k"},
		{"a folder", "file:k", func(t *testing.T, dir string) { mustDo(t, os.Mkdir(filepath.Join(dir, "k"), 0o700)) }, "k is not a plain file"},
		{"an empty file", "file:k", keeps("\n"), "the file k is empty"},
		{"a file of two lines", "file:k", keeps("SecretOne\nSecretTwo\n"), "the file k has more than one line"},
		{"a picture", "file:k", keeps("\x89PNG"), "the file k is not UTF-8 text"},
		{"a tab in it", "file:k", keeps("Secret\tOne"), "the file k has control characters in it"},
		{"a book", "file:k", keeps(strings.Repeat("x", maxSecret+1)), "the file k has more than 4096 bytes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if row.prepare != nil {
				row.prepare(t, dir)
			}
			l := mustRead(t, dir, "bridge:\n  enabled: true\n  password: "+row.password+"\n  devices: [{device: 527521926}, {product: 1, device: 2}]\n",
				Input{Env: []string{"EMPTY="}})
			want := []string{"onelan.yaml:3:13: bridge.password: " + row.want} // once, however many devices want it
			if diff := cmp.Diff(want, planFaults(t, dir, l)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func keeps(text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { mustWrite(t, dir, "k", text) }
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatOthersMayReadIsNoPlaceForASecret(t *testing.T) {
	t.Parallel()
	for mode, ok := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o700: true, 0o640: false, 0o604: false, 0o620: false, 0o666: false} {
		if err := private("linux", "k", mode); (err == nil) != ok {
			t.Errorf("mode %04o: %v", mode, err)
		}
		if err := private("windows", "k", mode); err != nil {
			t.Errorf("on Windows: %v", err)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	dir := t.TempDir()
	for _, name := range []string{"all.key", "passwords.txt"} {
		mustDo(t, os.Chmod(mustWrite(t, dir, name, "1 2 SecretThree\n"), 0o644))
	}
	l := mustRead(t, dir, "bridge:\n  enabled: true\n  password: file:all.key\n  passwords: passwords.txt\n  devices: [{device: 527521926}]\n", Input{})
	want := []string{
		"onelan.yaml:3:13: bridge.password: others than you can read all.key (its mode is 0644): chmod 600 all.key",
		"onelan.yaml:4:14: bridge.passwords: others than you can read passwords.txt (its mode is 0644): chmod 600 passwords.txt",
	}
	if diff := cmp.Diff(want, planFaults(t, dir, l)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFaultsOfAFileOfPasswordsRepeatNothingOfIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustWrite(t, dir, "p", "# mine\n1 2 SecretOne\n1 SecretTwo\nSecretThree\n1 2 SecretFour\n1 3 Secret\x01Five\n")
	l := mustRead(t, dir, "bridge: {enabled: true, passwords: p, devices: [{product: 1, device: 2}]}\n", Input{})
	want := []string{
		"p:3:1: bridge.passwords: want PRODUCT DEVICE PASSWORD on a line",
		"p:4:1: bridge.passwords: want PRODUCT DEVICE PASSWORD on a line",
		"p:5:1: bridge.passwords: device 2 of product 1 has a password above already",
		"p:6:1: bridge.passwords: the password has control characters in it",
	}
	if diff := cmp.Diff(want, planFaults(t, dir, l)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatAPlanLacksIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustWrite(t, dir, "ca.pem", "no certificate\n")
	l := mustRead(t, dir, "bridge:\n  tls: true\n  ca: ca.pem\n  devices:\n    - device: 527521926\n    - {product: 1, device: 2, password: env:NOT_THERE}\n",
		Input{Flags: []Override{{Path: "bridge.enabled", Value: "true", Flag: "--bridge"}}})
	want := []string{
		"onelan.yaml:3:7: bridge.ca: ca.pem has no certificate in PEM form in it",
		"onelan.yaml:5:7: bridge.devices[0].password: missing: what opens device 527521926 in the cloud? Say it here, in bridge.password for all devices, or in the file of bridge.passwords",
		"onelan.yaml:6:41: bridge.devices[1].password: there is no variable NOT_THERE",
	}
	if diff := cmp.Diff(want, planFaults(t, dir, l)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	l = mustLoad(t, "", Input{Flags: []Override{{Path: "bridge.enabled", Value: "true", Flag: "--bridge"}}})
	if diff := cmp.Diff([]string{"bridge.devices: names no device: the bridge has nothing to carry"}, planFaults(t, dir, l)); diff != "" {
		t.Errorf("without a device (-want +got):\n%s", diff)
	}
}

func TestWhatTheBridgeItselfRefusesHasItsPlace(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "bridge:\n  enabled: true\n  password: env:K\n  topics: [up led]\n  devices:\n    - {device: 527521926}\n    - {product: 1, device: 2, topics: [both led]}\n",
		Input{Env: []string{"K=k"}})
	got := planFaults(t, t.TempDir(), l)
	if len(got) != 1 || !strings.HasPrefix(got[0], "onelan.yaml:7:7: bridge.devices[1]: ") || !strings.Contains(got[0], `topic "led" goes up by two routes`) {
		t.Errorf("got %q", got)
	}
}

func TestADryRunNeedsNoSecret(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "bridge:\n  enabled: true\n  dry_run: true\n  devices: [{device: 527521926}, {product: 1, device: 2, password: env:NOT_THERE}]\n", Input{})
	plan, err := l.Plan()
	if err != nil || !plan.DryRun || len(plan.Devices) != 2 {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestTLSOfThePlan(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "bridge: {enabled: true, tls: true, devices: [{device: 527521926, password: env:K}]}\n", Input{Env: []string{"K=k"}})
	plan, err := l.Plan()
	if err != nil || plan.TLS == nil || plan.TLS.RootCAs != nil || plan.TLS.InsecureSkipVerify {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestTheConfigurationShowsReferencesAndNoSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustWrite(t, dir, "k", "TopSecret\n")
	l := mustRead(t, dir, "bridge:\n  enabled: true\n  password: file:k\n  devices: [{device: 527521926, password: env:HERE}]\n", Input{Env: []string{"HERE=TopSecret"}})
	if _, err := l.Plan(); err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, v := range l.Values() {
		all += v.Path + " = " + v.Value + "\n"
	}
	for _, want := range []string{"bridge.password = file:" + filepath.Join(dir, "k") + "\n", `password: "env:HERE"`} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	if strings.Contains(all, "TopSecret") {
		t.Errorf("the secret is in\n%s", all)
	}
}
