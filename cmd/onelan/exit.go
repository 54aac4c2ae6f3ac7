package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/server"
)

// The exit codes, as the help lists them.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitUnreachable
	exitNotFound
	exitRefused
	exitTimeout
	exitUnmet // what was expected has not happened

	exitInterrupted = 128 + 2 // as a shell counts SIGINT
)

// failure is an error as a person gets it: what happened, what to type next, and the
// exit code. With empty says all was said already.
type failure struct {
	code       int
	says, hint string
	below      func() // prints more, between the two
}

func (f *failure) Error() string { return f.says }

func fail(code int, format string, args ...any) *failure {
	return &failure{code: code, says: fmt.Sprintf(format, args...)}
}

func usage(format string, args ...any) *failure { return fail(exitUsage, format, args...) }

// with adds the hint; it returns f.
func (f *failure) with(format string, args ...any) *failure {
	f.hint = fmt.Sprintf(format, args...)
	return f
}

// exit tells an error and gives the exit code.
func (a *app) exit(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	f := classify(err)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) { // the person ended it, and knows
		return exitInterrupted
	}
	p := a.painter(a.stderr)
	if f.says != "" {
		_, _ = fmt.Fprintf(a.stderr, "%s %s\n", p.paint(red, "error:"), f.says)
	}
	if f.below != nil {
		f.below()
	}
	if f.hint != "" {
		_, _ = fmt.Fprintf(a.stderr, "%s %s\n", p.paint(cyan, "hint:"), f.hint)
	}
	return f.code
}

// classify turns any error into what a person gets.
func classify(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if e, ok := errors.AsType[*lab.Error](err); ok {
		return &failure{code: labCode(e.Status), says: e.Message, hint: e.Hint}
	}
	if e, ok := errors.AsType[config.Faults](err); ok {
		return faulty(e)
	}
	if e, ok := errors.AsType[*server.ListenError](err); ok {
		return cannotListen(e)
	}
	if e, ok := errors.AsType[*server.SelfError](err); ok {
		return fail(exitFailed, "%v", e).with("bridge.upstream is to be the cloud; where a hosts file or DNS server catches its name for boards, write %s", cloudAddr)
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" || errors.Is(err, io.ErrUnexpectedEOF) {
		return unreachable(err)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fail(exitTimeout, "no answer in time")
	case errors.Is(err, onenet.ErrNotFound):
		return fail(exitNotFound, "%v", err)
	}
	return fail(exitFailed, "%v", err)
}

func labCode(status int) int {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return exitUsage
	case http.StatusNotFound:
		return exitNotFound
	case http.StatusForbidden, http.StatusUnauthorized:
		return exitRefused
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return exitTimeout
	default:
		return exitFailed
	}
}

func unreachable(err error) *failure {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fail(exitUnreachable, "the server went away").with("see what it says; start it again with: onelan serve")
	}
	return fail(exitUnreachable, "no onelan answers: %v", err).
		with("start it with: onelan serve; or name its address with --server http://127.0.0.1:PORT")
}

// faulty shows the faults of a configuration. They are the caller's own when all came by flags.
func faulty(faults config.Faults) *failure {
	code := exitUsage
	for _, f := range faults {
		if f.Origin.Source != config.FromFlag {
			code = exitFailed
		}
	}
	if len(faults) == 1 {
		return fail(code, "%v", faults).with("onelan config show lists the settings, onelan config init writes a file with all of them")
	}
	return fail(code, "the configuration has %d faults\n%v", len(faults), faults).
		with("onelan config init writes a file with every key and what it does")
}

// cloudAddr is where the name mqtt.heclouds.com leads when nobody catches it.
const cloudAddr = "183.230.40.39:6002"

// wsaeAddrInUse is what Windows says; package syscall has no name for it.
const wsaeAddrInUse = syscall.Errno(10048)

// nextPort is the address with a port one higher.
func nextPort(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	n, errPort := strconv.ParseUint(port, 10, 16)
	if err != nil || errPort != nil || n == 65535 {
		return "HOST:PORT"
	}
	return net.JoinHostPort(host, strconv.FormatUint(n+1, 10))
}

// cannotListen says which flag moves an address that cannot be had.
func cannotListen(e *server.ListenError) *failure {
	_, port, _ := net.SplitHostPort(e.Addr) // it was judged by package config
	what := e.What
	if what == "Lab" {
		what = "/_lab/" // the name that people see elsewhere
	}
	f := fail(exitFailed, "%s: cannot listen on %s: %v", what, e.Addr, e.Err)
	if hint := lanHint(e); hint != "" {
		return f.with("%s", hint)
	}
	switch {
	case errors.Is(e, syscall.EADDRINUSE) || errors.Is(e, wsaeAddrInUse):
		f = fail(exitFailed, "%s: port %s is in use by another program", what, port)
		return f.with("is another onelan running (onelan status)? Or take another port: onelan serve %s %s", e.Flag, nextPort(e.Addr))
	case errors.Is(e, syscall.EACCES):
		return f.with("ports below 1024 need rights; take a higher one: onelan serve %s :6002", e.Flag)
	case errors.Is(e, syscall.EADDRNOTAVAIL):
		return f.with("this machine has no such address; listen on all of them: onelan serve %s :%s", e.Flag, port)
	}
	return f.with("choose another address: onelan serve %s HOST:PORT", e.Flag)
}
