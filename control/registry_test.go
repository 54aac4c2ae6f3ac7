package control

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func TestProductsAreMadeListedShownAndRemoved(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	made := must[lab.Product](t)(f.c.AddProduct(t.Context(), lab.Product{Name: "lamps"}))
	if len(made.ID) != 6 || len(made.MasterKey) != 28 || len(made.RegisterCode) != 16 || !*made.AllowDup || made.Dialect != onenet.Legacy {
		t.Errorf("made %+v", made)
	}
	if d := cmp.Diff(made, must[lab.Product](t)(f.c.Product(t.Context(), made.ID))); d != "" {
		t.Errorf("shown (-made +shown):\n%s", d)
	}
	if list := must[[]lab.Product](t)(f.c.Products(t.Context())); len(list) != 2 {
		t.Errorf("listed %+v", list)
	}
	if err := f.c.RemoveProduct(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	_, err := f.c.Product(t.Context(), made.ID)
	wantError(t, err, http.StatusNotFound, string(made.ID))
	wantError(t, f.c.RemoveProduct(t.Context(), made.ID), http.StatusNotFound, string(made.ID))
	_, err = f.c.AddProduct(t.Context(), lab.Product{ID: "88001"})
	wantError(t, err, http.StatusConflict, "88001")
	_, err = f.c.AddProduct(t.Context(), lab.Product{ID: "a/b"})
	wantError(t, err, http.StatusBadRequest, "a/b")
}

func TestProductsAreChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := must[lab.Product](t)(f.c.Product(t.Context(), "88001"))
	want := before
	want.Name, want.AllowDup, want.MasterKey = "lamps", ptr(true), "AnotherMasterKeyaaaaaaaaaaa="
	got := must[lab.Product](t)(f.c.ChangeProduct(t.Context(), "88001", lab.ProductChange{Name: &want.Name, AllowDup: ptr(true), MasterKey: &want.MasterKey}))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("changed (-want +got):\n%s", d)
	}
	if d := cmp.Diff(want, must[lab.Product](t)(f.c.Product(t.Context(), "88001"))); d != "" {
		t.Errorf("shown (-want +got):\n%s", d)
	}
	got = must[lab.Product](t)(f.c.ChangeProduct(t.Context(), "88001", lab.ProductChange{MasterKey: ptr(""), RegisterCode: ptr("")}))
	if len(got.MasterKey) != 28 || got.MasterKey == want.MasterKey || len(got.RegisterCode) != 16 || got.RegisterCode == before.RegisterCode {
		t.Errorf("no new keys were made up: %+v", got)
	}
	_, err := f.c.ChangeProduct(t.Context(), "nope", lab.ProductChange{})
	wantError(t, err, http.StatusNotFound, "nope")
	taken := must[lab.Product](t)(f.c.AddProduct(t.Context(), lab.Product{}))
	_, err = f.c.ChangeProduct(t.Context(), "88001", lab.ProductChange{RegisterCode: &taken.RegisterCode})
	wantError(t, err, http.StatusConflict, "already exists")
}

func TestTopicsAndTriggersOfAProductAreListed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, onenet.Batch{
		PutTopics: []onenet.TopicRef{{Product: "88001", Topic: "led"}, {Product: "88001", Topic: "fan"}},
		AddTriggers: []onenet.Trigger{{
			ID: 3, Product: "88001", Title: "hot", Stream: "t", URL: "http://127.0.0.1/x", Type: onenet.TriggerGreater, Threshold: []byte("30"), CreatedAt: start,
		}},
	})
	if d := cmp.Diff([]string{"led", "fan"}, must[[]string](t)(f.c.Topics(t.Context(), "88001"))); d != "" {
		t.Errorf("topics (-want +got):\n%s", d)
	}
	want := []lab.Trigger{{ID: 3, Title: "hot", Stream: "t", URL: "http://127.0.0.1/x", Type: ">", Threshold: []byte("30"), CreatedAt: start}}
	if d := cmp.Diff(want, must[[]lab.Trigger](t)(f.c.Triggers(t.Context(), "88001"))); d != "" {
		t.Errorf("triggers (-want +got):\n%s", d)
	}
	_, err := f.c.Topics(t.Context(), "nope")
	wantError(t, err, http.StatusNotFound, "nope")
	_, err = f.c.Triggers(t.Context(), "nope")
	wantError(t, err, http.StatusNotFound, "nope")
}

func TestSecretsAreMaskedUnlessAskedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, onenet.Batch{AddKeys: []onenet.Key{{Product: "88001", Key: "KeyOfDevice700123456ccccccc=", Title: "k"}}})
	tests := []struct{ path, secret string }{
		{"/_lab/products", master},
		{"/_lab/products/88001", master},
		{"/_lab/products/88001", "registercode0001"},
		{"/_lab/products/88001/devices", "dev-sn-0001"},
		{"/_lab/products/88001/devices/700123456", "dev-sn-0001"},
		{"/_lab/devices/700123456", "dev-sn-0001"},
		{"/_lab/products/88001/keys", "KeyOfDevice700123456ccccccc="},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.secret, func(t *testing.T) {
			t.Parallel()
			if _, masked := f.do(t, "GET", tt.path, ""); strings.Contains(masked, tt.secret) || !strings.Contains(masked, " characters)") {
				t.Errorf("not masked: %s", masked)
			}
			if _, open := f.do(t, "GET", tt.path+"?secrets=1", ""); !strings.Contains(open, tt.secret) {
				t.Errorf("masked: %s", open)
			}
		})
	}
}

func TestDevicesAreMadeChangedAndRemoved(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	no := false
	in := lab.Device{Title: "lamp", AuthInfo: "sn2", Desc: "d", Tags: []string{"a", "b"}, Private: &no, Location: &onenet.Location{Lon: 1, Lat: 2}, Other: []byte(`{"x":1}`)}
	made := must[lab.Device](t)(f.c.AddDevice(t.Context(), "88001", in))
	want := in
	want.Product, want.ID, want.Protocol, want.CreatedAt = "88001", made.ID, "MQTT", made.CreatedAt
	if d := cmp.Diff(want, made); d != "" || len(made.ID) != 9 {
		t.Errorf("made (-want +got):\n%s", d)
	}
	made2 := onenet.DeviceRef{Product: "88001", Device: made.ID}
	title, yes := "lamp two", true
	got := must[lab.Device](t)(f.c.ChangeDevice(t.Context(), made2, lab.DeviceChange{Title: &title, Blocked: &yes}))
	want.Title, want.Blocked = title, true
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("changed (-want +got):\n%s", d)
	}
	if d := cmp.Diff(want, must[lab.Device](t)(f.c.Device(t.Context(), made2))); d != "" {
		t.Errorf("shown (-want +got):\n%s", d)
	}
	if err := f.c.RemoveDevice(t.Context(), made2); err != nil {
		t.Fatal(err)
	}
	_, err := f.c.Device(t.Context(), made2)
	wantError(t, err, http.StatusNotFound, string(made.ID))
	_, err = f.c.ChangeDevice(t.Context(), made2, lab.DeviceChange{})
	wantError(t, err, http.StatusNotFound, string(made.ID))
	_, err = f.c.AddDevice(t.Context(), "88001", lab.Device{AuthInfo: "dev-sn-0001"})
	wantError(t, err, http.StatusConflict, "already exists")
	_, err = f.c.AddDevice(t.Context(), "nope", lab.Device{})
	wantError(t, err, http.StatusNotFound, "nope")
}

func TestDeviceTellsWhetherItIsHere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	away := must[lab.Device](t)(f.c.FindDevice(t.Context(), ref.Device))
	if away.Online || away.Addr != "" || !away.LastLogin.IsZero() {
		t.Errorf("before it came: %+v", away)
	}
	f.p.Arrived(ref, 1, "10.0.0.7:5000", "")
	here := must[lab.Device](t)(f.c.FindDevice(t.Context(), ref.Device))
	if !here.Online || here.Addr != "10.0.0.7:5000" || !here.LastLogin.Equal(start) || !here.OnlineSince.Equal(start) {
		t.Errorf("after it came: %+v", here)
	}
}

func TestDevicesAreListedByWhatIsAsked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, id := range []onenet.DeviceID{"11", "12", "2"} {
		f.add(t, onenet.Batch{AddDevices: []onenet.Device{{Product: "88001", ID: id, Title: "t" + string(id), AuthInfo: onenet.Secret(id)}}})
	}
	for i, id := range []onenet.DeviceID{"11", "2"} {
		f.p.Arrived(onenet.DeviceRef{Product: "88001", Device: id}, uint64(i+1), "x:1", "")
	}
	yes, no := true, false
	tests := []struct {
		name  string
		q     lab.DeviceQuery
		want  string
		total int
	}{
		{"all", lab.DeviceQuery{}, "2 11 12 700123456", 4},
		{"a page", lab.DeviceQuery{Offset: 1, Limit: 2}, "11 12", 4},
		{"by prefix", lab.DeviceQuery{Keywords: "1"}, "11 12", 2},
		{"by title", lab.DeviceQuery{Keywords: "t2"}, "2", 1},
		{"those that are here", lab.DeviceQuery{Online: &yes}, "2 11", 2},
		{"those that are away", lab.DeviceQuery{Online: &no}, "12 700123456", 2},
		{"a page of those that are here", lab.DeviceQuery{Online: &yes, Offset: 1, Limit: 5}, "11", 2},
		{"a page behind the last", lab.DeviceQuery{Online: &yes, Offset: 7}, "", 2},
		{"those that are here, by prefix", lab.DeviceQuery{Online: &yes, Keywords: "1", Limit: 1}, "11", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := must[lab.Devices](t)(f.c.Devices(t.Context(), "88001", tt.q))
			var ids []string
			for _, d := range list.Devices {
				ids = append(ids, string(d.ID))
			}
			if got := strings.Join(ids, " "); got != tt.want || list.Total != tt.total {
				t.Errorf("got %q of %d, want %q of %d", got, list.Total, tt.want, tt.total)
			}
		})
	}
	_, err := f.c.Devices(t.Context(), "nope", lab.DeviceQuery{})
	wantError(t, err, http.StatusNotFound, "nope")
}

