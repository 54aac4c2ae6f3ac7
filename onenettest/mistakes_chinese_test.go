package onenettest_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/onenettest"
)

// corpus is what the platform has told of all mistakes. The console of one more platform shows it to a Chinese reader: no English sentence
// may be left but what somebody sent.
type corpus struct {
	mu   sync.Mutex
	list []onenet.Record // guarded by mu
}

// add takes what a platform has told.
func (c *corpus) add(srv *onenettest.Server) {
	records, _ := srv.Platform().Journal().Read(0, 1000)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range records {
		c.list = append(c.list, *r)
	}
}

func (c *corpus) check(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	srv := onenettest.Start(t)
	for _, r := range c.list {
		seq := srv.Platform().Journal().Append(r)
		if r.Refusal != nil {
			checkChinese(t, r.Refusal.Error(), between(chinesePage(t, srv, fmt.Sprintf("/record?seq=%d", seq)), `<dl class="why">`, `</dl>`))
		}
	}
	const rows = 200 // of a page
	for before := srv.Platform().Journal().Last() + 1; before > 1; before -= min(before-1, rows) {
		checkChinese(t, "rows", between(chinesePage(t, srv, fmt.Sprintf("/traffic?before=%d", before)), `<ol class="rows"`, `</ol>`))
	}
}

var (
	tag      = regexp.MustCompile(`<[^>]*>`)
	sent     = regexp.MustCompile(`<span class="p-(?:value|topic|quiet)">.*?</span>`) // of rows: what was sent, and codes
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	sentence = regexp.MustCompile(`\b[a-z]{3,}[ ,;:]+[a-z]{3,}`) // two words
	// terms are of MQTT, the program and its version, and types of triggers.
	terms = strings.NewReplacer("client id", "", "user name", "", "onelan test", "", "inout in out change frozen live", "")
)

// checkChinese looks for English in a piece of a page.
func checkChinese(t *testing.T, about, text string) {
	t.Helper()
	if text == "" || strings.Contains(text, `lang="en"`) {
		t.Errorf("%s is not in the phrasebook: %s", about, text)
	}
	plain := html.UnescapeString(tag.ReplaceAllString(sent.ReplaceAllString(text, " | "), " | "))
	if found := sentence.FindString(terms.Replace(quoted.ReplaceAllString(plain, "…"))); found != "" {
		t.Errorf("%s: %q is English in %s", about, found, plain)
	}
}

// chinesePage is a page of the console. It is asked for when the test is over, and so is its context.
func chinesePage(t *testing.T, srv *onenettest.Server, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+srv.LabAddr()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", "zh-CN")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: HTTP %d, %v", path, resp.StatusCode, err)
	}
	return string(body)
}

func between(text, from, to string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, to)
	return text
}
