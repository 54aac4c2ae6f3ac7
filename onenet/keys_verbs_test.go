package onenet_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/onenet"
)

func bound(methods []string, devices ...onenet.DeviceID) onenet.Permission {
	p := onenet.Permission{Methods: methods}
	for _, d := range devices {
		p.Resources = append(p.Resources, onenet.Resource{Device: d})
	}
	return p
}

func TestKeyIsCheckedBeforeItIsChanged(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	tests := []struct {
		name string
		k    onenet.Key
		want error
	}{
		{"a method that is none", onenet.Key{Product: "244754", Key: fanKey, Permissions: []onenet.Permission{bound([]string{"GET"}, "527630008")}}, onenet.ErrInvalid},
		{"no such device", onenet.Key{Product: "244754", Key: fanKey, Permissions: []onenet.Permission{bound(nil, "1")}}, onenet.ErrNotFound},
		{"a device of another product", onenet.Key{Product: "244754", Key: fanKey, Permissions: []onenet.Permission{bound(nil, "700123456")}}, onenet.ErrNotFound},
		{"a key of another product", onenet.Key{Product: "88001", Key: fanKey}, onenet.ErrNotFound},
		{"no such key", onenet.Key{Product: "244754", Key: "nobody's"}, onenet.ErrNotFound},
		{"all in order", onenet.Key{Product: "244754", Key: fanKey, Title: "new", Permissions: []onenet.Permission{bound([]string{"get"}, "527521926")}}, nil},
	}
	for _, tt := range tests {
		if err := p.ChangeKey(t.Context(), tt.k); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	k, err := p.Key(t.Context(), "244754", fanKey)
	if err != nil || k.Title != "new" || !k.Covers("527521926") || k.Covers("527630008") {
		t.Errorf("in the end %v, %v", k, err)
	}
}

func TestKeyThatIsRemovedOpensNothing(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	if err := p.RemoveKey(t.Context(), "88001", fanKey); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("through another product: %v", err)
	}
	if err := p.RemoveKey(t.Context(), "244754", fanKey); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Authorize(t.Context(), fanKey); !errors.Is(err, onenet.ErrUnauthorized) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestBindingAKeyKeepsWhatItMayDo(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	k := onenet.Key{Product: "244754", Key: fanKey, Permissions: []onenet.Permission{bound([]string{"get"}, "527630008")}}
	if err := p.ChangeKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	added, dropped, err := p.BindKey(t.Context(), "244754", fanKey, []onenet.DeviceID{"527521926", "527521926", "527630008"}, []onenet.DeviceID{"board-A7"})
	if err != nil || added != 1 || dropped != 0 {
		t.Fatalf("added %d, dropped %d, %v", added, dropped, err)
	}
	added, dropped, err = p.BindKey(t.Context(), "244754", fanKey, nil, []onenet.DeviceID{"527630008"})
	if err != nil || added != 0 || dropped != 1 {
		t.Fatalf("added %d, dropped %d, %v", added, dropped, err)
	}
	got, err := p.Key(t.Context(), "244754", fanKey)
	if d := cmp.Diff([]onenet.Permission{bound([]string{"get"}, "527521926")}, got.Permissions); d != "" || err != nil {
		t.Errorf("permissions, %v (-want +got):\n%s", err, d)
	}
	if _, _, err := p.BindKey(t.Context(), "244754", fanKey, []onenet.DeviceID{"1"}, nil); !errors.Is(err, onenet.ErrNotFound) {
		t.Errorf("to a device that is not there: %v", err)
	}
}
