//go:build unix

package e2e_test

import (
	"fmt"
	"strings"
	"testing"
)

const (
	family = "👨‍👩‍👧"
	acute  = "e\u0301" // in two characters
)

// TestKeysEditWideText has each key that edits, and where the terminal's cursor is then.
func TestKeysEditWideText(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, append(flags, "--name", "花子")...)
		whole := "日本語 " + family + " " + acute + " ab"
		s.write(t, whole)
		s.awaitTyped(t, of, whole, 14)
		for _, step := range []struct {
			key, text string
			cells     int
		}{
			{"C-a", whole, 0},
			{"C-f", whole, 2},
			{"M-f", whole, 6},
			{"C-e", whole, 14},
			{"M-b", whole, 12},
			{"C-b", whole, 11},
			{"Left", whole, 10},
			{"Left", whole, 9},
			{"Left", whole, 7},
			{"Right", whole, 9},
			{"Home", whole, 0},
			{"End", whole, 14},
			{"M-b", whole, 12},
			{"C-k", "日本語 " + family + " " + acute + " ", 12},
			{"BSpace", "日本語 " + family + " " + acute, 11},
			{"BSpace", "日本語 " + family + " ", 10},
			{"C-_", "日本語 " + family + " " + acute, 11},
			{"C-w", "日本語 " + family + " ", 10},
			{"C-w", "日本語 ", 7},
			{"C-y", "日本語 " + family + " " + acute, 11},
			{"C-u", "", 0},
			{"C-_", "日本語 " + family + " " + acute, 11},
			{"C-a", "日本語 " + family + " " + acute, 0},
			{"M-d", " " + family + " " + acute, 0},
			{"C-d", family + " " + acute, 0},
			{"C-d", " " + acute, 0},
			{"C-d", acute, 0},
			{"DC", "", 0},
			{"C-y", "日本語", 6},
		} {
			s.keys(t, step.key)
			s.awaitTyped(t, of, step.text, step.cells)
		}
		s.write(t, "🇯🇵🇨🇳")
		s.awaitTyped(t, of, "日本語🇯🇵🇨🇳", 10)
		s.keys(t, "BSpace") // a flag goes as one
		s.awaitTyped(t, of, "日本語🇯🇵", 8)
		s.keys(t, "Enter")
		s.awaitTyped(t, of, "", 0)
		alice.awaitAll(t, "花子: 日本語🇯🇵\n")
	})
}

func TestKeysSendAndBreakLines(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, append(flags, "--name", "花子")...)
		s.write(t, "一行目")
		s.keys(t, "M-Enter")
		s.write(t, "中文")
		s.awaitCursor(t, 3+4, of.input())
		s.awaitRow(t, of.input(), " 中文")
		if of.framed() {
			s.awaitRow(t, of.input()-1, " > 一行目")
		}
		s.keys(t, "Up") // moves in the text
		s.keys(t, "C-e")
		if of.framed() {
			s.awaitCursor(t, 3+6, of.input()-1)
		} else {
			s.awaitTyped(t, of, "一行目", 6)
		}
		s.keys(t, "Enter")
		alice.awaitAll(t, "花子: 一行目\n花子: 中文\n")
		s.awaitTyped(t, of, "", 0)
		s.await(t, "│ 中文")
	})
}

func TestKeysRecallWhatWasSent(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		run := func(flags string) string { return `"$CLIENT" ` + flags + " " + r.tcp + `; echo "exit $?";` }
		s := sitAt(t, of, run("")+run("--ascii")+run("--no-history")+`find "$XDG_STATE_HOME" -type f -name history -perm 600 -exec basename {} ";"`)
		s.awaitCursor(t, 3, of.input())
		for _, line := range []string{"朝1", "昼1", "夜2"} {
			s.write(t, line)
			s.keys(t, "Enter")
			s.await(t, "│ "+line)
		}
		s.write(t, "draft")
		for _, step := range []struct {
			key, text string
			cells     int
		}{
			{"Up", "夜2", 3},
			{"Up", "昼1", 3},
			{"Up", "朝1", 3},
			{"Up", "朝1", 3},
			{"Down", "昼1", 3},
			{"Down", "夜2", 3},
			{"Down", "draft", 5},
		} {
			s.keys(t, step.key)
			s.awaitTyped(t, of, step.text, step.cells)
		}
		s.keys(t, "C-r")
		s.write(t, "1")
		s.awaitTyped(t, of, "search `1': 昼1", 12+2)
		s.keys(t, "C-r")
		s.awaitTyped(t, of, "search `1': 朝1", 12+2)
		s.keys(t, "C-s")
		s.awaitTyped(t, of, "search `1': 昼1", 12+2)
		s.keys(t, "C-g")
		s.awaitTyped(t, of, "draft", 5)
		s.keys(t, "C-r")
		s.write(t, "朝")
		s.awaitTyped(t, of, "search `朝': 朝1", 13)
		s.keys(t, "Escape")
		s.awaitTyped(t, of, "朝1", 0)
		s.keys(t, "C-c")
		s.awaitTyped(t, of, "", 0)
		s.keys(t, "C-d")

		s.await(t, "| 夜2") // in the next run
		s.awaitTyped(t, of, "", 0)
		s.keys(t, "Up")
		s.awaitTyped(t, of, "夜2", 3)
		s.keys(t, "C-r")
		s.write(t, "朝")
		s.awaitTyped(t, of, "search `朝': 朝1", 13)
		s.keys(t, "Enter")
		s.await(t, "| 朝1")
		s.keys(t, "C-d")

		s.await(t, "│ 朝1") // in the one without a history
		s.awaitTyped(t, of, "", 0)
		s.keys(t, "Up")
		s.write(t, "x")
		s.awaitTyped(t, of, "x", 1)
		s.keys(t, "BSpace", "C-d")
		s.await(t, "history")
	})
}

