package console

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// view makes one page, or does what a form asks for. It reads the request and says what to answer, it does not write.
type view func(*http.Request) (reply, error)

// reply is an answer.
type reply interface {
	write(d *door, w http.ResponseWriter, r *http.Request)
}

// page is an answer that is to be looked at.
type page struct {
	name   string // of the template
	nav    string // which entry of the navigation it belongs to
	title  string // a key of words, or with plain a text as it is
	plain  string
	live   url.Values // what /live is asked for; nil: the page does not live
	status int        // 0 means 200
	body   any
}

// frame is what a template gets.
type frame struct {
	Lang   lang
	Theme  string
	Nav    string
	Title  string // a key
	Plain  string // or a text
	Path   string // of this page, to come back to
	Boot   string
	Live   string
	Locked bool   // there is a password, so one can log out
	Inside bool   // and this visitor may see more than the door
	Done   string // a key: what the form before this page has done
	Count  []any  // and to how many, where Done says it
	Online int
	Zone   int    // minutes that the times are east of UTC
	After  uint64 // the newest record that the page knows of
	Body   any
}

func (p page) write(d *door, w http.ResponseWriter, r *http.Request) {
	f := frame{
		Lang: langOf(r), Theme: themeOf(r), Nav: p.nav, Title: p.title, Plain: p.plain, Path: r.URL.RequestURI(), Boot: d.boot,
		Locked: d.lock != nil, Inside: d.lock == nil || d.lock.knows(r),
		Online: d.p.OnlineCount(), Zone: offset(d.Zone), After: d.p.Journal().Last(), Body: p.body,
	}
	f.Done, f.Count = doneOf(r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		f.Path = "/" // a form that was not taken: there is no page under its address
	}
	if p.live != nil {
		f.Live = "/live?" + p.live.Encode()
	}
	var b bytes.Buffer
	if err := d.pages().execute(&b, f.Lang, p.name, f); err != nil {
		d.log.Error("page not made", "page", p.name, "err", err)
		http.Error(w, "internal error: the log says more", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", string(f.Lang))
	if p.status != 0 {
		w.WriteHeader(p.status)
	}
	_, _ = w.Write(b.Bytes()) // the reader may be gone: nothing to do about it
}

// offset is how many minutes a zone is east of UTC now: really now, as the browser's is that it is compared with.
func offset(zone *time.Location) int {
	_, seconds := clock.System().Now().In(zone).Zone()
	return seconds / 60
}

// doneOf is what a form has done, where words knows it, and a number where it says one: nobody can make a link that says something else.
func doneOf(r *http.Request) (key string, count []any) {
	q := r.URL.Query()
	key = "done." + q.Get("done")
	w, ok := words[key]
	if !ok {
		return "", nil
	}
	if strings.Contains(w.en, "%") {
		n, err := strconv.Atoi(q.Get("n"))
		if err != nil || n < 0 {
			return "", nil
		}
		count = []any{n}
	}
	return key, count
}

// redirect is where a form leads when it has done its work: a reload does not do it again.
type redirect struct {
	to      string
	cookies []*http.Cookie
}

func (to redirect) write(_ *door, w http.ResponseWriter, r *http.Request) {
	for _, c := range to.cookies {
		http.SetCookie(w, c)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to.to, http.StatusSeeOther)
}

// onlyIslands tells that our script asks, which takes from the page only the parts that it looks at again.
func onlyIslands(r *http.Request) bool { return r.Header.Get("X-Look") == "islands" }

// showing writes what a view answers.
func (d *door) showing(v view) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := v(r)
		grant(w) // from now on: what was asked for may have taken long
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		a.write(d, w, r)
	})
}

// stuckFor is how long a reader may take nothing off the wire before it is let go.
const stuckFor = time.Minute

// grant gives a reader stuckFor to take what comes next. Who never reads would keep the whole of a page in memory. It is a socket's
// deadline: the system's time, whatever the platform's shows.
func grant(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(clock.System().Now().Add(stuckFor)) // only a test's recorder has none
}

// granting does so for every request, because a connection that is used again still has its last deadline.
func granting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		grant(w)
		next.ServeHTTP(w, r)
	})
}

func (d *door) unknownPage(*http.Request) (reply, error) {
	return nil, &problem{status: http.StatusNotFound, key: "error.page"}
}
