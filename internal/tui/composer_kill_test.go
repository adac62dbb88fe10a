package tui

import (
	"strconv"
	"strings"
	"testing"
)

func TestComposerYanksWhatWasKilled(t *testing.T) {
	tests := []struct{ keys, before, after string }{
		{"^U ^Y", "ab|cd", "ab|cd"},
		{"^K ^A ^Y", "ab|cd", "cd|ab"},
		{"^W ^Y ^Y", "ab|", "abab|"},
		{"^Y", "ab|", "ab|"},                                       // nothing was killed
		{"Backspace Delete ^Y", "ab|cd", "a|d"},                    // deleting is not killing
		{"Alt+Backspace Alt+Backspace ^Y", "one two|", "one two|"}, // joined, backwards
		{"Alt+D Alt+D ^E ^Y", "|one two!", "!one two|"},            // joined, forwards
		{"^W ^K ^Y", "one two| three", "one two three|"},           // joined, both ways
		{"^W ^K ^K ^W ^Y", "one two|", "one two|"},                 // ^K, with nothing to kill
		{"^W Left ^W ^Y", "one two|", "one| "},                     // not joined
		{"^W x ^W ^Y", "one two|", "one x|"},                       // not joined
		{"^K ^W ^Y", "🇯|🇵x", "🇯🇵x|"},

		{"^W Left ^W ^E ^Y Alt+Y", "one two|", " two|"},
		{"^W Left ^W ^E ^Y Alt+Y Alt+Y", "one two|", " one|"}, // around
		{"^W Left ^W ^E ^Y Alt+Y ^Y", "one two|", " twotwo|"}, // the ring stays rotated
		{"^W Left ^W ^E Alt+Y", "one two|", " |"},             // not after a yank
		{"^W Left ^W ^E ^Y Left Alt+Y", "one two|", " on|e"},
		{"^W Left ^W ^E ^Y ^K Alt+Y", "one two|", " two|"}, // ^K, with nothing to kill
		{"^W Left ^W ^E ^Y Alt+Y ^_", "one two|", " one|"}, // each rotation is undone alone
	}
	for _, tt := range tests {
		c := composerAt(t, tt.before)
		pressAll(c, tt.keys)
		if got := marked(c); got != tt.after {
			t.Errorf("%s makes %q of %q, want %q", tt.keys, got, tt.before, tt.after)
		}
	}
}

func TestComposerKillRingForgetsTheOldest(t *testing.T) {
	c := newComposer(1024)
	for i := range killRingSize + 2 {
		pressAll(&c, strconv.Itoa(i)+" ^U Left")
	}
	c.Press(composerTestKeys["^Y"])
	var got []string
	for range killRingSize + 1 {
		got = append(got, c.Text())
		c.Press(composerTestKeys["Alt+Y"])
	}
	if got, want := strings.Join(got, " "), "11 10 9 8 7 6 5 4 3 2 11"; got != want {
		t.Errorf("the ring holds %s, want %s", got, want)
	}
}

func TestComposerRotationThatIsTooLongIsSkipped(t *testing.T) {
	c := newComposer(8)
	pressAll(&c, "1 ^U Left 2222 ^U Left 3 ^U Left 45678 ^Y Alt+Y")
	if marked(&c) != "456783|" || !c.Refused() {
		t.Errorf("%q, refused %t, want the yank as it was, refused", marked(&c), c.Refused())
	}
	if pressAll(&c, "Alt+Y"); marked(&c) != "456781|" {
		t.Errorf("%q after the next rotation", marked(&c))
	}
}

func TestComposerUndoes(t *testing.T) {
	tests := []struct{ keys, before, after string }{
		{"a b c ^_", "x|y", "x|y"},         // typed in one go
		{"a Left b ^_", "|", "|a"},         // typed in two
		{"a Left b ^_ ^_", "|", "|"},       //
		{"a Backspace b ^_", "|", "|"},     //
		{"a Backspace b ^_ ^_", "|", "a|"}, //
		{"a ^K b ^_", "|", "|"},            // ^K did nothing
		{"Backspace Backspace ^_", "abc|", "ab|"},
		{"^U ^_", "ab|c", "ab|c"},
		{"^K ^_", "ab|c", "ab|c"},
		{"^W ^W ^_", "one two|", "one |"},
		{"^W ^Y ^_", "one two|", "one |"},
		{"^T ^_", "ab|", "ab|"},
		{"^T Home ^_", "ab|c", "ab|c"},      // the cursor too
		{"Home ^U Left ^_", "abc|", "|abc"}, // what changed nothing is not undone
		{"^_ ^_", "abc|", "abc|"},
	}
	for _, tt := range tests {
		c := composerAt(t, tt.before)
		pressAll(c, tt.keys)
		if got := marked(c); got != tt.after {
			t.Errorf("%s makes %q of %q, want %q", tt.keys, got, tt.before, tt.after)
		}
	}
}

func TestComposerUndoesClearAndSetText(t *testing.T) {
	c := composerAt(t, "ab|c")
	c.Clear()
	if !c.Empty() {
		t.Fatalf("%q is left", marked(c))
	}
	c.Clear()
	c.SetText("new")
	pressAll(c, "x ^_")
	for _, want := range []string{"new|", "|", "ab|c"} {
		if marked(c) != want {
			t.Errorf("undone to %q, want %q", marked(c), want)
		}
		c.Press(composerTestKeys["^_"])
	}
}

func TestComposerUndoesTypingInGroups(t *testing.T) {
	c := newComposer(1024)
	pressAll(&c, strings.Repeat("あ ", composerGroup+3))
	for _, want := range []int{composerGroup, 0} {
		c.Press(composerTestKeys["^_"])
		if got := strings.Count(c.Text(), "あ"); got != want {
			t.Errorf("%d characters after undo, want %d", got, want)
		}
	}
	pressAll(&c, "a")
	c.Press(pasted("b"))
	pressAll(&c, "c")
	for _, want := range []string{"ab", "a", ""} {
		c.Press(composerTestKeys["^_"])
		if c.Text() != want {
			t.Errorf("%q after undo, want %q: a paste is undone alone", c.Text(), want)
		}
	}
}

func TestComposerUndoMemoryIsBounded(t *testing.T) {
	c := newComposer(1024)
	for range composerUndos + 5 {
		c.Press(pasted("a"))
	}
	for range composerUndos + 5 {
		c.Press(composerTestKeys["^_"])
	}
	if c.Text() != "aaaaa" {
		t.Errorf("%q is left, want what the 5 oldest changes made", c.Text())
	}
}
