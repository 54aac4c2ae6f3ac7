package control

import (
	"net/http"
	"strings"
	"testing"
)

func TestOnlyALoopbackNameWithOurPortIsAnswered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	port := f.url[strings.LastIndexByte(f.url, ':'):]
	tests := []struct {
		host string
		want int
	}{
		{"127.0.0.1" + port, http.StatusOK},
		{"127.9.8.7" + port, http.StatusOK},
		{"localhost" + port, http.StatusOK},
		{"LOCALHOST" + port, http.StatusOK},
		{"[::1]" + port, http.StatusOK},
		{"[::ffff:127.0.0.1]" + port, http.StatusOK},
		{"127.0.0.1", http.StatusForbidden},
		{"127.0.0.1:1", http.StatusForbidden},
		{"localhost.evil.example" + port, http.StatusForbidden},
		{"evil.example" + port, http.StatusForbidden},
		{"10.0.0.1" + port, http.StatusForbidden},
		{"0.0.0.0" + port, http.StatusForbidden},
		{"[::]" + port, http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			t.Parallel()
			status, body := f.do(t, "GET", "/_lab/ready", "", "Host", tt.host)
			if status != tt.want {
				t.Errorf("HTTP %d %s, want %d", status, body, tt.want)
			}
			if status != http.StatusOK && (!strings.Contains(body, tt.host) || !strings.Contains(body, "127.0.0.1"+port)) {
				t.Errorf("the refusal names neither the host nor the way in: %s", body)
			}
		})
	}
}

func TestWebPagesOfOtherOriginsAreTurnedAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name   string
		header []string
		want   int
	}{
		{"a program", nil, http.StatusCreated},
		{"a page of our own", []string{"Sec-Fetch-Site", "same-origin", "Origin", f.url}, http.StatusCreated},
		{"a page of another site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example"}, http.StatusForbidden},
		{"an old browser on another site", []string{"Origin", "http://evil.example"}, http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, body := f.do(t, "POST", "/_lab/products", `{}`, tt.header...)
			if status != tt.want {
				t.Errorf("HTTP %d %s, want %d", status, body, tt.want)
			}
			if status == http.StatusForbidden && !strings.Contains(body, "http://evil.example") {
				t.Errorf("the refusal does not name the origin: %s", body)
			}
		})
	}
}
