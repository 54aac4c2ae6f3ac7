package e2e

import (
	"testing"

	"github.com/onelan/onelan/internal/browser"
)

// TestTheConsoleOutlivesTheProgram: a page that is open when the program ends, in an orderly way or in a crash, says so, and goes
// on by itself when it runs again: nobody has to load it anew, and it obeys.
func TestTheConsoleOutlivesTheProgram(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*program, *testing.T){"SIGTERM": (*program).mustStop, "SIGKILL": (*program).kill} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := start(t)
			traffic := first.browse(t, "/traffic")
			list := first.browse(t, "/devices")
			board := first.blink(t)
			traffic.Has(t, "#rows .what", "temperature = 21.5")
			list.Has(t, "#devices .state", "Online")
			end(first, t)
			for _, page := range []*browser.Tab{traffic, list} {
				page.Shows(t, `!document.getElementById("lost").hidden`)
			}
			_ = board.mustEnd(t)

			second := startIn(t, first.dir, "--lab", first.ready.Lab)
			for _, page := range []*browser.Tab{traffic, list} {
				page.Shows(t, `document.getElementById("lost").hidden`)
			}
			traffic.Has(t, "#rows .again", "onelan was restarted")
			list.Shows(t, `![...document.querySelectorAll("#devices .state")].some(e => e.innerText.includes("Online"))`)
			second.blink(t)
			list.Has(t, "#devices .state", "Online")
			traffic.Shows(t, `[...document.querySelectorAll("#rows .what")].filter(e => e.innerText.includes("temperature = 21.5")).length === 2`)
			for _, page := range []*browser.Tab{traffic, list} {
				if !browser.Eval[bool](t, page, `window.notReloaded === true`) {
					t.Error("a page was loaded anew")
				}
			}
			list.Click(t, `#devices .name a[href*="`+tutorial.id+`"]`)
			list.Click(t, `.oneclick button[value="on"]`)
			list.Has(t, "#commands .answer", "led=1")
			list.Quiet(t)
		})
	}
}

// browse opens a page of the program's console in a browser, and marks it, so that a reload is noticed.
func (p *program) browse(t *testing.T, path string) *browser.Tab {
	t.Helper()
	page := browser.Start(t, "http://"+p.ready.Lab, 1280, 900, "en")
	page.Open(t, path)
	browser.Eval[bool](t, page, `window.notReloaded = true`)
	return page
}

// blink logs the tutorial's board in, which obeys, and lets it upload once.
func (p *program) blink(t *testing.T) paho {
	t.Helper()
	board := p.paho(t, tutorial, pahoTask{
		Clean: true, LED: true, Publish: []pahoPublish{{Topic: "$dp", QoS: 1, Blocks: []pahoBlock{{Kind: 3, Text: `{"temperature":21.5}`}}}},
	})
	board.mustConnect(t, false)
	board.mustTell(t, "published")
	return board
}
