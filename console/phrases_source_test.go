package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Whoever adds a sentence to the platform is told here that it has no Chinese: a page would show it in English.
func TestEverySentenceOfThePlatformIsInThePhrasebook(t *testing.T) {
	t.Parallel()
	book := make(map[string]bool) // the words of the phrases with places
	for _, p := range placed() {
		book[strings.Join(p.words, "\x00")] = true
	}
	n := 0
	for _, dir := range []string{"onenet", "wire", "broker", "api", "bridge", "push", "server", "console"} {
		files, err := filepath.Glob("../" + dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, file := range files {
			for _, s := range sentencesIn(t, file) {
				n++
				if excused[s.text] == "" && !isTold(s, book) {
					t.Errorf("%s: %q is told in English", s.at, s.text)
				}
			}
		}
	}
	if n < 700 {
		t.Errorf("%d sentences were found: the search has become blind", n)
	}
}

// written is a text in a source. What is put together has \x00 for each part that is no literal.
type written struct {
	at, text string
	sure     bool // it is told for certain: an argument of Want, Near and the like
}

// elsewhere are files whose texts no page of the console shows, with the reason.
var elsewhere = map[string]string{
	"causes_":              "headlines and remedies, which TestEveryCauseIsToldInChinese has",
	"expect":               "tests that wait by /_lab/",
	"_zh.go":               "Chinese",
	"words":                "both languages",
	"refusal.go":           "how a refusal is written in one line, which TestARefusalInOneLineIsTold has",
	"errno.go":             "OneNET's texts, as the REST API answers them",
	"reply.go":             "OneNET's texts, as the REST API answers them",
	"wire/command.go":      "OneNET's texts, as the REST API answers them",
	"bridge/config.go":     "errors of the configuration",
	"bridge/spec.go":       "errors of the configuration",
	"bridge/route":         "errors of the configuration",
	"server/seed.go":       "errors of a seed",
	"server/config.go":     "errors of the start, and names of the demo",
	"server/console.go":    "errors of the start",
	"phrase":               "the phrasebook",
	"openapi":              "the description of the REST API",
	"dp_describe":          "onelan dp",
	"dp_encode":            "onelan dp",
	"_test.go":             "tests",
	"console/line.go":      "Chinese",
	"console/copy.go":      "commands to copy",
	"console/csv.go":       "headers",
	"console/guard.go":     "headers",
	"console/live.go":      "events",
	"console/render.go":    "headers, and an error of ours",
	"console/static.go":    "headers",
	"console/templates.go": "errors of ours",
	"console/lock.go":      "errors of the start",
	"icons.go":             "drawings",
}

// excused are texts that are not sentences of pages, with the reason.
var excused = map[string]string{
	"command not due": "told to nobody", "text number": "a name within the program", "malformed HTTP version": "net/http's", "MIME header": "net/http's", "no request line": "told as a cause",
	"\x00 is not spoken here": "told as a cause", "MQTT wants binary WebSocket messages": "an end of the stream", "command %s: %w": "for the log", "a link needs a source": "a mistake of ours",
	"\x00 is a call of OneNET's that onelan does not have yet": "an answer of the REST API", "\x00 is no call of OneNET's REST API": "an answer of the REST API",
	"%d connections, or some of them, do not end: %w": "ours, and hidden", "taking up the bridge's queue: %w": "ours, and hidden", "TLS certificate: %w": "an error of the start", "no place for a large snapshot: %w": "ours, and hidden",
	"this onelan was started without a reader of seed files":           "an answer of /_lab/",
	"want one of > < >= <= == inout in out change frozen live, got %q": "words of the API, in Chinese around",
}

// asIn are examples of texts that are put together of more than the test can guess.
var asIn = map[string]string{
	"it has %d %s and may have %d (limits)":               "it has 7 devices in product 244754 and may have 7 (limits)",
	"%s, %s %s Beijing time":                              `a token, version "2018-10-31", expired since 2026-01-01 08:00:00 Beijing time`,
	"%s missing at the %s":                                "2 characters missing at the end",
	"carriage return and newline \x00":                    "carriage return and newline at the end",
	"%q is not %s: %s":                                    `"x" is not a time such as "2018-06-01 08:00:00" or "2018-06-01T08:00:00.123": the seconds are missing`,
	"the %s is %s":                                        `the month is "13"`,
	"it answered %d %s, and only 200 counts%s":            "it answered 404 Not Found, and only 200 counts",
	"a carriage return":                                   "a carriage return at the end",
	"a byte order mark":                                   "a byte order mark at the beginning",
	"\x00a new one when there is a network again":         "this machine lost the address 10.0.0.7 (wlan0): boards that were given the old one must be given a new one when there is a network again",
	"a no-break space":                                    "a no-break space inside",
	"a full-width blank":                                  "a full-width blank at the beginning",
	"a zero-width space":                                  "a zero-width space inside",
	"an invisible character (%U)":                         "an invisible character (U+200E) inside",
	"keepalive %d s":                                      "logged in with auth info, keepalive 60 s, clean session",
	"logged in with %s, %s, %s":                           "logged in with a device key, no keepalive, kept session",
	"the link to the cloud is \x00":                       "the link to the cloud is half-open",
	": boards that were given the old one must be given ": "this machine lost the address 10.0.0.7 (wlan0): boards that were given the old one must be given a new one when there is a network again",
}

// isTold tells whether a text comes out in Chinese, or is a part of a phrase that has a place where this one is put together.
func isTold(s written, book map[string]bool) bool {
	if isCode.MatchString(s.text) {
		return true
	}
	for _, filled := range append(fillings(s.text), asIn[s.text], strings.Trim(s.text, "\x00")) {
		if zh, ok := theBook().tell(filled); ok && !english(zh) {
			return true
		}
	}
	if s.sure {
		return !hasWord.MatchString(s.text)
	}
	for words := range book {
		if strings.Contains(words, strings.Trim(s.text, "\x00")) {
			return true
		}
	}
	return false
}

var (
	verb    = regexp.MustCompile(`%[-+# 0]*[0-9.]*([a-zA-Z])|\x00`)
	hasWord = regexp.MustCompile(`[a-z]{3}`)
	isCode  = regexp.MustCompile(`^[A-Z]+ /`) // GET /devices
	// likeEnglish is two words one after the other.
	likeEnglish = regexp.MustCompile(`\b[a-z]{3,}[ ,;:]+[a-z]{3,}`)
	inQuotes    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	// terms are English in Chinese too.
	terms = strings.NewReplacer("client id", "", "user name", "", "onelan explain", "", "onelan bridge inspect", "")
)

// english tells whether English is left in a text.
func english(text string) bool {
	return likeEnglish.MatchString(terms.Replace(inQuotes.ReplaceAllString(text, "")))
}

// fillings are a format as it may come out.
func fillings(format string) (out []string) {
	for _, s := range []string{"Zx1", "7 bytes", `"q"`, "1m30s", "7", "a string"} {
		out = append(out, verb.ReplaceAllStringFunc(format, func(v string) string {
			switch v[len(v)-1] {
			case 'd', 'g':
				return "7"
			case 'q':
				return `"q"`
			case 'x', 'X':
				return "0A 0B"
			case 'c':
				return "3"
			}
			return s
		}))
	}
	return out
}

func placed() (out []*phrase) {
	out = append(out, theBook().loose...)
	for _, list := range theBook().first {
		out = append(out, list...)
	}
	return out
}

// sentencesIn finds the texts of a file that may be sentences.
func sentencesIn(t *testing.T, file string) []written {
	t.Helper()
	for part := range elsewhere {
		if strings.Contains(filepath.ToSlash(file), part) {
			return nil
		}
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	s := search{set: set}
	ast.Inspect(tree, s.visit)
	return s.found
}

type search struct {
	set   *token.FileSet
	found []written
	sure  map[ast.Node]bool
}

// telling are the calls whose texts people read, from which argument on.
var telling = map[string]int{
	"Want": 0, "Near": 0, "Invalid": 1, "Errorf": 3, "refusal": 1, "trouble": 1, "Drop": 0, "end": 0, "note": 0,
}

func (s *search) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.Field:
		n.Tag = nil
	case *ast.CallExpr:
		name, of := called(n)
		if name == "panic" || of == "log" || of == "Log" || of == "slog" {
			return false
		}
		if from, tells := telling[name]; tells && from <= len(n.Args) && of != "fmt" {
			s.mark(n.Args[from:]...)
		}
	case *ast.KeyValueExpr:
		if key, is := n.Key.(*ast.Ident); is && key.Name == "Text" {
			s.mark(n.Value)
		}
	case *ast.BinaryExpr:
		if text, is := joined(n); is && n.Op == token.ADD {
			s.add(n, text)
			return false
		}
	case *ast.BasicLit:
		if text, is := joined(n); is {
			s.add(n, text)
		}
	}
	return true
}

