package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

// mustLoad loads a text as onelan.yaml.
func mustLoad(t *testing.T, text string, in Input) *Loaded {
	t.Helper()
	l, err := load(FileName, []byte(text), in)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return l
}

// mustFault loads a text that must not load, and gives the faults.
func mustFault(t *testing.T, text string, in Input) Faults {
	t.Helper()
	_, err := load(FileName, []byte(text), in)
	faults, ok := errors.AsType[Faults](err)
	if !ok {
		t.Fatalf("load: %v, want faults", err)
	}
	return faults
}

func TestNothingSetIsTheDefault(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# only a comment\n", "---\n", "\ufeff", "listen:\nproducts:\nlimits:\n", "\r\n"} {
		l := mustLoad(t, text, Input{})
		if diff := cmp.Diff(Default(), l.Config); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestTheDefaultIsValid(t *testing.T) {
	t.Parallel()
	if err := Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestAFileSetsEverything(t *testing.T) {
	t.Parallel()
	want := full()
	text, err := os.ReadFile(filepath.Join("testdata", "full.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	l := mustLoad(t, string(text), Input{})
	if diff := cmp.Diff(want, l.Config); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// full is a configuration in which nothing is at its default.
func full() Config {
	ele, no := 0.0, false
	return Config{
		Listen:      Listen{"127.0.0.1:16002", ":8883", "0.0.0.0:8083", "[::1]:8084", ":0", "127.0.0.1:18090"},
		Console:     Console{"127.0.0.1:8091", "file:pw", []string{"greenhouse.example", "灯"}},
		LAN:         LAN{false, "127.0.0.1:16003", ":53"},
		TLS:         TLS{Cert: "cert.pem", Key: "key.pem"},
		Data:        "数据",
		Ephemeral:   true,
		Sync:        "normal",
		JournalSize: 1000,
		Log:         Log{"debug", "json"},
		Products: []Product{
			{ID: "0012", Name: "灯", MasterKey: "abc=", RegisterCode: "R1", AllowDup: &no},
			{ID: "244754"},
		},
		Devices: []Device{
			{
				Product: "0012", ID: "007", Title: "Lampe", AuthInfo: "1e5", Protocol: "EDP", Desc: "a\nb\n", Tags: []string{"x", "1"},
				Location: &Location{Lon: 116, Lat: 39.9, Ele: &ele}, Private: &no, Blocked: true,
				Other: []byte(`{"floor":0.5,"lamps":[1e3,true,null,"灯 \"1\""],"none":{}}`),
			},
			{Product: "244754", ID: "0x10", AuthInfo: "true"},
		},
		Keys: []Key{{
			Product: "0012", Key: "k=", Title: "read", Devices: []string{"007"},
			Permissions: []Permission{{Methods: []string{"get"}, Resources: []Resource{{"007", "t"}}}},
		}},
		Seed: "seed.yaml",
		Bridge: Bridge{
			Enabled: true, DryRun: true, Upstream: "[::1]:6003", TLS: true, CA: "ca.pem", Presence: "always",
			Password: "env:ONENET_KEY", Passwords: "passwords.txt", Keepalive: 60 * time.Second, KeepSession: true, Window: 7,
			LoginRate: 0.5, Rate: 2, TotalRate: 100, CommandWait: 2 * day, Queue: Queue{1, 2, 3, 4, 3 * day, "refuse", true, 9},
			Topics: []string{"up {device}/log qos 0", "both led"},
			Devices: []BridgeDevice{
				{
					Product: "0012", Device: "007", UpstreamProduct: "88001", UpstreamDevice: "700123456", Upstream: "mqtt.example:6002",
					Password: "file:north.key", Presence: "follow", Topics: []string{"down led"},
				},
				{Device: "0x10"},
			},
		},
		Limits: onenet.Limits{
			Connections: 1, PacketBytes: 1024, TopicsPerDevice: 2, TopicsPerProduct: 3, Inflight: 4, QueueMessages: 5,
			QueueBytes: 2048, QueueTotalBytes: 4096, OfflineMessages: 6, OfflineFor: time.Hour, WaitingCommands: 7, ConnectWithin: 8 * time.Second,
			StuckFor: 9 * time.Second, Retention: 10 * day,
			Products: 11, DevicesPerProduct: 12, CommandInterval: 13 * time.Second,
		},
		Switches: onenet.Switches{
			Profile: onenet.Profile2016, AutoRegister: true, LevelNot4: onenet.LevelClose, BadDP: onenet.BadDPIgnore,
			DenySub: onenet.DenySubClose, PreConnack: onenet.PreConnackClose, KeepaliveTimes: 1, KeepaliveZero: 20 * time.Minute,
			KeepaliveMax: 1200 * time.Second, ConnackGap: time.Millisecond, ReplyWindow: 36 * time.Hour, HandshakeLimit: time.Minute,
			BinaryUTC: true, RESTRate: 300,
		},
	}
}

func TestFlagsBeatEnvironmentBeatsFile(t *testing.T) {
	t.Parallel()
	const text = "listen:\n  mqtt: :1\n  http: :2\n  lab: 127.0.0.1:3\n"
	l := mustLoad(t, text, Input{
		Env:   []string{"ONELAN_LISTEN_MQTT=:11", "ONELAN_LISTEN_HTTP=:12", "ONELAN_LAB=http://127.0.0.1:9", "HOME=/"},
		Flags: []Override{{Path: "listen.mqtt", Value: ":21", Flag: "--mqtt"}},
	})
	want := Listen{MQTT: ":21", HTTP: ":12", Lab: "127.0.0.1:3"}
	if diff := cmp.Diff(want, l.Listen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantFrom := map[string]string{
		"listen.mqtt": "--mqtt", "listen.http": "ONELAN_LISTEN_HTTP", "listen.lab": "onelan.yaml:4:8",
	}
	from := map[string]string{}
	for path, o := range l.Origins {
		from[path] = o.String()
	}
	if diff := cmp.Diff(wantFrom, from); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
}

func TestEverySettingCanBeSetFromTheEnvironment(t *testing.T) {
	t.Parallel()
	c := full()
	c.Products, c.Devices, c.Keys = nil, nil, nil
	c.Bridge.Topics, c.Bridge.Devices, c.Console.Names = nil, nil, nil
	loaded := &Loaded{Config: c, Origins: map[string]Origin{}}
	var env []string
	byPath := map[string]string{}
	for _, v := range loaded.Values() {
		byPath[v.Path] = v.Value
	}
	for _, s := range Settings() {
		env = append(env, s.Env+"="+byPath[s.Path])
	}
	l := mustLoad(t, "", Input{Env: env})
	if diff := cmp.Diff(c, l.Config); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEverySettingThatCountsRefusesANegativeNumber(t *testing.T) {
	t.Parallel()
	for _, s := range Settings() {
		value := map[string]string{"number": "-1", "duration": "-1s"}[s.Type]
		if value == "" {
			continue
		}
		faults := mustFault(t, "", Input{Env: []string{s.Env + "=" + value}})
		if len(faults) != 1 || faults[0].Path != s.Path {
			t.Errorf("%s=%s: %v", s.Path, value, faults)
		}
	}
}

func TestShortAddressesAreWrittenOut(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "listen:\n  mqtt: 7000\n  http: off\n  lab: 0\n", Input{})
	if diff := cmp.Diff(Listen{MQTT: ":7000", Lab: "127.0.0.1:0"}, l.Listen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPathsInTheFileStartAtItsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "my.yaml")
	if err := os.WriteFile(name, []byte("data: kept\ntls: {cert: c.pem, key: /k.pem}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Load(Input{File: name, Env: []string{"ONELAN_DATA=here"}})
	if err != nil {
		t.Fatal(err)
	}
	if l.Data != "here" || l.TLS.Cert != filepath.Join(dir, "c.pem") || l.TLS.Key != "/k.pem" {
		t.Errorf("data %q, cert %q, key %q", l.Data, l.TLS.Cert, l.TLS.Key)
	}
}

func TestAFileThatIsNamedMustExist(t *testing.T) {
	t.Parallel()
	_, err := Load(Input{File: filepath.Join(t.TempDir(), "absent.yaml")})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutAFileThereIsNone(t *testing.T) {
	t.Chdir(t.TempDir())
	l, err := Load(Input{})
	if err != nil || l.File != "" {
		t.Errorf("file %q, error %v", l.File, err)
	}
}

func TestAMistypedVariableIsAWarning(t *testing.T) {
	t.Parallel()
	l := mustLoad(t, "", Input{Env: []string{"ONELAN_LISTEN_MQT=:1", "ONELAN_PORT_8080_TCP=tcp://10.0.0.1", "ONELAN_CONFIG=x"}})
	want := []string{"the variable ONELAN_LISTEN_MQT is not a setting; did you mean ONELAN_LISTEN_MQTT?"}
	if diff := cmp.Diff(want, l.Warnings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheRegistryInThePlatformsNouns(t *testing.T) {
	t.Parallel()
	products, devices, keys := full().Registry()
	if p := products[0]; p.ID != "0012" || !p.MasterKey.Equal("abc=") || !p.RegisterCode.Equal("R1") || p.AllowDup || !products[1].AllowDup || p.Name != "灯" {
		t.Errorf("product %+v", p)
	}
	if d := devices[0]; d.Ref().String() != "0012/007" || !d.AuthInfo.Equal("1e5") || d.Location.Lat != 39.9 || !d.Blocked || d.Private || !devices[1].Private {
		t.Errorf("device %+v", d)
	}
	want := []onenet.Permission{
		{Resources: []onenet.Resource{{Device: "007"}}},
		{Methods: []string{"get"}, Resources: []onenet.Resource{{Device: "007", Stream: "t"}}},
	}
	if diff := cmp.Diff(want, keys[0].Permissions); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
}
