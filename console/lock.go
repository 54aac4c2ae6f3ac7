package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
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

// mostWaiting is how many may wait for the one hash that is being made, of strangers and of browsers that have logged in before.
const mostWaiting = 16

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

// lock lets in who knows the password. What it remembers lives in memory: a restart asks again.
type lock struct {
	salt   []byte
	sum    []byte
	time   uint32
	memory uint32
	thread uint8

	one      chan struct{}          // a token for the one hash that is being made: each takes 64 MiB
	room     map[bool]chan struct{} // a token for each that waits for it; browsers that have logged in before have room of their own
	wrong    *tries
	sessions *passes
	browsers *passes // those that have logged in before
}

// newLock makes the lock of a hash. Its clock shows real time: whoever moves the platform's must not open the door by it.
func newLock(hash string, c clock.Clock) (*lock, error) {
	l := &lock{
		one: make(chan struct{}, 1), room: map[bool]chan struct{}{true: make(chan struct{}, mostWaiting), false: make(chan struct{}, mostWaiting)},
		wrong: newTries(c), sessions: newPasses(c, sessionFor, mostSessions), browsers: newPasses(c, browserFor, mostBrowsers),
	}
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

// verdict is what became of a try.
type verdict struct {
	ok   bool
	key  string        // of words: why it is not
	wait time.Duration // until the next one may come, when this one was not even looked at
}

// try checks a password. An error means that its sender has gone while it waited.
func (l *lock) try(ctx context.Context, g guest, password string) (verdict, error) {
	if wait := l.wrong.wait(g); wait > 0 {
		return verdict{key: "login.wait", wait: wait}, nil
	}
	room := l.room[g.known]
	select {
	case room <- struct{}{}:
		defer func() { <-room }()
	default:
		return verdict{key: "login.busy", wait: time.Second}, nil
	}
	select {
	case l.one <- struct{}{}: // so many addresses together get no further than a few tries a second
		defer func() { <-l.one }()
	case <-ctx.Done():
		return verdict{}, ctx.Err()
	}
	if err := ctx.Err(); err != nil { // both had come
		return verdict{}, err
	}
	if wait := l.wrong.wait(g); wait > 0 { // others of the same name were wrong meanwhile
		return verdict{key: "login.wait", wait: wait}, nil
	}
	if !l.opens(password) {
		l.wrong.count(g)
		return verdict{key: "login.wrong"}, nil
	}
	l.wrong.forgive(g)
	return verdict{ok: true}, nil
}

// opens tells whether it is the password.
func (l *lock) opens(password string) bool {
	sum := argon2.IDKey([]byte(password), l.salt, l.time, l.memory, l.thread, uint32(len(l.sum)))
	return subtle.ConstantTimeCompare(sum, l.sum) == 1
}

// knows tells whether the request belongs to a session; that does not count as use.
func (l *lock) knows(r *http.Request) bool { return l.sessions.has(cookieOf(r, sessionCookie)) }

// lets tells it of a visitor who is let in, which keeps the session.
func (l *lock) lets(r *http.Request) bool { return l.sessions.use(cookieOf(r, sessionCookie)) }
