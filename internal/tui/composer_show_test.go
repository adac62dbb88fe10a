package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

func TestComposerShowsRowsAndTheCursorsCell(t *testing.T) {
	tests := []struct {
		marked   string
		width    int
		shown    string // rows, between "/"
		row, col int
	}{
		{"|", 10, "", 0, 0},
		{"|", 1, "", 0, 0},
		{"abc|", 10, "abc", 0, 3},
		{"a|bc", 10, "abc", 0, 1},
		{"abcd|", 3, "abc/d", 1, 1},
		{"ab|cd", 3, "abc/d", 0, 2},
		{"abc|d", 3, "abc/d", 1, 0}, // before what stands in the next row
		{"abc|", 3, "abc/", 1, 0},   // behind a full row
		{"abcdef|", 3, "abc/def/", 2, 0},
		{"a|", 1, "a/", 1, 0},

		{"日本|語", 5, "日本/語", 1, 0}, // a wide character is never cut
		{"日|本語", 5, "日本/語", 0, 2},
		{"日本|", 4, "日本/", 1, 0},
		{"x日|本", 4, "x日/本", 1, 0},
		{"日|本", 2, "日/本/", 1, 0},
		{"日|x", 1, "…/x/", 1, 0}, // wider than the row
		{"中文，|测试", 5, "中文/，测/试", 1, 2},
		{"ab👨‍👩‍👧‍👦|c", 4, "ab👨‍👩‍👧‍👦/c", 1, 0},
		{"abc|👨‍👩‍👧‍👦", 4, "abc/👨‍👩‍👧‍👦", 1, 0},
		{"🇯🇵|🇨🇳", 4, "🇯🇵🇨🇳/", 0, 2},
		{"🇯🇵🇨🇳|", 4, "🇯🇵🇨🇳/", 1, 0},
		{"e\u0301|x", 10, "e\u0301x", 0, 1},
		{"abe\u0301|x", 3, "abe\u0301/x", 1, 0},
		{"ﾊﾟ|ﾋﾟ", 10, "ﾊﾟﾋﾟ", 0, text.Width("ﾊﾟ")},

		{"ab\n|", 10, "ab/", 1, 0},
		{"ab|\ncd", 10, "ab/cd", 0, 2},
		{"ab\n|cd", 10, "ab/cd", 1, 0},
		{"\n\n|", 10, "//", 2, 0},
		{"|\n", 10, "/", 0, 0},
		{"abc|\nd", 3, "abc//d", 1, 0}, // a cell behind a full line
		{"abc\n|d", 3, "abc//d", 2, 0},
		{"日\n\u0301|x", 10, "日/\u0301x", 1, 0},

		{"a\u202E|b", 20, "a<U+202E>b", 0, 9}, // controls of others' screens are spelled out
		{"a\u202E|b", 5, "a<U+2/02E>b/", 1, 4},
		{"a\u200C|b", 10, "ab", 0, 1},   // not shown
		{"🇯\u200C|🇵x", 10, "🇯🇵x", 0, 0}, // what it kept apart
		{"🇯\u200C🇵|x", 10, "🇯🇵x", 0, 2},
		{"a" + strings.Repeat("\u0301", 20) + "|", 10, "a" + strings.Repeat("\u0301", 8), 0, 1},
		{"a\x1b[2J|", 10, "a␛[2J", 0, 5}, // never in the text, and even so
	}
	for _, tt := range tests {
		c := composerAt(t, tt.marked)
		rows, row, col := c.Show(tt.width, 99)
		if got := strings.Join(rows, "/"); got != tt.shown || row != tt.row || col != tt.col {
			t.Errorf("%q in %d cells: %q, cursor in %d, %d, want %q, %d, %d",
				tt.marked, tt.width, got, row, col, tt.shown, tt.row, tt.col)
		}
		if got := c.Rows(tt.width); got != len(rows) {
			t.Errorf("%q in %d cells takes %d rows, it says %d", tt.marked, tt.width, len(rows), got)
		}
	}
}

func TestComposerShowsNothingWhereThereIsNoRoom(t *testing.T) {
	for _, size := range [][2]int{{0, 5}, {-1, 5}, {5, 0}, {5, -1}} {
		c := composerAt(t, "ab|c")
		if rows, row, col := c.Show(size[0], size[1]); rows != nil || row != 0 || col != 0 {
			t.Errorf("in %v it shows %q with the cursor in %d, %d", size, rows, row, col)
		}
		if c.Rows(0) != 1 {
			t.Errorf("it wants %d rows of no width", c.Rows(0))
		}
	}
}

func TestComposerShowsEveryCursorAtEveryWidth(t *testing.T) {
	for _, s := range []string{
		"",
		strings.Repeat("abcdefghij", 9),
		strings.Repeat("日本語", 20),
		strings.Repeat("今天下午兩點開會，请准时", 5),
		"x" + strings.Repeat("日本語", 20),
		strings.Repeat("👨‍👩‍👧‍👦🇯🇵👍🏽e\u0301ﾊﾟ한น้ำก็", 6),
		strings.Repeat("a\u202E日\u200C", 12),
		strings.Repeat("🇯\u200C🇵क\u094D\u200C\u0937", 6),
		"\u0301" + strings.Repeat("é\u0302日", 30),
		strings.Repeat("क"+strings.Repeat("\u0301", 7)+"\u094D\u200C\u0937"+strings.Repeat("\u0301", 8), 3), // the gate joins the two
		"一\n二つ\n\n" + strings.Repeat("ｶﾞ👩🏽‍🚀", 9) + "\n",
	} {
		c := newComposer(4096)
		c.SetText(s)
		for at := 0; at <= len(s); at++ {
			if at != clusterEdge(s, at) {
				continue
			}
			c.cursor = at
			for width := range 41 {
				checkShow(t, &c, width, 1+at%5)
			}
		}
	}
}