func TestKeysFind(t *testing.T) {
	t.Parallel()
	opens := map[string]func(*testing.T, *screen){
		"Ctrl+F": func(t *testing.T, s *screen) {
			s.keys(t, "C-f")
			s.await(t, " find:")
			s.write(t, "魚")
			s.await(t, "3 lines")
			s.keys(t, "Enter")
		},
		"F3": func(t *testing.T, s *screen) {
			s.keys(t, "F3")
			s.await(t, " find:")
			s.write(t, "魚")
			s.await(t, "3 lines")
			s.keys(t, "F3")
		},
		"/find": func(t *testing.T, s *screen) { s.write(t, "/find 魚"); s.keys(t, "Enter") },
	}
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, flags...)
		for i := range 60 {
			said := fmt.Sprintf("line %d", i)
			if i%20 == 5 {
				said = fmt.Sprintf("魚 %d "+family, i)
			}
			alice.say(t, said+"\n")
		}
		s.awaitRow(t, of.latest(), "line 59")
		for name, open := range opens {
			t.Log(name)
			open(t, s)
			s.awaitCursor(t, 7+2, of.input())
			s.await(t, "1 of 3")
			s.await(t, "▸ 魚 45 "+family)
			s.keys(t, "Enter")
			s.await(t, "2 of 3")
			s.await(t, "▸ 魚 25 "+family)
			s.keys(t, "Enter")
			s.await(t, "▸ 魚 5 "+family)
			s.keys(t, "Enter")
			s.await(t, "nothing older")
			s.keys(t, "M-Enter")
			s.await(t, "▸ 魚 25 "+family)
			s.await(t, "2 of 3")
			s.keys(t, "Escape") // closes
			s.awaitCursor(t, 3, of.input())
			s.await(t, "2 of 3")
			s.keys(t, "Escape") // ends
			s.awaitGone(t, "of 3")
			s.awaitGone(t, "▸")
			if s.has(t, "line 59") {
				t.Error("the end of the find has moved the feed")
			}
			s.keys(t, "Escape") // to the latest
			s.awaitRow(t, of.latest(), "line 59")
		}
	})
}

func TestKeysScroll(t *testing.T) {
	t.Parallel()
	const wheelUp, wheelDown = "\x1b[<64;2;2M", "\x1b[<65;2;2M"
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, flags...)
		for i := 100; i < 300; i++ {
			alice.say(t, fmt.Sprintf("行 %d\n", i))
		}
		s.awaitRow(t, of.latest(), "行 299")
		s.keys(t, "M-m")
		await(t, func() bool { return s.ask(t, "#{mouse_any_flag}") == "1" }, func() string { return "the mouse stays the terminal's" })
		for _, step := range []struct {
			does string
			up   int // rows from the latest
		}{
			{"C-Up", 1},
			{"C-Up", 2},
			{"C-Down", 1},
			{"C-Down", 0},
			{wheelUp, 3},
			{wheelUp, 6},
			{wheelDown, 3},
			{wheelDown, 0},
			{"PPage", of.page()},
			{"PPage", 2 * of.page()},
			{"NPage", of.page()},
			{"NPage", 0},
			{"PPage", of.page()},
			{"End", 0},
			{"PPage", of.page()},
			{"C-End", 0},
			{"PPage", of.page()},
			{"Escape", 0},
		} {
			if strings.HasPrefix(step.does, "\x1b") {
				s.write(t, step.does)
			} else {
				s.keys(t, step.does)
			}
			s.awaitRow(t, of.latest(), fmt.Sprintf("行 %d", 299-step.up))
			s.awaitReading(t, of, step.up > 0)
		}
		s.write(t, "ab")
		s.keys(t, "PPage", "Home", "End") // belongs to what is typed
		s.awaitTyped(t, of, "ab", 2)
		s.awaitRow(t, of.latest(), fmt.Sprintf("行 %d", 299-of.page()))
		s.keys(t, "C-End")
		s.awaitRow(t, of.latest(), "行 299")
		s.awaitTyped(t, of, "ab", 2)
		s.keys(t, "M-m")
		await(t, func() bool { return s.ask(t, "#{mouse_any_flag}") == "0" }, func() string { return "the mouse is not given back" })
	})
}

