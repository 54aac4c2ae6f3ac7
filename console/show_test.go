package console

import (
	"testing"
	"time"
)

func TestNumbersAreGroupedByThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 10006: "10,006", 4194304: "4,194,304", -1: "-1", -123: "-123", -1234: "-1,234", -123456: "-123,456",
		1<<63 - 1: "9,223,372,036,854,775,807",
	} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestPhrasesGroupTheirNumbersAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want, key string
		args      []any
	}{
		{"9,951–10,000 of 10,006", "pager.range", []any{9951, 10000, 10006}},
		{"1,234,567 bytes", "bridge.bytes", []any{int64(1234567)}},
		{"12,345 times, 10:00:00 to 11:00:00", "refusals.times", []any{12345, "10:00:00", "11:00:00"}},
		{"Line chart of 10006: 18,007 points, lowest 1000, highest 20000, newest 3000", "chart.label", []any{"10006", 18007, "1000", "20000", "3000"}},
		{"Product 244754 goes with its 10,006 devices and all their data and commands. There is no way back.", "product.delete.ask", []any{[]any{"244754", 10006}}},
		{"The cloud took the login, within 31s.", "bridge.test.ok", []any{31 * time.Second}},
	} {
		if got := say(en, tt.key, tt.args...); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