func TestComposerShowStandsStillWhileTheCursorIsInIt(t *testing.T) {
	c := newComposer(1024)
	c.SetText(strings.TrimSuffix(strings.Repeat("0123456789\n", 20), "\n"))
	var tops []string
	for _, script := range []string{"", "Up Up", "Up", "Down Down", "Down", "^A", "Up Up Up"} {
		pressAll(&c, script)
		rows, row, _ := c.Show(40, 3)
		if len(rows) != 3 || row < 0 || row > 2 {
			t.Fatalf("after %q %d rows, the cursor in %d", script, len(rows), row)
		}
		tops = append(tops, string(rune('a'+c.top)))
	}
	if got := strings.Join(tops, " "); got != "r r q q r r q" {
		t.Errorf("the first rows were %s", got)
	}
	c.Clear()
	if rows, row, _ := c.Show(40, 3); len(rows) != 1 || row != 0 {
		t.Errorf("cleared, it has %d rows, the cursor in %d", len(rows), row)
	}
}

func TestComposerShowFillsTheHeight(t *testing.T) {
	c := newComposer(1024)
	c.SetText("1\n2\n3\n4\n5")
	c.Show(10, 2)
	if rows, row, _ := c.Show(10, 4); strings.Join(rows, "") != "2345" || row != 3 {
		t.Errorf("on a higher screen %q, the cursor in %d", rows, row)
	}
	if rows, row, _ := c.Show(10, 9); strings.Join(rows, "") != "12345" || row != 4 {
		t.Errorf("on a high screen %q, the cursor in %d", rows, row)
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
			checkShow(t, &c, 70, 5)
			if rows, _, _ := c.Show(70, 9999); strings.Contains(strings.Join(rows, ""), "bytes") && len(piece) <= text.MaxShown {
				t.Fatalf("at byte %d, Clean's notice stands in the text: %q", at, rows)
			}
		}
	}
}

// checkShow holds what Show returns against the whole text, cleaned and put into rows as plainly
// as that can be said.
func checkShow(t *testing.T, c *composer, width, height int) {
	t.Helper()
	rows, row, col := c.Show(width, height)
	if width <= 0 {
		return
	}
	if len(rows) == 0 || len(rows) > height {
		t.Fatalf("%+q in %d rows of %d cells takes %d", marked(c), height, width, len(rows))
	}
	if row < 0 || row >= len(rows) || col < 0 || col >= width {
		t.Fatalf("%+q in %d rows of %d cells has its cursor in %d, %d", marked(c), len(rows), width, row, col)
	}
	for _, shown := range rows {
		if got := text.Width(shown); got > width {
			t.Fatalf("%+q in %d cells has a row of %d: %+q", marked(c), width, got, shown)
		}
		if again := text.Clean([]byte(shown)); again != shown {
			t.Fatalf("%+q has a row that is not what Clean leaves: %+q", marked(c), shown)
		}
	}
	whole, cursor := c.text, c.cursor
	if c.search.on {
		whole, cursor = c.search.prompt()+whole, cursor+len(c.search.prompt())
		if cursor < len(whole) {
			cursor = clusterBefore(whole, cursor+1) // a mark goes onto the prompt
		}
	}
	all, cursorRow, cursorCol := naiveShow(whole, cursor, width)
	if n := c.Rows(width); n != len(all) {
		t.Fatalf("%+q in %d cells takes %d rows, want %d", marked(c), width, n, len(all))
	}
	top := cursorRow - row
	if top < 0 || top+len(rows) > len(all) || col != cursorCol {
		t.Fatalf("%+q in %d cells has its cursor in row %d of %d, cell %d, want row %d, cell %d",
			marked(c), width, row, len(rows), col, cursorRow, cursorCol)
	}
	if want := all[top : top+len(rows)]; !slices.Equal(rows, want) {
		t.Fatalf("%+q in %d cells: %+q, want %+q", marked(c), width, rows, want)
	}
	if want := min(height, len(all)); len(rows) != want {
		t.Fatalf("%+q in %d cells shows %d rows, want %d", marked(c), width, len(rows), want)
	}
}

// naiveShow returns all rows, and the cell of the cursor: that of the cluster which it is before
// or, where the gate joins two into one, inside.
func naiveShow(s string, cursor, width int) (rows []string, row, col int) {
	for line := range strings.SplitSeq(s, "\n") {
		here := cursor // in this line, if it is not before or behind it
		cursor -= len(line) + 1
		visible, before := naiveVisible(line), -1
		if here >= 0 && here <= len(line) {
			before = len(naiveVisible(line[:here]))
		}
		cells, current := 0, ""
		for cluster := graphemes.FromString(visible); cluster.Next(); {
			shown := cluster.Value()
			wide := text.Width(shown)
			if wide > width {
				shown, wide = "…", 1
			}
			if cells+max(1, wide) > width {
				rows, current, cells = append(rows, current), "", 0
			}
			if before >= cluster.Start() && before < cluster.End() {
				row, col = len(rows), cells
			}
			current += shown
			cells += wide
		}
		if cells == width {
			rows, current, cells = append(rows, current), "", 0
		}
		if before >= len(visible) {
			row, col = len(rows), cells
		}
		rows = append(rows, current)
	}
	return rows, row, col
}

// naiveVisible cleans a line, in parts that Clean shows whole if their clusters allow it.
func naiveVisible(line string) string {
	if len(line) <= text.MaxShown {
		return text.Clean([]byte(line))
	}
	n := clusterBefore(line, text.MaxShown)
	if n == 0 {
		n = clusterAfter(line, 0)
	}
	return text.Clean([]byte(line[:n])) + naiveVisible(line[n:])
}
