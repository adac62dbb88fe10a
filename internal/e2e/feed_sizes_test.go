//go:build unix

package e2e_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A seat is a screen of one size in a room that several of them share.
type seat struct {
	size
	name string
	*screen
}

// watchAll sits down at screens of all sizes, and at one in the plain dialect, the first of
// which is the n-th member. None tells of the others.
func watchAll(t *testing.T, r *room, n int) []seat {
	t.Helper()
	var seats []seat
	take := func(name string, of size, flags ...string) {
		s := sitAt(t, of, `"$CLIENT" --no-presence `+strings.Join(append(flags, r.tcp), " ")+`; echo "exit $?"`)
		seats = append(seats, seat{of, name, s})
	}
	for _, of := range sizes {
		take(of.String(), of)
	}
	take("plain", size{80, 24}, "--plain")
	r.awaitMembers(t, n-1+len(seats))
	for _, s := range seats {
		s.awaitCursor(t, 3, s.input())
	}
	return seats
}

// atEachSeat goes on with a test at each screen.
func atEachSeat(t *testing.T, seats []seat, test func(*testing.T, seat)) {
	t.Helper()
	for _, s := range seats {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

// awaitRows waits for rows with these texts, one right below the other.
func (s *screen) awaitRows(t *testing.T, texts ...string) {
	t.Helper()
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = regexp.QuoteMeta(text)
	}
	rows := regexp.MustCompile(strings.Join(quoted, ".*\n.*"))
	await(t, func() bool { return rows.MatchString(strings.Join(s.rows(t), "\n")) },
		func() string { return "the screen does not have the rows\n" + strings.Join(texts, "\n") })
}

// path is where a file is that the client on the screen makes, which has no room for long paths.
func (s *screen) path(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(s.ask(t, "#{session_path}"), name)
}

// isBreak is what a screen says of a break, where the server cannot tell what was missed.
var isBreak = regexp.MustCompile(`\* │ disconnected \d\d:\d\d:\d\d to \d\d:\d\d:\d\d, lines may be missing`)

// TestPlainScreenKeepsWhatIsTypedWhenTheServerIsKilled types before, while there is no
// server, and after. A plain server has no receipts: lines may be missing, and it says so.
func TestPlainScreenKeepsWhatIsTypedWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	tcp, unix := freePort(t), scratchPath()
	r := openRoomAt(t, tcp, unix)
	s := watch(t, r, 1, "--plain", "--name", "hanako")
	before := r.join(t, "tcp", 2)
	s.write(t, "before")
	s.keys(t, "Enter")
	s.await(t, "hanako │ before")
	before.awaitAll(t, "hanako: before\n")
	s.write(t, "日本語 one ")
	r.signal(t, syscall.SIGKILL)
	s.write(t, "two ")
	r.wantKilled(t, syscall.SIGKILL)
	s.await(t, "[down: attempt ")
	s.write(t, "three")
	s.await(t, "> 日本語 one two three")
	s.keys(t, "Enter")
	s.await(t, "hanako │ 日本語 one two three") // at once
	want := "hanako: 日本語 one two three\n"
	for i := range 5 {
		line := fmt.Sprintf("meanwhile %d", i)
		s.write(t, line)
		s.keys(t, "Enter")
		want += "hanako: " + line + "\n"
	}
	s.await(t, "│ meanwhile 4")
	s.write(t, "half ")
	s.await(t, "> half")
	r = openRoomAt(t, tcp, unix, "--history-plain", "1000")
	s.write(t, "a thou")
	s.await(t, "[up")
	await(t, func() bool { return isBreak.MatchString(strings.Join(s.rows(t), "\n")) },
		func() string { return "nothing says that lines may be missing" })
	s.write(t, "ght")
	s.await(t, "> half a thought")
	s.keys(t, "Enter")
	after := r.join(t, "tcp", 2)
	after.awaitAll(t, want+"hanako: half a thought\n")
	s.leave(t)
}
