package doctor

import "golang.org/x/sys/windows"

// free is how many bytes a user may still write to the disk of a directory; 0 when it does not tell.
func free(dir string) uint64 {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0
	}
	var n uint64
	if err := windows.GetDiskFreeSpaceEx(name, &n, nil, nil); err != nil {
		return 0
	}
	return n
}
