// Package layout holds the test that keeps imports pointing one way.
package layout

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/onelan/onelan/"

// allowed says, for every folder with Go code, which of our packages it may
// import. A folder that is missing here fails the test, so that a new one comes
// with a decision about its place.
var allowed = map[string][]string{
	"internal/clock":         {},
	"onenet":                 {"internal/clock"},
	"wire":                   {"onenet"},
	"snapshot":               {"onenet"},
	"store/internal/merge":   {},
	"store/internal/pack":    {"onenet"},
	"store/memory":           {"onenet", "store/internal/merge", "store/internal/pack"},
	"store/sqlite":           {"onenet", "store/internal/merge", "store/internal/pack"},
	"store/storetest":        {"onenet"},
	"broker":                 {"internal/clock", "onenet", "wire"},
	"api":                    {"internal/clock", "onenet", "wire"},
	"push":                   {"internal/clock", "onenet", "wire"},
	"bridge/queue":           {"internal/clock", "onenet", "wire"},
	"bridge":                 {"bridge/queue", "internal/clock", "onenet", "wire"},
	"metrics":                {"internal/clock", "onenet"},
	"control":                {"control/lab", "internal/clock", "internal/peer", "onenet", "wire"},
	"control/lab":            {"onenet"},
	"console":                {"control/lab", "internal/clock", "internal/peer", "onenet", "wire"},
	"lan":                    {"internal/clock"},
	"lan/discovery":          {"internal/clock", "lan"},
	"lan/dns":                {"internal/clock", "lan"},
	"lan/mdns":               {"internal/clock", "lan"},
	"doctor":                 {"lan"},
	"config":                 {"bridge", "bridge/queue", "onenet", "server"},
	"server":                 {"api", "bridge", "bridge/queue", "broker", "console", "control", "control/lab", "internal/clock", "internal/peer", "lan", "lan/discovery", "lan/dns", "lan/mdns", "metrics", "onenet", "push", "snapshot", "store/memory", "store/sqlite"},
	"onenettest":             {"config", "control/lab", "internal/clock", "onenet", "server"},
	"e2e":                    {},
	"internal/browser":       {},
	"internal/bridgetest":    {},
	"internal/demobridge":    {"control/lab", "internal/clock", "internal/rig", "onenet", "server"},
	"internal/faultnet":      {"internal/clock"},
	"internal/peer":          {},
	"internal/rig":           {"control/lab", "internal/clock"},
	"internal/killtest":      {"control/lab", "internal/clock", "internal/rig", "onenet", "server"},
	"internal/peers":         {"control/lab", "internal/clock", "internal/rig", "onenet", "server"},
	"firmware":               {},
	"firmware/sim":           {"internal/clock"},
	"firmware/sim/cmd/board": {"firmware/sim"},
	"cmd/onelan":             {"bridge", "config", "console", "internal/clock", "control/lab", "doctor", "firmware", "lan", "lan/mdns", "onenet", "server", "wire"},
}

// foreign says which folders alone may import a library; nobody else may.
var foreign = map[string][]string{
	"github.com/mochi-mqtt/server": {"broker", "internal/peers"},
	"github.com/eclipse/paho.mqtt": {"bridge", "onenettest"},
	"zombiezen.com/go/sqlite":      {"store/sqlite"},
	"modernc.org/sqlite":           {"store/sqlite"},
	"github.com/gorilla/websocket": {"broker"},
	"github.com/prometheus":        {"metrics"},
	"github.com/spf13/cobra":       {"cmd/onelan"},
	"github.com/goccy/go-yaml":     {"config"},
	"github.com/miekg/dns":         {"lan/dns", "lan/mdns"},
	"database/sql":                 {"store/sqlite"},
	"github.com/chromedp":          {"internal/browser"},
	"rsc.io/qr":                    {"console"},
	"golang.org/x/crypto":          {"console"},
}

func TestImportsPointInward(t *testing.T) {
	t.Parallel()
	const root = "../.."
	// The files are read here, rather than by go list, because the test cache
	// sees what a test opens and does not see what a child process opens.
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(rel))
		may, known := allowed[dir]
		if !known {
			t.Errorf("folder %s has no place in the layout: add it to allowed", dir)
			return nil
		}
		for _, spec := range file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if dep, ours := strings.CutPrefix(imp, module); ours && !slices.Contains(may, dep) {
				t.Errorf("%s: imports %s; %s may import %v", rel, dep, dir, may)
			}
			for library, homes := range foreign {
				if strings.HasPrefix(imp, library) && !slices.Contains(homes, dir) {
					t.Errorf("%s: imports %s, which stays in %v", rel, imp, homes)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
