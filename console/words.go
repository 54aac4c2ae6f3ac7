package console

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// text is a phrase in each language of the pages, so that none can lack one.
type text struct{ zh, en string }

// words are all phrases by key. What OneNET has a word for is called by it.
var words = gathered(wordsFrame, wordsPages, wordsDevice, wordsRecords, wordsWork, wordsErrors)

func gathered(tables ...map[string]text) map[string]text {
	out := map[string]text{}
	for _, t := range tables {
		maps.Copy(out, t)
	}
	return out
}

// say is a phrase, with its numbers grouped. An unknown key, such as the state of a bridge that is newer than the words, is shown as what stands behind its last dot.
func say(l lang, key string, args ...any) string {
	w, ok := words[key]
	if !ok {
		return shown(key[strings.LastIndexByte(key, '.')+1:])
	}
	phrase := w.en
	if l == zh {
		phrase = w.zh
	}
	if len(args) == 1 {
		if list, is := args[0].([]any); is {
			args = list
		}
	}
	if !strings.Contains(phrase, "%") {
		return phrase
	}
	args = slices.Clone(args)
	for i := range args {
		args[i] = groupedAny(args[i])
	}
	return fmt.Sprintf(strings.ReplaceAll(phrase, "%d", "%v"), args...)
}
