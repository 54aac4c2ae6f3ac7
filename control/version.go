package control

import (
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/onelan/onelan/control/lab"
)

func (d *door) version(*http.Request) (answer, error) {
	v := lab.Version{Version: d.Info().Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if build, ok := debug.ReadBuildInfo(); ok {
		v.Commit = commitOf(build)
	}
	return ok(v), nil
}

// commitOf is the commit the binary was built from, where the build tells; a + says that the tree had changes.
func commitOf(build *debug.BuildInfo) string {
	has := map[string]string{}
	for _, s := range build.Settings {
		has[s.Key] = s.Value
	}
	commit := has["vcs.revision"]
	if commit != "" && has["vcs.modified"] == "true" {
		commit += "+"
	}
	return commit
}
