//go:build unix

package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// raw collects what the client writes to the terminal from here on: what tmux obeys, or
// does not know, is not on the screen.
func (s *screen) raw(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "raw")
	s.do(t, "pipe-pane", "-O", "cat >"+path)
	return path
}

func awaitFile(t *testing.T, path, text string) {
	t.Helper()
	read := func() string { b, _ := os.ReadFile(path); return string(b) } // it may not be there yet
	await(t, func() bool { return strings.Contains(read(), text) },
		func() string { return fmt.Sprintf("%s has %s, without %q", path, quote(read()), text) })
}

// TestFeedSeparatesDays has servers of its own, whose lines are of other days.
func TestFeedSeparatesDays(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		ln := listenAt(t, "127.0.0.1:0")
		s := sitAt(t, of, `TZ=UTC exec "$CLIENT" `+ln.Addr().String())
		sayOnDays(t, acceptOne(t, ln),
			"2025-06-30T23:59:00.000Z", "2025-07-01T00:01:00.000Z", "2025-07-01T23:00:00.000Z", "2025-07-03T08:00:00.000Z")
		tuesday, thursday := "─ Tuesday, 1 July 2025 ─", "─ Thursday, 3 July 2025 ─"
		said := []string{"23:59       美咲 │ 行 1", "00:01       美咲 │ 行 2", "23:00       美咲 │ 行 3", "08:00       美咲 │ 行 4"}
		switch {
		case of.width < 40: // what there is room for, and three rows at a time
			tuesday, thursday = " Tuesday, 1 July …", " Thursday, 3 July…"
			for i := range said {
				said[i] = fmt.Sprintf(" 美咲 │ 行 %d", i+1)
			}
			s.awaitRows(t, said[2], thursday, said[3])
			s.keys(t, "PPage")
			s.awaitRows(t, tuesday, said[1], said[2])
			s.keys(t, "PPage")
			s.awaitRows(t, said[0], tuesday, said[1])
			return
		case of.width < 60: // the time goes
			for i := range said {
				said[i] = fmt.Sprintf("      美咲 │ 行 %d", i+1)
			}
		}
		s.awaitRows(t, said[0], tuesday, said[1], said[2], thursday, said[3])
	})
}

// sayOnDays is a server with one member, which has a line of each time for it.
func sayOnDays(t *testing.T, conn net.Conn, times ...string) {
	t.Helper()
	in := bufio.NewReader(conn)
	if first, err := in.ReadByte(); err != nil || first != 1 {
		t.Fatalf("the client begins with %q, %v", first, err)
	}
	fmt.Fprint(conn, "\x01bcast/1 e1 0123456789abcdef\n")
	var hello struct{ Nonce string }
	if err := json.NewDecoder(in).Decode(&hello); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, `{"type":"welcome","nonce":%q,"session":%q,"you":{"id":"p9","name":"花子"},"epoch":"e1","seq":5,"acked":0,"missed":0,"count":1,"peers":[]}`+"\n",
		hello.Nonce, strings.Repeat("0", 32))
	for i, at := range times {
		fmt.Fprintf(conn, `{"type":"line","seq":%d,"from":"p3","name":"美咲","at":%q,"text":"行 %d"}`+"\n", i+1, at, i+1)
	}
}

func TestFeedMarksWhatIsUnread(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, flags...)
		s.keys(t, "M-u")
		s.await(t, "nothing is new")
		for i := range 60 {
			alice.say(t, fmt.Sprintf("行 %d\n", i))
		}
		s.awaitRow(t, of.latest(), "行 59")
		s.keys(t, "PPage")
		s.awaitGone(t, "行 59")
		for i := range 60 {
			alice.say(t, fmt.Sprintf("新 %d\n", i))
		}
		s.await(t, "[ ↓ 60 new · End ]")
		s.keys(t, "End")
		s.awaitRow(t, of.latest(), "新 59")
		s.keys(t, "M-u")
		s.await(t, "60 new since")
		s.await(t, "│ 新 0")
	})
}

