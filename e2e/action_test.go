//go:build !windows

package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/goccy/go-yaml"
)

// step is one of a workflow or of a composite action.
type step struct {
	ID    string            `yaml:"id"`
	If    string            `yaml:"if"`
	Uses  string            `yaml:"uses"`
	Shell string            `yaml:"shell"`
	Run   string            `yaml:"run"`
	Env   map[string]string `yaml:"env"`
	With  map[string]string `yaml:"with"`
}

// action is action.yml.
type action struct {
	Inputs map[string]struct {
		Default string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Using string `yaml:"using"`
		Steps []step `yaml:"steps"`
	} `yaml:"runs"`
}

func mustYAML(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

func mustAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile("../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	mustYAML(t, string(text), &a)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("action.yml is no composite action: %+v", a.Runs)
	}
	return a
}

// job runs steps as GitHub's runner does: what a step writes into its files is there for the next one.
type job struct {
	dir, temp string
	source    string            // of the action
	env       map[string]string // what steps have added
	path      []string
}

func newJob(t *testing.T) *job {
	t.Helper()
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	j := &job{dir: t.TempDir(), temp: t.TempDir(), source: source, env: map[string]string{}}
	t.Cleanup(j.killPlatform)
	return j
}

// killPlatform ends a platform that the test has left running.
func (j *job) killPlatform() {
	text, err := os.ReadFile(filepath.Join(j.temp, "onelan", "pid"))
	if err != nil {
		return
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && pid > 1 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

var expression = regexp.MustCompile(`\$\{\{ *([^}]*?) *\}\}`)

// mustFill puts values into the places of a text.
func mustFill(t *testing.T, text string, values map[string]string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(m string) string {
		name := expression.FindStringSubmatch(m)[1]
		value, known := values[name]
		if !known {
			t.Errorf("nobody has a value for %s", m)
		}
		return value
	})
}

// applies judges the one form of condition that action.yml has.
func applies(t *testing.T, condition string, values map[string]string) bool {
	t.Helper()
	if condition == "" || condition == "always()" {
		return true
	}
	name, want, found := strings.Cut(condition, " == ")
	if _, known := values[name]; !found || !known {
		t.Fatalf("this runner does not understand %q", condition)
	}
	return values[name] == strings.Trim(want, "'")
}

// use runs the action. It gives its outputs, what the steps printed and whether all of them succeeded.
func (j *job) use(t *testing.T, with map[string]string) (outputs map[string]string, printed string, ok bool) {
	t.Helper()
	a := mustAction(t)
	values := map[string]string{"github.action_path": j.source, "runner.temp": j.temp}
	for name, in := range a.Inputs {
		values["inputs."+name] = in.Default
	}
	for name, value := range with {
		if _, known := a.Inputs[name]; !known {
			t.Fatalf("the action has no input %q", name)
		}
		values["inputs."+name] = value
	}
	for _, out := range a.Outputs { // a step that did not run has empty ones
		values[expression.FindStringSubmatch(out.Value)[1]] = ""
	}
	for _, s := range a.Runs.Steps {
		if !applies(t, s.If, values) {
			continue
		}
		env := map[string]string{}
		for name, value := range s.Env {
			env[name] = mustFill(t, value, values)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("an expression in a script is open to injection:\n%s", s.Run)
		}
		text, set, success := j.step(t, s, env)
		printed += text
		if !success {
			return nil, printed, false
		}
		for name, value := range set {
			values["steps."+s.ID+".outputs."+name] = value
		}
	}
	outputs = map[string]string{}
	for name, out := range a.Outputs {
		outputs[name] = mustFill(t, out.Value, values)
	}
	return outputs, printed, true
}

// step runs one script.
func (j *job) step(t *testing.T, s step, env map[string]string) (printed string, outputs map[string]string, ok bool) {
	t.Helper()
	files := map[string]string{}
	vars := maps.Clone(j.env)
	maps.Copy(vars, env)
	for _, name := range []string{"GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"} {
		files[name] = filepath.Join(t.TempDir(), name)
		mustWrite(t, files[name], "")
		vars[name] = files[name]
	}
	vars["PATH"] = strings.Join(append(j.path, os.Getenv("PATH")), string(os.PathListSeparator))
	flags := []string{"-e"}
	if s.Shell == "bash" {
		flags = []string{"--noprofile", "--norc", "-eo", "pipefail"}
	}
	cmd := exec.CommandContext(t.Context(), mustTool(t, "bash", "bash"), append(flags, "-c", s.Run)...) // it may compile: longer than patience
	cmd.Dir, cmd.Env = j.dir, os.Environ()
	for name, value := range vars {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	maps.Copy(j.env, mustPairs(t, files["GITHUB_ENV"]))
	j.path = append(j.path, mustLines(t, files["GITHUB_PATH"])...)
	if err != nil {
		return string(out), nil, false
	}
	return string(out), mustPairs(t, files["GITHUB_OUTPUT"]), true
}

func mustLines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

func mustPairs(t *testing.T, file string) map[string]string {
	t.Helper()
	pairs := map[string]string{}
	for _, line := range mustLines(t, file) {
		name, value, found := strings.Cut(line, "=")
		if !found {
			t.Errorf("%s: %q is no NAME=value", filepath.Base(file), line)
		}
		pairs[name] = value
	}
	return pairs
}

// TestTheActionStartsAPlatform: its steps run under bash, with GitHub's files played.
func TestTheActionStartsAPlatform(t *testing.T) {
	t.Parallel()
	touchSources("..")
	j := newJob(t)
	mustWrite(t, filepath.Join(j.dir, "seed.yaml"), "products: [{id: 300001}]\ndevices: [{id: 800000001, auth_info: one two}]\n")
	outputs, printed, ok := j.use(t, map[string]string{"seed": "seed.yaml", "args": "--no-demo\n--set=limits.retention=30d\n"})
	if !ok {
		t.Fatal(printed)
	}
	if outputs["mqtt"] != j.env["ONELAN_MQTT"] || outputs["http"] != j.env["ONELAN_HTTP"] || outputs["lab"] != j.env["ONELAN_LAB"] || outputs["mqtt"] == "" {
		t.Errorf("outputs %v, environment %v", outputs, j.env)
	}
	if j.env["ONELAN_DEVICE"] != "800000001" || j.env["ONELAN_AUTH_INFO"] != "one two" || j.env["ONELAN_PRODUCT"] != "300001" {
		t.Errorf("environment %v", j.env)
	}
	text, _, ok := j.step(t, step{Run: "onelan device list; onelan wait --ready"}, nil)
	if !ok || !strings.Contains(text, "800000001") || strings.Contains(text, "527521926") {
		t.Errorf("a later step: %s", text)
	}
	if _, printed, ok = j.use(t, map[string]string{"do": "stop"}); !ok || !strings.Contains(printed, "::group::onelan's log\n{\"ready\":true") {
		t.Errorf("stop: %s", printed)
	}
	if text, _, ok := j.step(t, step{Run: "onelan status"}, nil); ok || !strings.Contains(text, "no onelan answers") {
		t.Errorf("after stop: %s", text)
	}
	if _, printed, ok = j.use(t, map[string]string{"do": "stop"}); !ok {
		t.Errorf("a second stop: %s", printed)
	}
}

// TestTheActionSaysWhyItCannotStart: at once, with the log.
func TestTheActionSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	touchSources("..")
	j := newJob(t)
	mustWrite(t, filepath.Join(j.dir, "seed.yaml"), "divices: []\n")
	_, printed, ok := j.use(t, map[string]string{"seed": "seed.yaml"})
	if ok || !strings.Contains(printed, "::error::onelan did not start") || !strings.Contains(printed, "did you mean devices?") {
		t.Errorf("it says\n%s", printed)
	}
}

// TestRecipeForGitHub runs the workflow of docs/TESTING.md.
func TestRecipeForGitHub(t *testing.T) {
	t.Parallel()
	touchSources("..")
	var workflow struct {
		Jobs map[string]struct {
			Steps []step `yaml:"steps"`
		} `yaml:"jobs"`
	}
	mustYAML(t, mustRecipe(t, ".github/workflows/test.yml"), &workflow)
	j := newJob(t)
	printed := ""
	for _, s := range workflow.Jobs["test"].Steps {
		text, ok := "", true
		switch {
		case strings.HasPrefix(s.Uses, "actions/checkout@"):
			mustWrite(t, filepath.Join(j.dir, "class.yaml"), mustRecipe(t, "class.yaml"))
		case strings.HasPrefix(s.Uses, "onelan/onelan@"):
			_, text, ok = j.use(t, s.With)
		case s.Run != "" && s.Uses == "":
			text, _, ok = j.step(t, s, nil)
		default:
			t.Fatalf("this runner does not understand %+v", s)
		}
		printed += text
		if !ok {
			t.Fatalf("%+v\n%s", s, printed)
		}
	}
	for _, want := range []string{"onelan runs: MQTT at 127.0.0.1:", "north window", "no data yet", "::group::onelan's log"} {
		if !strings.Contains(printed, want) {
			t.Errorf("there is no %q in\n%s", want, printed)
		}
	}
}

// TestRecipeForGitLab runs the script of docs/TESTING.md, but for the line that installs onelan.
func TestRecipeForGitLab(t *testing.T) {
	t.Parallel()
	var pipeline struct {
		Test struct {
			Script []string `yaml:"script"`
		} `yaml:"test"`
	}
	mustYAML(t, mustRecipe(t, ".gitlab-ci.yml"), &pipeline)
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Fields(string(module))[1]
	k := mustKitchen(t, "class.yaml")
	printed := ""
	for i, line := range pipeline.Test.Script {
		if i == 0 {
			if line != "go install "+name+"/cmd/onelan@latest" {
				t.Errorf("onelan is not installed by %q", line)
			}
			continue
		}
		printed += k.mustCook(t, line)
	}
	if !strings.Contains(printed, "21.5") {
		t.Errorf("the script prints\n%s", printed)
	}
	if _, err := os.Stat(filepath.Join(k.dir, "onelan.log")); err != nil {
		t.Errorf("the artifact: %v", err)
	}
}
