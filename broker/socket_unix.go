//go:build unix

package broker

import (
	"os"
	"syscall"
)

var errDeadline = os.ErrDeadlineExceeded

// tryWrite gives the kernel what it takes without waiting.
func (s *socket) tryWrite(b []byte) (int, error) {
	if s.raw == nil {
		return 0, nil
	}
	var n int
	var werr error
	err := s.raw.Write(func(fd uintptr) bool {
		n, werr = syscall.Write(int(fd), b)
		return true // never wait for the descriptor
	})
	switch {
	case err != nil:
		return 0, err
	case werr == nil:
		return n, nil
	case werr == syscall.EAGAIN || werr == syscall.EINTR:
		return 0, nil
	}
	return 0, werr
}