func TestKeysComplete(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		for i, name := range []string{"美雪", "美咲"} {
			r.speak(t, name, i+1).say(t, "hi\n")
		}
		s := watchAt(t, of, r, 3)
		s.await(t, "│ hi")
		s.write(t, "美")
		for _, step := range []struct {
			key, text string
			cells     int
		}{
			{"Tab", "美咲: ", 6}, {"Tab", "美雪: ", 6}, {"Tab", "美", 2}, {"BTab", "美雪: ", 6}, {"BTab", "美咲: ", 6},
		} {
			s.keys(t, step.key)
			s.awaitTyped(t, of, step.text, step.cells)
		}
		s.write(t, "@美")
		s.keys(t, "Tab")
		s.awaitTyped(t, of, "美咲: @美咲 ", 12)
		s.keys(t, "C-u")
		s.write(t, "/wh")
		s.keys(t, "Tab")
		s.awaitTyped(t, of, "/who ", 5)
		s.keys(t, "C-u")
		s.write(t, "xyz")
		s.keys(t, "Tab")
		s.await(t, "nothing begins so")
	})
}

// TestKeysOpenAndClose has what opens on the screen, and the order in which Esc closes it.
func TestKeysOpenAndClose(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.speak(t, "中村", 1)
		s := watchAt(t, of, r, 2, "--name", "花子")
		for i := range 60 {
			alice.say(t, fmt.Sprintf("魚 %d\n", i))
		}
		s.awaitRow(t, of.latest(), "魚 59")
		s.keys(t, "F1")
		s.await(t, " Screen")
		s.await(t, "F1")
		s.keys(t, "F1")
		s.awaitRow(t, of.latest(), "魚 59")

		s.keys(t, "F2")
		switch wide := of.width >= 100; {
		case wide: // it was there
			s.awaitGone(t, "花子 (you)")
			s.keys(t, "F2")
			s.await(t, "│ 花子 (you)")
		case of.width >= 60: // beside the feed
			s.await(t, "│ 花子 (you)")
			s.awaitRow(t, of.latest(), "魚 59")
			s.keys(t, "Escape")
			s.awaitGone(t, "花子 (you)")
		default: // in its place
			s.await(t, "花子 (you)")
			s.await(t, "中村")
			s.awaitGone(t, "魚 59")
			s.keys(t, "Escape")
			s.awaitRow(t, of.latest(), "魚 59")
		}

		s.keys(t, "C-f")
		s.await(t, " find:")
		s.write(t, "魚")
		s.keys(t, "Enter", "PPage", "F1")
		s.await(t, " Screen")
		s.keys(t, "Escape") // the help
		s.awaitGone(t, " Screen")
		s.await(t, " find: 魚")
		s.keys(t, "Escape") // the bar
		s.awaitTyped(t, of, "", 0)
		s.await(t, "1 of 60")
		s.keys(t, "Escape") // the find
		s.awaitGone(t, "1 of 60")
		s.awaitReading(t, of, true)
		s.keys(t, "Escape") // to the latest
		s.awaitRow(t, of.latest(), "魚 59")
	})
}

func TestKeysRedraw(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2)
		alice.say(t, "中文 "+family+"\n")
		s.await(t, "│ 中文 "+family)
		s.write(t, "日本")
		s.awaitTyped(t, of, "日本", 4)
		s.scribble(t, "\x1b[H\x1b[2Jrubbish")
		s.await(t, "rubbish")
		s.keys(t, "C-l")
		s.awaitGone(t, "rubbish")
		s.await(t, "│ 中文 "+family)
		s.awaitTyped(t, of, "日本", 4)
	})
}

func TestKeysClearAndQuit(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		s := watchAt(t, of, r, 1)
		s.write(t, "日本")
		s.awaitTyped(t, of, "日本", 4)
		s.keys(t, "C-d") // deletes to the right
		s.keys(t, "C-c")
		s.awaitTyped(t, of, "", 0)
		s.keys(t, "C-c")
		s.await(t, "^C again quits")
		s.awaitGone(t, "^C again quits") // after 2 s it would take two more
		s.keys(t, "C-c")
		s.await(t, "^C again quits")
		s.write(t, "x") // so would it now
		s.keys(t, "BSpace", "C-c")
		s.await(t, "^C again quits")
		s.keys(t, "C-c")
		s.awaitLeft(t)
	})
}
