package wire

// maxDepth bounds how deep JSON may nest, and with it the stack of the scanner.
const maxDepth = 64

// wantName is what fails where the name of a member should stand.
const wantName = "a name in double quotes"

// scanner walks over JSON text (RFC 8259) in one pass and copies nothing. It stops
// at the first fault and then answers everything with "no more", so that its callers
// need not look for the fault until the end. Offsets are those of src.
//
// It does not look at UTF-8: its caller does.
type scanner struct {
	src    []byte
	pos    int
	fresh  bool   // an object or array was opened and nothing of it read yet
	loose  bool   // white space was passed
	halted bool   // by a fault, or by the caller
	want   string // at a fault: what should have stood there
	at     int    // at a fault: where
	deep   bool   // the fault is the depth
}

// fail notes the first fault.
func (s *scanner) fail(want string) {
	if !s.halted {
		s.want, s.at = want, s.pos
		s.halt()
	}
}

func (s *scanner) halt() { s.halted, s.pos = true, len(s.src) }

func (s *scanner) peek() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

func (s *scanner) space() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
			s.loose = true
		default:
			return
		}
	}
}

// take passes c, or fails.
func (s *scanner) take(c byte, want string) bool {
	if s.peek() != c {
		s.fail(want)
		return false
	}
	s.pos++
	return true
}

// open passes the bracket that begins an object or array. Then more tells, before
// each element, whether there is one:
//
//	for s.open('{', depth); s.more('}'); {
//		from, to, escaped := s.key()
//		s.skip(depth + 1)
//	}
func (s *scanner) open(bracket byte, depth int) {
	if depth >= maxDepth && !s.halted {
		s.deep = true
		s.fail("fewer levels")
	}
	s.fresh = s.take(bracket, "a bracket")
}

func (s *scanner) more(end byte) bool {
	fresh := s.fresh
	s.fresh = false
	s.space()
	switch c := s.peek(); {
	case s.halted:
		return false
	case c == end:
		s.pos++
		return false
	case fresh:
		return true
	case c == ',':
		s.pos++
		s.space()
		return true
	case end == '}':
		s.fail("',' or '}'")
	default:
		s.fail("',' or ']'")
	}
	return false
}

// key passes the name of a member and the colon, and gives where the name lies.
func (s *scanner) key() (from, to int, escaped bool) {
	if s.peek() != '"' {
		s.fail(wantName)
		return 0, 0, false
	}
	from, to, escaped = s.str()
	s.space()
	s.take(':', "':'")
	s.space()
	return from, to, escaped
}

// str passes a string and gives where its inside lies, and whether there are
// escapes in it.
func (s *scanner) str() (from, to int, escaped bool) {
	s.pos++
	from = s.pos
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '"':
			to = s.pos
			s.pos++
			return from, to, escaped
		case c == '\\':
			escaped = true
			s.escape()
		case c < ' ':
			s.fail("an escape such as \\n")
		default:
			s.pos++
		}
	}
	s.fail("'\"' at the end of the string")
	return 0, 0, false
}

func (s *scanner) escape() {
	s.pos++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
	case 'u':
		s.pos++
		for range 4 {
			if !isHex(s.peek()) {
				s.fail("four hexadecimal digits after \\u")
				return
			}
			s.pos++
		}
	default:
		s.fail("one of \" \\ / b f n r t u after the backslash")
	}
}

// skip passes one value of any kind, nested depth levels deep.
func (s *scanner) skip(depth int) {
	switch c := s.peek(); {
	case c == '"':
		s.str()
	case c == '{':
		for s.open('{', depth); s.more('}'); {
			s.key()
			s.skip(depth + 1)
		}
	case c == '[':
		for s.open('[', depth); s.more(']'); {
			s.skip(depth + 1)
		}
	case c == '-' || isDigit(c):
		s.number()
	default:
		s.word()
	}
}

func (s *scanner) number() {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++ // nothing but a fraction may follow; a digit is found by more
	} else {
		s.digits()
	}
	if s.peek() == '.' {
		s.pos++
		s.digits()
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		s.digits()
	}
}

func (s *scanner) digits() {
	if !isDigit(s.peek()) {
		s.fail("a digit")
	}
	for isDigit(s.peek()) {
		s.pos++
	}
}

// word passes true, false or null.
func (s *scanner) word() {
	n := 4
	if s.peek() == 'f' {
		n = 5
	}
	if len(s.src)-s.pos >= n {
		switch string(s.src[s.pos : s.pos+n]) {
		case "true", "false", "null":
			s.pos += n
			return
		}
	}
	s.fail("a value")
}

// whole passes exactly one value and the space around it, and reports whether that
// went well and used src up.
func (s *scanner) whole() bool {
	s.space()
	s.skip(0)
	s.space()
	if s.pos < len(s.src) {
		s.fail("the end of the JSON text")
	}
	return !s.halted
}

// compact drops the white space between the parts of a JSON text, in place.
func compact(b []byte) []byte {
	out, quoted := b[:0], false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case quoted && c == '\\':
			out = append(out, c)
			i++
			c = b[i]
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		out = append(out, c)
	}
	return out
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
