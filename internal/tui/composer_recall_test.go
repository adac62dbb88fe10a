package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
)

// composerWith returns a composer with a history, whose newest entry is the last, and a draft.
func composerWith(t testing.TB, marked string, entries ...string) *composer {
	t.Helper()
	c := composerAt(t, marked)
	c.SetHistory(entries)
	return c
}

func TestComposerGoesUpThroughRowsAndThenTheHistory(t *testing.T) {
	history := []string{"old", "two\nlines", "newest"}
	tests := []struct{ keys, before, after string }{
		{"Up", "dra|ft", "newest|"},
		{"Up Up", "dra|ft", "two\nlines|"},
		{"Up Up Up", "dra|ft", "two|\nlines"}, // a row up within the entry: its column there is the last
		{"Up Up Up Up", "dra|ft", "old|"},
		{"Up Up Up Up Up Up", "dra|ft", "old|"}, // no older one
		{"Up Down", "dra|ft", "dra|ft"},         // the draft, and its cursor, are kept
		{"Up Up Up Up Down Down Down", "dra|ft", "newest|"},
		{"Up Up Up Up Down Down Down Down", "dra|ft", "dra|ft"},
		{"Down", "dra|ft", "dra|ft"},
		{"Up", "|", "newest|"},
		{"Up Down", "|", "|"},
		{"Up", "a\nb|c", "a|\nbc"},
		{"Up Up", "a\nb|c", "newest|"},
		{"Up Up Down", "a\nb|c", "a|\nbc"},
		{"Up Up Down Down", "a\nb|c", "a\nb|c"},
		{"Up Up Down x ^K", "abc\nde|f", "abx|\ndef"},

		{"Up x Up Down", "dra|ft", "newestx|"}, // what was changed on the way stays changed
		{"Up x Down Up", "dra|ft", "newestx|"},
		{"Up x Up Down ^_", "dra|ft", "newest|"}, // and can be undone
		{"Up x Down ^_", "dra|ft", "dra|ft"},     // by itself
		{"x Up Down ^_", "dra|ft", "dra|ft"},
	}
	for _, tt := range tests {
		c := composerWith(t, tt.before, history...)
		pressAll(c, tt.keys)
		if got := marked(c); got != tt.after {
			t.Errorf("%s makes %q of %q, want %q", tt.keys, got, tt.before, tt.after)
		}
	}
}

func TestComposerClimbsRowsAsTheyAreShown(t *testing.T) {
	tests := []struct{ keys, before, after string }{
		{"Up", "日本語中文|字", "日本|語中文字"}, // rows of 6 cells
		{"Up Down", "日本語中文|字", "日本語中文|字"},
		{"Up", "abcdefghi|j", "abc|defghij"},
		{"Up", "abcdefghijkl|", "abcdef|ghijkl"}, // from behind a full row
		{"Up", "日本x語語|", "日本|x語語"},               // 語 begins in the cell before the cursor's
		{"Down", "a|bcdefx", "abcdefx|"},
		{"Down", "ab|cdef日", "abcdef日|"},
		{"Down Down", "abcd|\nx\nabcdef", "abcd\nx\nabcd|ef"}, // past a shorter row
		{"Down Left Down", "abcd|\nx\nabcdef", "abcd\nx\n|abcdef"},
		{"Up Up", "abcde\n👨‍👩‍👧‍👦\nabc|", "abc|de\n👨‍👩‍👧‍👦\nabc"},
		{"Up", "🇯🇵🇨🇳👍🏽e\u0301x|", "🇯🇵|🇨🇳👍🏽e\u0301x"},
	}
	for _, tt := range tests {
		c := composerAt(t, tt.before)
		c.Show(6, 5)
		pressAll(c, tt.keys)
		if got := marked(c); got != tt.after {
			t.Errorf("%s makes %q of %q, want %q", tt.keys, got, tt.before, tt.after)
		}
	}
}

func TestComposerKeepsWhatWasSent(t *testing.T) {
	c := composerWith(t, "|", "older")
	for _, tt := range []struct {
		text  string
		added bool
	}{
		{"first", true},
		{"first", false}, // the same again
		{"second", true},
		{"first", true},
		{" \n", false},
		{strings.Repeat("x", maxRecallEntry+1), false},
		{"one\ntwo", true},
	} {
		c.limit = maxRecallEntry + 1
		c.SetText(tt.text)
		if entry, added := c.Accept(); entry != tt.text || added != tt.added || marked(c) != "|" {
			t.Errorf("accepting %.20q: %.20q, %t, and %.20q is left", tt.text, entry, added, marked(c))
		}
	}
	if want := []string{"older", "first", "second", "first", "one\ntwo"}; !slices.Equal(c.recall.entries, want) {
		t.Errorf("the history is %q, want %q", c.recall.entries, want)
	}
	if pressAll(c, "^_"); !c.Empty() {
		t.Errorf("undo brings %q back, which was sent", c.Text())
	}
}

