package lab_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/onelan/onelan/control/lab"
)

func mustAnswer(t *testing.T, status int, body string) *lab.Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	c := lab.New(srv.URL + "/")
	t.Cleanup(c.Close)
	return c
}

func TestClientReportsErrorsOfTheDoorAsItPutThem(t *testing.T) {
	t.Parallel()
	c := mustAnswer(t, http.StatusConflict, `{"error":"it is taken","hint":"choose another"}`)
	_, err := c.AddProduct(t.Context(), lab.Product{})
	e, is := errors.AsType[*lab.Error](err)
	if !is || *e != (lab.Error{Status: http.StatusConflict, Message: "it is taken", Hint: "choose another"}) {
		t.Errorf("got %#v", err)
	}
}

func TestClientDoubtsThatASomethingElseIsOnelan(t *testing.T) {
	t.Parallel()
	c := mustAnswer(t, http.StatusNotFound, "<html>nginx</html>")
	_, err := c.Ready(t.Context())
	if e, is := errors.AsType[*lab.Error](err); !is || e.Status != http.StatusNotFound || !strings.Contains(e.Message, "may not be onelan") {
		t.Errorf("got %#v", err)
	}
	c = mustAnswer(t, http.StatusOK, "<html>welcome</html>")
	if _, err := c.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "GET /_lab/ready") {
		t.Errorf("got %v", err)
	}
}

func TestClientSaysPlainlyThatNobodyIsThere(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	_, err := lab.New(srv.URL).Ready(t.Context())
	if !errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "/_lab") {
		t.Errorf("got %v", err)
	}
}

func TestWatchReportsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	c := mustAnswer(t, http.StatusOK, "event: record\ndata: {nonsense\n\n")
	if err := c.Watch(t.Context(), 0, func(lab.Record) error { return nil }); err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	c = mustAnswer(t, http.StatusForbidden, `{"error":"no"}`)
	if err := c.Watch(t.Context(), 0, func(lab.Record) error { return nil }); err == nil || err.Error() != "no" {
		t.Errorf("got %v", err)
	}
}
