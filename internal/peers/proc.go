package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// procFile reads a file of the system about a process; 0 is this one.
func procFile(pid int, name string) ([]byte, error) {
	who := "self"
	if pid != 0 {
		who = strconv.Itoa(pid)
	}
	return os.ReadFile("/proc/" + who + "/" + name)
}

// cpuTime is how much CPU time a process has used, to the hundredth of a second.
func cpuTime(pid int) (time.Duration, error) {
	text, err := procFile(pid, "stat")
	if err != nil {
		return 0, err
	}
	// The name of the program, in brackets, may hold anything; fields count from behind it.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	const user, system = 14 - 3, 15 - 3
	if len(fields) <= system {
		return 0, fmt.Errorf("cannot read /proc/%d/stat", pid)
	}
	var ticks int
	for _, i := range []int{user, system} {
		n, err := strconv.Atoi(string(fields[i]))
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	const perTick = time.Second / 100 // USER_HZ, the same on all of Linux
	return time.Duration(ticks) * perTick, nil
}

// memory is how much of the machine's memory a process occupies (VmRSS), in bytes.
func memory(pid int) (int, error) {
	text, err := procFile(pid, "status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(text) {
		if kb, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(kb)), "kB")))
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS in /proc/%d/status", pid)
}

// settledMemory waits until the memory has come to rest, for ten seconds at most.
func settledMemory(ctx context.Context, pid int) (int, error) {
	last, err := memory(pid)
	for calm, looks := 0, 0; calm < 4 && looks < 40 && err == nil && ctx.Err() == nil; looks++ {
		clock.Sleep(clock.System(), 250*time.Millisecond, ctx.Done())
		now := 0
		if now, err = memory(pid); now > last*99/100 && now < last*101/100 {
			calm++
		} else {
			calm = 0
		}
		last = now
	}
	return last, err
}

// describe names the machine and the versions of what is compared.
func describe(ctx context.Context) string {
	cpu := "unknown CPU"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range bytes.Lines(text) {
			if name, ok := bytes.CutPrefix(line, []byte("model name")); ok {
				cpu = strings.Trim(string(name), " \t:\n")
				break
			}
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	version := "mosquitto not installed"
	if name, err := findServer("mosquitto"); err == nil {
		out, _ := exec.CommandContext(ctx, name, "-h").Output() // it exits with 3
		version, _, _ = strings.Cut(string(out), "\n")
	}
	return fmt.Sprintf("%d cores of %s, shared by brokers and load; Linux %s; %s; Mochi %s; %s; %s",
		runtime.NumCPU(), cpu, strings.TrimSpace(string(kernel)), runtime.Version(), mochiVersion(),
		strings.Replace(version, " version", "", 1), nginxVersion(ctx))
}

func mochiVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if strings.HasPrefix(m.Path, "github.com/mochi-mqtt/server") {
				return m.Version
			}
		}
	}
	return "of unknown version"
}
