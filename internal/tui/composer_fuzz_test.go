package tui

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// composerPieces is text that is typed or pasted, and what of it the composer holds: each kind
// that joins with others or not.
var composerPieces = []struct {
	msg  tea.KeyMsg
	text string
}{
	{typed("a"), "a"},
	{typed("1"), "1"},
	{tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}, " "},
	{typed("。"), "。"},
	{typed("日本"), "日本"},
	{typed("ー"), "ー"},
	{typed("ﾊ"), "ﾊ"},
	{typed("ﾟ"), "ﾟ"},
	{typed("\u0301"), "\u0301"},
	{typed("\u20E3"), "\u20E3"},
	{typed("\u1112"), "\u1112"},
	{typed("\u1161"), "\u1161"},
	{typed("\u11AB"), "\u11AB"},
	{typed("น้ำ"), "น้ำ"},
	{typed("क"), "क"},
	{typed("\u094D"), "\u094D"},
	{typed("\u0D4E"), "\u0D4E"},
	{typed("👩"), "👩"},
	{typed("🏽"), "🏽"},
	{typed("\u200D"), "\u200D"},
	{typed("\u200C"), "\u200C"},
	{typed("\uFE0F"), "\uFE0F"},
	{typed("🇯"), "🇯"},
	{typed("🇵"), "🇵"},
	{typed("\u202E"), "\u202E"},
	{typed("\u2028"), "\u2028"},
	{pasted("👨‍👩‍👧‍👦\r\n🇨🇳\x1b[2J\u009B"), "👨‍👩‍👧‍👦\n🇨🇳[2J"},
	{pasted("\t\x00\x7f"), " "},
	{pasted("1\n2\r\n3\r4"), ""}, // asked for
	{tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{0xDFFF, 0x110000}}, ""},
}

// A naiveComposer does what a composer does, as plainly as it can be said.
type naiveComposer struct {
	text   string
	cursor int
}

// edges returns all places in the text where a cursor may stand.
func (n *naiveComposer) edges() []int {
	edges := []int{0}
	for cluster := graphemes.FromString(n.text); cluster.Next(); {
		edges = append(edges, cluster.End())
	}
	return edges
}

// change replaces what stands between two places, unless the text becomes too long.
func (n *naiveComposer) change(from, to int, s string, limit int) {
	text := n.text[:from] + s + n.text[to:]
	if len(text) > limit {
		return
	}
	n.text, n.cursor = text, from+len(s)
	for !slices.Contains(n.edges(), n.cursor) {
		n.cursor++
	}
}

// fitting is what of s there is room for: each character on its own.
func (n *naiveComposer) fitting(s string, limit int) (fits string) {
	for _, r := range s {
		if len(n.text)+len(fits)+len(string(r)) <= limit {
			fits += string(r)
		}
	}
	return fits
}

// press does what key is for, and reports whether it knows.
func (n *naiveComposer) press(key string, limit int) bool {
	edges := n.edges()
	here := slices.Index(edges, n.cursor)
	left, right := edges[max(0, here-1)], edges[min(here+1, len(edges)-1)]
	home := strings.LastIndex(n.text[:n.cursor], "\n") + 1
	end := len(strings.SplitN(n.text[n.cursor:], "\n", 2)[0]) + n.cursor
	switch key {
	case "Left":
		n.cursor = left
	case "Right":
		n.cursor = right
	case "Home":
		n.cursor = home
	case "End":
		n.cursor = end
	case "Backspace":
		n.change(left, n.cursor, "", len(n.text))
	case "Delete":
		n.change(n.cursor, right, "", len(n.text))
	case "^U":
		if home == n.cursor {
			home = left
		}
		n.change(home, n.cursor, "", len(n.text))
	case "^K":
		if end == n.cursor {
			end = right
		}
		n.change(n.cursor, end, "", len(n.text))
	case "Alt+Enter":
		n.change(n.cursor, n.cursor, "\n", limit)
	default:
		return false
	}
	return true
}

