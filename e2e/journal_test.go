package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// record is a line of the history, as far as the tests look at it.
type record struct {
	Seq     uint64 `json:"seq"`
	Kind    string `json:"kind"`
	Product string `json:"product"`
	Device  string `json:"device"`
	Topic   string `json:"topic"`
	Command string `json:"cmd"`
	State   string `json:"state"`
	Text    string `json:"text"`
	Points  []struct {
		Stream string          `json:"ds"`
		Value  json.RawMessage `json:"value"`
	} `json:"points"`
	Refusal struct {
		Cause string `json:"cause"`
		Says  string `json:"says"`
		Fix   string `json:"fix"`
	} `json:"refusal"`
}

func (r record) of(d device) bool { return r.Product == d.product && r.Device == d.id }

// mustSee waits for a record, from the first one on: it does not matter whether it has
// come already. what says in words which one.
func (p *program) mustSee(t *testing.T, what string, is func(record) bool) record {
	t.Helper()
	var seen []record
	after := uint64(0)
	for ctx := timeout(t); ctx.Err() == nil; {
		var page struct {
			Records []record `json:"records"`
			Last    uint64   `json:"last"`
			Lost    uint64   `json:"lost"`
		}
		p.mustAsk(t, fmt.Sprintf("/_lab/journal?after=%d&limit=1000&wait=5s", after), &page)
		for _, r := range page.Records {
			if is(r) {
				return r
			}
		}
		if page.Lost > 0 {
			t.Fatalf("the journal lost %d records", page.Lost)
		}
		seen, after = append(seen, page.Records...), page.Last
	}
	t.Fatalf("no record of %s within %s; there were:%s", what, patience, listed(seen))
	return record{}
}

func listed(records []record) string {
	text := ""
	for _, r := range records {
		text += fmt.Sprintf("\n%+v", r)
	}
	return text
}

// mustSeeKind waits for a record of a kind that concerns the device.
func (p *program) mustSeeKind(t *testing.T, kind string, d device) record {
	t.Helper()
	return p.mustSee(t, kind+" of "+d.id, func(r record) bool { return r.Kind == kind && r.of(d) })
}

// mustSeeSubscribed waits until the device has a subscription.
func (p *program) mustSeeSubscribed(t *testing.T, d device, topic string) {
	t.Helper()
	p.mustSee(t, d.id+" subscribing to "+topic, func(r record) bool {
		return r.Kind == "subscribed" && r.of(d) && r.Topic == topic
	})
}

// mustSeeCommand waits until the command has come into the state.
func (p *program) mustSeeCommand(t *testing.T, uuid, state string) {
	t.Helper()
	p.mustSee(t, "command "+uuid+" being "+state, func(r record) bool {
		return r.Kind == "command" && r.Command == uuid && r.State == state
	})
}

// refusals are the causes of all refused logins so far.
func (p *program) refusals(t *testing.T) []record {
	t.Helper()
	var page struct {
		Records []record `json:"records"`
	}
	p.mustAsk(t, "/_lab/journal?"+url.Values{"kind": {"refused"}, "limit": {"1000"}}.Encode(), &page)
	return page.Records
}

// noProxy reaches loopback, whatever the environment says of proxies.
var noProxy = &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}

// mustAsk reads a JSON answer of the control door.
func (p *program) mustAsk(t *testing.T, path string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(timeout(t), http.MethodGet, "http://"+p.ready.Lab+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := noProxy.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
