package onenet

import (
	"maps"
	"slices"
)

// Cause is the stable code of one distinct mistake, "stage.mistake". Codes are
// promised to scripts: they are added, never renamed.
type Cause string

type causeText struct {
	stage Stage
	says  string // what happened
	fix   string // what to do
	ref   string // where the rule stands
}

// causeTexts holds every cause; the files causes_*.go fill it, one per stage or two.
var causeTexts = mergeCauses(linkCauses, loginCauses, topicCauses, dataCauses, callCauses)

func mergeCauses(tables ...map[Cause]causeText) map[Cause]causeText {
	all := map[Cause]causeText{}
	for _, t := range tables {
		for c, text := range t {
			if _, twice := all[c]; twice {
				panic("onenet: cause " + string(c) + " is described twice")
			}
			all[c] = text
		}
	}
	return all
}

func (c Cause) text() causeText {
	t, ok := causeTexts[c]
	if !ok {
		panic("onenet: cause " + string(c) + " has no text")
	}
	return t
}

// Causes lists every cause there is, by code.
func Causes() []Cause { return slices.Sorted(maps.Keys(causeTexts)) }

// Stage is the stage that the cause belongs to.
func (c Cause) Stage() Stage { return c.text().stage }
