package onenet

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// token is a password of the newer OneNET platforms:
// version=2018-10-31&res=products%2F…&et=…&method=…&sign=…
type token struct {
	version, res, method string
	expires              time.Time // zero when et is missing or no number
}

// parseToken reads a token as its platforms do: split at &, then at the first =, then
// percent-decode. Values need not be encoded.
func parseToken(s string) (token, bool) {
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimSpace(s), "&") {
		name, value, _ := strings.Cut(part, "=")
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		parts[name] = value
	}
	_, signed := parts["sign"]
	t := token{version: parts["version"], res: parts["res"], method: parts["method"]}
	if !signed || t.version == "" && t.res == "" {
		return token{}, false
	}
	if et, err := strconv.ParseInt(parts["et"], 10, 64); err == nil && et > 0 {
		if et > 1e11 { // one SDK counts milliseconds
			et /= 1000
		}
		t.expires = time.Unix(et, 0)
	}
	return t, true
}

// tokenSent recognises a login made for the newer platforms by its token, in whatever field it stands.
func tokenSent(_ context.Context, c *clues) *Refusal {
	for _, f := range []struct {
		field Field
		text  string
	}{{FieldCredential, string(c.Credential)}, {FieldProduct, c.Product}, {FieldDevice, c.Device}} {
		if t, ok := parseToken(f.text); ok && !tooLong(f.text) {
			return Refuse(LoginToken).In(f.field).Want("the device's auth info, or an API key", t.describe(c.now)).Near("%s", t.platform())
		}
	}
	return nil
}

func (t token) describe(now time.Time) string {
	s := "a token"
	for _, v := range []struct{ name, value string }{{"version", t.version}, {"res", t.res}, {"method", t.method}} {
		if v.value != "" {
			s += fmt.Sprintf(", %s %q", v.name, clip(v.value))
		}
	}
	if t.expires.IsZero() {
		return s
	}
	verb := "valid until"
	if t.expires.Before(now) {
		verb = "expired since"
	}
	return fmt.Sprintf("%s, %s %s Beijing time", s, verb, t.expires.In(Beijing).Format(time.DateTime))
}

// platform names the platform that the token was made for.
func (t token) platform() string {
	kind, rest, _ := strings.Cut(t.res, "/")
	id, _, _ := strings.Cut(rest, "/")
	switch {
	case kind == "products" && id != "" && strings.Trim(id, digits) == "":
		return "a token for product " + clip(id) + ", a number, belongs to OneNET's MQTT suite"
	case kind == "products":
		return "a token for product " + clip(id) + ", of letters and digits, belongs to OneNET Studio or the AIoT platform that followed it"
	case kind == "userid":
		return "a user's token opens the HTTP interface of OneNET Studio or the AIoT platform, on no platform a device"
	case kind == "mqs":
		return "this token opens OneNET's message queue, not a device"
	}
	return "tokens belong to OneNET's MQTT suite, OneNET Studio or the AIoT platform"
}

// otherClouds are logins whose form gives another cloud away.
var otherClouds = []struct {
	name  string
	field Field
	is    func(a Attempt) bool
}{
	{"Alibaba Cloud IoT", FieldDevice, func(a Attempt) bool {
		return strings.Contains(a.Device, "|") && (strings.Contains(a.Device, "securemode=") || strings.Contains(a.Device, "signmethod="))
	}},
	{"Tencent Cloud IoT", FieldProduct, func(a Attempt) bool {
		return strings.Contains(a.Product, ";12010126;") || strings.HasSuffix(string(a.Credential), ";hmacsha256") || strings.HasSuffix(string(a.Credential), ";hmacsha1")
	}},
	{"Huawei Cloud IoT", FieldDevice, func(a Attempt) bool {
		rest, ok := strings.CutPrefix(a.Device, a.Product+"_")
		return ok && a.Product != "" && len(rest) == len("0_0_2024010108") && (strings.HasPrefix(rest, "0_0_") || strings.HasPrefix(rest, "0_1_"))
	}},
	{"Baidu IoT Core", FieldProduct, func(a Attempt) bool { return strings.HasPrefix(a.Product, "thingidp@") }},
	{"Azure IoT Hub", FieldProduct, func(a Attempt) bool {
		return strings.Contains(a.Product, "/?api-version=") || strings.HasPrefix(string(a.Credential), "SharedAccessSignature ")
	}},
}

// otherCloud recognises a login made for another cloud.
func otherCloud(ctx context.Context, c *clues) *Refusal {
	for _, cloud := range otherClouds {
		if cloud.is(c.Attempt) {
			return Refuse(LoginOtherCloud).In(cloud.field).
				Want("client id = device id, user name = product id, password = auth info", c.showAll(ctx, c.Attempt)).
				Near("this is the form that %s wants", cloud.name)
		}
	}
	return nil
}

// placeholder tells whether a text was never replaced by what it stands for, and says how one knows.
func placeholder(s string) (says string, ok bool) {
	if tooLong(s) {
		return "", false
	}
	plain := strings.ToLower(strings.Trim(s, " <>{}[]()$%\"'`"))
	name := strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(plain)
	switch {
	case s == "%s" || s == "%d" || s == "%i" || s == "%u":
		return "is a format that was never filled in", true
	case strings.Contains(plain, "your") || containsAny(plain, "产品id", "设备id", "鉴权信息", "你的", "您的", "请填", "填写", "请输入", "自己的"):
		return "still holds the sample program's placeholder", true
	case placeholderNames[name] || placeholderNames[strings.TrimPrefix(name, "my")]:
		return "holds the name of the field, not its content", true
	case sampleIDs[name]:
		return "is the one of a widely copied sample program", true
	case len(name) >= 3 && strings.Trim(name, "x*?#") == "", len(plain) >= 3 && strings.Trim(plain, "x*?#._-") == "":
		return "holds the marks that stand for the real text in a sample", true
	case len(name) >= 5 && (strings.HasPrefix(countingUp, name) || strings.Trim(name, name[:1]) == "" && strings.Trim(name, digits) == ""):
		return "is a number that only fills its place", true
	}
	return "", false
}

func containsAny(s string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

const countingUp = "1234567890"

// placeholderNames are names of fields, in lower case and without separators.
var placeholderNames = setOf("deviceid", "devid", "devicename", "device", "clientid", "client", "productid", "proid", "pid", "product",
	"username", "user", "authinfo", "auth", "password", "passwd", "pass", "apikey", "masterkey", "accesskey", "key", "id", "sn")

// sampleIDs are the products, devices and auth info of the STM32 kit's sample.
var sampleIDs = setOf("77247", "5616839", "77249", "5616831", "test")

func setOf(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}

func placeholderProduct(ctx context.Context, c *clues) *Refusal {
	if says, ok := placeholder(c.Product); ok && c.userProduct(ctx) == nil {
		return Refuse(LoginPlaceholder).In(FieldProduct).Want(c.someProduct(ctx), c.show(ctx, c.Product)).Near("the user name %s", says)
	}
	return nil
}

func placeholderDevice(ctx context.Context, c *clues) *Refusal {
	if says, ok := placeholder(c.Device); ok {
		return Refuse(LoginPlaceholder).In(FieldDevice).Want(c.someDevice(ctx), c.show(ctx, c.Device)).Near("the client id %s", says)
	}
	return nil
}

func placeholderPassword(_ context.Context, c *clues) *Refusal {
	if says, ok := placeholder(string(c.Credential)); ok {
		return c.wrong(LoginPlaceholder).Near("the password %s", says)
	}
	return nil
}
