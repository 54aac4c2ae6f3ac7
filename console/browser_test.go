package console_test

import (
	"testing"

	"github.com/onelan/onelan/internal/browser"
)

// patience is how long anything may take.
const patience = browser.Patience

// tab is a page of the console in a real browser.
type tab struct{ *browser.Tab }

// browse opens a browser of its own, of a size and in a language.
func browse(t *testing.T, url string, width, height int64, language string) *tab {
	t.Helper()
	return &tab{browser.Start(t, url, width, height, language)}
}
