package onenet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/onelan/onelan/onenet"
)

func TestNothingOfALoginTellsASecret(t *testing.T) {
	t.Parallel()
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t)
			if _, r := p.Login(context.Background(), m.attempt()); r == nil {
				t.Fatal("let in")
			}
			records, _ := p.Journal().Read(0, 10)
			told, err := json.Marshal(records)
			if err != nil || len(records) != 1 {
				t.Fatalf("%d records, %v", len(records), err)
			}
			for _, secret := range append(allSecrets, nearlySecret(m)...) {
				if strings.Contains(string(told), quoteless(secret)) {
					t.Errorf("%q is told: %s", secret, told)
				}
			}
		})
	}
}

// nearlySecret is the password as it was sent, unless it is something that anybody may know.
func nearlySecret(m mistake) []string {
	public := []string{"", m.device, m.product, "244754", "527521926", "700123456", "board-A7", "no", "x", "test", "whatever", "00ff"}
	if slices.Contains(public, m.password) {
		return nil
	}
	return []string{m.password}
}

// quoteless is a text as JSON writes it inside a string.
func quoteless(s string) string {
	b, _ := json.Marshal(s)
	return strings.Trim(string(b), `"`)
}

func TestASecretInTheWrongFieldIsMasked(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		lampAuth, lampAuth + "\n", "<" + lampAuth + ">", "3C71BFC8005", "3c71bfc80054", "3C:71:BF:C8:00:54", "244754&" + lampAuth, "x" + lampAuth + "x",
		lampMaster, "!" + lampMaster + "!", lampCode, lampCode[:15], fanKey, "unknown0KeyOf28Characters00=", studioToken,
	} {
		for _, a := range []onenet.Attempt{
			{Product: "244754", Device: text},
			{Product: text, Device: "527521926"},
			{Product: "nowhere", Device: text},
			{Product: text, Device: "nobody"},
			{Product: text},
		} {
			t.Run(fmt.Sprintf("%q of %q", a.Device, a.Product), func(t *testing.T) {
				t.Parallel()
				p := newWorld(t)
				_, r := p.Login(context.Background(), a)
				records, _ := p.Journal().Read(0, 10)
				told, _ := json.Marshal(records)
				if strings.Contains(string(told), quoteless(text)) {
					t.Errorf("%s tells %q: %s", r.Cause, text, told)
				}
			})
		}
	}
}

func FuzzALoginIsExplainedWithoutASecret(f *testing.F) {
	for _, m := range mistakes {
		f.Add(m.product, m.device, m.password)
	}
	f.Add("244754", "x"+lampAuth, lampAuth+" ")
	f.Fuzz(func(t *testing.T, product, device, password string) {
		p := newWorld(t)
		_, r := p.Login(context.Background(), onenet.Attempt{Product: product, Device: device, Credential: onenet.Secret(password)})
		if r == nil {
			return
		}
		if r.Says == "" || r.Expected == "" || r.Got == "" {
			t.Errorf("%+v", r)
		}
		records, _ := p.Journal().Read(0, 10)
		told, err := json.Marshal(records)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range allSecrets {
			if strings.Contains(string(told), quoteless(secret)) {
				t.Errorf("%q is told: %s", secret, told)
			}
		}
	})
}
