package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	maxFile = 4 << 20 // bytes: some 40,000 devices
	maxDeep = 32      // nested lists and mappings; the parser takes memory without bound for each level
)

// file is a configuration file that was read: where its values stand, its lines for excerpts.
type file struct {
	name  string
	lines []string
	at    map[string]token.Position
}

// parseFile lays the text of a file over c. It returns all that is wrong with the form
// of the file; the values are judged later, when nothing lies over them any more.
func parseFile(name string, text []byte, c *Config) (*file, Faults) {
	return parseInto(name, text, maxFile, c)
}

// parseInto is parseFile for a text of at most so many bytes over any struct that c points to.
func parseInto(name string, text []byte, most int, c any) (*file, Faults) {
	f := &file{name: name, at: map[string]token.Position{}}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // Windows editors write it
	if err := checkText(text, most); err != nil {
		return f, Faults{{Says: err.Error(), Origin: Origin{Source: FromFile, Name: name}}}
	}
	f.lines = strings.Split(string(text), "\n")
	body, bad := parseTree(string(text))
	if bad != nil {
		return f, Faults{f.locate(*bad)}
	}
	d := &decoder{at: f.at}
	if body != nil {
		d.value(body, reflect.ValueOf(c).Elem(), "")
	}
	var faults Faults
	for _, raw := range d.faults {
		faults = append(faults, f.locate(raw))
	}
	return f, faults
}

func checkText(text []byte, most int) error {
	switch {
	case len(text) > most:
		return fmt.Errorf("the file has %d bytes, more than %d", len(text), most)
	case !utf8.Valid(text):
		return errors.New("the file is not UTF-8 text; save it as UTF-8")
	}
	return nil
}

// parseTree gives the root of the one document in a text, nil when it is empty.
func parseTree(text string) (ast.Node, *rawFault) {
	tokens := lexer.Tokenize(text)
	if deep := tooDeep(tokens); deep != nil {
		return nil, deep
	}
	tree, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, syntaxFault(err)
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			return nil, &rawFault{pos: position(doc.Body), says: "a second document in one file"}
		default:
			body = doc.Body
		}
	}
	return body, nil
}

// syntaxFault takes message and place out of a parser's error, whose own text
// quotes whole lines with whatever secrets they hold.
func syntaxFault(err error) *rawFault {
	var syntax interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if !errors.As(err, &syntax) {
		return &rawFault{says: "not YAML"}
	}
	bad := &rawFault{says: "not YAML: " + strings.ReplaceAll(syntax.GetMessage(), "\t", "(tab)")}
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		bad.pos = *t.Position
	}
	return bad
}

// tooDeep finds the first token that opens more levels than a configuration has.
func tooDeep(tokens token.Tokens) *rawFault {
	flow, inLine, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, inLine = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			inLine++
		default:
		}
		if flow > maxDeep || inLine > maxDeep {
			return &rawFault{pos: *t.Position, says: "nested too deeply"}
		}
	}
	return nil
}

// locate gives a fault its place and source line.
func (f *file) locate(raw rawFault) Fault {
	fault := Fault{Path: raw.path, Says: raw.says, Origin: f.origin(raw.pos)}
	if n := raw.pos.Line; n >= 1 && n <= len(f.lines) {
		fault.Line = blank(strings.TrimRight(f.lines[n-1], "\r"))
		if meantSecret.MatchString(raw.says) {
			fault.Line = blankAfter(fault.Line, raw.pos.Column)
		}
	}
	return fault
}

func (f *file) origin(pos token.Position) Origin {
	return Origin{Source: FromFile, Name: f.name, Line: pos.Line, Column: pos.Column}
}

// find gives the place of a value, or of the nearest thing around it that is in the file.
func (f *file) find(path string) (token.Position, bool) {
	for path != "" {
		if pos, ok := f.at[path]; ok {
			return pos, true
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return token.Position{}, false
}
