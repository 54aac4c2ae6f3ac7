package console_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// inChinese asks as a Chinese reader does.
var inChinese = []string{"Cookie", console.LangCookie + "=zh"}

// The refusals themselves are looked at in package onenettest, which makes every mistake there is.
func TestAChinesePageTellsThePlatformsSentencesInChinese(t *testing.T) {
	t.Parallel()
	r := newRig(t, posed)
	demo := r.Demo(t)
	r.Connect(t, demo)
	online := r.Wait(t, onenettest.Online(demo))
	r.Platform().Drop(demo.Ref(), "led", 2, "a text that no phrase knows")
	for name, tt := range map[string]struct{ path, want string }{
		"a row":                {"/traffic", "用鉴权信息登录，保活时间"},
		"a record":             {fmt.Sprintf("/record?seq=%d", online.Seq), "清除会话"},
		"a row in English":     {"/traffic", `<span lang="en">a text that no phrase knows</span>`},
		"a record in English":  {fmt.Sprintf("/record?seq=%d", online.Seq+1), `<span lang="en">a text that no phrase knows</span>`},
		"rows with its words":  {"/traffic?text=" + url.QueryEscape("保活时间"), "清除会话"},
		"a warning":            {"/bridge", "云桥中有设备 244754/527521930，本地却没有这台设备"},
		"what was given up":    {console.LinkURL(stuck), "连接中断了；期望与云端的连接，收到对端关闭了连接"},
		"a trouble":            {console.LinkURL(stuck), "密码既不是设备的鉴权信息"},
		"a rule":               {console.LinkURL(stuck), "协议文档 V2.6，CONNECT（COMPATIBILITY 第 1.2 节）"},
		"the latest in brief":  {"/", "用鉴权信息登录"},
		"a page of the device": {"/device?" + console.RefValues(demo.Ref()).Encode(), "用鉴权信息登录"},
	} {
		t.Run(name, func(t *testing.T) {
			if text := r.get(t, tt.path, inChinese...); !strings.Contains(text, tt.want) {
				t.Errorf("%s lacks %q:\n%s", tt.path, tt.want, text)
			}
		})
	}
	if text := r.get(t, "/traffic?text="+url.QueryEscape("没有这样的文字"), inChinese...); strings.Contains(text, "清除会话") {
		t.Error("a record is found by words that it has not")
	}
}

func TestAnErrorIsToldInChinese(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	nobody := console.RefValues(onenet.DeviceRef{Product: "244754", Device: "the device id"}).Encode()
	if got := r.call(t, "GET", "/device?"+nobody, "", inChinese...); !strings.Contains(got.text, "没有找到设备 &#34;the device id&#34;") {
		t.Errorf("an error page:\n%s", got.text)
	}
	_, text := r.post(t, "/devices/import", url.Values{"product": {"244754"}, "table": {"product,device\n1,2,3\n"}}, inChinese...)
	if want := "第 2 行有 3 格，而列只有 2 个"; !strings.Contains(text, want) {
		t.Errorf("a table lacks %q:\n%s", want, text)
	}
	_, text = r.post(t, "/devices/add", url.Values{"product": {"244754"}, "device": {"9"}, "title": {strings.Repeat("长", 65)}}, inChinese...)
	if want := "最多 64 个字符，收到 65 个"; !strings.Contains(text, want) || strings.Contains(text, `<span lang="en">`) {
		t.Errorf("a form lacks %q:\n%s", want, text)
	}
}
