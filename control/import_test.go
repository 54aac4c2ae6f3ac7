package control

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/control/lab"
)

func TestImportAddsTheDevicesOfATable(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, table string }{
		{"with a header", "product,device,title,auth_info,tags\n88001,11,lamp,sn1,a;b\n88001,12,\"a, b\",sn2,\n"},
		{"without a header", "88001,11,lamp,sn1,a;b\n88001,12,\"a, b\",sn2\n"},
		{"with the columns in another order", "device,product,tags,title,auth_info\n11,88001,a;b,lamp,sn1\n12,88001,,\"a, b\",sn2\n"},
		{"as Excel on Windows writes it", "\uFEFFProduct,Device,Title,Auth_Info,Tags\r\n88001,11,lamp,sn1,a;b\r\n\r\n88001,12,\"a, b\",sn2,\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if n := must[int](t)(f.c.ImportDevices(t.Context(), strings.NewReader(tt.table))); n != 2 {
				t.Errorf("added %d", n)
			}
			list := must[lab.Devices](t)(f.c.Devices(t.Context(), "88001", lab.DeviceQuery{Limit: 2}))
			yes := true
			want := []lab.Device{
				{Product: "88001", ID: "11", Title: "lamp", AuthInfo: "sn1", Tags: []string{"a", "b"}, Protocol: "MQTT", Private: &yes, CreatedAt: start},
				{Product: "88001", ID: "12", Title: "a, b", AuthInfo: "sn2", Protocol: "MQTT", Private: &yes, CreatedAt: start},
			}
			if d := cmp.Diff(want, list.Devices); d != "" {
				t.Errorf("devices (-want +got):\n%s", d)
			}
		})
	}
}

func TestImportMakesUpIDsThatAreLeftEmpty(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must[int](t)(f.c.ImportDevices(t.Context(), strings.NewReader("product,title\n88001,one\n88001,two\n")))
	list := must[lab.Devices](t)(f.c.Devices(t.Context(), "88001", lab.DeviceQuery{}))
	if list.Total != 3 {
		t.Errorf("devices: %+v", list.Devices)
	}
}

func TestImportAddsAllOrNothingAndNamesThePlace(t *testing.T) {
	t.Parallel()
	const good = "88001,11,lamp,sn1,a\n"
	tests := []struct {
		name, table, says string
		status            int
	}{
		{"an id that is taken", good + "88001,700123456,x,y\n", "line 2, column 7 (device)", http.StatusConflict},
		{"an auth info that is taken", good + "88001,12,x,dev-sn-0001\n", "line 2, column 12 (auth_info)", http.StatusConflict},
		{"an id twice", good + "88001,11,x,y\n", "line 2, column 7 (device)", http.StatusConflict},
		{"an auth info twice", good + "88001,12,x,sn1\n", "line 2, column 12 (auth_info)", http.StatusConflict},
		{"an unknown product", good + "99,12,x,y\n", "line 2, column 1 (product)", http.StatusNotFound},
		{"an id that cannot be", good + "88001,a b,x,y\n", "line 2, column 7 (device)", http.StatusBadRequest},
		{"a title that is too long", good + "88001,12," + strings.Repeat("x", 65) + ",y\n", "line 2, column 10 (title)", http.StatusBadRequest},
		{"more cells than columns", good + "88001,12,x,y,z,!\n", "line 2, column 16", http.StatusBadRequest},
		{"a quote that does not end", good + "88001,12,\"x,y\n", "line 2, column 15", http.StatusBadRequest},
		{"a cell over two lines, and an error after it", "88001,11,\"two\nlines\",sn1\n88001,700123456,x,y\n", "line 3, column 7 (device)", http.StatusConflict},
		{"GBK", good + "88001,12,\xce\xc2,y\n", "line 2, column 10 (title)", http.StatusBadRequest},
		{"an unknown column", "product,name\n88001,x\n", "line 1, column 9", http.StatusBadRequest},
		{"a column twice", "product,device,device\n88001,1,2\n", "line 1, column 16", http.StatusBadRequest},
		{"nothing", "product,device\n", "no devices", http.StatusBadRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			_, err := f.c.ImportDevices(t.Context(), strings.NewReader(tt.table))
			wantError(t, err, tt.status, tt.says)
			if list := must[lab.Devices](t)(f.c.Devices(t.Context(), "88001", lab.DeviceQuery{})); list.Total != 1 {
				t.Errorf("some were added: %+v", list.Devices)
			}
		})
	}
}
