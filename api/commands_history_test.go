package api_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

const cmdHistory = "/cmds/history/" + string(device)

func commandID(n int) onenet.CommandID {
	return onenet.CommandID(fmt.Sprintf("00000000-0000-5000-8000-%012d", n))
}

// withCommands is a platform with three commands, a minute apart: answered, answered with nothing, and waiting.
func withCommands(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.clock.Advance(time.Hour)
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	base := onenet.Command{Product: product, Device: device, Body: []byte("LED=1"), Rev: 1}
	first, second, third := base, base, base
	first.ID, first.State, first.CreatedAt, first.ExpiresAt, first.SentAt, first.AnsweredAt, first.Answer = commandID(1), onenet.CommandAnswered, at(0), at(60), at(1), at(2), []byte("ok")
	second.ID, second.State, second.CreatedAt, second.ExpiresAt, second.SentAt, second.AnsweredAt, second.Answer = commandID(2), onenet.CommandAnswered, at(1), at(1), at(1), at(2), []byte{}
	third.ID, third.State, third.CreatedAt, third.ExpiresAt = commandID(3), onenet.CommandCreated, at(2), at(120)
	mustAdd(t, f.store, onenet.Batch{PutCommands: []onenet.Command{first, second, third}})
	return f
}

// historyItem is command n as a history shows it, with the device under the name that the form has for it.
func historyItem(n int, device string) string {
	times := []string{
		`"expire_time":"2018-06-01 09:00:00","status":4,"send_time":"2018-06-01 08:01:00","confirm_time":"2018-06-01 08:02:00","confirm_body":"6f6b"`,
		`"expire_time":"2018-06-01 08:01:00","status":4,"send_time":"2018-06-01 08:01:00","confirm_time":"2018-06-01 08:02:00","confirm_body":""`,
		`"expire_time":"2018-06-01 10:00:00","status":1`,
	}
	return fmt.Sprintf(`{"cmd_uuid":"%s","%s":700123456,%s,"body":"4c45443d31"}`, commandID(n), device, times[n-1])
}

func TestCommandHistoryToTheByte(t *testing.T) {
	t.Parallel()
	f := withCommands(t)
	addr, _ := mustServe(t, f.door, slog.New(slog.DiscardHandler))
	formA := func(page, per, total int, items ...string) string {
		return fmt.Sprintf(`{"errno":0,"error":"succ","data":{"page":%d,"per_page":%d,"total_count":%d,"items":[%s]}}`, page, per, total, strings.Join(items, ","))
	}
	formB := func(cursor string, items ...string) string {
		return fmt.Sprintf(`{"errno":0,"error":"succ","data":{%s"count":%d,"items":[%s]}}`, cursor, len(items), strings.Join(items, ","))
	}
	a := func(n int) string { return historyItem(n, "device_id") }
	b := func(n int) string { return historyItem(n, "dev_id") }
	all := "GET " + cmdHistory + "?start=2018-06-01T08:00:00"
	goldenRun(t, addr, []exchange{
		{"by pages", all, "", "", formA(1, 30, 3, a(3), a(2), a(1))},
		{"a page", all + "&page=2&per_page=2", "", "", formA(2, 2, 3, a(1))},
		{"until an end", all + "&end=2018-06-01T08:01:00", "", "", formA(1, 30, 2, a(2), a(1))},
		{"by pages, the other way round", all + "&per_page=2&sort=ASC", "", "", formA(1, 2, 3, a(1), a(2))},
		{"by pages, of one state", all + "&page=1&status=4", "", "", formA(1, 30, 2, a(2), a(1))},
		{"with a device key", all, deviceKey, "", formA(1, 30, 3, a(3), a(2), a(1))},
		{"with a cursor", all + "&limit=2", "", "", formB(`"cursor":"2_700123456_1527814800000",`, b(3), b(2))},
		{"behind the cursor", all + "&limit=2&cursor=2_700123456_1527814800000", "", "", formB("", b(1))},
		{"ten unless told otherwise", all + "&sort=ASC", "", "", formB("", b(1), b(2), b(3))},
		{"of one state", all + "&status=1", "", "", formB("", b(3))},
		{"for a while", all + "&duration=60", "", "", formB("", b(2), b(1))},
		{"nothing", "GET " + cmdHistory + "?start=2019-01-01T00:00:00&limit=1", "", "", formB("")},
	})
}

