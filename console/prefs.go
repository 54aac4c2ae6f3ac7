package console

import (
	"net/http"
	"strings"
)

const (
	langCookie  = "onelan_lang"
	themeCookie = "onelan_theme"
)

// lang is a language of the pages.
type lang string

const (
	zh lang = "zh"
	en lang = "en"
)

// langs are all there are, with what each calls itself.
var langs = []struct {
	Lang lang
	Name string
}{{zh, "中文"}, {en, "English"}}

// themes are light, dark, and what the browser's owner has set.
var themes = []string{"auto", "light", "dark"}

// langOf is the language chosen, or else the one of ours that the browser asks for first.
func langOf(r *http.Request) lang {
	if c, err := r.Cookie(langCookie); err == nil && (lang(c.Value) == zh || lang(c.Value) == en) {
		return lang(c.Value)
	}
	for want := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		want = strings.ToLower(strings.TrimSpace(want))
		switch {
		case strings.HasPrefix(want, "zh"):
			return zh
		case strings.HasPrefix(want, "en"):
			return en
		}
	}
	return en
}

func themeOf(r *http.Request) string {
	c, err := r.Cookie(themeCookie)
	if err != nil || c.Value != "light" && c.Value != "dark" {
		return "auto"
	}
	return c.Value
}

// setPrefs remembers a language or a theme and goes back to where it was chosen.
func (d *door) setPrefs(r *http.Request) (reply, error) {
	back := redirect{to: localPath(r.PostFormValue("back"))}
	if l := lang(r.PostFormValue("lang")); l == zh || l == en {
		back.cookies = append(back.cookies, lasting(langCookie, string(l)))
	}
	switch theme := r.PostFormValue("theme"); theme {
	case "auto", "light", "dark":
		back.cookies = append(back.cookies, lasting(themeCookie, theme))
	}
	return back, nil
}

// lasting is a cookie that a browser keeps for a year. Lax: it must be there when a link from elsewhere is followed.
func lasting(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// localPath is the path where it leads to a page of ours, else the first page: a form must not send its user elsewhere.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
