package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const someHash = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$c29tZWhhc2g"

func TestTheConsoleNeedsAPasswordWhereOthersReachIt(t *testing.T) {
	t.Parallel()
	for listen, free := range map[string]bool{
		"lab": true, "off": true, "8091": true, "127.0.0.1:8091": true, "localhost:8091": true, "'[::1]:8091'": true, "127.9.9.9:0": true,
		":8091": false, "0.0.0.0:8091": false, "'[::]:8091'": false, "192.168.1.5:8091": false, "my-host:8091": false,
	} {
		text := "console:\n  listen: " + listen + "\n"
		mustLoad(t, text+"  password: '"+someHash+"'\n", Input{})
		mustLoad(t, text+"  password: env:PW\n", Input{})
		_, err := load(FileName, []byte(text), Input{})
		if free != (err == nil) {
			t.Errorf("%s without a password: %v", listen, err)
		}
		if err != nil && !strings.Contains(err.Error(), "onelan console password") {
			t.Errorf("%s: it does not say what to do: %v", listen, err)
		}
	}
}

func TestThePasswordOfTheConsoleIsAHashOrIsElsewhere(t *testing.T) {
	t.Parallel()
	faults := mustFault(t, "console:\n  password: TopSecret1\n", Input{})
	if len(faults) != 1 || faults[0].Path != "console.password" || strings.Contains(faults.Error(), "TopSecret1") {
		t.Errorf("a password in the file: %v", faults)
	}
	file := filepath.Join(t.TempDir(), "pw")
	if err := os.WriteFile(file, []byte("of the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{"": "", someHash: someHash, "env:PW": "of the variable", "file:" + file: "of the file"} {
		l := mustLoad(t, "", Input{Env: []string{"PW=of the variable", "ONELAN_CONSOLE_PASSWORD=" + ref}})
		if got, err := l.ConsolePassword(); err != nil || string(got) != want {
			t.Errorf("%q: got %q, %v; want %q", ref, string(got), err, want)
		}
	}
	l := mustLoad(t, "console:\n  password: env:GONE\n", Input{})
	if _, err := l.ConsolePassword(); err == nil || !strings.Contains(err.Error(), "GONE") || !strings.Contains(err.Error(), FileName+":2") {
		t.Errorf("a variable that is not there: %v", err)
	}
}

func TestNamesOfTheConsoleAreHostNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"http://a", "a:80", "a/b", "", "a b", "me@a"} {
		if err := (Config{Console: Console{Names: []string{name}}}).Validate(); !strings.Contains(err.Error(), "console.names") {
			t.Errorf("%q was taken: %v", name, err)
		}
	}
}

func TestTheConsolesAddressIsItsOwn(t *testing.T) {
	t.Parallel()
	if faults := mustFault(t, "console: {listen: 127.0.0.1:8090}\n", Input{}); !strings.Contains(faults.Error(), "taken by listen.lab") {
		t.Errorf("got %v", faults)
	}
}
