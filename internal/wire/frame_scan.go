package wire

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// A kind is what a JSON value is.
type kind uint8

const (
	absent kind = iota
	isString
	isNumber
	isTrue
	isFalse
	isNull
	isObject
	isArray
)

// A value is where in the frame a JSON value stands; a string without its quotes.
type value struct {
	kind     kind
	escaped  bool // a string with escapes in it
	from, to int
}

// A scanner reads JSON (RFC 8259) more strictly than encoding/json does: names
// of an object's fields are unique, strings are Unicode, and depth is bounded.
//
// It keeps nothing of what it reads but where the fields of one object are.
type scanner struct {
	p     []byte
	i     int // the next byte
	depth int
}

// scanFrame reads a frame without its newline: one object, whose fields go to into.
func scanFrame(p []byte, into *[keys]value) *FrameError {
	s := scanner{p: p}
	s.space()
	if s.next() != '{' {
		return s.syntax("a frame is to be one JSON object, which begins with {")
	}
	if err := s.object(into); err != nil {
		return err
	}
	s.space()
	if s.i < len(p) {
		return s.fail(CodeTrailing, "something stands behind the frame's object: one frame a line")
	}
	return nil
}

// value reads any value.
func (s *scanner) value() (value, *FrameError) {
	v := value{from: s.i}
	var err *FrameError
	switch c := s.next(); {
	case c == '"':
		return s.string()
	case c == '{':
		v.kind, err = isObject, s.object(nil)
	case c == '[':
		v.kind, err = isArray, s.array(nil)
	case c == '-' || isDigit(c):
		v.kind, err = isNumber, s.number()
	case s.word("true"):
		v.kind = isTrue
	case s.word("false"):
		v.kind = isFalse
	case s.word("null"):
		v.kind = isNull
	default:
		err = s.syntax("a JSON value is to follow")
	}
	v.to = s.i
	return v, err
}

// object reads an object; where the fields are whose names this version knows
// goes to into, unless that is nil.
func (s *scanner) object(into *[keys]value) *FrameError {
	if err := s.enter(); err != nil {
		return err
	}
	var known uint32    // the keys that were there, a bit for each
	var others [][]byte // the names that are none of them
	for n := 0; !s.leave('}'); n++ {
		if err := s.comma(n); err != nil {
			return err
		}
		if s.next() != '"' {
			return s.syntax("the name of a field is to follow, in double quotes")
		}
		begin := s.i
		name, err := s.name()
		if err != nil {
			return err
		}
		key := keyOf(name)
		if known&(1<<key) != 0 || key == unknown && slices.ContainsFunc(others, func(o []byte) bool { return bytes.Equal(o, name) }) {
			return s.failAt(begin, CodeDuplicate, "a field stands twice in one object")
		}
		if n == maxFields {
			return s.failAt(begin, CodeValue, "an object has more than 64 fields")
		}
		if key == unknown {
			others = append(others, name)
		} else {
			known |= 1 << key
		}
		s.space()
		if s.next() != ':' {
			return s.syntax("a colon is to follow the name of a field")
		}
		s.i++
		s.space()
		v, err := s.value()
		if err != nil {
			return err
		}
		if into != nil {
			into[key] = v
		}
	}
	return nil
}

// array reads an array and calls each, unless that is nil, with its values.
func (s *scanner) array(each func(value)) *FrameError {
	if err := s.enter(); err != nil {
		return err
	}
	for n := 0; !s.leave(']'); n++ {
		if err := s.comma(n); err != nil {
			return err
		}
		v, err := s.value()
		if err != nil {
			return err
		}
		if each != nil {
			each(v)
		}
	}
	return nil
}

// enter goes into an object or array, whose first byte is next.
func (s *scanner) enter() *FrameError {
	if s.depth == maxDepth {
		return s.fail(CodeDepth, "more than 8 objects and arrays inside each other")
	}
	s.depth++
	s.i++
	return nil
}

// leave goes out of it if that is what comes next.
func (s *scanner) leave(end byte) bool {
	s.space()
	if s.next() != end {
		return false
	}
	s.depth--
	s.i++
	return true
}

// comma reads what separates the value number n from the one before.
func (s *scanner) comma(n int) *FrameError {
	if n == 0 {
		return nil
	}
	if s.next() != ',' {
		return s.syntax("a comma or the end of the object or array is to follow")
	}
	s.i++
	s.space()
	return nil
}

// name reads the name of a field.
func (s *scanner) name() ([]byte, *FrameError) {
	v, err := s.string()
	if err != nil || !v.escaped {
		return s.p[v.from:v.to], err
	}
	return unescape(s.p[v.from:v.to]), nil
}

// string reads a string, whose first quote is next.
func (s *scanner) string() (value, *FrameError) {
	v := value{kind: isString, from: s.i + 1}
	for i := v.from; i < len(s.p); {
		c := s.p[i]
		if plain[c] {
			i++
			continue
		}
		s.i = i
		switch {
		case c == '"':
			v.to = i
			s.i++
			return v, nil
		case c == '\\':
			v.escaped = true
			if err := s.escape(); err != nil {
				return value{}, err
			}
		case c < ' ':
			return value{}, s.syntax("a control character in a string is to be escaped")
		default:
			r, size := utf8.DecodeRune(s.p[i:])
			if r == utf8.RuneError && size == 1 {
				return value{}, s.fail(CodeUTF8, "a string is not UTF-8: send other bytes as data, in base64")
			}
			s.i += size
		}
		i = s.i
	}
	s.i = len(s.p)
	return value{}, s.syntax("the frame ends inside a string")
}

// number reads a number.
func (s *scanner) number() *FrameError {
	if s.next() == '-' {
		s.i++
	}
	if s.next() == '0' {
		s.i++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.next() == '.' {
		s.i++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if c := s.next(); c == 'e' || c == 'E' {
		s.i++
		if c := s.next(); c == '+' || c == '-' {
			s.i++
		}
		return s.digits()
	}
	return nil
}

// digits reads at least one digit.
func (s *scanner) digits() *FrameError {
	if !isDigit(s.next()) {
		return s.syntax("a digit is to follow")
	}
	for isDigit(s.next()) {
		s.i++
	}
	return nil
}

// word reads w if that is what comes next.
func (s *scanner) word(w string) bool {
	if !bytes.HasPrefix(s.p[s.i:], []byte(w)) {
		return false
	}
	s.i += len(w)
	return true
}

// space passes over white space; a newline is none, it ends the frame.
func (s *scanner) space() {
	for s.i < len(s.p) && (s.p[s.i] == ' ' || s.p[s.i] == '\t' || s.p[s.i] == '\r') {
		s.i++
	}
}

// next is the next byte, or 0 at the end: nothing in JSON but strings, which do
// not use it, could have a 0.
func (s *scanner) next() byte {
	if s.i == len(s.p) {
		return 0
	}
	return s.p[s.i]
}

func (s *scanner) syntax(message string) *FrameError { return s.fail(CodeSyntax, message) }

func (s *scanner) fail(code Code, message string) *FrameError { return s.failAt(s.i, code, message) }

func (s *scanner) failAt(offset int, code Code, message string) *FrameError {
	return &FrameError{Code: code, Offset: offset, Message: message}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
