package bridge_test

import (
	"testing"

	"github.com/onelan/onelan/bridge"
)

func TestRoutesAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bridge.Route{
		"up led":                      {bridge.Up, "led", "led", 1},
		"down led qos 0":              {bridge.Down, "led", "led", 0},
		" both  led ->\tlamp qos 1 ":  {bridge.Both, "led", "lamp", 1},
		`up "a b" -> "say \"hi\""`:    {bridge.Up, "a b", `say "hi"`, 1},
		"up {device}/x -> y/{device}": {bridge.Up, "{device}/x", "y/{device}", 1},
		"up 灯":                        {bridge.Up, "灯", "灯", 1},
		"up qos":                      {bridge.Up, "qos", "qos", 1},
		"up qos -> -> qos 0":          {bridge.Up, "qos", "->", 0},
		`up x -> "qos"`:               {bridge.Up, "x", "qos", 1},
		"down /7/temp -> /8/temp":     {bridge.Down, "/7/temp", "/8/temp", 1},
		`up x -> ""`:                  {},
		`up "" -> x`:                  {},
		"":                            {},
		"up":                          {},
		"sideways led":                {},
		"UP led":                      {},
		"up led lamp":                 {},
		"up led ->":                   {},
		"up led -> lamp qos":          {},
		"up led qos 2":                {},
		"up led qos 1 more":           {},
		"up led/#":                    {},
		"up led -> +/x":               {},
		"up $dp":                      {},
		"down $creq/1":                {},
		`up "led`:                     {},
		`up "led"lamp`:                {},
		`up led "->" lamp`:            {},
		"up a\x00b":                   {},
		`up "\xff"`:                   {},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := bridge.ParseRoute(text)
			if want == (bridge.Route{}) {
				if err == nil {
					t.Errorf("read as %+v", got)
				}
				return
			}
			if got != want || err != nil {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

func FuzzParseRoute(f *testing.F) {
	for _, text := range []string{"up led", "both a -> b qos 0", `down "a b" -> "\"" qos 1`, "up qos -> -> qos 0", `up "\u00a0" -> "\t"`, "up \u00a0", "up \u200b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := bridge.ParseRoute(text)
		if err != nil {
			return
		}
		again, err := bridge.ParseRoute(r.String())
		if err != nil || again != r {
			t.Errorf("%q is read as %+v, which is written as %q and read as %+v, %v", text, r, r.String(), again, err)
		}
	})
}
