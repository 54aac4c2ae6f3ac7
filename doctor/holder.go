package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// holder is the program that has a port, as Linux tells it in /proc: "mosquitto (process 812)". It is empty on other systems. Of programs of
// other users it tells only root, and everybody else that they are another user's.
func holder(proc, network string, port uint16) string {
	inodes := sockets(proc, network, port)
	for _, inode := range inodes {
		if who := owner(proc, inode); who != "" {
			return who
		}
	}
	if len(inodes) > 0 {
		return "a program of another user (sudo onelan doctor names it)"
	}
	return ""
}

// tcpListen is the state of a listening socket; UDP has no states.
const tcpListen = "0A"

// sockets are the inodes of the sockets that wait on a port.
func sockets(proc, network string, port uint16) []string {
	var inodes []string
	for _, table := range []string{network, network + "6"} {
		b, err := os.ReadFile(filepath.Join(proc, "net", table))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line) // number, local, remote, state, queues, timer, retransmits, user, timeout, inode
			if len(f) < 10 || !strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) || network == "tcp" && f[3] != tcpListen {
				continue
			}
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}

// owner is the program with a socket among its files.
func owner(proc, inode string) string {
	files, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "fd", "*"))
	if err != nil {
		return ""
	}
	for _, f := range files {
		if to, err := os.Readlink(f); err != nil || to != "socket:["+inode+"]" {
			continue
		}
		dir := filepath.Dir(filepath.Dir(f))
		name, err := os.ReadFile(filepath.Join(dir, "comm"))
		if _, number := strconv.Atoi(filepath.Base(dir)); err == nil && number == nil {
			return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), filepath.Base(dir))
		}
	}
	return ""
}
