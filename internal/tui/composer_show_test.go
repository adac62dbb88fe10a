package tui

import (
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

func TestComposerShowsThePartAroundTheCursor(t *testing.T) {
	tests := []struct {
		marked string
		width  int
		shown  string
		cursor int
	}{
		{"|", 10, "", 0},
		{"|", 1, "", 0},
		{"|", 0, "", 0},
		{"abc|", 0, "", 0},
		{"abc|", -1, "", 0},
		{"abc|", 1, "", 0},
		{"ab|c", 1, "c", 0},
		{"日|本", 1, " ", 0}, // a wide character is never cut
		{"日|本", 2, "本", 0},
		{"abcdefghi|", 10, "abcdefghi", 9},
		{"|abcdefghij", 10, "abcdefghij", 0},
		{"abcdefgh|ij", 10, "abcdefghij", 8},
		{"abcdefghi|j", 10, "fghij", 4}, // one cell before the edge would be the last
		{"abcdefghij|", 10, "fghij", 5},
		{"日本語日本語|", 10, " 日本語", 7}, // 語 begins left of the edge
		{"|日本語日本語", 9, "日本語日 ", 0},
		{"|日本語日本語", 10, "日本語日本", 0},
		{"ab👨‍👩‍👧‍👦|c", 10, "ab👨‍👩‍👧‍👦c", 4},
		{"🇯🇵|🇨🇳", 10, "🇯🇵🇨🇳", 2},
		{"e\u0301|x", 10, "e\u0301x", 1},

		{"a\u202E|b", 20, "a<U+202E>b", 9}, // controls of others' screens are spelled out
		{"a\u202E|b", 8, "202E>b", 5},
		{"|a\u202E\u2066", 10, "a<U+202E><", 0},
		{"a\u200C|b", 10, "ab", 1}, // not shown
		{"🇯\u200C|🇵", 10, "🇯🇵", 2}, // what it kept apart
		{"a" + strings.Repeat("\u0301", 20) + "|", 10, "a" + strings.Repeat("\u0301", 8), 1},
		{"a\x1b[2J|", 10, "a␛[2J", 5}, // never in the text, and even so
	}
	for _, tt := range tests {
		c := composerAt(t, tt.marked)
		shown, cursor := c.Show(tt.width)
		if shown != tt.shown || cursor != tt.cursor {
			t.Errorf("%q in %d cells: %q, %d, want %q, %d", tt.marked, tt.width, shown, cursor, tt.shown, tt.cursor)
		}
	}
}

func TestComposerShowsEveryCursorAtEveryWidth(t *testing.T) {
	for _, s := range []string{
		"",
		strings.Repeat("abcdefghij", 9),
		strings.Repeat("日本語", 20),
		"x" + strings.Repeat("日本語", 20),
		strings.Repeat("👨‍👩‍👧‍👦🇯🇵👍🏽e\u0301ﾊﾟ한น้ำก็", 6),
		strings.Repeat("a\u202E日\u200C", 12),
		"\u0301" + strings.Repeat("é\u0302日", 30),
	} {
		c := newComposer(4096)
		c.SetText(s)
		for at := 0; at <= len(s); at++ {
			if at != clusterEdge(s, at) {
				continue
			}
			c.cursor = at
			for width := range 41 {
				checkShow(t, &c, width)
			}
		}
	}
}

func TestComposerShowStandsStillAwayFromTheEdges(t *testing.T) {
	const width = 40
	c := newComposer(1024)
	c.SetText(strings.Repeat("0123456789", 20))
	c.Press(composerTestKeys["Home"])
	before, _ := c.Show(width)
	moves := 0
	for range 200 {
		c.Press(composerTestKeys["Right"])
		shown, cursor := c.Show(width)
		if shown != before {
			moves++
		}
		if before = shown; cursor > width-5 {
			t.Fatalf("the cursor is in cell %d of %d", cursor, width)
		}
	}
	if moves > 200/(width/2) {
		t.Errorf("the text moved %d times on the way through 200 cells", moves)
	}
}

func TestComposerShowsLongText(t *testing.T) {
	for _, piece := range []string{
		"日本語 abc ",
		"\u202E",
		"e" + strings.Repeat("\u0301", 3000),
		"e" + strings.Repeat("\u0301", text.MaxShown),
	} {
		c := newComposer(64 << 10)
		c.SetText(strings.Repeat(piece, 40000/len(piece)))
		for at := len(c.text); at > 0; at = clusterBefore(c.text, at-4000) {
			c.cursor = at
			checkShow(t, &c, 70)
			if shown, _ := c.Show(70); strings.Contains(shown, "bytes") && len(piece) <= text.MaxShown {
				t.Fatalf("at byte %d, Clean's notice stands in the text: %q", at, shown)
			}
		}
	}
}

// checkShow holds what Show returns against the whole text, cleaned and laid out in cells.
func checkShow(t *testing.T, c *composer, width int) {
	t.Helper()
	shown, cursor := c.Show(width)
	if got := text.Width(shown); got > width {
		t.Fatalf("%+q in %d cells takes %d: %+q", marked(c), width, got, shown)
	}
	if again := text.Clean([]byte(shown)); again != shown {
		t.Fatalf("%+q is not what Clean leaves: %+q", shown, again)
	}
	if width == 0 {
		return
	}
	if cursor < 0 || cursor >= width {
		t.Fatalf("%+q in %d cells has its cursor in cell %d", marked(c), width, cursor)
	}
	whole, part := layOut(composerVisible(c.text)), layOut(shown)
	column := len(layOut(composerVisible(c.text[:c.cursor])))
	scroll := column - cursor
	for i, cell := range part {
		whole, blank := whole[scroll+i], cell == " "
		if cell != whole && !blank {
			t.Fatalf("%+q in %d cells shows %q in cell %d, want %q", marked(c), width, cell, i, whole)
		}
		if blank && whole != " " && i > 0 && i < width-1 {
			t.Fatalf("%+q in %d cells has a blank in cell %d, want %q", marked(c), width, i, whole)
		}
	}
	if want := min(width, len(whole)-scroll); len(part) != want {
		t.Fatalf("%+q in %d cells takes %d, want %d: %+q", marked(c), width, len(part), want, shown)
	}
}

// layOut returns the cells of s: each holds the cluster that begins there, or nothing.
func layOut(s string) []string {
	var cells []string
	for cluster := graphemes.FromString(s); cluster.Next(); {
		if width := text.Width(cluster.Value()); width > 0 {
			cells = append(cells, cluster.Value())
			cells = append(cells, make([]string, width-1)...)
		}
	}
	return cells
}
