package console_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/onelan/onelan/console"
)

// checker is axe-core, which `npm ci --prefix console/testbrowser` brings.
func checker(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testbrowser/node_modules/axe-core/axe.min.js")
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true":
		t.Skip("there is no axe-core: npm ci --prefix console/testbrowser brings it")
	case err != nil:
		t.Fatal(err)
	}
	return string(text)
}

// faults are what axe-core found, a line each.
const faults = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
	r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " – " + n.failureSummary.replace(/\s+/g, " "))))`

func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	axe := checker(t)
	r := newRig(t, posed)
	d := r.scene(t)
	for _, theme := range []string{"light", "dark"} {
		b := browse(t, r.url, wide, high, "zh-CN")
		b.Open(t, "/")
		b.Click(t, `button[value="`+theme+`"]`)
		b.Shows(t, `document.documentElement.dataset.theme === "`+theme+`"`)
		for _, path := range slices.Concat(everyPage(d), r.recordPages(t), []string{console.LinkURL(stuck), "/no-such-page"}) {
			b.Open(t, path)
			b.accessible(t, axe, path+", "+theme)
		}
	}
}

// accessible looks for what axe-core has to say of the page that is open.
func (b *tab) accessible(t *testing.T, axe, page string) {
	t.Helper()
	if _, err := chromedp.Run(b.Ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	list, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](faults, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	for _, text := range list {
		t.Errorf("%s: %s", page, text)
	}
}
