package console

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/onelan/onelan/internal/clock"
)

// The cost of a password: argon2id as RFC 9106 has it for where memory is short.
const (
	hashTime    = 3
	hashMemory  = 64 << 10 // KiB
	hashThreads = 4
	hashSize    = 32
	saltSize    = 16
	leastLength = 8 // characters of a password
)

const (
	sessionCookie = "onelan_session"
	sessionFor    = 7 * 24 * time.Hour // since it was used last
	mostSessions  = 1000
	mostFailed    = 10000           // addresses
	freeTries     = 5               // wrong passwords in a row; from then on each costs a wait
	longestWait   = 5 * time.Minute // between two tries
)

// HashStart is how every hash of HashPassword begins.
const HashStart = "$argon2id$"

// HashPassword makes what Config.Password takes, in the form of other programs: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func HashPassword(password string) (string, error) {
	if len([]rune(password)) < leastLength {
		return "", fmt.Errorf("a password has at least %d characters", leastLength)
	}
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // it never fails
	sum := argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashSize)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads, b64(salt), b64(sum)), nil
}

// lock lets in who knows the password. Sessions live in memory: a restart asks again.
type lock struct {
	clock  clock.Clock // real time: whoever moves the platform's must not open the door by it
	salt   []byte
	sum    []byte
	time   uint32
	memory uint32
	thread uint8
	one    chan struct{} // a token for the one hash that is being made: each takes 64 MiB

	mu       sync.Mutex
	sessions map[string]time.Time // guarded by mu: when each was used last
	failed   map[string]failed    // guarded by mu: by address, so that nobody can lock another out
}

// failed is who gave wrong passwords.
type failed struct {
	times int       // in a row
	next  time.Time // the next try
}

func newLock(hash string) (*lock, error) {
	l := &lock{clock: clock.System(), sessions: map[string]time.Time{}, failed: map[string]failed{}, one: make(chan struct{}, 1)}
	fields := strings.Split(hash, "$")
	var version int
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return nil, errors.New("the console's password is no argon2id hash")
	}
	_, err1 := fmt.Sscanf(fields[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &l.memory, &l.time, &l.thread)
	salt, err3 := base64.RawStdEncoding.DecodeString(fields[4])
	sum, err4 := base64.RawStdEncoding.DecodeString(fields[5])
	err := errors.Join(err1, err2, err3, err4)
	if err != nil || version != argon2.Version || l.time < 1 || l.thread < 1 || l.memory > 4<<20 || len(sum) < saltSize {
		return nil, errors.New("the console's password is a hash that it cannot check")
	}
	l.salt, l.sum = salt, sum
	return l, nil
}

// try checks a password that came from an address. wait is how long until that may try again, when this one was not even looked at.
func (l *lock) try(addr, password string) (ok bool, wait time.Duration) {
	l.one <- struct{}{} // so many addresses together get no further than a few tries a second
	defer func() { <-l.one }()
	l.mu.Lock()
	wait = l.failed[addr].next.Sub(l.clock.Now())
	l.mu.Unlock()
	if wait > 0 {
		return false, wait
	}
	sum := argon2.IDKey([]byte(password), l.salt, l.time, l.memory, l.thread, uint32(len(l.sum)))
	ok = subtle.ConstantTimeCompare(sum, l.sum) == 1
	l.mu.Lock()
	defer l.mu.Unlock()
	if ok {
		delete(l.failed, addr)
		return true, 0
	}
	l.countLocked(addr)
	return false, 0
}

// countLocked counts a wrong password. When there are too many addresses to remember, they begin anew.
func (l *lock) countLocked(addr string) {
	if _, known := l.failed[addr]; !known && len(l.failed) >= mostFailed {
		clear(l.failed)
	}
	f := l.failed[addr]
	f.times++
	if over := f.times - freeTries; over >= 0 {
		f.next = l.clock.Now().Add(min(time.Second<<min(over, 20), longestWait))
	}
	l.failed[addr] = f
}

// admit begins a session.
func (l *lock) admit() string {
	id, now := rand.Text(), l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for old, used := range l.sessions {
		if now.Sub(used) > sessionFor || len(l.sessions) >= mostSessions {
			delete(l.sessions, old)
		}
	}
	l.sessions[id] = now
	return id
}

// knows tells whether the request belongs to a session.
func (l *lock) knows(r *http.Request) bool {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return false
	}
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	used, ok := l.sessions[c.Value]
	if !ok || now.Sub(used) > sessionFor {
		return false
	}
	l.sessions[c.Value] = now
	return true
}

func (l *lock) forget(r *http.Request) {
	if c, err := r.Cookie(sessionCookie); err == nil {
		l.mu.Lock()
		delete(l.sessions, c.Value)
		l.mu.Unlock()
	}
}