// composerFuzzKeys is what else is done to a composer.
var composerFuzzKeys = map[string]func(*composer){
	"^S":        func(c *composer) { c.Press(tea.KeyMsg{Type: tea.KeyCtrlS}) },
	"^G":        func(c *composer) { c.Press(tea.KeyMsg{Type: tea.KeyCtrlG}) },
	"Esc":       func(c *composer) { c.Press(tea.KeyMsg{Type: tea.KeyEsc}) },
	"Tab":       func(c *composer) { c.Complete([]string{"a\u0301b", "日本 👩‍🚀", "/a"}, false) },
	"Shift+Tab": func(c *composer) { c.Complete([]string{"aa", "ab", "日ﾊﾟ"}, true) },
	"Enter": func(c *composer) {
		if !c.Press(enter) && c.limit%2 == 0 {
			c.Accept()
		}
	},
}

func FuzzComposer(f *testing.F) {
	for seed := range uint64(20) {
		picks := make([]byte, 10*seed)
		random := rand.New(rand.NewPCG(seed, 0))
		for i := range picks {
			picks[i] = byte(random.Uint32())
		}
		f.Add(picks, uint16(50*seed), byte(seed))
	}
	keys := make([]string, 0, len(composerTestKeys)+len(composerFuzzKeys))
	for name := range composerTestKeys {
		keys = append(keys, name)
	}
	for name := range composerFuzzKeys {
		keys = append(keys, name)
	}
	slices.Sort(keys)

	f.Fuzz(func(t *testing.T, picks []byte, limit uint16, width byte) {
		c := newComposer(int(limit))
		if recalls := limit%2 == 0; recalls {
			c.SetHistory([]string{"日本語のa\n🇯🇵", "a", "1 e\u0301ﾊﾟ", "/a 👩‍🚀"})
		}
		naive := &naiveComposer{}
		changes := 0
		for _, pick := range picks[:min(len(picks), 300)] { // each press is checked, and that takes its time
			before, cursor, busy := c.text, c.cursor, c.Busy()
			var did string
			if pick := int(pick); pick < len(composerPieces)*4 {
				piece := composerPieces[pick%len(composerPieces)]
				did = "typing " + piece.text
				c.Press(piece.msg)
				fits := piece.text
				if !piece.msg.Paste {
					fits = naive.fitting(piece.text, int(limit))
				}
				naive.change(naive.cursor, naive.cursor, fits, int(limit))
				busy = busy || c.Busy()
			} else {
				did = keys[pick%len(keys)]
				if press, ok := composerFuzzKeys[did]; ok {
					press(&c)
				} else {
					c.Press(composerTestKeys[did])
				}
				busy = !naive.press(did, int(limit)) || busy
			}
			if busy { // with the history or a paste, of which the naive one knows nothing
				*naive = naiveComposer{c.text, c.cursor}
			}
			if c.text != before {
				changes++
			}
			if c.text != naive.text || c.cursor != naive.cursor {
				t.Fatalf("%s after %+q: %+q, want %+q", did, before[:cursor]+"|"+before[cursor:],
					marked(&c), naive.text[:naive.cursor]+"|"+naive.text[naive.cursor:])
			}
			checkComposer(t, &c, int(width)%41)
		}
		composerFuzzKeys["Esc"](&c) // a question takes all keys
		for range composerUndos {
			c.Press(composerTestKeys["^_"])
			checkComposer(t, &c, int(width)%41)
		}
		if changes <= composerUndos && c.text != "" && len(c.recall.entries) == 0 {
			t.Errorf("%d changes undone leave %+q", changes, c.text)
		}
	})
}

// checkComposer checks what is always true of a composer.
func checkComposer(t *testing.T, c *composer, width int) {
	t.Helper()
	if c.Bytes() > c.Limit() && c.Question() == "" && len(c.recall.entries) == 0 {
		t.Fatalf("%d bytes, limit %d", c.Bytes(), c.Limit())
	}
	if !utf8.ValidString(c.text) {
		t.Fatalf("not valid UTF-8: %+q", c.text)
	}
	for _, r := range c.text {
		if unicode.IsControl(r) && r != '\n' {
			t.Fatalf("a control character: %+q", c.text)
		}
	}
	if edges := (&naiveComposer{text: c.text}).edges(); !slices.Contains(edges, c.cursor) {
		t.Fatalf("cursor inside a cluster: %+q", marked(c))
	}
	checkShow(t, c, width, 1+len(c.text)%4)
}
