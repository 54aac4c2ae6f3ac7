package onenet_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

// The secrets of the world in which the attempts are made. None may be printed.
const (
	lampAuth     = "3C71BFC80054"
	fanAuth      = "A0B1C2D3E4F5"
	probeAuth    = "dev-sn-0001"
	jsonAuth     = `{"sn":"cabinet","no":7}`
	longAuth     = "wired-in-the-cellar"
	lampMaster   = "Lm7fJq0Xw2VbTz5kRn8sYc3HdGa="
	gardenMaster = "Gm4pQe9Zr6UyWo1iKs7dFh2JxCv="
	lampCode     = "LampCode00112233"
	gardenCode   = "GardCode44556677"
	fanKey       = "Kf3dNb8Mv5CxLz2qWe9rTy6UiOp="
	looseKey     = "Kl1aSd4Fg7HjPk0oIu3yTr6EwQz="
	gardenKey    = "Kg9zXc6Vb3NmLk8jHg5fDs2aPoi="
)

var allSecrets = []string{
	lampAuth, fanAuth, probeAuth, jsonAuth, longAuth, lampMaster, gardenMaster, lampCode, gardenCode, fanKey, looseKey, gardenKey,
}

// newWorld is a platform with three products: one with several devices, a second whose device
// shares an id with one of the first, and one without any.
func newWorld(t *testing.T) *onenet.Platform {
	t.Helper()
	store := memory.New()
	t.Cleanup(func() { _ = store.Close() })
	product := func(id, name, master, code string) onenet.Product {
		return onenet.Product{ID: onenet.ProductID(id), Name: name, MasterKey: onenet.Secret(master), RegisterCode: onenet.Secret(code)}
	}
	device := func(product, id, title, auth string) onenet.Device {
		return onenet.Device{Product: onenet.ProductID(product), ID: onenet.DeviceID(id), Title: title, AuthInfo: onenet.Secret(auth)}
	}
	key := func(product, key string, devices ...onenet.DeviceID) onenet.Key {
		var bound []onenet.Resource
		for _, d := range devices {
			bound = append(bound, onenet.Resource{Device: d})
		}
		return onenet.Key{Product: onenet.ProductID(product), Key: onenet.Secret(key), Permissions: []onenet.Permission{{Resources: bound}}}
	}
	blocked := device("244754", "527599999", "esp32-banned", "blocked-auth")
	blocked.Blocked = true
	err := store.Apply(context.Background(), onenet.Batch{
		AddProducts: []onenet.Product{
			product("244754", "smart lamp", lampMaster, lampCode),
			product("88001", "greenhouse", gardenMaster, gardenCode),
			product("650001", "nothing in it", "Em0000000000000000000000000=", "EmptyCode0000000"),
		},
		AddDevices: []onenet.Device{
			device("244754", "527521926", "esp32-led", lampAuth), device("244754", "527630008", "esp32-fan", fanAuth),
			device("244754", "board-A7", "esp32-relay", "board-A7"), device("244754", "527640001", "cabinet", jsonAuth),
			device("244754", "0070012", "zeros", "zeros-auth"), device("244754", "7E:1B:00:C4:55:D2", "by MAC", "mac-auth"), blocked,
			device("88001", "700123456", "sensor one", probeAuth), device("88001", "527630008", "cellar", longAuth),
			device("88001", "800000001", "row 1", "row-1-auth"), device("88001", "800000002", "row 2", "row-2-auth"),
		},
		AddKeys: []onenet.Key{
			key("244754", fanKey, "527630008"), key("244754", looseKey), key("88001", gardenKey, "700123456"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return onenet.New(onenet.Config{Store: store, Clock: clock.NewManual(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))})
}

// mistake is an attempt to log in and what must be said about it.
type mistake struct {
	name     string
	device   string // client id
	product  string // user name
	password string
	cause    onenet.Cause
	field    onenet.Field
	expected string // somewhere in Expected
	near     string // somewhere in NearMiss
}

const (
	inDevice   = onenet.FieldDevice
	inProduct  = onenet.FieldProduct
	inPassword = onenet.FieldCredential

	suiteToken  = "version=2018-10-31&res=products%2F238322%2Fdevices%2Fdev-01&et=1767225600&method=md5&sign=LTcGYoYsDWb4uQvoz4XU9w%3D%3D"
	studioToken = "version=2018-10-31&res=products/aB3dE6gH9j/devices/dev-01&et=1893456000&method=sha1&sign=WQVDPqrJ92X/G/+j3k7GUJJsPBY="
	userToken   = "version=2020-05-29&res=userid%2F100001&et=1893456000000&method=sha1&sign=tILhhhrP5k1fECETmLEYEa4LCbI%3D"
)

var mistakes = []mistake{
	// Fields in each other's place.
	{"ids swapped", "244754", "527521926", lampAuth, onenet.LoginSwapped, inDevice, `client id "527521926", user name "244754"`, "opens it"},
	{"ids swapped, and a password that is wrong too", "244754", "527521926", "no", onenet.LoginSwapped, inDevice, `"527521926"`, "does not open it"},
	{"user name and password swapped", "527521926", lampAuth, "244754", onenet.LoginUserPassSwapped, inProduct, `user name "244754"`, "opens it"},
	{"user name and password swapped, one of them misspelt", "527521926", "3C71BFC8005", "244754", onenet.LoginUserPassSwapped, inProduct, `user name "244754"`, "right but for a slip"},
	{"master key and product id swapped", "527521926", lampMaster, "244754", onenet.LoginUserPassSwapped, inProduct, "", ""},
	{"client id and password swapped", lampAuth, "244754", "527521926", onenet.LoginIDPassSwapped, inDevice, `client id "527521926"`, "opens it"},
	{"all three one place on", "244754", lampAuth, "527521926", onenet.LoginRotated, inDevice, `client id "527521926"`, ""},
	{"all three one place back", lampAuth, "527521926", "244754", onenet.LoginRotated, inDevice, `client id "527521926"`, ""},

	// The user name is something else.
	{"user name empty", "527521926", "", lampAuth, onenet.LoginEmptyUser, inProduct, "product id", ""},
	{"master key as user name", "527521926", lampMaster, lampAuth, onenet.LoginKeyForProduct, inProduct, "244754", "master key of product 244754"},
	{"register code as user name", "527521926", lampCode, lampAuth, onenet.LoginKeyForProduct, inProduct, "244754", "register code"},
	{"device key as user name", "527521926", fanKey, lampAuth, onenet.LoginKeyForProduct, inProduct, "244754", "device key"},
	{"auth info as user name", "527521926", lampAuth, lampAuth, onenet.LoginAuthForProduct, inProduct, "244754", "device 527521926"},
	{"device id in both", "527521926", "527521926", lampAuth, onenet.LoginDeviceForProduct, inProduct, "244754", "device of product 244754"},
	{"product name as user name", "527521926", "smart lamp", lampAuth, onenet.LoginNameForProduct, inProduct, "244754", ""},
	{"product name in other letters", "527521926", "Smart Lamp", lampAuth, onenet.LoginNameForProduct, inProduct, "244754", ""},
	{"product and device glued in the user name", "527521926", "244754&527521926", lampAuth, onenet.LoginAmpersand, inProduct, "244754", "part 244754"},
	{"name and product glued in the user name", "527521926", "esp32-led&244754", lampAuth, onenet.LoginAmpersand, inProduct, "244754", "part 244754"},
	{"two unknown parts glued in the user name", "dev", "dev&a1XyZ", lampAuth, onenet.LoginAmpersand, inProduct, "", "another cloud"},
	{"glued with a slash", "527521926", "244754/527521926", lampAuth, onenet.LoginAmpersand, inProduct, "244754", ""},
	{"glued without anything between", "527521926", "244754527521926", lampAuth, onenet.LoginAmpersand, inProduct, "244754", ""},
	{"blank behind the user name", "527521926", "244754 ", lampAuth, onenet.LoginSpace, inProduct, "244754", "a blank at the end"},
	{"newline behind the user name", "527521926", "244754\r\n", lampAuth, onenet.LoginSpace, inProduct, "244754", "carriage return and newline at the end"},
	{"byte order mark before the user name", "527521926", "\ufeff244754", lampAuth, onenet.LoginSpace, inProduct, "244754", "byte order mark at the beginning"},
	{"quotes around the user name", "527521926", `"244754"`, lampAuth, onenet.LoginQuotes, inProduct, "244754", ""},
	{"brackets and a blank around the user name", "527521926", "< 244754 >", lampAuth, onenet.LoginQuotes, inProduct, "244754", ""},
	{"full-width digits in the user name", "527521926", "２４４７５４", lampAuth, onenet.LoginFullWidth, inProduct, "244754", ""},
	{"user name from a float", "527521926", "244754.0", lampAuth, onenet.LoginNumber, inProduct, "244754", ""},
	{"user name cut short", "527521926", "24475", lampAuth, onenet.LoginCut, inProduct, "244754", "1 character missing at the end"},
	{"user name without its beginning", "527521926", "4754", lampAuth, onenet.LoginCut, inProduct, "244754", "2 characters missing at the beginning"},
	{"user name too long", "527521926", "244754xyz", lampAuth, onenet.LoginLonger, inProduct, "244754", "3 characters too many behind"},
	{"field name in the user name", "527521926", "pid=244754", lampAuth, onenet.LoginLonger, inProduct, "244754", "4 characters too many before"},
	{"zero byte behind the user name", "527521926", "244754\x00\x00", lampAuth, onenet.LoginLonger, inProduct, "244754", "zero bytes"},
	{"one digit wrong in the user name", "527521926", "244764", lampAuth, onenet.LoginTypo, inProduct, "244754", "character 5 differs"},
	{"two digits exchanged in the user name", "527521926", "247454", lampAuth, onenet.LoginTypo, inProduct, "244754", "characters 3 and 4 are exchanged"},
	{"placeholder as user name", "527521926", "YOUR_PRODUCT_ID", lampAuth, onenet.LoginPlaceholder, inProduct, "", "placeholder"},
	{"Chinese placeholder as user name", "527521926", "产品ID", lampAuth, onenet.LoginPlaceholder, inProduct, "", "placeholder"},
	{"the STM32 kit's own ids", "5616839", "77247", "test", onenet.LoginPlaceholder, inProduct, "", "widely copied sample"},
	{"white space around an unknown product", "527521926", " 111112\n", lampAuth, onenet.LoginSpace, inProduct, "111112", "there is no product"},
	{"a product of the newer platforms", "dev-01", "aB3dE6gH9j", "whatever", onenet.LoginUnknownProduct, inProduct, "", "newer platforms"},
	{"no such product, known device", "527521926", "999123", lampAuth, onenet.LoginUnknownProduct, inProduct, "244754", "device 527521926 is in product 244754"},
	{"no such product, no such device", "12", "999123", lampAuth, onenet.LoginUnknownProduct, inProduct, "244754", ""},

	// The client id is something else.
	{"client id empty", "", "244754", lampAuth, onenet.LoginEmptyID, inDevice, "device id", ""},
	{"auth info as client id", lampAuth, "244754", lampAuth, onenet.LoginAuthForID, inDevice, "527521926", "device 527521926"},
	{"API key as client id", lampMaster, "244754", lampAuth, onenet.LoginKeyForID, inDevice, "244754", "master key"},
	{"product id in both", "244754", "244754", lampAuth, onenet.LoginProductForID, inDevice, "", "smart lamp"},
	{"title as client id", "esp32-led", "244754", lampAuth, onenet.LoginTitleForID, inDevice, "527521926", "device 527521926"},
	{"title and a newline as client id", "esp32-led\n", "244754", lampAuth, onenet.LoginTitleForID, inDevice, "527521926", ""},
	{"device of another product", "700123456", "244754", probeAuth, onenet.LoginOtherProduct, inProduct, "88001", "the password opens it there"},
	{"device of another product, wrong password", "700123456", "244754", "x", onenet.LoginOtherProduct, inProduct, "88001", "is in product 88001"},
	{"device id that two other products have", "527630008", "650001", longAuth, onenet.LoginOtherProduct, inProduct, "88001 or 244754", "is in product 88001, and the password"},
	{"product and device glued in the client id", "244754&527521926", "244754", lampAuth, onenet.LoginAmpersand, inDevice, "527521926", "part 527521926"},
	{"name and product glued in the client id", "esp32-led&244754", "244754", lampAuth, onenet.LoginAmpersand, inDevice, "527521926", "device 527521926"},
	{"product and name glued without a mark", "244754esp32-led", "244754", lampAuth, onenet.LoginAmpersand, inDevice, "527521926", ""},
	{"two unknown parts glued in the client id", "a&b", "244754", lampAuth, onenet.LoginAmpersand, inDevice, "", "another cloud"},
	{"blank before the client id", " 527521926", "244754", lampAuth, onenet.LoginSpace, inDevice, "527521926", "a blank at the beginning"},
	{"zero-width space inside the client id", "5275\u200b21926", "244754", lampAuth, onenet.LoginSpace, inDevice, "527521926", "a zero-width space inside"},
	{"brackets around the client id", "<527521926>", "244754", lampAuth, onenet.LoginQuotes, inDevice, "527521926", ""},
	{"Chinese quotes around the client id", "“527521926”", "244754", lampAuth, onenet.LoginQuotes, inDevice, "527521926", ""},
	{"full-width digits in the client id", "５２７５２１９２６", "244754", lampAuth, onenet.LoginFullWidth, inDevice, "527521926", ""},
	{"client id in another letter case", "BOARD-a7", "244754", "board-A7", onenet.LoginCase, inDevice, "board-A7", ""},
	{"MAC address without separators", "7e1b00c455d2", "244754", "mac-auth", onenet.LoginSeparators, inDevice, "7E:1B:00:C4:55:D2", ""},
	{"MAC address with others", "7E-1B-00-C4-55-D2", "244754", "mac-auth", onenet.LoginSeparators, inDevice, "7E:1B:00:C4:55:D2", ""},
	{"client id in exponent form", "5.27522e+08", "244754", lampAuth, onenet.LoginNumber, inDevice, "527521926", ""},
	{"client id without leading zeros", "70012", "244754", "zeros-auth", onenet.LoginNumber, inDevice, "0070012", ""},
	{"percent-encoded client id", "7E%3A1B%3A00%3AC4%3A55%3AD2", "244754", "mac-auth", onenet.LoginEncoded, inDevice, "7E:1B", "percent-encoding"},
	{"client id cut short", "5275219", "244754", lampAuth, onenet.LoginCut, inDevice, "527521926", "2 characters missing"},
	{"client id too long", "5275219260", "244754", lampAuth, onenet.LoginLonger, inDevice, "527521926", "1 character too many"},
	{"digit missing in the client id", "52752926", "244754", lampAuth, onenet.LoginTypo, inDevice, "527521926", "character 6 is missing"},
	{"digit too many in the client id", "5275221926", "244754", lampAuth, onenet.LoginTypo, inDevice, "527521926", "one too many"},
	{"letter O for zero in the client id", "7OO123456", "88001", probeAuth, onenet.LoginTypo, inDevice, "700123456", "only looks like"},
	{"placeholder as client id", "<device id>", "244754", lampAuth, onenet.LoginPlaceholder, inDevice, "", "name of the field"},
	{"crosses as client id", "xxxxxxxxx", "244754", lampAuth, onenet.LoginPlaceholder, inDevice, "", "marks"},
	{"a number that counts up as client id", "123456789", "244754", lampAuth, onenet.LoginPlaceholder, inDevice, "", "fills its place"},
	{"format never filled in", "%s", "244754", lampAuth, onenet.LoginPlaceholder, inDevice, "", "format"},
	{"quotes around an unknown client id", `"313"`, "244754", lampAuth, onenet.LoginQuotes, inDevice, "313", "the product has no device"},
	{"full-width digits of an unknown client id", "３１３", "244754", lampAuth, onenet.LoginFullWidth, inDevice, "313", ""},
	{"no such device", "313", "244754", lampAuth, onenet.LoginUnknownDevice, inDevice, "a device of product 244754", ""},
	{"no such device, and one digit from two", "800000003", "88001", "x", onenet.LoginUnknownDevice, inDevice, "", "resembles 800000001 or 800000002"},
	{"no device at all", "313", "650001", lampAuth, onenet.LoginUnknownDevice, inDevice, "", "has no devices yet"},
	{"device on the blacklist", "527599999", "244754", "blocked-auth", onenet.LoginBlocked, "", "", ""},

	// The password is something else.
	{"password empty", "527521926", "244754", "", onenet.LoginEmptyPassword, inPassword, "", ""},
	{"own id as password", "527521926", "244754", "527521926", onenet.LoginIDForPassword, inPassword, "", "own id"},
	{"product id as password", "527521926", "244754", "244754", onenet.LoginIDForPassword, inPassword, "", "id of a product"},
	{"another device's id as password", "527521926", "244754", "700123456", onenet.LoginIDForPassword, inPassword, "", "product 88001"},
	{"title as password", "527521926", "244754", "esp32-led", onenet.LoginTitleForPass, inPassword, "", ""},
	{"product name as password", "527521926", "244754", "smart lamp", onenet.LoginTitleForPass, inPassword, "", "name of product 244754"},
	{"another device's title as password", "527521926", "244754", "sensor one", onenet.LoginTitleForPass, inPassword, "", "device 700123456"},
	{"auth info of a sister device", "527521926", "244754", fanAuth, onenet.LoginOtherAuth, inPassword, "", "device 527630008"},
	{"auth info of a device of another product", "527521926", "244754", probeAuth, onenet.LoginOtherAuth, inPassword, "", "product 88001"},
	{"auth info of the namesake in another product", "527630008", "244754", longAuth, onenet.LoginOtherAuth, inPassword, "", "device 527630008 of product 88001"},
	{"auth info of a sister device and a newline", "527521926", "244754", fanAuth + "\n", onenet.LoginOtherAuth, inPassword, "", "besides, white space"},
	{"master key of another product", "527521926", "244754", gardenMaster, onenet.LoginOtherMaster, inPassword, "", "product 88001"},
	{"register code as password", "527521926", "244754", lampCode, onenet.LoginRegisterCode, inPassword, "", "product 244754"},
	{"key of a sister device", "527521926", "244754", fanKey, onenet.LoginKeyUnbound, inPassword, "", "bound to 527630008"},
	{"key bound to nothing", "527521926", "244754", looseKey, onenet.LoginKeyUnbound, inPassword, "", "bound to no device"},
	{"device key of another product", "527521926", "244754", gardenKey, onenet.LoginOtherKey, inPassword, "", "product 88001"},
	{"password glued to the product id", "527521926", "244754", "244754&" + lampAuth, onenet.LoginAmpersand, inPassword, "", "part 2"},
	{"newline behind the password", "527521926", "244754", lampAuth + "\n", onenet.LoginSpace, inPassword, "12 characters", "a newline at the end"},
	{"JSON auth info in another layout", "527640001", "244754", `{"sn": "cabinet", "no": 7}`, onenet.LoginSpace, inPassword, "", "a blank inside"},
	{"JSON auth info with escaped quotes", "527640001", "244754", `"{\"sn\":\"cabinet\",\"no\":7}"`, onenet.LoginQuotes, inPassword, "", ""},
	{"quotes around the password", "527521926", "244754", "'" + lampAuth + "'", onenet.LoginQuotes, inPassword, "", ""},
	{"full-width letters in the password", "527521926", "244754", "３Ｃ71BFC80054", onenet.LoginFullWidth, inPassword, "", ""},
	{"password as a MAC address", "527521926", "244754", "3c:71:bf:c8:00:54", onenet.LoginSeparators, inPassword, "", "separators"},
	{"password in lower case", "527521926", "244754", "3c71bfc80054", onenet.LoginCase, inPassword, "", "letter case"},
	{"password in base64", "527521926", "244754", "M0M3MUJGQzgwMDU0", onenet.LoginEncoded, inPassword, "", "base64"},
	{"password in hex", "700123456", "88001", "6465762d736e2d30303031", onenet.LoginEncoded, inPassword, "", "hexadecimal"},
	{"master key percent-encoded", "527521926", "244754", strings.Replace(lampMaster, "=", "%3D", 1), onenet.LoginEncoded, inPassword, "", "master key: it is right once percent-encoding"},
	{"password cut short", "527521926", "244754", "3C71BFC80", onenet.LoginCut, inPassword, "", "3 characters missing"},
	{"device key cut short", "527630008", "244754", fanKey[:27], onenet.LoginCut, inPassword, "28 characters", "key of the device"},
	{"zero byte behind the password", "527521926", "244754", lampAuth + "\x00", onenet.LoginLonger, inPassword, "", "zero bytes follow"},
	{"rest of a buffer behind the password", "527521926", "244754", lampAuth + "4754", onenet.LoginLonger, inPassword, "", "4 characters too many behind"},
	{"field name before the password", "527521926", "244754", "auth_info=" + lampAuth, onenet.LoginLonger, inPassword, "", "10 characters too many before"},
	{"one character of the password wrong", "527521926", "244754", "3C71BFC90054", onenet.LoginTypo, inPassword, "", "auth info: character 8 differs"},
	{"two characters of the password exchanged", "527521926", "244754", "3C71BF8C0054", onenet.LoginTypo, inPassword, "", "characters 7 and 8 are exchanged"},
	{"letters O for zeros in the password", "527521926", "244754", "3C71BFC8OO54", onenet.LoginTypo, inPassword, "", "character 9 only looks like"},
	{"placeholder as password", "527521926", "244754", "your auth info", onenet.LoginPlaceholder, inPassword, "", "placeholder"},
	{"123456 as password", "527521926", "244754", "123456", onenet.LoginPlaceholder, inPassword, "", "fills its place"},
	{"any other password", "527521926", "244754", "sesame", onenet.LoginWrongPassword, inPassword, "12 characters", ""},
	{"a password beyond all bounds", "527521926", "244754", strings.Repeat(lampAuth, 5000), onenet.LoginWrongPassword, inPassword, "", ""},

	// The login is meant for somebody else.
	{"token of the MQTT suite", "dev-01", "238322", suiteToken, onenet.LoginToken, inPassword, "auth info", "MQTT suite"},
	{"token of Studio for a known device", "527521926", "244754", studioToken, onenet.LoginToken, inPassword, "auth info", "Studio"},
	{"token of a user", "527521926", "244754", userToken, onenet.LoginToken, inPassword, "auth info", "HTTP interface"},
	{"token as user name", "527521926", suiteToken, lampAuth, onenet.LoginToken, inProduct, "auth info", ""},
	{"Alibaba Cloud", "dev|securemode=3,signmethod=hmacsha1,timestamp=789|", "dev&a1XyZ", "00ff", onenet.LoginOtherCloud, inDevice, "", "Alibaba"},
	{"Tencent Cloud", "ABCDE12345dev", "ABCDE12345dev;12010126;X1y2;1893456000", "00ff;hmacsha256", onenet.LoginOtherCloud, inProduct, "", "Tencent"},
	{"Huawei Cloud", "5f0_dev_0_0_2024010108", "5f0_dev", "00ff", onenet.LoginOtherCloud, inDevice, "", "Huawei"},
	{"Baidu", "dev", "thingidp@abc|dev|1|MD5", "00ff", onenet.LoginOtherCloud, inProduct, "", "Baidu"},
	{"Azure", "dev", "hub.example/dev/?api-version=2021-04-12", "SharedAccessSignature sr=x&sig=y&se=1", onenet.LoginOtherCloud, inProduct, "", "Azure"},
}

func (m mistake) attempt() onenet.Attempt {
	return onenet.Attempt{Product: m.product, Device: m.device, Credential: onenet.Secret(m.password), Addr: "10.0.0.9:1024"}
}

func TestARefusedLoginNamesTheMistake(t *testing.T) {
	t.Parallel()
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			_, r := newWorld(t).Explain(context.Background(), m.attempt())
			if r == nil {
				t.Fatal("let in")
			}
			t.Log(r)
			if r.Cause != m.cause || r.Field != m.field {
				t.Errorf("got %s (%s), want %s (%s)", r.Cause, r.Field, m.cause, m.field)
			}
			if !strings.Contains(r.Expected, m.expected) || r.Expected == "" || r.Got == "" {
				t.Errorf("expected %q and got %q, want %q in the former", r.Expected, r.Got, m.expected)
			}
			if !strings.Contains(r.NearMiss, m.near) {
				t.Errorf("near miss %q, want %q in it", r.NearMiss, m.near)
			}
		})
	}
}

