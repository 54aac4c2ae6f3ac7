package onenet_test

import (
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

func TestDataCausesAreOfTheDataStageAndComplete(t *testing.T) {
	t.Parallel()
	n := 0
	for _, c := range onenet.Causes() {
		if !strings.HasPrefix(string(c), "data.") {
			continue
		}
		n++
		r := onenet.Refuse(c)
		if r.Stage != onenet.StageData || r.Says == "" || r.Fix == "" || !strings.Contains(r.Ref, "COMPATIBILITY §") {
			t.Errorf("%s: %+v", c, r)
		}
	}
	if n < 40 {
		t.Errorf("%d causes, which cannot be all", n)
	}
}
