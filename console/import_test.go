package console_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
)

var inEnglish = []string{"Cookie", console.LangCookie + "=en"}

func (r *rig) addProduct(t *testing.T, id onenet.ProductID) {
	t.Helper()
	if _, err := r.Platform().AddProduct(t.Context(), onenet.Product{ID: id, Name: "product " + string(id)}); err != nil {
		t.Fatal(err)
	}
}

// selectOf is the select of products in the form of a batch add.
func selectOf(t *testing.T, text string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, `<select id="product" name="product"`)
	part, _, closed := strings.Cut(rest, "</select>")
	if !ok || !closed {
		t.Fatalf("there is no select:\n%s", text)
	}
	return part
}

func TestABatchAddChoosesTheOnlyProductAndElseAsks(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if got, want := selectOf(t, r.get(t, "/devices/import", inEnglish...)), `<option value="244754" selected>`; !strings.Contains(got, want) || strings.Count(got, "<option") != 1 {
		t.Errorf("with one product the choices are %s", got)
	}
	r.addProduct(t, "7001")
	for l, word := range map[string][]string{"Choose": inEnglish, "请选择": inChinese} {
		if got := selectOf(t, r.get(t, "/devices/import", word...)); !strings.HasPrefix(got, `><option value="">`+l+"</option>") || strings.Contains(got, " selected") {
			t.Errorf("with two products the choices are %s", got)
		}
	}
	if got := selectOf(t, r.get(t, "/devices/import?product=7001", inEnglish...)); !strings.Contains(got, `<option value="7001" selected>`) {
		t.Errorf("of a chosen product the choices are %s", got)
	}
}

func TestARowWithoutAProductIsToldAsThat(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.addProduct(t, "7001")
	form := url.Values{"product": {""}, "table": {"product,device\n244754,1\n,2"}}
	for _, tt := range []struct {
		header []string
		wants  []string
		lacks  string
	}{
		{inEnglish, []string{"A line names no product", "line 3", "Choose a product below"}, "Not found"},
		{inChinese, []string{"没有写明产品", "第 3 行", "请在下方选择产品"}, "未找到"},
	} {
		status, text := r.post(t, "/devices/import", form, tt.header...)
		for _, want := range append(tt.wants, ",2</textarea>") {
			if !strings.Contains(text, want) {
				t.Errorf("the page lacks %q:\n%s", want, text)
			}
		}
		if status != http.StatusUnprocessableEntity || strings.Contains(text, tt.lacks) || !strings.Contains(selectOf(t, text), `aria-invalid="true"`) {
			t.Errorf("HTTP %d:\n%s", status, text)
		}
	}
	if _, n, _ := r.Platform().Devices(t.Context(), onenet.DeviceFilter{}); n != 1 {
		t.Errorf("%d devices are there, want the demo's only", n)
	}
}

func TestAClashInATableSaysWhoHasIt(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.AddDevice(t, onenet.Device{Product: "244754", ID: "7", Title: "厨房 lamp", AuthInfo: "a secret of the kitchen"})
	r.addProduct(t, "7001")
	for _, tt := range []struct {
		name, table string
		en, zh      string
	}{
		{"auth info of a device that is there", "device,auth_info\n8,x\n9,a secret of the kitchen", `line 3 (auth_info): auth_info`, "第 3 行（鉴权信息）：鉴权信息"},
		{"and which it is", "device,auth_info\n9,a secret of the kitchen", `device "7" ("厨房 lamp") has it`, `设备 "7"（"厨房 lamp"）已用它`},
		{"auth info of an earlier line", "device,auth_info\n7001,\n\n8,x\n\n9,x", "line 4 has it", "第 4 行已用它"},
		{"an id that is the auth info of an earlier line", "device,auth_info\n8,9\n9,", "line 2 has it", "第 2 行已用它"},
		{"an id of an earlier line", "device,title\n8,one\n8,two", "line 2 has it", "第 2 行已用它"},
		{"an id of a device that is there", "device,title\n8,one\n7,two", `line 3 (device): device "7": already exists`, `第 3 行（设备）：设备 "7" 已存在`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			form := url.Values{"product": {"244754"}, "table": {tt.table}}
			for want, header := range map[string][]string{tt.en: inEnglish, tt.zh: inChinese} {
				status, text := r.post(t, "/devices/import", form, header...)
				fault := faultIn(t, text)
				if status != http.StatusConflict || !strings.Contains(fault, strings.ReplaceAll(want, `"`, "&#34;")) {
					t.Errorf("HTTP %d, it lacks %q:\n%s", status, want, fault)
				}
				if strings.Contains(fault, "secret of the kitchen") || strings.Contains(fault, `lang="en"`) {
					t.Errorf("it tells the auth info, or tells it in English:\n%s", fault)
				}
			}
		})
	}
}

