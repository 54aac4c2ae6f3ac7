package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/doctor"
	"github.com/onelan/onelan/server"
)

func TestWhereThisMachineFindsTheControlDoor(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:8090": "http://127.0.0.1:8090", ":9000": "http://127.0.0.1:9000", "0.0.0.0:9000": "http://127.0.0.1:9000", "[::]:9000": "http://127.0.0.1:9000",
		"192.168.1.10:8090": "http://192.168.1.10:8090", "localhost:8090": "http://localhost:8090", "127.0.0.1:0": "", "": "",
	} {
		if got := localLab(addr); got != want {
			t.Errorf("%q is called at %q, want %q", addr, got, want)
		}
	}
}

func TestDoctorLooksAtThePortsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Listen.HTTP, c.LAN.MDNS, c.LAN.Discovery, c.LAN.DNS = "", false, "", "192.168.1.10:53"
	var got []string
	for _, l := range listenersOf(c) {
		got = append(got, l.What+" "+l.Addr)
	}
	want := []string{"MQTT :6002", "/_lab/ 127.0.0.1:8090", "DNS 192.168.1.10:53", "REST API where firmware has no port in it :80"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestReportIsAlignedAndEndsWithAVerdict(t *testing.T) {
	t.Parallel()
	for verdict, list := range map[string][]doctor.Finding{
		"All is well.":           {{Check: "clock", Status: doctor.OK, Text: "fine"}},
		"no problem, 1 warning":  {{Check: "clock", Status: doctor.Warn, Text: "late"}},
		"2 problems, 0 warnings": {{Check: "clock", Status: doctor.Fail, Text: "1970"}, {Check: "data", Status: doctor.Fail, Text: "gone\x1b[2J", Do: []string{"look"}}},
	} {
		var out bytes.Buffer
		a := &app{stdout: &out, color: "never"}
		if err := a.printFindings(list); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "\n\n"+verdict+"\n") || !strings.HasPrefix(out.String(), "Clock\n  ") || strings.Contains(out.String(), "\x1b") {
			t.Errorf("got\n%s", out.String())
		}
	}
}

func TestHintsForPortsOfTheNetwork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		e    server.ListenError
		want string
	}{
		{server.ListenError{What: "Discovery", Addr: ":6003", Flag: "--no-discovery", Err: syscall.EADDRINUSE}, "onelan serve --no-discovery"},
		{server.ListenError{What: "DNS", Addr: ":53", Flag: "--dns", Err: syscall.EACCES}, "onelan serve --dns 192.168.1.10:53"},
		{server.ListenError{What: "DNS", Addr: ":5300", Flag: "--dns", Err: syscall.EADDRINUSE}, "onelan serve --dns :5301"},
		{server.ListenError{What: "MQTT", Addr: ":6002", Flag: "--mqtt", Err: syscall.EADDRINUSE}, "onelan serve --mqtt :6003"},
	} {
		if f := cannotListen(&tt.e); !strings.Contains(f.hint, tt.want) {
			t.Errorf("%v: hint %q, want %q in it", &tt.e, f.hint, tt.want)
		}
	}
}
