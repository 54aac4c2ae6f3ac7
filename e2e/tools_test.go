package e2e

import (
	"os"
	"os/exec"
	"sync"
	"testing"
)

// debianPython is the interpreter that python3-paho-mqtt belongs to; a python3 found first in the
// PATH may be another.
const debianPython = "/usr/bin/python3"

// mustTool gives the path of a program that is not ours, and the Debian package it comes from.
func mustTool(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, debian)
	}
	return path
}

// mustPython gives a Python that has Eclipse Paho.
func mustPython(t *testing.T) string {
	t.Helper()
	if havePaho() != nil {
		missing(t, "Eclipse Paho for "+debianPython, "python3-paho-mqtt")
	}
	return debianPython
}

var havePaho = sync.OnceValue(func() error {
	return exec.Command(debianPython, "-c", "import paho.mqtt.client").Run()
})

// missing skips the test, or fails it where nobody would see that it was skipped.
func missing(t *testing.T, what, debian string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: apt-get install %s", what, debian)
	}
	t.Skipf("%s is missing: apt-get install %s", what, debian)
}
