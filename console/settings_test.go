package console

import (
	"reflect"
	"slices"
	"testing"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/store/memory"
)

func TestNoLimitIsSaidWhereZeroMeansItAndNowhereElse(t *testing.T) {
	t.Parallel()
	s := memory.New()
	t.Cleanup(func() { _ = s.Close() })
	limits := onenet.New(onenet.Config{Store: s, Limits: onenet.Limits{Inflight: 7}}).Limits() // the others are 0, and take what they take
	v := reflect.ValueOf(limits)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("yaml")
		if unbounded := v.Field(i).IsZero(); unbounded != slices.Contains(boundless, name) {
			t.Errorf("%s: 0 becomes %v", name, v.Field(i))
		}
	}
	for _, name := range boundless {
		all := append(listSettings(limits, onenet.DefaultLimits()), listSettings(onenet.DefaultSwitches(), onenet.DefaultSwitches())...)
		if i := slices.IndexFunc(all, func(s setting) bool { return s.Name == name }); i < 0 || all[i].Key != "settings.nolimit" {
			t.Errorf("%s is no setting, or does not say that there is no limit", name)
		}
	}
	bounded := listSettings(onenet.AccountLimits(), onenet.DefaultLimits())
	if i := slices.IndexFunc(bounded, func(s setting) bool { return s.Key != "" }); i >= 0 {
		t.Errorf("%s is limited to %s, and is said not to be", bounded[i].Name, bounded[i].Value)
	}
	for _, s := range listSettings(onenet.Switches{}, onenet.DefaultSwitches()) {
		if (s.Key != "") != (s.Name == "rest_rate" || s.Name == "keepalive_max") {
			t.Errorf("0 of %s is said to be no limit", s.Name)
		}
	}
}