func TestDeviceIDThatSeveralProductsHaveNeedsTheProduct(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, onenet.Batch{
		AddProducts: []onenet.Product{{ID: "88002", MasterKey: "other", RegisterCode: "other"}},
		AddDevices:  []onenet.Device{{Product: "88002", ID: ref.Device, AuthInfo: "x"}},
	})
	_, err := f.c.FindDevice(t.Context(), ref.Device)
	wantError(t, err, http.StatusConflict, "88001, 88002")
	_, err = f.c.FindDevice(t.Context(), "1")
	wantError(t, err, http.StatusNotFound, "1")
}

func TestKeysAreMadeAndListed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	in := lab.Key{Title: "k", Permissions: []onenet.Permission{{Methods: []string{"get"}, Resources: []onenet.Resource{{Device: ref.Device, Stream: "t"}}}}}
	made := must[lab.Key](t)(f.c.AddKey(t.Context(), "88001", in))
	if len(made.Key) != 28 || made.Title != "k" {
		t.Errorf("made %+v", made)
	}
	if d := cmp.Diff([]lab.Key{made}, must[[]lab.Key](t)(f.c.Keys(t.Context(), "88001"))); d != "" {
		t.Errorf("listed (-made +listed):\n%s", d)
	}
	_, err := f.c.AddKey(t.Context(), "nope", in)
	wantError(t, err, http.StatusNotFound, "nope")
	_, err = f.c.Keys(t.Context(), "nope")
	wantError(t, err, http.StatusNotFound, "nope")
}

func TestKeysAreRemovedAndNotLogged(t *testing.T) {
	t.Parallel()
	log := &syncBuffer{}
	f := newFixture(t, func(_ *onenet.Config, d *door) { d.log = slog.New(slog.NewTextHandler(log, nil)) })
	made := must[lab.Key](t)(f.c.AddKey(t.Context(), "88001", lab.Key{Key: "Key/with+signs=and?more&more", Permissions: []onenet.Permission{}}))
	if err := f.c.RemoveKey(t.Context(), "88001", made.Key); err != nil {
		t.Fatal(err)
	}
	if list := must[[]lab.Key](t)(f.c.Keys(t.Context(), "88001")); len(list) != 0 {
		t.Errorf("listed %+v", list)
	}
	wantError(t, f.c.RemoveKey(t.Context(), "88001", made.Key), http.StatusNotFound, "key")
	wantError(t, f.c.RemoveKey(t.Context(), "nope", made.Key), http.StatusNotFound, "nope")
	if strings.Contains(log.String(), "with+signs") {
		t.Errorf("the log has the key: %s", log)
	}
}

func TestBodiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name, body, says string
		status           int
	}{
		{"not JSON", `title=x`, "not the JSON", http.StatusBadRequest},
		{"nothing", ``, "not the JSON", http.StatusBadRequest},
		{"a field that is none", `{"titel":"x"}`, "titel", http.StatusBadRequest},
		{"a second object", `{} {}`, "follows", http.StatusBadRequest},
		{"too much", `{"title":"` + strings.Repeat("x", maxBody) + `"}`, "at most", http.StatusRequestEntityTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, body := f.do(t, "POST", "/_lab/products/88001/devices", tt.body)
			if status != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("HTTP %d %s, want %d and %q", status, body, tt.status, tt.says)
			}
		})
	}
}

func TestParametersAreReadStrictly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	dev := "/_lab/products/88001/devices"
	for _, path := range []string{
		dev + "?online=maybe", dev + "?limit=-1", dev + "?offset=x", "/_lab/journal?after=x", "/_lab/journal?wait=10", "/_lab/journal?wait=-1s",
		"/_lab/commands/x?wait=soon", dev + "/700123456/points?start=monday", dev + "/700123456/points?limit=6001", dev + "/700123456/points?desc=2",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			if status, body := f.do(t, "GET", path, ""); status != http.StatusBadRequest || !strings.Contains(body, "want") {
				t.Errorf("HTTP %d %s", status, body)
			}
		})
	}
}
