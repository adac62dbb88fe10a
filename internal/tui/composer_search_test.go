package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestComposerSearchesTheHistoryAsReadlineDoes(t *testing.T) {
	history := []string{"make test", "make all", "git push", "make all", "git commit", "おはよう", "rest"}
	tests := []struct {
		keys string
		want string // what is shown, with the cursor
	}{
		{"^R", "search `': dra|ft"},
		{"^R m", "search `m': git com|mit"}, // the last one of it
		{"^R m a", "search `ma': |make all"},
		{"^R m a ^R", "search `ma': |make test"}, // of what looks the same, once
		{"^R m a ^R ^R", "not found `ma': |make test"},
		{"^R m a ^R ^R ^R ^S", "search `ma': |make all"},
		{"^R m a ^S", "not found `ma': |make all"},
		{"^R m ^R", "search `m': git co|mmit"},
		{"^R g i t ^R", "search `git': |git push"},
		{"^R g i t ^R ^S", "search `git': |git commit"},
		{"^R a", "search `a': dr|aft"},          // the draft is searched first, up to the cursor
		{"^R a ^R", "search `a': make |all"},    //
		{"^R f", "search `f': dra|ft"},          //
		{"^R t", "search `t': res|t"},           // not behind the cursor
		{"^R a b c", "not found `abc': dr|aft"}, // what was found stays
		{"^R a b c Backspace Backspace", "search `a': dr|aft"},
		{"^R a Backspace", "search `': dr|aft"},
		{"^R Backspace", "search `': dra|ft"},
		{"^R よ", "search `よ': おは|よう"},
		{"^R はよ Backspace", "search `は': お|はよう"},
		{"^R g i t Esc ^R ^R", "search `git': |git commit"}, // the last query again, from where this is
		{"^R g i t Esc ^R ^R ^R", "search `git': |git push"},
		{"^R r e ^G ^R ^R", "search `re': |rest"},
		{"^R ^R", "search `': dra|ft"},
		{"^E ^R z ^S", "not found `z': draft|"},
		{"^A ^R z ^R", "not found `z': |draft"},
	}
	for _, tt := range tests {
		c := composerWith(t, "dra|ft", history...)
		pressSearching(c, tt.keys)
		rows, _, _ := c.Show(200, 1)
		at := c.arrange(200)
		if got := rows[0][:at] + "|" + rows[0][at:]; got != tt.want {
			t.Errorf("%s shows %q, want %q", tt.keys, got, tt.want)
		}
		if !c.Busy() {
			t.Errorf("after %s the search is over", tt.keys)
		}
		checkShow(t, c, 9, 2)
	}
}

// pressSearching is pressAll with the keys that only a search has.
func pressSearching(c *composer, script string) {
	more := map[string]tea.KeyMsg{
		"^S": {Type: tea.KeyCtrlS}, "^G": {Type: tea.KeyCtrlG}, "^C": {Type: tea.KeyCtrlC}, "Esc": {Type: tea.KeyEsc}, "Enter": enter,
		"PgUp": {Type: tea.KeyPgUp}, "Space": {Type: tea.KeySpace, Runes: []rune{' '}},
	}
	for _, name := range strings.Fields(script) {
		if msg, ok := more[name]; ok {
			c.Press(msg)
			continue
		}
		pressAll(c, name)
	}
}

func TestComposerSearchEnds(t *testing.T) {
	tests := []struct{ keys, after string }{
		{"^R p u Enter", "git |push"},
		{"^R p u Esc", "git |push"},
		{"^R p u Left", "git| push"},
		{"^R p u Right", "git p|ush"},
		{"^R p u ^A", "|git push"},
		{"^R p u ^E x", "git pushx|"},
		{"^R p u ^K", "git |"},
		{"^R p u ^G", "dra|ft"},
		{"^R p u ^C", "dra|ft"},
		{"^R a ^G", "dra|ft"},
		{"^R p u PgUp", "git |push"},
		{"^R p u Alt+Enter", "git \n|push"},
		{"^R p u Up", "make test|"}, // the entry before the one that was found
		{"^R p u Down", "make all|"},
		{"^R p u Down Down", "dra|ft"}, // the draft is kept
		{"^R p u Esc x ^_", "git |push"},
		{"^R p u Esc ^R a Esc", "m|ake test"}, // from the entry on
		{"^R p u Esc ^R m ^G", "git |push"},   // back to where that began
		{"^R z Enter", "dra|ft"},
		{"Up x ^R p u ^G Down", "dra|ft"},
		{"Up x ^R p u ^G", "make allx|"},
		{"Up x ^R a l l x Esc", "make |allx"}, // as it was changed
	}
	for _, tt := range tests {
		c := composerWith(t, "dra|ft", "make test", "git push", "make all")
		pressSearching(c, tt.keys)
		if got := marked(c); got != tt.after || c.Busy() {
			t.Errorf("%s makes %q, searching %t, want %q", tt.keys, got, c.Busy(), tt.after)
		}
	}
}

func TestComposerSearchLeavesEnterAndScreenKeysToOthers(t *testing.T) {
	for _, tt := range []struct {
		msg   tea.KeyMsg
		taken bool
	}{
		{enter, false},
		{tea.KeyMsg{Type: tea.KeyPgUp}, false},
		{tea.KeyMsg{Type: tea.KeyTab}, false},
		{tea.KeyMsg{Type: tea.KeyEsc}, true},
		{tea.KeyMsg{Type: tea.KeyCtrlC}, true},
		{composerTestKeys["Left"], true},
		{typed("x"), true},
	} {
		c := composerWith(t, "|", "old")
		pressAll(c, "^R o")
		if got := c.Press(tt.msg); got != tt.taken {
			t.Errorf("%v: taken %t, want %t", tt.msg, got, tt.taken)
		}
	}
}

func TestComposerSearchOfAnEmptyComposerGivesUpToNothing(t *testing.T) {
	c := composerWith(t, "|", "old")
	pressSearching(c, "^R o ^G")
	if !c.Empty() || c.Busy() {
		t.Errorf("%q is left, searching %t", c.Text(), c.Busy())
	}
	pressSearching(c, "^R o")
	if c.Clear(); !c.Empty() || c.Busy() {
		t.Errorf("cleared, %q is left, searching %t", c.Text(), c.Busy())
	}
	pressSearching(c, "^R o")
	if entry, added := c.Accept(); entry != "old" || added || c.Busy() {
		t.Errorf("accepted %q, added %t, searching %t", entry, added, c.Busy())
	}
}

func TestComposerSearchesForWhatIsTyped(t *testing.T) {
	c := composerWith(t, "|", "one two\nthree", "x")
	pressSearching(c, "^R t w o")
	c.Press(pasted("\r\nth\x1b"))
	if marked(c) != "one |two\nthree" {
		t.Errorf("found %q", marked(c))
	}
	if rows, _, _ := c.Show(80, 5); rows[0] != "search `two␊th': one two" || len(rows) != 2 {
		t.Errorf("it shows %q", rows)
	}
	c.Press(pasted(strings.Repeat("x", maxQuery)))
	if !c.Refused() || c.search.query != "two\nth" {
		t.Errorf("the query is %.20q, refused %t", c.search.query, c.Refused())
	}
}
