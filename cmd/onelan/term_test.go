package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"github.com/google/go-cmp/cmp"
)

func TestWhatADeviceSentCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain 灯 ok":      "plain 灯 ok",
		"\x1b[2J":         `\x1b[2J`,
		"a\r\nb\tc":       `a\r\nb\tc`,
		"\u202eevil":      `\u202eevil`,
		"\xff\xfe":        `\xff\xfe`,
		"\u009b31m":       `\u009b31m`,
		"full\u3000width": `full\u3000width`,
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestPayloadsAreShownAsTextOrAsBytes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         "",
		"on":                       "on",
		"开灯":                       "开灯",
		"a\nb":                     `a\nb`,
		"\x01\x02":                 "01 02",
		"on\x00":                   "6F 6E 00",
		"\xff":                     "FF",
		strings.Repeat("\x00", 40): strings.Repeat("00 ", 32) + "…",
	} {
		if got := shown([]byte(in)); got != want {
			t.Errorf("shown(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestColoursAreForPeople(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		color string
		env   []string
		want  bool
	}{
		{"auto", nil, false}, // a buffer is no terminal
		{"never", nil, false},
		{"always", []string{"NO_COLOR=1"}, true},
	} {
		a := &app{color: row.color, env: row.env}
		if got := a.painter(&bytes.Buffer{}).on; got != row.want {
			t.Errorf("%+v: %v", row, got)
		}
	}
	if got := (painter{true}).paint(red, "x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("painted: %q", got)
	}
	if got := (painter{}).paint(red, "x"); got != "x" {
		t.Errorf("not painted: %q", got)
	}
}

// Columns line up on the screen, where a Chinese character is as wide as two letters.
func TestTablesOfChineseText(t *testing.T) {
	t.Parallel()
	tab := &table{header: []string{"设备", "TITLE", "标题", "VALUE"}}
	tab.row("1", "温度传感器", "a", "二十五点五度")
	tab.row("527521926", "t", "北窗", "25.5")
	tab.row("", "é\u0301", "ｆｕｌｌ", "\x1b[31m")
	var out bytes.Buffer
	if err := tab.write(&out, painter{}, 0); err != nil {
		t.Fatal(err)
	}
	golden(t, "table-chinese.txt", out.String())
	for line := range strings.Lines(out.String()) {
		for _, at := range []int{9, 21, 31} { // the gaps before the columns
			if got := columns(line, at, 2); got != "  " {
				t.Errorf("columns %d and %d of %q are %q", at, at+1, line, got)
			}
		}
	}
}

// columns cuts a piece out of a line by its place on the screen.
func columns(line string, from, n int) string {
	head := displaywidth.TruncateString(line, from, "")
	return displaywidth.TruncateString(line[len(head):], n, "")
}

func TestALongLastColumnEndsWhereTheTerminalDoes(t *testing.T) {
	t.Parallel()
	tab := &table{header: []string{"A", "B"}}
	tab.row("1", "温度传感器的名字很长")
	var out bytes.Buffer
	if err := tab.write(&out, painter{}, 12); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("A  B\n1  温度传感…\n", out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"short", 10, []string{"short"}},
		{"two words", 5, []string{"two", "words"}},
		{"abc  def", 4, []string{"abc", "def"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"ab abcdefghij", 4, []string{"ab", "abcd", "efgh", "ij"}},
		{"温度传感器", 4, []string{"温度", "传感", "器"}},
		{"温度传感器", 1, []string{"温度传感器"}}, // a character does not fit at all
	} {
		if diff := cmp.Diff(row.want, wrap(row.text, row.width)); diff != "" {
			t.Errorf("wrap(%q, %d) (-want +got):\n%s", row.text, row.width, diff)
		}
	}
}
