package console

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
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
	c := clock.NewManual(time.Unix(0, 0))
	l, err := newLock(hash, c)
	if err != nil {
		t.Fatal(err)
	}
	return l, c
}

func (l *lock) mustTry(t *testing.T, g guest, password string) verdict {
	t.Helper()
	v, err := l.try(t.Context(), g, password)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var (
	wrong = verdict{key: "login.wrong"}
	right = verdict{ok: true}
)

func waits(d time.Duration) verdict { return verdict{key: "login.wait", wait: d} }

func TestWrongPasswordsCostAWaitOfTheirOwnAddress(t *testing.T) {
	t.Parallel()
	l, c := newTestLock(t)
	a, b := guest{name: "a"}, guest{name: "b"}
	try := func(g guest, password string, want verdict) {
		t.Helper()
		if got := l.mustTry(t, g, password); got != want {
			t.Errorf("%s says %q and gets %+v, want %+v", g.name, password, got, want)
		}
	}
	for range freeTries {
		try(a, "wrong", wrong)
	}
	try(a, secret, waits(time.Second))
	try(b, secret, right)
	c.Advance(time.Second)
	try(a, "wrong again", wrong)
	try(a, "x", waits(2*time.Second))
	c.Advance(longestWait)
	try(a, secret, right)
	try(a, "what was wrong before the right one no longer counts", wrong)
	try(a, secret, right)
}

func TestAddressesOfOneSlash64ShareTheirTries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, one, other string
		same             bool
	}{
		{"two of one /64", "[2001:db8:0:1::1]:1000", "[2001:db8:0:1:ffff::2]:2000", true},
		{"two of neighbouring /64", "[2001:db8:0:1::1]:1000", "[2001:db8:0:2::1]:1000", false},
		{"link-local ones by whatever interface", "[fe80::1%eth0]:1", "[fe80::2%wlan0]:1", true},
		{"IPv4, whatever the port", "192.0.2.1:1", "192.0.2.1:2", true},
		{"IPv4 written as IPv6", "192.0.2.1:1", "[::ffff:192.0.2.1]:1", true},
		{"two of IPv4", "192.0.2.1:1", "192.0.2.2:1", false},
		{"two of IPv4 written as IPv6", "[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newTestLock(t)
			from := func(addr string) guest {
				r := httptest.NewRequest(http.MethodPost, "/login", http.NoBody)
				r.RemoteAddr = addr
				return l.guestOf(r)
			}
			for range freeTries {
				l.wrong.count(from(tt.one))
			}
			if waits := l.wrong.wait(from(tt.other)) > 0; waits != tt.same {
				t.Errorf("%s waits for what %s did: %v", tt.other, tt.one, waits)
			}
		})
	}
}

func TestManyNewAddressesDoNotMakeAWaitingOneFree(t *testing.T) {
	t.Parallel()
	l, c := newTestLock(t)
	waiting := guest{name: "waiting"}
	for range freeTries + 3 {
		l.wrong.count(waiting)
	}
	want := l.wrong.wait(waiting)
	for n := range mostFailed + 100 {
		l.wrong.count(guest{name: "new " + tokenNo(n)})
		if n%1000 == 0 {
			c.Advance(time.Millisecond)
			want -= time.Millisecond
		}
	}
	if got := l.wrong.wait(waiting); got != want || got <= 0 {
		t.Errorf("it waits for %v, want %v", got, want)
	}
	if n := len(l.wrong.failed); n != mostFailed {
		t.Errorf("%d are remembered, want %d", n, mostFailed)
	}
	if _, there := l.wrong.failed["new "+tokenNo(mostFailed+99)]; !there {
		t.Error("the newest was not remembered")
	}
	if _, there := l.wrong.failed["new "+tokenNo(mostFailed)]; !there {
		t.Error("a new one went before older ones")
	}
}

