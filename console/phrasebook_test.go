package console

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/internal/clock"
	"github.com/onelan/onelan/onenet"
)

var phraseTables = []map[string]string{
	phrasesWords, phrasesLogin, phrasesCall, phrasesData, phrasesShape, phrasesPacket, phrasesJournal, phrasesBridge, phrasesForm,
}

func TestEveryPhraseIsThereOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, table := range phraseTables {
		for en, chinese := range table {
			if chinese == "" || seen[en] {
				t.Errorf("%q is there twice, or says nothing", en)
			}
			seen[en] = true
		}
	}
	for en, chinese := range nouns {
		if en == "" || chinese == "" {
			t.Errorf("noun %q: %q", en, chinese)
		}
	}
}

// What a place takes is not lost, but for the cause before a refusal in one line and for our own end of a connection.
func TestEveryPlaceOfAPhraseIsInItsChinese(t *testing.T) {
	t.Parallel()
	for _, table := range phraseTables {
		for en, chinese := range table {
			p := newPhrase(en, chinese)
			if strings.HasPrefix(en, "{c}: ") || strings.Contains(en, " tcp {}->{}") {
				continue
			}
			for i, k := range p.places {
				if !slices.ContainsFunc(p.zh, func(z piece) bool { return z.place == i }) {
					t.Errorf("%q: place %d (%s) is lost in %q", en, i+1, k, chinese)
				}
			}
		}
	}
}

func TestASentenceIsToldInChinese(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, en, zh string }{
		{"no place", "the device never logged in", "该设备从未登录过"},
		{"places in another order", "it is the auth info of device 5 of product 6", "这是产品 6 的设备 5 的鉴权信息"},
		{"a phrase in a place", "password and auth info: it is right once base64 is undone", "密码与鉴权信息相比：还原 Base64 编码之后就对了"},
		{"a list", "it resembles 800000001 or 800000002", "与 800000001 或 800000002 相似"},
		{"a longer list", "the key is bound to 1, 2, 3 or one of 4 others", "该密钥关联的设备是 1、2、3 或另外 4 个之一"},
		{"a list alone", "DELETE or GET or PUT", "DELETE 或 GET 或 PUT"},
		{"a mask", "'3'…'4' (12 characters)", "'3'…'4'（12 个字符）"},
		{"a mask of quotes", `'"'…'"' (14 characters)`, `'"'…'"'（14 个字符）`},
		{"masks inside", "client id \"a\", user name (empty), password (4 characters)", `client id "a"，user name（空），password（4 个字符）`},
		{"white space", "client id and device id: a newline at the end", "client id 与设备 ID 相比：末尾有换行符"},
		{"a headline inside", "and without that, the product has no device with this id", "去掉之后，产品中没有这个设备 ID"},
		{"something behind", "it is the auth info of device 5; besides, white space or quotes surround it", "这是设备 5 的鉴权信息；此外，两端还有空白或引号"},
		{"two halves", "a command of the real OneNET; late: 1m30s after it was sent; its answer goes there", "来自真实 OneNET 的命令；应答迟到：下发 90 秒之后才收到；应答会发往那里"},
		{"a span of time", "no answer within 5m0s", "5 分钟之内没有应答"},
		{"one of a thing", "the cloud has 1 message with 3 data points", "云端已收到 1 条消息，共 3 个数据点"},
		{"a token", `a token, version "2018-10-31", res "products/1", method "sha1", valid until 2030-01-01 08:00:00 Beijing time`, `token，version "2018-10-31"，res "products/1"，method "sha1"，有效期至 2030-01-01 08:00:00（北京时间）`},
		{"an error", `device "5": not found`, `没有找到设备 "5"`},
		{"an error with its reason", "title: invalid: want at most 64 characters, got 70", "名称：最多 64 个字符，收到 70 个"},
		{"an error in a table", `line 3 (title): title: invalid: want at most 64 characters, got 70`, "第 3 行（名称）：名称：最多 64 个字符，收到 70 个"},
		{"an error about a field that has no name of its own", "dev_ids: invalid: it is empty", "dev_ids：内容为空"},
		{"a trouble of the bridge", "the link to the cloud is connecting: bridge.connection-refused: nothing listens at 127.0.0.1:9; expected a connection with the cloud, got dial tcp 127.0.0.1:9: connect: connection refused", "与云端的连接：连接中。127.0.0.1:9 上没有服务在监听；期望与云端的连接，收到连接 127.0.0.1:9：连接被拒绝"},
		{"a rule", "protocol paper V2.6, CONNECT (COMPATIBILITY section 1.2)", "协议文档 V2.6，CONNECT（COMPATIBILITY 第 1.2 节）"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := theBook().tell(tt.en)
			if diff := cmp.Diff(tt.zh, got); diff != "" || !ok {
				t.Error(ok, diff)
			}
		})
	}
}

