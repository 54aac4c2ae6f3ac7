package console

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// orList writes a list of ids in Chinese: a, b or c. ok is false for a text that is none.
func orList(text string) (zh string, ok bool) {
	ids, more := text, ""
	if head, n, is := cutLast(text, " or one of "); is {
		n, is = strings.CutSuffix(n, " others")
		if _, err := strconv.Atoi(n); err != nil || !is {
			return text, false
		}
		ids, more = head, " 或另外 "+n+" 个之一"
	}
	zh = strings.NewReplacer(", ", "、", " or ", "\x00").Replace(ids) + more
	if zh == text || strings.ContainsAny(strings.TrimSuffix(zh, more), " ;:") || more == "" && !strings.Contains(zh, "\x00") {
		return text, false
	}
	return strings.ReplaceAll(zh, "\x00", " 或 "), true
}

func cutLast(text, sep string) (head, tail string, ok bool) {
	i := strings.LastIndex(text, sep)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(sep):], true
}

// spanZH writes a span of time as people say it.
func spanZH(text string) string {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil || d == 0:
		return text
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " 小时"
	case d%time.Minute == 0 && d > time.Minute:
		return strconv.Itoa(int(d/time.Minute)) + " 分钟"
	case d >= time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " 秒"
	case d >= time.Millisecond:
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + " 毫秒"
	}
	return strconv.FormatFloat(float64(d)/float64(time.Microsecond), 'f', -1, 64) + " 微秒"
}

// line is a sentence that is being put together: with a blank between Chinese and what is not, and without one between Chinese.
type line struct {
	strings.Builder
	last  rune
	blank bool // one is due, if the sides want it
}

func (l *line) add(text string) {
	body := strings.Trim(text, " ")
	if body == "" {
		l.blank = l.blank || text != ""
		return
	}
	r, _ := utf8.DecodeRuneInString(body)
	due := l.blank || text[0] == ' '
	if l.last != 0 && (due && !closeUp(l.last, r) || isHan(l.last) && isLatin(r) || isLatin(l.last) && isHan(r)) {
		l.WriteByte(' ')
	}
	l.WriteString(body)
	l.last, _ = utf8.DecodeLastRuneInString(body)
	l.blank = strings.HasSuffix(text, " ")
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// closeUp tells that nothing stands between two characters: both are Chinese, or one is a mark of it.
func closeUp(a, b rune) bool {
	const marks = "，。；：、？！（）“”"
	return isHan(a) && isHan(b) || strings.ContainsRune(marks, a) || strings.ContainsRune(marks, b)
}

func isLatin(r rune) bool { return '!' <= r && r <= '~' || r == '…' }