func TestWhoGoesAwayWhileWaitingHoldsUpNobody(t *testing.T) {
	t.Parallel()
	l, _ := newTestLock(t)
	l.one <- struct{}{} // a hash is being made
	ctx, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range mostWaiting {
		wg.Go(func() {
			if v, err := l.try(ctx, guest{name: "stranger"}, "wrong"); !errors.Is(err, context.Canceled) || v != (verdict{}) {
				t.Errorf("one who went away got %+v, %v", v, err)
			}
		})
	}
	for len(l.room[false]) < mostWaiting {
		clock.Sleep(clock.System(), time.Millisecond, t.Context().Done())
	}
	if got, want := l.mustTry(t, guest{name: "one too many"}, secret), (verdict{key: "login.busy", wait: time.Second}); got != want {
		t.Errorf("where there is no room: %+v, want %+v", got, want)
	}
	known := make(chan verdict, 1)
	go func() {
		v, _ := l.try(t.Context(), guest{"browser x", true}, secret)
		known <- v
	}()
	leave()
	wg.Wait()
	<-l.one
	if got := <-known; got != right {
		t.Errorf("a browser that has logged in before got %+v", got)
	}
	if got := l.mustTry(t, guest{name: "stranger"}, secret); got != right {
		t.Errorf("after those who went away: %+v", got)
	}
	if n := len(l.wrong.failed); n != 0 {
		t.Errorf("%d wrong passwords were counted that nobody looked at", n)
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
	id := l.sessions.issue()
	c.Advance(sessionFor)
	if !l.lets(with(id)) || l.lets(with(id+"x")) || l.lets(httptest.NewRequest(http.MethodGet, "/", http.NoBody)) {
		t.Error("a session is known by its cookie alone, until it ends")
	}
	c.Advance(sessionFor) // since it was used
	if !l.knows(with(id)) || !l.lets(with(id)) {
		t.Error("use does not keep a session")
	}
	c.Advance(sessionFor)
	if !l.knows(with(id)) { // which is no use
		t.Error("it ended too soon")
	}
	c.Advance(time.Second)
	if l.knows(with(id)) || l.lets(with(id)) {
		t.Error("it did not end")
	}
	id = l.sessions.issue()
	l.sessions.end(id)
	if l.lets(with(id)) {
		t.Error("it was given up and goes on")
	}
}

func TestOfTooManySessionsTheOneUsedLongestAgoEnds(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Unix(0, 0))
	p := newPasses(c, time.Hour, 3)
	var ids []string
	for range 3 {
		ids = append(ids, p.issue())
		c.Advance(time.Second)
	}
	p.use(ids[0])
	ids = append(ids, p.issue())
	for i, want := range []bool{true, false, true, true} {
		if got := p.has(ids[i]); got != want {
			t.Errorf("number %d holds: %v", i, got)
		}
	}
	c.Advance(2 * time.Hour)
	p.issue()
	if n := len(p.used); n != 1 {
		t.Errorf("%d are remembered, the one that holds and %d that are over", n, n-1)
	}
}

func TestABrowserIsKnownUntilAMonthAfterItsLastLogin(t *testing.T) {
	t.Parallel()
	l, c := newTestLock(t)
	r := httptest.NewRequest(http.MethodPost, "/login", http.NoBody)
	if l.guestOf(r).known {
		t.Error("one without a cookie is known")
	}
	for _, cookie := range l.admit(r) {
		r.AddCookie(cookie)
	}
	c.Advance(browserFor)
	if !l.guestOf(r).known {
		t.Error("it was forgotten too soon")
	}
	l.admit(r)
	c.Advance(browserFor)
	if !l.guestOf(r).known {
		t.Error("its second login did not count")
	}
	c.Advance(time.Second)
	if l.guestOf(r).known {
		t.Error("it is known for ever")
	}
}

func TestOnlyAHashOfOursIsAPassword(t *testing.T) {
	t.Parallel()
	if _, err := HashPassword("short"); err == nil {
		t.Error("a short password was taken")
	}
	for _, hash := range []string{"secret", "$2a$10$abc", "$argon2id$v=19$m=65536,t=0,p=4$c2FsdHNhbHRzYWx0c2E$aGFzaA", "$argon2i$v=19$m=1,t=1,p=1$AAAA$AAAA"} {
		if _, err := newLock(hash, clock.System()); err == nil {
			t.Errorf("%q was taken", hash)
		}
	}
}
