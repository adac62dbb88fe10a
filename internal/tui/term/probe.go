package term

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
)

// probeTimeout is how long the terminal has to answer.
const probeTimeout = 150 * time.Millisecond

const (
	// Terminals that do not know the first question pass over it, but all answer the second, and in order:
	// its answer says that nothing more will come.
	question    = ansi.RequestBackgroundColor + ansi.RequestPrimaryDeviceAttributes
	answerBegin = "\x1b]11;"
	fenceBegin  = "\x1b[?"
	fenceEnd    = "c"
)

// Background is what the terminal says of its own.
type Background struct {
	Dark  bool // true where it is not known, as most are
	Known bool
}

// Probe asks the terminal for its background, and waits 150 ms at most. Lip Gloss, which asks the same on behalf
// of Bubble Tea v1, waits for five seconds, and once a program runs there is no good time to ask. It also returns
// what was typed before and meanwhile, for the program to begin with; of the keys that send escape sequences it
// keeps only Esc.
//
// An answer that comes later is for [Input] to drop. Nothing is asked if in or out is not a terminal, or one that
// is known not to answer, or on systems other than Unix.
func Probe(in, out *os.File) (Background, []tea.KeyMsg) { return probe(in, out, probeTimeout) }

func probe(in, out *os.File, timeout time.Duration) (Background, []tea.KeyMsg) {
	if !xterm.IsTerminal(in.Fd()) || !xterm.IsTerminal(out.Fd()) || !answers(os.Getenv("TERM"), os.Getenv("TMUX")) {
		return Background{Dark: true}, nil
	}
	r := parseReply(ask(in, out, timeout))
	return r.background, r.keys
}

// answers reports whether a terminal of that name can be asked.
func answers(name, tmux string) bool {
	switch {
	case name == "", name == "dumb", name == "linux": // older Linux consoles print the question
		return false
	case strings.HasPrefix(name, "screen"): // stands between several terminals; tmux goes by that name too
		return tmux != ""
	default:
		return true
	}
}

// A reply is what the terminal sent, sorted.
type reply struct {
	background Background
	keys       []tea.KeyMsg
	complete   bool // the last answer is there
}

func parseReply(b []byte) reply {
	r := reply{background: Background{Dark: true}}
	for len(b) > 0 {
		var n int
		if b[0] == esc {
			n = r.addSequence(b)
		} else {
			n = r.addKey(b)
		}
		b = b[n:]
	}
	return r
}

// addSequence takes the escape sequence that b begins with, and returns its length.
func (r *reply) addSequence(b []byte) int {
	n := sequence(b)
	if n == 0 {
		n = len(b)
	}
	seq := b[:n]
	switch {
	case n == 1:
		r.keys = append(r.keys, tea.KeyMsg{Type: tea.KeyEsc})
	case isAnswer(seq):
		color := strings.TrimRight(string(seq[len(answerBegin):]), "\a\x1b\\")
		if light, ok := lightness(color); ok {
			r.background = Background{Dark: light < 0.5, Known: true}
		}
	case bytes.HasPrefix(seq, []byte(fenceBegin)) && bytes.HasSuffix(seq, []byte(fenceEnd)):
		r.complete = true
	}
	return n
}

// isAnswer reports whether an escape sequence tells the background.
func isAnswer(seq []byte) bool {
	return bytes.HasPrefix(seq, []byte(answerBegin)) &&
		(bytes.HasSuffix(seq, []byte{bel}) || bytes.HasSuffix(seq, []byte{esc, '\\'}))
}

// addKey takes the key that b begins with, as Bubble Tea would read it, and returns its length.
func (r *reply) addKey(b []byte) int {
	c, n := utf8.DecodeRune(b)
	switch {
	case c == utf8.RuneError:
	case c == '\n': // Enter, before the terminal was raw
		r.keys = append(r.keys, tea.KeyMsg{Type: tea.KeyEnter})
	case c < ' ' || c == 0x7f:
		r.keys = append(r.keys, tea.KeyMsg{Type: tea.KeyType(c)})
	case c == ' ':
		r.keys = append(r.keys, tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{c}})
	default:
		r.keys = append(r.keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{c}})
	}
	return n
}

// lightness reads a colour as terminals tell it, rgb:1e1e/1e1e/2e2e, with one to four digits each and perhaps an
// alpha, and returns how light it looks: 0 is black, 1 is white.
func lightness(color string) (float64, bool) {
	_, channels, _ := strings.Cut(color, ":")
	parts := strings.Split(channels, "/")
	weights := []float64{0.299, 0.587, 0.114}
	if !strings.HasPrefix(color, "rgb") || len(parts) < len(weights) {
		return 0, false
	}
	var sum float64
	for i, weight := range weights {
		v, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil {
			return 0, false
		}
		full := uint64(1)<<(4*len(parts[i])) - 1
		sum += weight * float64(v) / float64(full)
	}
	return sum, true
}