// TestFeedTellsHowMuchWasDropped fills the feed, and goes to its beginning.
func TestFeedTellsHowMuchWasDropped(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	seats := watchAll(t, r, 2)
	const lines, each = 50_100, 10_020 // at once: nobody falls behind
	for first := 0; first < lines; first += each {
		var said strings.Builder
		for i := range each {
			fmt.Fprintf(&said, "行%d番\n", first+i)
		}
		alice.say(t, said.String())
		for _, s := range seats {
			s.await(t, fmt.Sprintf("│ 行%d番", first+each-1))
		}
	}
	atEachSeat(t, seats, func(t *testing.T, s seat) {
		s.write(t, "/find 行105番")
		s.keys(t, "Enter")
		s.await(t, "▸ 行105番")
		rule := "─ 100 older lines were dropped ─"
		if s.width < 40 {
			rule = " 100 older lines …" // what there is room for
		}
		await(t, func() bool { s.keys(t, "PPage"); return s.has(t, rule) }, func() string { return "it is not told how much was dropped" })
		s.awaitRows(t, rule, "│ 行100番", "│ 行101番")
	})
}

func TestFeedTellsOfMentions(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.speak(t, "美咲", 1)
		s := watchAt(t, of, r, 2, append(flags, "--name", "hana", "--highlight", "障害", "--notify")...)
		raw := s.raw(t)
		alice.say(t, "hanabi\n")
		s.await(t, "│ hanabi")
		if bell := s.ask(t, "#{window_bell_flag}"); bell != "0" || s.has(t, "←") {
			t.Errorf("part of a word is taken for the name, bell %s", bell)
		}
		alice.say(t, "Hana 見て\n")
		awaitFile(t, raw, "\x1b]9;美咲: Hana 見て")
		await(t, func() bool { return s.ask(t, "#{window_bell_flag}") == "1" }, func() string { return "there was no bell" })
		alice.say(t, "大障害だ\n")
		s.await(t, "大障害だ")
		marks := "← mention"
		if of.width < 40 {
			marks = "←"
		}
		await(t, func() bool { return strings.Count(strings.Join(s.rows(t), "\n"), marks) == 2 }, func() string { return "not both are marked" })
		s.write(t, "hana")
		s.keys(t, "Enter")
		s.await(t, "│ hana")
		if n := strings.Count(strings.Join(s.rows(t), "\n"), "←"); n > 2 {
			t.Error("one's own line is marked")
		}
	})
}

func TestFeedIgnores(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		bad, good := r.speak(t, "騒音", 1), r.speak(t, "美咲", 2)
		s := watchAt(t, of, r, 3, flags...)
		command := func(text string) { t.Helper(); s.write(t, text); s.keys(t, "Enter") }
		command("/ignore 騒音")
		s.await(t, "nothing of 騒音")
		bad.say(t, "one\n")
		good.stdout.await(t, "one")
		good.say(t, "two\n")
		s.await(t, "│ two")
		if s.has(t, "│ one") {
			t.Error("who is ignored is shown")
		}
		command("/ignore")
		s.await(t, "ignored: 騒音")
		command("/ignore 騒音")
		s.await(t, "騒音 is shown")
		bad.say(t, "three\n")
		s.await(t, "│ three")
	})
}

