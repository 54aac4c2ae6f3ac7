package main

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// wrap breaks a text into lines that are at most width columns wide, at spaces where it
// can. Chinese text has none and is broken anywhere.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.SplitAfterSeq(text, " ") {
		if w := displaywidth.String(strings.TrimRight(word, " ")); used > 0 && used+w > width {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		for displaywidth.String(word) > width && strings.TrimRight(word, " ") != "" {
			head := displaywidth.TruncateString(word, width, "")
			if head == "" || strings.TrimRight(word[len(head):], " ") == "" {
				break // a character wider than the line, or only spaces hang over
			}
			lines, word = append(lines, line+head), word[len(head):]
			line = ""
		}
		line += word
		used = displaywidth.String(line)
	}
	return append(lines, strings.TrimRight(line, " "))
}