func faultIn(t *testing.T, text string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, `role="alert">`)
	if !ok {
		t.Fatalf("nothing is wrong:\n%s", text)
	}
	fault, _, _ := strings.Cut(rest, "</div>")
	return fault
}

func TestABatchAddSaysHowManyWereAdded(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.addProduct(t, "7001")
	for _, tt := range []struct {
		name, table string
		from, n     int
		header      []string
		want        string
	}{
		{"in Chinese", "", 100, 40, inChinese, "已添加 40 台设备。"},
		{"in English, grouped", "", 1000, 1200, inEnglish, "1,200 devices were added."},
		{"one", "", 10, 1, inEnglish, "1 device was added."},
		{"of two products", "7001,1\n", 20, 2, inEnglish, "3 devices were added."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i := range tt.n {
				tt.table += fmt.Sprintf("244754,%d\n", tt.from+i)
			}
			_, text := r.post(t, "/devices/import", url.Values{"product": {"7001"}, "table": {tt.table}}, tt.header...)
			if !strings.Contains(text, `<p class="flash" role="status">`+tt.want+"</p>") {
				t.Errorf("the page lacks %q:\n%s", tt.want, text)
			}
			// The list is that of the product they went to, not of the one that stood chosen.
			if one := !strings.Contains(tt.table, "7001,"); one != strings.Contains(text, `<option value="244754" selected>`) || strings.Contains(text, `<option value="7001" selected>`) {
				t.Errorf("the list is another:\n%s", text)
			}
		})
	}
	for _, n := range []string{"", "x", "-1", "1e9", "<b>", "9 and call 555", "99999999999999999999"} {
		if text := r.get(t, "/devices?"+url.Values{"done": {"imported"}, "n": {n}}.Encode(), inEnglish...); strings.Contains(text, "flash") || strings.Contains(text, "%!") {
			t.Errorf("a link with %q says it:\n%s", n, text)
		}
	}
}

func TestATableToFillInIsDownloadedAndTakenBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.addProduct(t, "7001")
	page := r.get(t, "/devices/import?product=7001", inEnglish...)
	const path = "/devices/import.csv?product=7001"
	if !strings.Contains(page, `href="`+path+`" download`) {
		t.Errorf("there is no link to it:\n%s", page)
	}
	got := r.call(t, http.MethodGet, path, "")
	if kind, how := got.header.Get("Content-Type"), got.header.Get("Content-Disposition"); kind != "text/csv; charset=utf-8" || how != `attachment; filename="devices.csv"` {
		t.Errorf("it is %s, %s", kind, how)
	}
	text, marked := strings.CutPrefix(got.text, "\uFEFF")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	want := [][]string{{"product", "device", "title", "auth_info", "tags"}, {"7001", "", "kitchen", "3C71BFC80055", "esp32;demo"}}
	if d := cmp.Diff(want, rows); d != "" || err != nil || !marked {
		t.Error(marked, err, d)
	}
	r.post(t, "/devices/import", url.Values{"table": {got.text}})
	list, _, err := r.Platform().Devices(t.Context(), onenet.DeviceFilter{Product: "7001"})
	if err != nil || len(list) != 1 || list[0].Title != "kitchen" || cmp.Diff([]string{"esp32", "demo"}, list[0].Tags) != "" {
		t.Errorf("it gives %+v, %v", list, err)
	}
}