func TestAnIDIsShownThoughItIsAnAuthInfoToo(t *testing.T) {
	t.Parallel()
	_, r := newWorld(t).Explain(context.Background(), onenet.Attempt{Product: "88001", Device: "board-A7", Credential: "board-A7"})
	if r.Cause != onenet.LoginOtherProduct || !strings.Contains(r.NearMiss, "board-A7") {
		t.Error(r)
	}
}

func TestATokenIsTakenApart(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		suiteToken:  `a token, version "2018-10-31", res "products/238322/devices/dev-01", method "md5", expired since 2026-01-01 08:00:00 Beijing time`,
		studioToken: `a token, version "2018-10-31", res "products/aB3dE6gH9j/devices/dev-01", method "sha1", valid until 2030-01-01 08:00:00 Beijing time`,
		userToken:   `a token, version "2020-05-29", res "userid/100001", method "sha1", valid until 2030-01-01 08:00:00 Beijing time`,
		"version=2018-10-31&res=mqs%2Fabc&sign=x": `a token, version "2018-10-31", res "mqs/abc"`,
	} {
		_, r := newWorld(t).Explain(context.Background(), onenet.Attempt{Product: "244754", Device: "527521926", Credential: onenet.Secret(token)})
		if diff := cmp.Diff(want, r.Got); diff != "" {
			t.Error(diff)
		}
	}
}
