package tui

import (
	"reflect"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// cut is msg as it comes in parts of so many characters, which is how a terminal's bytes come
// that were cut on their way. A paste and a key are always whole.
func cut(msg tea.KeyMsg, size int) (parts []tea.KeyMsg) {
	if msg.Type != tea.KeyRunes || msg.Paste || msg.Alt {
		return []tea.KeyMsg{msg}
	}
	for runes := msg.Runes; len(runes) > 0; {
		n := min(size, len(runes))
		parts = append(parts, tea.KeyMsg{Type: tea.KeyRunes, Runes: runes[:n]})
		runes = runes[n:]
	}
	return parts
}

func TestItMakesNoDifferenceHowWhatIsTypedIsCut(t *testing.T) {
	const family, flag, accents = "👨‍👩‍👧‍👦", "🇯🇵", "e\u0301\u0323"
	key := func(names ...string) (keys []tea.KeyMsg) {
		for _, name := range names {
			keys = append(keys, composerTestKeys[name])
		}
		return keys
	}
	type keys = []tea.KeyMsg
	for name, test := range map[string]struct {
		keys  keys
		limit int
	}{
		"thirty characters":             {keys{typed(strings.Repeat("abcde", 6))}, 1000},
		"Japanese":                      {keys{typed(strings.Repeat("日本語のデモ", 10))}, 1000},
		"emoji over the end of a group": {keys{typed(strings.Repeat("x", 18) + family + flag + flag), typed(family + "x")}, 1000},
		"marks over the end of a group": {keys{typed(strings.Repeat("x", 18) + accents + accents + strings.Repeat("\u0301", 25) + "x")}, 1000},
		"behind other keys":             {append(append(keys{typed("abc")}, key("Left", "Left")...), typed(strings.Repeat("y", 50))), 1000},
		"between lines":                 {append(append(keys{typed("one")}, key("Alt+Enter")...), typed(strings.Repeat("two ", 9))), 1000},
		"more than there is room for":   {keys{typed(strings.Repeat("x", 30))}, 25},
		"characters that do not fit":    {keys{typed("日本語"), typed("日a本b")}, 11},
		"an emoji that does not fit":    {keys{typed("abcde" + family + family)}, 30},
		"behind what does not fit":      {append(keys{typed(strings.Repeat("x", 9)), typed("日本")}, append(key("Backspace"), typed("yz"))...), 9},
		"lines that are sent":           {keys{typed("one two"), enter, typed(strings.Repeat("three", 5)), enter, typed(strings.Repeat("x", 25))}, 1000},
		"what is looked for":            {keys{{Type: tea.KeyF3}, typed(strings.Repeat("日", mostFind))}, 1000},
		"a paste":                       {keys{typed("ab"), pasted("c\r\nd" + family), typed("ef")}, 1000},
		"a question":                    {append(keys{typed("ab"), pasted("1\n2\n3\n4"), typed("nothing")}, tea.KeyMsg{Type: tea.KeyEsc}, typed("cd")), 1000},
		"a search":                      {append(key("^R"), typed("ab x"), composerTestKeys["^R"]), 1000},
		"a search for nothing":          {append(key("^R"), typed("abc nowhere")), 1000},
		"a search for too much":         {append(key("^R"), typed(strings.Repeat("日", maxQuery))), 1000},
	} {
		press := func(size int) (said []string) {
			s := newScreen(t, "", 80, 24)
			s.happen(session.Connected{Framed: true, You: wire.Member{ID: "p1", Name: "guest-1"}, MaxLine: test.limit + 1})
			s.composer.SetHistory([]string{"ab x ab", "x ab", "ab xx", "abc"})
			c := &s.composer
			for _, msg := range test.keys {
				for _, part := range cut(msg, size) {
					s.Update(part)
				}
			}
			if s.find.open {
				c = &s.find.query
			}
			said = append(said, marked(c), c.search.query, c.Question())
			s.composer.Press(tea.KeyMsg{Type: tea.KeyEsc})
			for range 8 {
				s.press(tea.KeyCtrlUnderscore)
				said = append(said, marked(c))
			}
			return append(said, s.sent...)
		}
		atOnce := press(1 << 20)
		for _, size := range []int{1, 2, 3, 7, 19, 20, 21} {
			if got := press(size); !reflect.DeepEqual(got, atOnce) {
				t.Errorf("%s, in parts of %d: what is left, and what undo makes of it, is\n%+q, at once\n%+q", name, size, got, atOnce)
			}
		}
	}
}
