package console_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onelan/onelan/console"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// shownPayload is what the page of a record shows below "Payload", in English, without markup.
func (r *rig) shownPayload(t *testing.T, rec *onenet.Record) (html, text string) {
	t.Helper()
	page := r.get(t, fmt.Sprintf("/record?seq=%d", rec.Seq), "Cookie", console.LangCookie+"=en")
	_, html, found := strings.Cut(page, `id="payload"`)
	if !found {
		t.Fatalf("the record has no payload:\n%s", page)
	}
	html, _, _ = strings.Cut(html, "</section>")
	var b strings.Builder
	for piece := range strings.SplitSeq(html, "<") {
		_, after, _ := strings.Cut(piece, ">")
		b.WriteString(after)
	}
	return html, strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(b.String())
}

func TestTheRecordOfPointsShowsBlocksAndMarkedBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	r.Connect(t, d).Publish("$dp", 1, false, onenettest.DP(`{"t":25.5}`)).Wait()
	html, text := r.shownPayload(t, r.Wait(t, onenettest.Kind(onenet.KindData, d)))
	for _, want := range []string{
		"Type 3: JSON, stream to value", "from byte 0, 13 bytes", `"t": 25.5`,
		`0000  03 00 0a 7b 22 74 22 3a 32 35 2e 35 7d           ...{"t":25.5}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not shown:\n%s", want, text)
		}
	}
	for _, want := range []string{`<span class="b-type">03</span>`, `<span class="b-length">00 0a</span>`} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not marked:\n%s", want, html)
		}
	}
	if strings.Contains(html, "b-wrong") {
		t.Error("a byte of a message without a fault is marked as wrong")
	}
}

func TestTheRecordOfRefusedDataMarksTheWrongByte(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	c := r.Connect(t, r.Demo(t))
	c.Publish("$dp", 1, false, append(onenettest.DP(`{"t":1}`), "\x03\x00\x07{\"h\":}}"...)).Wait()
	rec := r.Wait(t, onenettest.Refused(onenet.DataBadJSON))
	html, text := r.shownPayload(t, rec)
	if !strings.Contains(text, "from byte 0, 10 bytes") || strings.Contains(text, "from byte 10") {
		t.Errorf("the block before the fault, and only that, is to be shown:\n%s", text)
	}
	if !strings.Contains(html, `<span class="b-wrong">7d</span>`) || !strings.Contains(text, "here it is wrong") {
		t.Errorf("the wrong byte is not marked:\n%s", html)
	}
	if page := r.get(t, fmt.Sprintf("/record?seq=%d", rec.Seq), "Cookie", console.LangCookie+"=en"); !strings.Contains(page, "byte 18") {
		t.Errorf("the page does not say that it is byte 18:\n%s", page)
	}
}

func TestOfALongMessageTheBeginningIsShownAndTheRestCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := r.Demo(t)
	r.Connect(t, d).Publish("$dp", 1, false, onenettest.DP(`{"t":"`+strings.Repeat("x", 2000)+`"}`)).Wait()
	rec := r.Wait(t, onenettest.Kind(onenet.KindData, d))
	if _, text := r.shownPayload(t, rec); !strings.Contains(text, "the first 1,024 bytes of 2,011") || !strings.Contains(text, "03f0  78") {
		t.Errorf("%s", text)
	}
}

func TestHeadersOfEveryTypeAreMarked(t *testing.T) {
	t.Parallel()
	const stamp = "\x12\x06\x01\x08\x00\x00"
	tests := map[string]struct {
		payload string
		want    string // t: type, T: time, l: length, a dot: neither
	}{
		"simple JSON":        {"\x03\x00\x07" + `{"t":1}`, "tll......."},
		"text":               {"\x05\x00\x06,;t,25", "tll......"},
		"text with a time":   {"\x86" + stamp + "\x00\x06,;t,25", "tTTTTTTll......"},
		"floats":             {"\x07\x00\x01\x00\x01\x00\x00\x80?", "t........"},
		"floats with a time": {"\x87" + stamp + "\x00\x01\x00\x01\x00\x00\x80?", "tTTTTTT........"},
		"a file":             {"\x02\x00\x0b" + `{"ds_id":1}`, ".............."},
		"a good file":        {"\x02\x00\x0d" + `{"ds_id":"p"}` + "\x00\x00\x00\x02ab", "tll.............llll.."},
		"two blocks":         {"\x03\x00\x07" + `{"t":1}` + "\x03\x00\x07" + `{"t":2}`, "tll.......tll......."},
		"a fault behind":     {"\x03\x00\x07" + `{"t":1}` + "\x09\x00\x07" + `{"t":2}`, "tll................."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := console.MarksOf([]byte(tt.payload)); got != tt.want {
				t.Errorf("marks\n%s, want\n%s", got, tt.want)
			}
		})
	}
}