func TestCommandHistoryThatIsRefused(t *testing.T) {
	t.Parallel()
	_, addr, _ := mustServeFixture(t)
	call := "GET " + cmdHistory + "?start=2018-06-01T08:00:00"
	invalid := func(field string) string { return `{"errno":6,"error":"invalid parameter: ` + field + `"}` }
	goldenRun(t, addr, []exchange{
		{"no start", "GET " + cmdHistory, "", "", `{"errno":7,"error":"parameter required: start"}`},
		{"a start that is none", "GET " + cmdHistory + "?start=today", "", "", invalid("start")},
		{"an end that is none", call + "&end=1527811200", "", "", invalid("end")},
		{"more than a week", call + "&duration=604801", "", "", invalid("duration")},
		{"a page too large", call + "&per_page=101", "", "", invalid("per_page")},
		{"too many", call + "&limit=6001", "", "", invalid("limit")},
		{"a state that there is not", call + "&status=7", "", "", invalid("status")},
		{"a cursor of another device", call + "&cursor=1_5_1527811200000", "", "", invalid("cursor")},
		{"a cursor before the first", call + "&cursor=-5_700123456_1527811200000", "", "", invalid("cursor")},
		{"an order that there is not", call + "&sort=up", "", "", invalid("sort")},
		{"no such device", "GET /cmds/history/1?start=2018-06-01T08:00:00", "", "", `{"errno":8,"error":"not found: 1"}`},
		{"a device of another product", "GET /cmds/history/700999999?start=2018-06-01T08:00:00", "", "", `{"errno":3,"error":"auth failed"}`},
	})
}

// A command that comes while somebody goes through the list must not move what is behind it.
func TestCommandHistoryCursorShowsEachCommandOnce(t *testing.T) {
	t.Parallel()
	f := withCommands(t)
	query := url.Values{"start": {"2018-06-01T08:00:00"}, "limit": {"1"}}
	var got []onenet.CommandID
	for range 5 {
		var out struct {
			Data struct {
				Cursor string
				Items  []struct {
					ID onenet.CommandID `json:"cmd_uuid"`
				}
			}
		}
		w := f.call(t, "GET", cmdHistory+"?"+query.Encode(), master, "")
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || len(out.Data.Items) != 1 {
			t.Fatalf("%v: %s", err, w.Body)
		}
		got = append(got, out.Data.Items[0].ID)
		if out.Data.Cursor == "" {
			break
		}
		query.Set("cursor", out.Data.Cursor)
		f.clock.Advance(time.Second)
		f.mustSend(t, "&timeout=3600", "later")
	}
	if d := cmp.Diff([]onenet.CommandID{commandID(3), commandID(2), commandID(1)}, got); d != "" {
		t.Errorf("commands (-want +got):\n%s", d)
	}
}

func TestCommandHistoryChoosesByTheStateOfNow(t *testing.T) {
	t.Parallel()
	f := withCommands(t)
	f.clock.Advance(2 * time.Hour) // the third has waited in vain
	for status, want := range map[string]int{"1": 0, "3": 1, "4": 2} {
		got := f.get(t, cmdHistory+"?start=2018-06-01T08:00:00&status="+status)
		if n := strings.Count(got, "cmd_uuid"); n != want {
			t.Errorf("status %s: %d commands, want %d: %s", status, n, want, got)
		}
	}
}

func TestIDsThatAreNoNumbersStayWholeInTheHistory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, id := range []onenet.DeviceID{"board-A7", "0070012", "12345678901234567890"} {
		mustAdd(t, f.store, onenet.Batch{AddDevices: []onenet.Device{{Product: product, ID: id, Title: "x", AuthInfo: onenet.Secret(id), CreatedAt: start}}})
		w := f.call(t, "POST", "/cmds?timeout=9&device_id="+string(id), master, "on")
		if !strings.HasPrefix(w.Body.String(), `{"errno":0,`) {
			t.Fatal(w.Body)
		}
		if got := f.get(t, "/cmds/history/"+string(id)+"?start=2018-06-01T08:00:00"); !strings.Contains(got, `"device_id":"`+string(id)+`"`) {
			t.Errorf("%s: %s", id, got)
		}
	}
}
