package merge_test

import (
	"cmp"
	"errors"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onelan/onelan/store/internal/merge"
)

func listed(list []int) merge.Source[int] {
	return func() (int, bool, error) {
		if len(list) == 0 {
			return 0, false, nil
		}
		first := list[0]
		list = list[1:]
		return first, true, nil
	}
}

func TestSortedGivesAllInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lists := rapid.SliceOf(rapid.SliceOf(rapid.IntRange(0, 20))).Draw(t, "lists")
		var sources []merge.Source[int]
		for _, l := range lists {
			slices.Sort(l)
			sources = append(sources, listed(l))
		}
		want := slices.Sorted(slices.Values(slices.Concat(lists...)))
		var got []int
		for n, err := range merge.Sorted(sources, cmp.Compare) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
		}
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("merged (-want +got):\n%s", d)
		}
	})
}

func TestSortedEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, failing := range map[string]int{"at once": 0, "in the middle": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			left := failing
			fails := func() (int, bool, error) {
				if left == 0 {
					return 0, false, broken
				}
				left--
				return 1, true, nil
			}
			things, failures := 0, 0
			for _, err := range merge.Sorted([]merge.Source[int]{listed([]int{5, 6}), fails}, cmp.Compare) {
				if err == nil {
					things++
					continue
				}
				failures++
				if !errors.Is(err, broken) {
					t.Errorf("got %v, want the source's error", err)
				}
			}
			if things != failing || failures != 1 {
				t.Errorf("%d things and %d errors, want %d and 1", things, failures, failing)
			}
		})
	}
}
