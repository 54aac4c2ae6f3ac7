//go:build linux || darwin || freebsd

package doctor

import "golang.org/x/sys/unix"

// free is how many bytes a user may still write to the disk of a directory; 0 when it does not tell.
func free(dir string) uint64 {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil || s.Bavail <= 0 {
		return 0
	}
	return uint64(s.Bavail) * uint64(s.Bsize) //nolint:unconvert // the types differ between the systems
}
