//go:build !windows

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The recipes of docs/TESTING.md, run as they stand there. A block whose first line names a file is that file.

const testingPage = "../docs/TESTING.md"

// block is a piece of code of a page.
type block struct{ language, file, text string }

var fenced = regexp.MustCompile("(?ms)^```(\\w+) ?(\\S*)\n(.*?)^```$")

func mustBlocks(t *testing.T) []block {
	t.Helper()
	page, err := os.ReadFile(testingPage)
	if err != nil {
		t.Fatal(err)
	}
	var list []block
	for _, m := range fenced.FindAllStringSubmatch(string(page), -1) {
		list = append(list, block{m[1], m[2], m[3]})
	}
	return list
}

// mustRecipe is the text of a file of the page.
func mustRecipe(t *testing.T, file string) string {
	t.Helper()
	for _, b := range mustBlocks(t) {
		if b.file == file {
			return b.text
		}
	}
	t.Fatalf("%s has no file %s", testingPage, file)
	return ""
}

// kitchen is a folder with files of the page, where onelan is in the PATH.
type kitchen struct{ dir, path string }

func mustKitchen(t *testing.T, files ...string) kitchen {
	t.Helper()
	k := kitchen{dir: t.TempDir()}
	for _, f := range files {
		mustWrite(t, filepath.Join(k.dir, f), mustRecipe(t, f))
	}
	// Debian's Python first: the other one may have none of the packages.
	k.path = strings.Join([]string{filepath.Dir(built(t)), filepath.Dir(debianPython), os.Getenv("PATH")}, string(os.PathListSeparator))
	return k
}

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mustCook runs a line in the kitchen, which must succeed, and gives what it prints.
func (k kitchen) mustCook(t *testing.T, line string) string {
	t.Helper()
	cmd := exec.CommandContext(timeout(t), "sh", "-c", line)
	cmd.Dir, cmd.Env = k.dir, append(os.Environ(), "PATH="+k.path, "HOME="+k.dir, "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

func TestRecipeForGo(t *testing.T) {
	t.Parallel()
	touchSources("..")
	// The file is laid over a folder without Go files, so that it finds onelan as it would from a module of its own.
	place, err := filepath.Abs("../testdata/led_test.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, overlay := filepath.Join(dir, "led_test.go"), filepath.Join(dir, "overlay.json")
	mustWrite(t, file, mustRecipe(t, "led_test.go"))
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{place: file}})
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, overlay, string(text))
	cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-count=1", "-v", "./testdata") // it compiles: longer than patience
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestBoardAnswers") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRecipeForPytest(t *testing.T) {
	t.Parallel()
	mustPython(t)
	if exec.Command(debianPython, "-c", "import pytest, requests").Run() != nil {
		missing(t, "pytest or Requests for "+debianPython, "python3-pytest python3-requests")
	}
	k := mustKitchen(t, "test_led.py")
	if out := k.mustCook(t, "onelan exec -- pytest -p no:cacheprovider"); !strings.Contains(out, "3 passed") {
		t.Errorf("pytest says\n%s", out)
	}
}

func TestRecipeForShell(t *testing.T) {
	t.Parallel()
	mustTool(t, "mosquitto_pub", "mosquitto-clients")
	mustTool(t, "curl", "curl")
	k := mustKitchen(t, "smoke.sh")
	out := k.mustCook(t, "onelan exec -- sh smoke.sh")
	for _, want := range []string{"temperature=25.5", `"errno":0`, "reset to 1 product, 1 device, 0 points"} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q in\n%s", want, out)
		}
	}
}

func TestRecipeForOneLine(t *testing.T) {
	t.Parallel()
	mustTool(t, "mosquitto_pub", "mosquitto-clients")
	k := mustKitchen(t)
	ran := 0
	for _, b := range mustBlocks(t) {
		for line := range strings.Lines(b.text) {
			if b.language == "sh" && b.file == "" && strings.Contains(line, "mosquitto_pub") {
				k.mustCook(t, line)
				ran++
			}
		}
	}
	if ran != 1 {
		t.Errorf("%d lines ran", ran)
	}
}

func TestRecipeOfASeedFile(t *testing.T) {
	t.Parallel()
	k := mustKitchen(t, "class.yaml")
	k.mustCook(t, "onelan seed class.yaml --check")
	out := k.mustCook(t, `onelan exec --seed class.yaml --no-demo -- sh -c 'onelan device list; onelan device show "$ONELAN_DEVICE"; onelan points "$ONELAN_DEVICE" --limit 9
		onelan key list --product "$ONELAN_PRODUCT"; onelan points "$ONELAN_DEVICE_2"
		curl --silent --noproxy "*" -H "api-key: $ONELAN_MASTER_KEY" "$ONELAN_HTTP/triggers/1"; onelan reset'`)
	for _, want := range []string{"north window", "°C", "20.5", "21.5", "22", "DeviceKeyOfTheNorthWindow01=", `{"open":true}`, "too hot", "reset to 1 product, 2 devices, 5 points"} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q in\n%s", want, out)
		}
	}
}

func TestRecipeForAServerInTheBackground(t *testing.T) {
	t.Parallel()
	k := mustKitchen(t, "class.yaml", "background.sh")
	if out := k.mustCook(t, "sh background.sh"); !strings.Contains(out, "21.5") {
		t.Errorf("it prints\n%s", out)
	}
	end := clockAfter(t)
	for { // sh does not wait for what it killed
		if _, err := os.Stat(filepath.Join(k.dir, "ready.json")); os.IsNotExist(err) {
			return
		}
		if end() {
			t.Fatal("ready.json is still there")
		}
	}
}

// clockAfter tells whether the test's patience is over.
func clockAfter(t *testing.T) func() bool {
	t.Helper()
	ctx := timeout(t)
	pause := time.NewTicker(5 * time.Millisecond)
	t.Cleanup(pause.Stop)
	return func() bool {
		select {
		case <-ctx.Done():
			return true
		case <-pause.C:
			return false
		}
	}
}

// TestRecipesNameCommandsThatExist: --help of every command of onelan's on the page.
func TestRecipesNameCommandsThatExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(testingPage)
	if err != nil {
		t.Fatal(err)
	}
	k := mustKitchen(t)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bonelan ([a-z]+)( [a-z]+)?`).FindAllStringSubmatch(string(page), -1) {
		seen[m[1]] = true
	}
	for _, prose := range []string{"in", "with", "ends"} { // onelan as the subject of a sentence
		delete(seen, prose)
	}
	for _, want := range []string{"exec", "wait", "expect", "reset", "seed", "snapshot", "serve", "mark"} {
		if !seen[want] {
			t.Errorf("the page does not mention onelan %s", want)
		}
	}
	known := k.mustCook(t, "onelan --help")
	for name := range seen {
		if !regexp.MustCompile(`(?m)^  ` + name + ` `).MatchString(known) {
			t.Errorf("the page names onelan %s, which is no command", name)
		}
	}
}
