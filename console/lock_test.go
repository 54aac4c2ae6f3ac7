package console

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

const secret = "correct horse battery"

func newTestLock(t *testing.T) (*lock, *clock.Manual) {
	t.Helper()
	hash, err := HashPassword(secret)
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLock(hash)
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Unix(0, 0))
	l.clock = c
	return l, c
}

func TestWrongPasswordsCostAWaitOfTheirOwnAddress(t *testing.T) {
	t.Parallel()
	l, c := newTestLock(t)
	for i := range freeTries {
		if ok, wait := l.try("a", "wrong"); ok || wait != 0 {
			t.Fatalf("try %d: %v, %v", i, ok, wait)
		}
	}
	if ok, wait := l.try("a", secret); ok || wait != time.Second {
		t.Errorf("the right one came too soon and got %v, %v; want a wait of 1s", ok, wait)
	}
	if ok, _ := l.try("b", secret); !ok {
		t.Error("another address was locked out with it")
	}
	c.Advance(time.Second)
	if ok, wait := l.try("a", "wrong again"); ok || wait != 0 {
		t.Errorf("after the wait: %v, %v", ok, wait)
	}
	if _, wait := l.try("a", "x"); wait != 2*time.Second {
		t.Errorf("the next wait is %v, want twice the first", wait)
	}
	c.Advance(longestWait)
	if ok, _ := l.try("a", secret); !ok {
		t.Error("the right password was not taken")
	}
	if ok, wait := l.try("a", "wrong"); ok || wait != 0 {
		t.Error("what was wrong before the right one still counts")
	}
}

func TestASessionEndsWhenItIsNotUsedOrIsGivenUp(t *testing.T) {
	t.Parallel()
	l, c := newTestLock(t)
	with := func(id string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: id})
		return r
	}
	id := l.admit()
	c.Advance(sessionFor)
	if !l.knows(with(id)) || l.knows(with(id+"x")) || l.knows(httptest.NewRequest(http.MethodGet, "/", http.NoBody)) {
		t.Error("a session is known by its cookie alone, until it ends")
	}
	c.Advance(sessionFor) // since it was used
	if !l.knows(with(id)) {
		t.Error("use does not keep a session")
	}
	c.Advance(sessionFor + time.Second)
	if l.knows(with(id)) {
		t.Error("it did not end")
	}
	id = l.admit()
	l.forget(with(id))
	if l.knows(with(id)) {
		t.Error("it was given up and goes on")
	}
}

func TestOnlyAHashOfOursIsAPassword(t *testing.T) {
	t.Parallel()
	if _, err := HashPassword("short"); err == nil {
		t.Error("a short password was taken")
	}
	for _, hash := range []string{"secret", "$2a$10$abc", "$argon2id$v=19$m=65536,t=0,p=4$c2FsdHNhbHRzYWx0c2E$aGFzaA", "$argon2i$v=19$m=1,t=1,p=1$AAAA$AAAA"} {
		if _, err := newLock(hash); err == nil {
			t.Errorf("%q was taken", hash)
		}
	}
}
