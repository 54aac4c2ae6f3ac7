package sim

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
)

// request is what the program wants from its hardware: one line of the interpreter, an operation and its arguments,
// numbers as they are and bytes as a dot and hexadecimal.
type request struct {
	op   string
	args []argument
}

type argument struct {
	n    int
	text string
}

func parse(line string) (request, error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return request{}, errors.New("an empty request")
	}
	r := request{op: words[0]}
	for _, w := range words[1:] {
		a, err := parseArgument(w)
		if err != nil {
			return r, fmt.Errorf("%s: %w", r.op, err)
		}
		r.args = append(r.args, a)
	}
	return r, nil
}

func parseArgument(word string) (argument, error) {
	if text, ok := strings.CutPrefix(word, "."); ok {
		b, err := hex.DecodeString(text)
		return argument{text: string(b)}, err
	}
	n, err := strconv.Atoi(word)
	return argument{n: n}, err
}

// num and text are an argument, or nothing where there is none: an optional one.
func (r request) num(i int) int {
	if i < len(r.args) {
		return r.args[i].n
	}
	return 0
}

func (r request) text(i int) string {
	if i < len(r.args) {
		return r.args[i].text
	}
	return ""
}

// answer is one line for the interpreter.
type answer string

func number(n int) answer { return answer(strconv.Itoa(n)) }

func octets[T string | []byte](b T) answer { return answer("." + hex.EncodeToString([]byte(b))) }

const done answer = "0"

// errno is the number of an OSError. They are the ESP32's, not this machine's: a program that compares with its
// own port's numbers is found out.
type errno int

const (
	errAgain           errno = 11
	errInvalid         errno = 22
	errBadFD           errno = 9
	errReset           errno = 104
	errRefused         errno = 111
	errTimeout         errno = 116
	errUnreachable     errno = 118
	errNotConnected    errno = 128
	errNoName          errno = -202
	errWiFiNotStarted  errno = 0x3002
	errWiFiState       errno = 0x3006
	errOutOfEverything errno = 23
)

// answer is the error, or done where there is none.
func (e errno) answer() answer {
	if e == 0 {
		return done
	}
	return answer("!" + strconv.Itoa(int(e)))
}

// errnoOf is the ESP32's number for an error of this machine's network.
func errnoOf(err error) errno {
	var late net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.As(err, &late) && late.Timeout():
		return errTimeout
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return errUnreachable
	}
	return errReset
}