func TestFeedIsSavedAndLogged(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.speak(t, "美咲", 1)
		text := watchAt(t, of, r, 2, append(flags, "--name", "hana", "--log", "log")...)
		frames := watchAt(t, of, r, 3, append(flags, "--name", "taro", "--log", "log.jsonl")...)
		alice.say(t, "日本 "+family+" \x1b[31mred\n")
		text.await(t, "│ 日本 "+family)
		text.write(t, "返事")
		text.keys(t, "Enter")
		frames.await(t, "│ 返事")
		want := regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 美咲: 日本 ` + family + ` ␛\[31mred\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d hana: 返事\n`)
		is := func(path string) {
			t.Helper()
			read := func() []byte { b, _ := os.ReadFile(path); return b } // it may not be there yet
			await(t, func() bool { return want.Match(read()) }, func() string { return fmt.Sprintf("%s has %q", path, read()) })
			if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
				t.Errorf("%s: %v, %v, want what its owner alone can read", path, info.Mode(), err)
			}
		}
		text.write(t, "/save saved")
		text.keys(t, "Enter")
		text.await(t, "saved to")
		is(text.path(t, "saved"))
		text.write(t, "/save saved")
		text.keys(t, "Enter")
		text.await(t, "saved is there")
		is(text.path(t, "log")) // while the client runs
		awaitFile(t, frames.path(t, "log.jsonl"), `"text":"返事"`)

		alice.say(t, "last\n")
		for _, s := range []*screen{text, frames} {
			s.await(t, "│ last")
			s.keys(t, "C-d")
			s.await(t, "exit 0")
		}
		awaitFile(t, text.path(t, "log"), "美咲: last\n")
		data, err := os.ReadFile(frames.path(t, "log.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%q is no frame", line)
			}
		}
		if !strings.Contains(string(data), `"text":"last"`) || strings.Contains(string(data), "\x1b") {
			t.Errorf("the frames are %s", data)
		}
	})
}

func TestFeedTellsWhoComesAndGoes(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.speak(t, "alice", 1)
		told, quiet := watchAt(t, of, r, 2), watchAt(t, of, r, 3, "--no-presence")
		alice.say(t, "first\n") // ends the history
		told.await(t, "│ first")
		quiet.await(t, "│ first")
		guest := r.speak(t, "美咲", 4)
		told.await(t, "* │ 美咲 joined")
		_ = guest.stdin.Close()
		r.awaitMembers(t, 3)
		told.await(t, "left") // one entry for both
		alice.say(t, "second\n")
		quiet.await(t, "│ second")
		for _, said := range []string{"美咲", "joined", "left"} { // she is in no pane any more
			if quiet.has(t, said) {
				t.Errorf("who comes and goes is told to who does not want to know: %q", said)
			}
		}
	})
}

func TestFeedLinksAddresses(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	seats := watchAll(t, r, 2)
	raws := make(map[*screen]string)
	for _, s := range seats {
		raws[s.screen] = s.raw(t)
	}
	address := "https://example.org/"
	for i := range 40 { // no two parts are the same
		address += fmt.Sprintf("%02dx", i)
	}
	alice.say(t, "見て "+address+"。\n")
	for _, s := range seats {
		awaitFile(t, raws[s.screen], ";"+address+"\x1b\\")
	}
	alice.say(t, "javascript:alert(1) \x1b]8;;https://evil.example\x1b\\bait\n")
	atEachSeat(t, seats, func(t *testing.T, s seat) {
		s.await(t, "bait")
		awaitFile(t, raws[s.screen], ";https://evil.example\x1b\\") // as text, it is an address like others
		written, err := os.ReadFile(raws[s.screen])
		if err != nil {
			t.Fatal(err)
		}
		links := regexp.MustCompile("\x1b]8;([^;]*);([^\x1b]+)\x1b\\\\(.*?)\x1b]8;;\x1b").FindAllStringSubmatch(string(written), -1)
		var parts []string // of the address, each in a row of its own
		ids := map[string]bool{}
		for _, link := range links {
			switch id, to, part := link[1], link[2], ansi.Strip(link[3]); {
			case to == address:
				ids[id] = true
				if !slices.Contains(parts, part) {
					parts = append(parts, part)
				}
			case to != "https://evil.example":
				t.Errorf("%q is a link", to)
			}
		}
		if len(parts) < 2 || len(ids) != 1 || ids[""] {
			t.Errorf("the parts of a link in %d rows do not belong together: %q", len(parts), links)
		}
		if all := strings.Join(parts, ""); all != address && (s.framed() || !strings.HasSuffix(address, all)) {
			t.Errorf("%q is linked of %q", all, address) // the least screen has room for the end alone
		}
	})
}

func TestScreenHeader(t *testing.T) {
	t.Parallel()
	for _, of := range sizes[:3] { // the least has none
		t.Run(of.String(), func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			s := watchAt(t, of, r, 2)
			head := regexp.MustCompile(`^ (bcast  )?` + regexp.QuoteMeta(r.tcp) + `  \[up (<1|\d+)ms\]  2 here .*\d\d:\d\d$`)
			await(t, func() bool { return head.MatchString(s.rows(t)[0]) }, func() string { return fmt.Sprintf("the header is %q", s.rows(t)[0]) })
			for range 300 {
				alice.say(t, "行\n")
			}
			if of.width >= 60 {
				s.awaitRow(t, 0, "/s ")
			}
			r.join(t, "tcp", 3)
			s.awaitRow(t, 0, "3 here")
		})
	}
}

func TestScreenPaneFrom100Columns(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.speak(t, "美咲", 1)
	seats := watchAll(t, r, 2)
	least := size{100, 24}
	seats = append(seats, seat{least, least.String(), watchAt(t, least, r, 2+len(seats), "--no-presence")})
	here := fmt.Sprintf(" │ %d here", 1+len(seats))
	alice.say(t, strings.Repeat("x", 300)+"\n") // in rows as long as there is room
	atEachSeat(t, seats, func(t *testing.T, s seat) {
		resize := func(width int) {
			t.Helper()
			s.width = width
			s.do(t, "resize-window", "-x", fmt.Sprint(width), "-y", fmt.Sprint(s.height))
		}
		switch {
		case s.name == "plain": // nobody knows who is here
			s.awaitNoPane(t)
			resize(120)
			s.awaitNoPane(t)
		case s.width >= 100:
			s.awaitPane(t, here, " │ 美咲", " (you)")
			resize(99)
			s.awaitNoPane(t)
			resize(100)
			s.awaitPane(t, here, " │ 美咲", " (you)")
		default:
			s.awaitNoPane(t)
		}
	})
}

// awaitPane waits for a pane beside the feed, without a hole, that has texts. The feed has a
// long row of x.
func (s seat) awaitPane(t *testing.T, texts ...string) {
	t.Helper()
	const pane = 22
	at := s.width - pane
	s.await(t, "│ "+strings.Repeat("x", at-20)+" │ ")
	await(t, func() bool {
		return !slices.ContainsFunc(s.rows(t)[1:s.latest()+1], func(row string) bool {
			return strings.TrimRight(ansi.Cut(row, at, at+3), " ") != " │"
		})
	}, func() string { return "the pane has a hole" })
	for _, text := range texts {
		s.await(t, text)
	}
}

// awaitNoPane waits for the feed to have all of the width.
func (s seat) awaitNoPane(t *testing.T) {
	t.Helper()
	left := 20 // of the text
	switch {
	case s.width < 40:
		left = 8
	case s.width < 60:
		left = 13
	}
	s.await(t, "│ "+strings.Repeat("x", s.width-left)+"\n")
	s.awaitGone(t, "(you)")
}

func TestScreenIsDrawnInASCIIOrWithoutColour(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.speak(t, "alice", 1)
		s := sitAt(t, of, `NO_COLOR=1 "$CLIENT" --ascii --name hana `+r.tcp)
		r.awaitMembers(t, 2)
		s.awaitCursor(t, 3, of.input())
		for i := range 60 {
			alice.say(t, fmt.Sprintf("hana %d\n", i))
		}
		s.awaitRow(t, of.latest(), "| hana 59")
		s.keys(t, "C-f")
		s.write(t, "hana")
		s.keys(t, "Enter")
		s.await(t, "1 of 60")
		s.await(t, "> hana 59")
		shown := s.do(t, "capture-pane", "-ep")
		for _, c := range shown {
			if c > '~' {
				t.Fatalf("%q is drawn with --ascii", c)
			}
		}
		if colour := regexp.MustCompile(`\x1b\[[\d;]*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[\d;]*m`).FindString(shown); colour != "" {
			t.Errorf("NO_COLOR is set, and %q is drawn", colour)
		}
	})
}

// TestScreenHelpHasEveryKey pages through the help.
func TestScreenHelpHasEveryKey(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		s := watchAt(t, of, r, 1)
		s.keys(t, "F1")
		s.await(t, "F1")
		for seen, before := "", ""; ; s.keys(t, "NPage") {
			s.write(t, "x") // is there once the keys before it were obeyed
			s.awaitCursor(t, 4, of.input())
			now := strings.Join(s.rows(t), "\n")
			if now == before {
				wantHelp(t, seen)
				return
			}
			seen, before = seen+"\n"+now, now
			s.keys(t, "BSpace")
			s.awaitCursor(t, 3, of.input())
		}
	})
}

func wantHelp(t *testing.T, seen string) {
	t.Helper()
	for what := range strings.FieldsSeq(`
		Enter Alt+Enter Up Down ^R ^A ^E ^B ^F ^K ^U ^W ^Y Alt+B Alt+F Alt+D ^_ F3 PgUp PgDn ^Up ^Down End Tab Shift+Tab
		Alt+U F2 Alt+M F1 Esc ^L ^Z ^C ^D /name /find /save /clear /who /ignore /help /quit`) {
		if !regexp.MustCompile(`(?m)^  ` + regexp.QuoteMeta(what) + `( |$)`).MatchString(seen) {
			t.Errorf("the help has no %s", what)
		}
	}
}
