//go:build unix

package e2e_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// A size is one of a terminal, in cells and rows.
type size struct{ width, height int }

// sizes are one with room for all, the usual one, a narrow one, and the least.
var sizes = []size{{120, 40}, {80, 24}, {50, 12}, {20, 5}}

func (of size) String() string { return fmt.Sprintf("%dx%d", of.width, of.height) }

// framed reports whether there is a header and a help line.
func (of size) framed() bool { return of.height >= 10 }

// input is the row of the input while that is one row high.
func (of size) input() int {
	if of.framed() {
		return of.height - 2
	}
	return of.height - 1
}

// latest is the lowest row of the feed.
func (of size) latest() int { return of.input() - 2 }

// page is how many rows a page key scrolls: all of the feed but one.
func (of size) page() int {
	if of.framed() {
		return of.latest() - 1
	}
	return of.latest()
}

// atEachSize runs a test on screens of all sizes.
func atEachSize(t *testing.T, test func(*testing.T, size)) {
	t.Helper()
	for _, of := range sizes {
		t.Run(of.String(), func(t *testing.T) {
			t.Parallel()
			test(t, of)
		})
	}
}

// inEachDialect runs a test on screens of all sizes, and on one in the plain dialect.
func inEachDialect(t *testing.T, test func(t *testing.T, of size, flags ...string)) {
	t.Helper()
	atEachSize(t, func(t *testing.T, of size) { test(t, of) })
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		test(t, size{80, 24}, "--plain")
	})
}

// watchAt is watch on a screen of another size, and begins with an empty feed.
func watchAt(t *testing.T, of size, r *room, n int, flags ...string) *screen {
	t.Helper()
	s := sitAt(t, of, `"$CLIENT" `+strings.Join(append(flags, r.tcp), " ")+`; echo "exit $?"`)
	r.awaitMembers(t, n)
	s.awaitCursor(t, 3, of.input())
	return s
}

// speak is a member with a name, in a client that is fed by the test, as the n-th.
func (r *room) speak(t *testing.T, name string, n int) *process {
	t.Helper()
	p := runTyped(t, client(t, "--name", name, r.tcp))
	r.awaitMembers(t, n)
	return p
}

// awaitRow waits for a row of the screen to have text.
func (s *screen) awaitRow(t *testing.T, y int, text string) {
	t.Helper()
	row := func() string {
		if rows := s.rows(t); y < len(rows) {
			return rows[y]
		}
		return ""
	}
	await(t, func() bool { return strings.Contains(row(), text) },
		func() string { return fmt.Sprintf("row %d is %q, without %q", y, row(), text) })
}

// bytesTyped is the count of bytes behind the input.
var bytesTyped = regexp.MustCompile(` +(\d+)/\d+$`)

// awaitTyped waits for the input to be exactly text, with the count of its bytes behind it
// where there is room, and the cursor so many cells behind the prompt.
func (s *screen) awaitTyped(t *testing.T, of size, text string, cells int) {
	t.Helper()
	row := func() string { return s.rows(t)[of.input()] }
	typed, count := text, ""
	if _, found, ok := strings.Cut(text, "': "); ok && strings.HasPrefix(text, "search `") {
		typed = found // the prompt is not
	}
	if of.width >= 60 && typed != "" {
		count = fmt.Sprint(len(typed))
	}
	await(t, func() bool {
		row, counted := row(), ""
		if at := bytesTyped.FindStringSubmatchIndex(row); at != nil {
			row, counted = row[:at[0]], row[at[2]:at[3]]
		}
		return counted == count && strings.TrimRight(row, " ") == strings.TrimRight(" > "+text, " ")
	},
		func() string { return fmt.Sprintf("the input is %q, want %q, counted as %q", row(), text, count) })
	s.awaitCursor(t, 3+cells, of.input())
}

// scribble writes onto the terminal behind the client's back.
func (s *screen) scribble(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(s.ask(t, "#{pane_tty}"), []byte(text), 0); err != nil {
		t.Fatal(err)
	}
}

// awaitReading waits until the status says that one reads back, or does not.
func (s *screen) awaitReading(t *testing.T, of size, back bool) {
	t.Helper()
	sign := "[ reading back · End ]"
	if of.width <= len(sign) {
		sign = "[ back · End ]"
	}
	if back {
		s.await(t, sign)
	} else {
		s.awaitGone(t, sign)
	}
}
