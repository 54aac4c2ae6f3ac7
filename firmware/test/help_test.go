package firmware_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// make flash-help is the way from a blank board to a LED that obeys: the page's own words, so that the two cannot differ.
func TestFlashHelpLeadsFromABlankBoardToTheLED(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	out, err := exec.CommandContext(t.Context(), "make", "-s", "-C", "../..", "flash-help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rest := string(out)
	for _, step := range []string{
		"pip install esptool mpremote", "esptool --chip esp32 erase-flash", "write-flash 0x1000", "onelan board push --wifi", "\nmpremote ",
		"app: connected to lan", "onelan send 527521926 on",
	} {
		_, after, found := strings.Cut(rest, step)
		if !found {
			t.Errorf("no %q, or not in its place, in\n%s", step, out)
		}
		rest = after
	}
	if strings.Contains(string(out), "## Settings") {
		t.Error("the rest of the page came along")
	}
}
