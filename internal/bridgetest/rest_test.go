package bridgetest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/onelan/onelan/server"
)

// caller keeps no connection, so none is left behind.
var caller = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// call makes one call of a platform's REST API with the demo product's key, and gives the body of the answer.
func call(t testing.TB, method, target, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("api-key", string(server.DemoMasterKey))
	res, err := caller.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// mustCall is call for an answer in the envelope that says success; its data go into out, unless that is nil.
func mustCall(t testing.TB, method, target, body string, out any) {
	t.Helper()
	text := call(t, method, target, body)
	envelope := struct {
		Errno int `json:"errno"`
		Data  any `json:"data"`
	}{Data: out}
	if err := json.Unmarshal([]byte(text), &envelope); err != nil || envelope.Errno != 0 {
		t.Fatalf("%s %s: %s, %v", method, target, text, err)
	}
}