// What a device wrote is data: it stays as it is, and moves nothing else.
func TestWhatADeviceWroteIsNotTranslated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, en, zh string }{
		{"in quotes", `stream "the device id" has the text "nothing" for a value: the sensor gave no number`, `数据流 "the device id" 的值是文本 "nothing"：传感器没有给出数值`},
		{"in quotes, with the words of the sentence", `stream "a" has the time " for a value", which is still to come`, `数据流 "a" 的时间是 " for a value"，还没有到`},
		{"words of the sentence in a quoted name", `"x: not found" is spelled otherwise`, `"x: not found" 写法不同`},
		{"a quote within quotes", `device "a\": not found\"": not found`, `没有找到设备 "a\": not found\""`},
		{"an id", "it is the auth info of device nothing", "这是设备 nothing 的鉴权信息"},
		{"a name", "5 is a product (the device id)", "5 是产品（the device id）"},
		{"a quoted text alone", `"the device id"`, `"the device id"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _ := theBook().tell(tt.en)
			if diff := cmp.Diff(tt.zh, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatNoPhraseFitsStaysAndIsMarked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want sentence
	}{
		{"something that nobody foresaw", sentence{"something that nobody foresaw", true}},
		{"527521926", sentence{"527521926", false}},
		{"30 FF FF FF FF 7F", sentence{"30 FF FF FF FF 7F", false}},
		{`"25.5 degrees"`, sentence{`"25.5 degrees"`, false}},
		{"the device never logged in", sentence{"该设备从未登录过", false}},
	} {
		if diff := cmp.Diff(tt.want, tell(zh, tt.text)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(sentence{tt.text, false}, tell(en, tt.text)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestARefusalInOneLineIsTold(t *testing.T) {
	t.Parallel()
	r := onenet.Refuse(onenet.LoginTypo).Want("527521926", `"527521927"`)
	for _, r := range []*onenet.Refusal{r, onenet.Refuse(onenet.LoginTypo).Want("1", "2").Near("client id and device id: character 9 differs"), onenet.Refuse(onenet.CallUnfinished).Near("the peer closed the connection")} {
		if got, ok := theBook().tell(r.Error()); !ok || english(got) {
			t.Errorf("%s: %s", r.Error(), got)
		}
	}
}

// A device can write what it wants into some sentences. However it does, a page must not wait for it: nothing is tried twice, and a text
// that is too long is not looked at.
func TestALongTextTakesNoLongTime(t *testing.T) {
	t.Parallel()
	const patience = time.Second // it takes 1 ms, and a search that goes back and forth takes for ever
	for _, hostile := range hostileTexts(longestPhrase) {
		began := clock.System().Now()
		theBook().tell(hostile)
		if took := clock.System().Now().Sub(began); took > patience {
			t.Errorf("%.40q…: %s", hostile, took)
		}
	}
	if _, ok := theBook().tell("it resembles " + strings.Repeat("x", longestPhrase)); ok {
		t.Error("a text without end was looked at")
	}
}

// hostileTexts are of n bytes, made to send a search back and forth.
func hostileTexts(n int) (out []string) {
	for _, piece := range []string{`"`, `"" `, "; ", ": ", " of product ", "a; besides, white space or quotes surround it", ", got ", " or ", `\"`, "password and ", "{~}", ", version ", "'…'"} {
		for _, begin := range []string{"", "password and ", "client id ", "the link to the cloud is online: x: "} {
			out = append(out, (begin + strings.Repeat(piece, n/len(piece)+1))[:n])
		}
	}
	return out
}

func FuzzTell(f *testing.F) {
	for _, table := range phraseTables {
		for _, en := range slices.Sorted(maps.Keys(table)) {
			f.Add(en)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := theBook().tell(text)
		if !ok && got != text {
			t.Errorf("%q became %q, though no phrase fits", text, got)
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q became %q, which is not UTF-8", text, got)
		}
	})
}

func tellOften(b *testing.B, text string) {
	for b.Loop() {
		theBook().tell(text)
	}
}

// A page that lives shows up to 1,000 rows a second.
func BenchmarkTell(b *testing.B) {
	for _, text := range []string{
		"logged in with auth info, keepalive 60 s, clean session", "the device closed the connection without DISCONNECT", "nothing heard for 1m30s: keepalive 1m0s times 1.5",
		"a text of the system that no phrase knows, however long one looks for it",
	} {
		b.Run(strings.ReplaceAll(text[:20], " ", "_"), func(b *testing.B) { tellOften(b, text) })
	}
}
