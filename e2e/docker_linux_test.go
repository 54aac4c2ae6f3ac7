package e2e

import (
	"debug/elf"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// image is what the last stage of the Dockerfile makes.
type image struct {
	build       string   // the command that compiles
	env         []string // NAME=value
	user        string
	volume      string
	expose      []string
	healthcheck []string
	entrypoint  []string
	cmd         []string
	copies      map[string]string // in the image: out of the build
}

// mustDockerfile reads the Dockerfile as far as these tests need it. Nobody can start Docker here.
func mustDockerfile(t *testing.T) image {
	t.Helper()
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	im := image{copies: map[string]string{}}
	final := false
	for line := range strings.Lines(string(text)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "FROM":
			final = rest == "scratch"
		case "RUN":
			if strings.Contains(rest, "go build") {
				im.build = rest
			}
		case "COPY":
			if f := strings.Fields(rest); final {
				im.copies[f[len(f)-1]] = f[len(f)-2]
			}
		case "ENV":
			im.env = strings.Fields(rest)
		case "USER":
			im.user = rest
		case "VOLUME":
			im.volume = rest
		case "EXPOSE":
			im.expose = strings.Fields(rest)
		case "HEALTHCHECK":
			mustJSON(t, rest[strings.Index(rest, "CMD ")+4:], &im.healthcheck)
		case "ENTRYPOINT":
			mustJSON(t, rest, &im.entrypoint)
		case "CMD":
			mustJSON(t, rest, &im.cmd)
		}
	}
	return im
}

func mustJSON(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// mustImage lays out what the Dockerfile builds as the image's file system.
func mustImage(t *testing.T, im image) (root string) {
	t.Helper()
	program, err := imageProgram(im.build)
	if err != nil {
		t.Fatal(err)
	}
	root = t.TempDir()
	if err := os.Link(program, filepath.Join(root, "onelan")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	return root
}

// imageProgram runs the command of the Dockerfile that compiles, once.
func imageProgram(build string) (string, error) {
	buildImage.Do(func() {
		touchSources("..")
		path := filepath.Join(workDir, "image")
		build := strings.NewReplacer("$TARGETOS", "linux", "$TARGETARCH", "", "$VERSION", "v0.0.0-image", "/out/onelan", path).Replace(build)
		cmd := exec.Command("sh", "-c", build)
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			imageBuilt.err = fmt.Errorf("%s: %w\n%s", build, err, out)
		}
		imageBuilt.path = path
	})
	return imageBuilt.path, imageBuilt.err
}

var (
	buildImage sync.Once
	imageBuilt struct { // by buildImage
		path string
		err  error
	}
)

func TestTheImageHasAStaticProgram(t *testing.T) {
	t.Parallel()
	im := mustDockerfile(t)
	f, err := elf.Open(filepath.Join(mustImage(t, im), "onelan"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if libs, err := f.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("it needs %v (%v), and the image has nothing", libs, err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("it needs a dynamic linker, and the image has none")
		}
	}
}

// TestTheImageSaysWhatIsTrue: ports, folders and commands that the program has.
func TestTheImageSaysWhatIsTrue(t *testing.T) {
	t.Parallel()
	im := mustDockerfile(t)
	if want := []string{"6002/tcp", "8080/tcp"}; !slices.Equal(im.expose, want) {
		t.Errorf("exposes %v, want %v: the ports that serve opens to the network", im.expose, want)
	}
	if im.copies[im.volume] == "" || !slices.Contains(im.env, "ONELAN_DATA="+im.volume) {
		t.Errorf("the volume %s is not the data folder of %v, made with its owner in %v", im.volume, im.env, im.copies)
	}
	if im.copies[im.entrypoint[0]] == "" || im.healthcheck[0] != im.entrypoint[0] {
		t.Errorf("entry point %v and health check %v are not in the image: %v", im.entrypoint, im.healthcheck, im.copies)
	}
	if uid, _, _ := strings.Cut(im.user, ":"); !regexp.MustCompile(`^[1-9]\d+$`).MatchString(uid) {
		t.Errorf("user %q: want a number, which Kubernetes can tell from root's", im.user)
	}
	page := strings.Join(func() (lines []string) {
		for _, b := range mustBlocks(t) {
			lines = append(lines, b.text)
		}
		return
	}(), "\n")
	for _, want := range []string{"-p 6002:6002", "-p 8080:8080", ":" + im.volume + " ", "docker exec onelan " + im.entrypoint[0] + " "} {
		if !strings.Contains(page, want) {
			t.Errorf("docs/TESTING.md does not say %q", want)
		}
	}
}

// TestTheImageRuns: the program alone in an empty root, as the user that it names, is healthy by its own check
// and ends by SIGTERM. That is what a container is.
func TestTheImageRuns(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root may change the root of a process")
	}
	im := mustDockerfile(t)
	root := mustImage(t, im)
	if err := os.Mkdir(filepath.Join(root, im.volume), 0o700); err != nil {
		t.Fatal(err)
	}
	const user = 65532
	if err := os.Chown(filepath.Join(root, im.volume), user, user); err != nil {
		t.Fatal(err)
	}
	port := mustFreePort(t)
	contained := func(argv []string) *exec.Cmd {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir = "/"
		cmd.Env = append(slices.Clone(im.env), "ONELAN_LISTEN_MQTT=127.0.0.1:0", "ONELAN_LISTEN_HTTP=127.0.0.1:0",
			"ONELAN_LISTEN_LAB="+port, "ONELAN_LAB="+port) // this machine has other servers
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: user, Gid: user}}
		return cmd
	}
	if contained(im.healthcheck[:2]).Run() == nil {
		t.Error("it is healthy before it runs")
	}
	p := startProcess(t, contained(append(slices.Clone(im.entrypoint), im.cmd...)))
	check := contained(im.healthcheck)
	if out, err := check.CombinedOutput(); err != nil {
		t.Fatalf("the health check: %v\n%s%s", err, out, p.stderr.String())
	}
	if out, err := contained([]string{im.entrypoint[0], "device", "list"}).CombinedOutput(); err != nil || !strings.Contains(string(out), tutorial.id) {
		t.Errorf("docker exec: %v\n%s", err, out)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.mustEnd(t); code != 0 {
		t.Errorf("after SIGTERM: exit code %d\n%s", code, p.stderr.String())
	}
	if _, err := os.Stat(filepath.Join(root, im.volume, "onelan.db")); err != nil {
		t.Errorf("the data is not in the volume: %v", err)
	}
}

// mustFreePort is an address that nobody listens on, and nobody will: the other tests take their ports of 127.0.0.1.
func mustFreePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.77.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
