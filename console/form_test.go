package console_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

func TestAFormThatCannotBeReadChangesNothingAndIsNoWrongPassword(t *testing.T) {
	t.Parallel()
	multipart := "--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nx\r\n--B--\r\n"
	unreadable := []struct {
		name, body, kind string
		want             int
	}{
		{"a broken escape", "title=x%zz&password=x&body=50%", "application/x-www-form-urlencoded", http.StatusBadRequest},
		{"JSON", `{"title":"x"}`, "application/json", http.StatusBadRequest},
		{"parts where there are no files", multipart, "multipart/form-data; boundary=B", http.StatusBadRequest},
		{"text of no kind", "title=x", "", http.StatusBadRequest},
		{"fields that are missing", "x=1", "application/x-www-form-urlencoded", http.StatusBadRequest},
	}
	t.Run("a device", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, nil)
		d := r.Demo(t)
		d.Desc, d.Tags, d.AuthInfo, d.Blocked = "by the window", []string{"blue"}, "another-secret", true
		if err := r.Platform().ChangeDevice(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		for _, tt := range unreadable {
			got := r.call(t, http.MethodPost, "/device/edit?"+console.RefValues(d.Ref()).Encode(), tt.body, "Content-Type", tt.kind, "Cookie", console.LangCookie+"=en")
			if got.status != tt.want || !strings.Contains(got.text, "could not be read") {
				t.Errorf("%s: HTTP %d\n%s", tt.name, got.status, got.text)
			}
		}
		now, err := r.Platform().Device(t.Context(), d.Ref())
		if diff := cmp.Diff(d, now); err != nil || diff != "" {
			t.Errorf("%v (-before +now):\n%s", err, diff)
		}
	})
	t.Run("every form", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, nil)
		mark := r.Mark()
		for _, view := range console.Views() {
			path, isForm := strings.CutPrefix(view, "POST ")
			if !isForm {
				continue
			}
			tt := unreadable[0]
			got := r.call(t, http.MethodPost, path+"?"+console.RefValues(r.Demo(t).Ref()).Encode(), tt.body, "Content-Type", tt.kind)
			if got.status != tt.want {
				t.Errorf("%s: HTTP %d, want %d", path, got.status, tt.want)
			}
		}
		if now := r.Mark(); now != mark {
			t.Errorf("%d records more", now-mark)
		}
	})
	t.Run("the password", func(t *testing.T) {
		t.Parallel()
		r := lockedRig(t)
		long := url.Values{"password": {secret}, "to": {"/" + strings.Repeat("x", 20<<10)}}.Encode()
		for range 3 { // more than the wrong passwords that are free
			for _, tt := range unreadable {
				if got := r.call(t, http.MethodPost, "/login", tt.body, "Content-Type", tt.kind); got.status != tt.want {
					t.Errorf("%s: HTTP %d, want %d", tt.name, got.status, tt.want)
				}
			}
			if got := r.call(t, http.MethodPost, "/login", long); got.status != http.StatusRequestEntityTooLarge {
				t.Errorf("a form of %d bytes: HTTP %d", len(long), got.status)
			}
		}
		r.logIn(t)
	})
}

func TestAFormThatDripsIsGivenUp(t *testing.T) {
	t.Parallel()
	r := lockedRig(t)
	h, err := console.NewPatient(r.config, 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	addr := strings.TrimPrefix(serve(t, h), "http://")
	for _, tt := range []struct {
		path, header string
		want         int
	}{
		{"/login", "", http.StatusRequestTimeout},
		{"/prefs", "", http.StatusRequestTimeout},
		{"/reset", "", http.StatusUnauthorized}, // whose body nobody reads
		{"/static/x", "", http.StatusUnauthorized},
		{"/login", "Sec-Fetch-Site: cross-site\r\n", http.StatusForbidden},
	} {
		t.Run(fmt.Sprint(tt.path, " ", tt.want), func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 16000\r\n\r\n", tt.path, addr, tt.header)
			go drip(c)
			_ = c.SetReadDeadline(clock.System().Now().Add(patience))
			in := bufio.NewReader(c)
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != tt.want || !resp.Close {
				t.Errorf("HTTP %d, want %d; the connection is closed: %v; %v", resp.StatusCode, tt.want, resp.Close, err)
			}
		})
	}
}

// drip sends a byte now and then until nobody takes any more.
func drip(c net.Conn) {
	for {
		if _, err := io.WriteString(c, "a"); err != nil {
			return
		}
		clock.Sleep(clock.System(), 20*time.Millisecond, nil)
	}
}

// slowCloud is a bridge whose cloud takes its time with a login.
type slowCloud struct {
	console.Bridge
	ref  onenet.DeviceRef
	long time.Duration
}

func (c slowCloud) Status() (lab.Bridge, error) {
	return lab.Bridge{On: true, Devices: []lab.BridgeDevice{{Product: c.ref.Product, Device: c.ref.Device}}}, nil
}

func (c slowCloud) Inspect(context.Context, onenet.UplinkQuery) ([]onenet.UplinkEntry, error) {
	return nil, nil
}

func (c slowCloud) Test(ctx context.Context, _ onenet.DeviceRef) (lab.BridgeTest, error) {
	clock.Sleep(clock.System(), c.long, ctx.Done())
	return lab.BridgeTest{OK: true}, ctx.Err()
}

func TestAFormThatIsThereLeavesItsWorkAllTheTimeItNeeds(t *testing.T) {
	t.Parallel()
	const within = 200 * time.Millisecond
	r := newRig(t, nil)
	ref := r.Demo(t).Ref()
	r.config.Bridge = func() console.Bridge { return slowCloud{ref: ref, long: 2 * within} }
	h, err := console.NewPatient(r.config, within)
	if err != nil {
		t.Fatal(err)
	}
	r.url = serve(t, h)
	if status, text := r.post(t, "/bridge/test", console.RefValues(ref)); status != http.StatusOK {
		t.Errorf("HTTP %d\n%s", status, text)
	}
}
