package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// cable is two network namespaces with a cable between them: a laptop and somebody else on its network.
type cable struct {
	laptop, other string // names of the namespaces
	addr          string // of the laptop
}

// mustCable lays the cable, and takes it away at the end of the test.
func mustCable(t *testing.T) cable {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	id := os.Getpid() % 60000
	c := cable{fmt.Sprintf("ol%da", id), fmt.Sprintf("ol%db", id), "198.18.0.1"} // addresses for measurements: RFC 2544
	near, far := fmt.Sprintf("ol%dx", id), fmt.Sprintf("ol%dy", id)
	t.Cleanup(func() {
		_ = exec.Command("ip", "netns", "del", c.laptop).Run() // with its end of the cable
		_ = exec.Command("ip", "netns", "del", c.other).Run()
	})
	for i, args := range []string{
		"netns add " + c.laptop, "netns add " + c.other,
		"link add " + near + " netns " + c.laptop + " type veth peer name " + far + " netns " + c.other,
		"-n " + c.laptop + " addr add 198.18.0.1/24 dev " + near, "-n " + c.other + " addr add 198.18.0.2/24 dev " + far,
		"-n " + c.laptop + " link set " + near + " up", "-n " + c.other + " link set " + far + " up",
		"-n " + c.laptop + " link set lo up", "-n " + c.other + " link set lo up",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			if i == 0 {
				t.Skipf("network namespaces are not to be had here: %v\n%s", err, out)
			}
			t.Fatalf("ip %s: %v\n%s", args, err, out)
		}
	}
	return c
}

// there runs f on so many threads of the namespace of the other.
func (c cable) there(t *testing.T, workers int, f func(worker int)) {
	t.Helper()
	ns, err := os.Open("/run/netns/" + c.other)
	if err != nil {
		t.Fatal(err)
	}
	defer ns.Close()
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			runtime.LockOSThread() // and it is not unlocked: a thread that has moved ends with its goroutine
			if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
				t.Errorf("setns: %v", err)
				return
			}
			f(i)
		})
	}
	wg.Wait()
}

// openTCP lists the TCP ports of the laptop on which the other is let in.
func (c cable) openTCP(t *testing.T) []int {
	t.Helper()
	const workers = 8
	var mu sync.Mutex
	var open []int
	c.there(t, workers, func(worker int) {
		d := net.Dialer{Timeout: 5 * time.Second}
		for port := 1 + worker; port < 1<<16; port += workers {
			nc, err := d.DialContext(t.Context(), "tcp", net.JoinHostPort(c.addr, strconv.Itoa(port)))
			switch {
			case err == nil:
				_ = nc.Close()
				mu.Lock()
				open = append(open, port)
				mu.Unlock()
			case !errors.Is(err, syscall.ECONNREFUSED):
				t.Errorf("port %d: %v", port, err)
			}
		}
	})
	slices.Sort(open)
	return open
}

// boundUDP lists the UDP ports of the laptop that take what comes from outside. A port that is open does not answer, and one
// that is closed need not say so: so the laptop's kernel is asked, which knows.
func (c cable) boundUDP(t *testing.T) []int {
	t.Helper()
	found := map[int]bool{}
	for _, table := range []string{"/proc/net/udp", "/proc/net/udp6"} {
		out, err := exec.Command("ip", "netns", "exec", c.laptop, "cat", table).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(out), "\n")[1:] {
			fields := strings.Fields(line)
			if len(fields) < 2 {
				continue
			}
			addr, port, _ := strings.Cut(fields[1], ":")
			n, err := strconv.ParseInt(port, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			if addr != "0100007F" { // 127.0.0.1
				found[int(n)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// told is what a start banner says is open to everyone on the network.
type told struct{ tcp, udp []int }

var bannerDoor = regexp.MustCompile(`^  \S.*?  +(TCP|UDP|UDP\+TCP) +(\S+) +(.*)$`)

// mustBanner reads the banner to its end.
func mustBanner(t *testing.T, p *process) (b told, text string) {
	t.Helper()
	for inside := false; ; {
		line := p.mustLine(t)
		text += line + "\n"
		inside = inside || line == "Open to"
		if strings.HasPrefix(line, "Data is kept") {
			return b, text
		}
		m := bannerDoor.FindStringSubmatch(line)
		if !inside || m == nil || m[3] != "everyone on your network" {
			continue
		}
		port, err := strconv.Atoi(m[2][strings.LastIndex(m[2], ":")+1:])
		if err != nil {
			t.Fatalf("no port in %q", line)
		}
		if strings.Contains(m[1], "TCP") {
			b.tcp = append(b.tcp, port)
		}
		if strings.Contains(m[1], "UDP") {
			b.udp = append(b.udp, port)
		}
		slices.Sort(b.tcp)
		slices.Sort(b.udp)
	}
}

// What the banner says is open is open, and nothing else is: not to somebody else on the network.
//
//nolint:paralleltest // there is one cable
func TestOthersOnTheNetworkFindOpenWhatTheBannerSays(t *testing.T) {
	c := mustCable(t)
	for _, tt := range []struct {
		name  string
		flags []string
	}{
		{"by default", nil},
		{"with everything shut", []string{"--http", "127.0.0.1:8080", "--no-mdns", "--no-discovery"}},
		{"with the DNS responder", []string{"--dns", ":53"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			args := append([]string{"netns", "exec", c.laptop, built(t), "serve", "--ephemeral"}, tt.flags...)
			cmd := exec.Command("ip", args...) // it becomes the program
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "NO_COLOR=1")
			banner, text := mustBanner(t, startProcess(t, cmd))
			if len(banner.tcp) == 0 {
				t.Fatalf("the banner tells of nothing that is open:\n%s", text)
			}
			if diff := cmp.Diff(banner.tcp, c.openTCP(t)); diff != "" {
				t.Errorf("TCP ports (-told +open):\n%s\n%s", diff, text)
			}
			if diff := cmp.Diff(banner.udp, c.boundUDP(t)); diff != "" {
				t.Errorf("UDP ports (-told +open):\n%s\n%s", diff, text)
			}
			c.mustNotFindTheLab(t, banner.tcp)
		})
	}
}

// mustNotFindTheLab asks every port that is open for the control door, under the names that it answers to.
func (c cable) mustNotFindTheLab(t *testing.T, ports []int) {
	t.Helper()
	c.there(t, 1, func(int) {
		for _, port := range ports {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s:%d/_lab/ready", c.addr, port), http.NoBody)
			if err != nil {
				t.Error(err)
			} else {
				req.Host = "localhost:8090"
				if body := roundTrip(req); strings.Contains(body, "journal") {
					t.Errorf("port %d answers for the control door: %s", port, body)
				}
			}
			cancel()
		}
	})
}

// roundTrip makes a call on this very thread, and gives what came back of it.
func roundTrip(req *http.Request) string {
	nc, err := (&net.Dialer{}).DialContext(req.Context(), "tcp", req.URL.Host)
	if err != nil {
		return ""
	}
	defer nc.Close()
	deadline, _ := req.Context().Deadline()
	_ = nc.SetDeadline(deadline)
	if err := req.Write(nc); err != nil {
		return ""
	}
	b := make([]byte, 4096)
	n, _ := nc.Read(b)
	return string(b[:n])
}