func (s *search) mark(list ...ast.Expr) {
	if s.sure == nil {
		s.sure = map[ast.Node]bool{}
	}
	for _, e := range list {
		s.sure[e] = true
	}
}

// reads is a text of more than one word.
var reads = regexp.MustCompile(`[A-Za-z]{2,}[^A-Za-z]* [^A-Za-z]*[a-z]{2,}|[a-z]{3,} .*[a-z]`)

func (s *search) add(n ast.Node, text string) {
	if s.sure[n] || reads.MatchString(text) {
		s.found = append(s.found, written{s.set.Position(n.Pos()).String(), text, s.sure[n]})
	}
}

// called is the name of what a call calls, and of whose it is.
func called(c *ast.CallExpr) (name, of string) {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name, ""
	case *ast.SelectorExpr:
		switch x := f.X.(type) {
		case *ast.Ident:
			return f.Sel.Name, x.Name
		case *ast.SelectorExpr:
			return f.Sel.Name, x.Sel.Name
		}
		return f.Sel.Name, ""
	}
	return "", ""
}

// joined is the text that an expression makes: a literal, or literals with other things between.
func joined(e ast.Expr) (text string, literal bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
	case *ast.BinaryExpr:
		left, isLeft := joined(e.X)
		right, isRight := joined(e.Y)
		return left + right, isLeft || isRight
	case *ast.ParenExpr:
		return joined(e.X)
	}
	return "\x00", false
}