func TestComposerForgetsWhatWasChangedOnTheWayOnceSomethingIsSent(t *testing.T) {
	c := composerWith(t, "dra|ft", "old", "newest")
	pressAll(c, "Up x Up")
	if entry, added := c.Accept(); entry != "old" || !added {
		t.Errorf("accepted %q, %t", entry, added)
	}
	pressAll(c, "Up Up")
	if marked(c) != "newest|" {
		t.Errorf("two up there is %q", marked(c))
	}
	if pressAll(c, "Down Down"); marked(c) != "|" {
		t.Errorf("the draft is %q", marked(c))
	}
}

func TestComposerClearLeavesTheHistoryAndUndoBringsTheDraftBack(t *testing.T) {
	c := composerWith(t, "dra|ft", "old")
	pressAll(c, "Up")
	if c.Clear(); !c.Empty() {
		t.Fatalf("%q is left", marked(c))
	}
	pressAll(c, "^_")
	if marked(c) != "dra|ft" {
		t.Errorf("undo brings %q back", marked(c))
	}
	if pressAll(c, "Up"); marked(c) != "old|" {
		t.Errorf("the entry became %q", marked(c))
	}
}

func TestComposerHistoryIsBounded(t *testing.T) {
	c := newComposer(64 << 10)
	for i := range maxRecallEntries + 5 {
		c.SetText(fmt.Sprint(i))
		c.Accept()
	}
	if n := len(c.recall.entries); n != maxRecallEntries || c.recall.entries[0] != "5" {
		t.Errorf("%d entries from %q on", n, c.recall.entries[0])
	}
	for i := range 40 {
		c.SetText(fmt.Sprint(i) + strings.Repeat("x", 60_000))
		c.Accept()
	}
	size := 0
	for _, entry := range c.recall.entries {
		size += len(entry)
	}
	if size > maxRecallBytes || size < maxRecallBytes-60_002 || size != c.recall.size {
		t.Errorf("%d bytes are kept, counted as %d", size, c.recall.size)
	}
	for range 2000 {
		c.Press(composerTestKeys["Up"])
	}
	if len(c.Text()) < 60_000 {
		t.Errorf("the oldest entry is %.20q", c.Text())
	}
}

func TestComposerTakesNothingHarmfulFromTheHistory(t *testing.T) {
	var hostile []string
	for _, attack := range attacks {
		hostile = append(hostile, attack, attack+"\r\n"+attack)
	}
	c := newComposer(1024)
	c.SetHistory(append(hostile, "\x00", "last\xff\x1b[31m\x9b"))
	pressAll(&c, "Up")
	if c.Text() != "last[31m" {
		t.Errorf("the newest entry is %q", c.Text())
	}
	check := func() {
		t.Helper()
		if strings.ContainsFunc(c.Text(), func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
			t.Errorf("%q has control characters", c.Text())
		}
		checkShow(t, &c, 20, 5)
	}
	for range 2 * len(hostile) {
		c.cursor = 0
		c.Press(composerTestKeys["Up"])
		check()
	}
	pressAll(&c, "^R e")
	for range len(hostile) {
		pressAll(&c, "^R")
		check()
	}
}

func TestComposerHistoryMayBeLongerThanTheLimit(t *testing.T) {
	c := newComposer(4)
	c.SetHistory([]string{"longer"})
	pressAll(&c, "Up")
	if c.Text() != "longer" {
		t.Fatalf("up there is %q", c.Text())
	}
	if pressAll(&c, "x"); c.Text() != "longer" || !c.Refused() {
		t.Errorf("typed on, it is %q, refused %t", c.Text(), c.Refused())
	}
	if pressAll(&c, "Backspace"); c.Text() != "longe" || c.Refused() {
		t.Errorf("cut, it is %q, refused %t", c.Text(), c.Refused())
	}
}

func TestComposerLimitCanChange(t *testing.T) {
	c := composerAt(t, "あいう|")
	c.SetLimit(6, 6)
	for _, tt := range []struct {
		keys, after string
		refused     bool
	}{
		{"x", "あいう|", true},
		{"Backspace", "あい|", false},
		{"x", "あい|", true},
		{"Backspace x y z", "あxyz|", false},
	} {
		pressAll(c, tt.keys)
		if marked(c) != tt.after || c.Refused() != tt.refused {
			t.Errorf("%s makes %q, refused %t, want %q, %t", tt.keys, marked(c), c.Refused(), tt.after, tt.refused)
		}
	}
	c.SetLimit(1024, 1024)
	if pressAll(c, "え"); c.Limit() != 1024 || c.Text() != "あxyzえ" {
		t.Errorf("with a higher limit %q, limit %d", c.Text(), c.Limit())
	}
}

var enter = tea.KeyMsg{Type: tea.KeyEnter}
