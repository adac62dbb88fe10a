package term

import (
	"bytes"
	"strings"
)

// escape reads what begins with ESC, and passes it on as far as it is a key, a mouse event, a change of the focus
// or the beginning of a paste. Bubble Tea v1 has gaps here, too:
//
//   - It takes Esc and a sequence that has come at once for Alt and Esc, and types the sequence. Some terminals
//     send Alt with an arrow key like that: such keys are passed on as xterm sends them. Of Esc before anything
//     else nothing is left, and two are one.
//   - It types what it does not know that begins with ESC O: Home and End of terminals in application mode, the
//     keypad, and what rxvt sends for Ctrl with arrow keys. These are passed on as it knows them.
//   - It types answers that are not CSI sequences. Nobody has asked, so they are dropped.
//
// What turns out to be no sequence is dropped up to there, unless it can be Alt with a key.
func (s *scanner) escape() {
	alt := false
	c, ok := s.next(keyWait)
	for ; ok && c == esc; c, ok = s.next(keyWait) {
		alt = true
	}
	switch {
	case !ok:
		s.pass("\x1b")
	case c == '[':
		s.csi(alt)
	case c == 'O':
		s.ss3(alt)
	case c == ']', c == 'P', c == '_':
		s.answer(c)
	default: // Alt with a key
		s.pass("\x1b")
		if !s.rune(c) {
			s.out = s.out[:len(s.out)-1]
		}
	}
}

func (s *scanner) pass(seq string) { s.out = append(s.out, seq...) }

// csi reads the rest of a control sequence.
func (s *scanner) csi(alt bool) {
	seq := append(make([]byte, 0, longest), esc, '[')
	for !isControl(seq) {
		patience := restWait
		if len(seq) == 2 {
			patience = keyWait
		}
		c, ok := s.next(patience)
		switch {
		case !ok && len(seq) == 2:
			s.pass("\x1b[") // Alt with [
			return
		case !ok:
			return
		case bytes.HasPrefix(seq, []byte(mouseBegin)): // three bytes of any kind
		case c < 0x20 || c > 0x7e:
			s.back(c)
			return
		}
		if len(seq) == longest { // it is read to its end, and dropped
			seq = seq[:longest-1]
		}
		seq = append(seq, c)
	}
	switch {
	case len(seq) == longest:
	case bytes.IndexByte([]byte("?>="), seq[2]) >= 0: // an answer
	case string(seq) == pasteBegin:
		s.in.paste = paste{open: true, last: s.in.now()}
		s.pass(pasteBegin)
	case alt:
		s.pass(withAlt(string(seq)))
	default:
		s.pass(string(seq))
	}
}

// mouseBegin is what mouse events of old terminals begin with, which do not know mode 1006.
const mouseBegin = "\x1b[M"

// isControl reports whether seq, which begins a control sequence, is all of it.
func isControl(seq []byte) bool {
	if len(seq) < 3 {
		return false
	}
	switch last := seq[len(seq)-1]; {
	case seq[2] == 'M':
		return len(seq) == len(mouseBegin)+3
	case seq[2] == '[': // a function key of the Linux console
		return len(seq) == 4
	case last == '$': // of rxvt for Shift; elsewhere it has a letter behind it
		return seq[2] >= '0' && seq[2] <= '9'
	default:
		return last >= 0x40 && last <= 0x7e
	}
}

// withAlt returns the sequence of the same key with Alt, as xterm sends it; or of the same thing, if that is no key
// or comes with Shift or Ctrl.
func withAlt(seq string) string {
	body, last := seq[2:len(seq)-1], seq[len(seq)-1]
	switch {
	case body == "" && strings.IndexByte("ABCDFHPQRS", last) >= 0:
		return "\x1b[1;3" + string(last)
	case last == '~' && !strings.Contains(body, ";"):
		return "\x1b[" + body + ";3~"
	default:
		return seq
	}
}

// ss3 reads the rest of a key that is sent as ESC O, with a digit for Shift, Alt and Ctrl in old terminals.
func (s *scanner) ss3(alt bool) {
	c, ok := s.next(keyWait)
	if !ok {
		s.pass("\x1bO") // Alt with O
		return
	}
	modifier := byte(0)
	if alt {
		modifier = '3'
	}
	if c >= '2' && c <= '8' {
		modifier = c
		if c, ok = s.next(restWait); !ok {
			return
		}
	}
	switch {
	case c < 0x20 || c > 0x7e:
		s.back(c)
	case c >= 'a' && c <= 'd': // of rxvt for Ctrl
		s.pass("\x1b[1;5" + string(c-'a'+'A'))
	case c == 'M' || c >= 'j' && c <= 'y': // the keypad, if another program left it like that
		s.pass(string(c - 0x40))
	case strings.IndexByte("ABCDFHPQRS", c) < 0:
	case modifier != 0:
		s.pass("\x1b[1;" + string(modifier) + string(c))
	case c >= 'P':
		s.pass("\x1bO" + string(c))
	default:
		s.pass("\x1b[" + string(c))
	}
}

// answer reads the rest of an answer to its end, and drops it; or passes on Alt with the key c that could begin one.
func (s *scanner) answer(kind byte) {
	c, ok := s.next(keyWait)
	begins := map[byte]string{']': "0123456789", 'P': "0123456789<=>?!+$", '_': "G"}[kind]
	if !ok || strings.IndexByte(begins, c) < 0 {
		if ok {
			s.back(c)
		}
		if !ok || c != esc {
			s.pass("\x1b" + string(kind))
		}
		return
	}
	for ok && c != bel {
		switch c, ok = s.next(restWait); {
		case ok && c == esc:
			if c, ok = s.next(restWait); ok && c != '\\' {
				s.back(c)
				s.escape() // a sequence has broken it off
			}
			return
		case ok && c < 0x20 && c != bel:
			s.back(c)
			return
		}
	}
}
