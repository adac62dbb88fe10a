//go:build unix

package e2e_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// paste pastes text as a terminal does that says so.
func (s *screen) paste(t *testing.T, text string) {
	t.Helper()
	s.do(t, "set-buffer", "--", text, ";", "paste-buffer", "-p")
}

// highest is how many rows the input can have.
func (of size) highest() int { return max(1, of.height/4) }

// typing is how many cells a row of the input has for text, besides the count where there is one.
func (of size) typing() int {
	if of.width >= 60 {
		return of.width - len(" > ") - len(" 12345/12345") - 1
	}
	return of.width - len(" > ") - 1
}

// awaitLines waits for the input to have lines, as many of the last as there is room for, and
// the cursor so many cells behind the beginning of the last.
func (s *screen) awaitLines(t *testing.T, of size, lines []string, cells int) {
	t.Helper()
	shown := lines[max(0, len(lines)-of.highest()):]
	for i, line := range shown {
		before := "   "
		if i == 0 {
			before = " > "
		}
		s.awaitRow(t, of.input()-len(shown)+1+i, strings.TrimRight(before+line, " "))
	}
	s.awaitCursor(t, 3+cells, of.input())
}

// awaitQuestion waits until the screen asks about a paste, and names the keys that answer where
// there is room.
func (s *screen) awaitQuestion(t *testing.T, of size, lines, size string) {
	t.Helper()
	asked := fmt.Sprintf(" Send %s (%s)?", lines, size)
	if of.width <= len(asked) {
		asked = fmt.Sprintf(" Send %s?", lines)
	}
	if of.width >= 60 {
		asked += " Enter sends, ^E edits, Esc drops"
	}
	s.awaitRow(t, of.input()-1, asked)
	if of.framed() {
		s.awaitRow(t, of.input()+1, " Enter sends  ^E edits  Esc drops")
	}
	s.awaitCursor(t, 3, of.input())
}

// overhear is a member that writes the frames it gets, as the n-th.
func (r *room) overhear(t *testing.T, n int) *process {
	t.Helper()
	p := runTyped(t, client(t, "--json", "--follow", r.tcp))
	r.awaitMembers(t, n)
	return p
}

// messages are the texts of the lines that the frames have.
func messages(t *testing.T, frames string) (texts []string) {
	t.Helper()
	for frame := range strings.Lines(frames) {
		var said struct{ Type, Text string }
		if !strings.HasSuffix(frame, "\n") {
			break // it is being written
		}
		if err := json.Unmarshal([]byte(frame), &said); err != nil {
			t.Fatalf("%q: %v", frame, err)
		}
		if said.Type == "line" {
			texts = append(texts, said.Text)
		}
	}
	return texts
}

// prefixed is what a plain member gets of text.
func prefixed(name, text string) string {
	return name + ": " + strings.ReplaceAll(text, "\n", "\n"+name+": ") + "\n"
}

func TestInputPasteOfAFewLinesIsOneMessage(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		bot := r.overhear(t, 2)
		s := watchAt(t, of, r, 3, "--name", "花子")
		lines := []string{"一行目", family + " two", "三 end"}
		for i, cells := range []int{6, 6, 6} {
			s.paste(t, strings.Join(lines[:i+1], "\n")+"\n") // what ends the last line begins no other
			s.awaitLines(t, of, lines[:i+1], cells)
			s.keys(t, "C-c")
			s.awaitTyped(t, of, "", 0)
		}
		text := strings.Join(lines, "\n")
		s.paste(t, text)
		s.awaitLines(t, of, lines, 6)
		s.keys(t, "Enter")
		s.awaitTyped(t, of, "", 0)
		for _, line := range lines {
			s.await(t, "│ "+line)
		}
		alice.awaitAll(t, prefixed("花子", text))
		await(t, func() bool { return len(messages(t, bot.stdout.String())) > 0 },
			func() string { return "no message comes" })
		if got := messages(t, bot.stdout.String()); got[0] != text {
			t.Errorf("the first message is %q, want %q", got[0], text)
		}
	})
}

func TestInputPasteOfMuchAsksFirst(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, append(flags, "--name", "花子")...)

		s.paste(t, strings.Repeat("x", 4<<10)) // is not yet too much
		s.keys(t, "C-a")
		s.awaitRow(t, of.input()-of.highest()+1, " > xxx")
		s.keys(t, "C-c")
		s.awaitTyped(t, of, "", 0)
		s.paste(t, strings.Repeat("x", 4<<10+1))
		s.awaitQuestion(t, of, "1 line", "4.1 kB")
		s.keys(t, "Escape")
		s.awaitGone(t, " Send ")
		s.awaitTyped(t, of, "", 0)

		four := []string{"一行目", "two", family, "四 end"}
		text := strings.Join(four, "\n")
		s.paste(t, text)
		s.awaitQuestion(t, of, "4 lines", "40 bytes")
		s.write(t, "typed on") // without a look
		s.keys(t, "C-e")
		s.awaitLines(t, of, four, 6)
		s.awaitGone(t, " Send ")
		s.keys(t, "BSpace")
		s.write(t, "本")
		four[3] = "四 en本"
		s.awaitLines(t, of, four, 7)
		s.keys(t, "Enter")
		s.awaitTyped(t, of, "", 0)
		want := prefixed("花子", strings.Join(four, "\n"))
		alice.awaitAll(t, want)

		s.paste(t, text)
		s.awaitQuestion(t, of, "4 lines", "40 bytes")
		s.keys(t, "Escape")
		s.awaitGone(t, " Send ")
		s.awaitTyped(t, of, "", 0)

		var many strings.Builder
		for i := range 300 {
			fmt.Fprintf(&many, "行 %d "+family+"\n", i)
		}
		s.paste(t, many.String())
		s.awaitQuestion(t, of, "300 lines", "8.0 kB")
		s.keys(t, "Enter")
		s.awaitTyped(t, of, "", 0)
		s.awaitRow(t, of.latest(), "│ 行 299 "+family)
		alice.awaitAll(t, want+prefixed("花子", strings.TrimSuffix(many.String(), "\n")))
	})
}

// TestInputPasteOfWideTextPutsTheCursorBehindIt has a paste before other text, and one over the
// edge of a row.
func TestInputPasteOfWideTextPutsTheCursorBehindIt(t *testing.T) {
	t.Parallel()
	const flag = "🇯🇵"
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, "--name", "花子")
		s.paste(t, "日本"+family)
		s.awaitTyped(t, of, "日本"+family, 6)
		s.paste(t, flag+acute)
		s.awaitTyped(t, of, "日本"+family+flag+acute, 9)
		s.keys(t, "C-a", "C-f")
		s.awaitTyped(t, of, "日本"+family+flag+acute, 2)
		s.paste(t, "語"+family)
		s.awaitTyped(t, of, "日語"+family+"本"+family+flag+acute, 6)
		s.keys(t, "Enter")
		s.awaitTyped(t, of, "", 0)
		said := "花子: 日語" + family + "本" + family + flag + acute + "\n"

		full := strings.Repeat("語", of.typing()/2)
		s.paste(t, full)
		s.awaitLines(t, of, []string{full, ""}, 0)
		s.keys(t, "C-c")
		s.awaitTyped(t, of, "", 0)
		for _, wide := range []string{"語", family, flag} {
			less := "x" + strings.Repeat("語", of.typing()/2-1)
			s.paste(t, less+wide)
			s.awaitLines(t, of, []string{less, wide}, 2) // it is not cut
			s.keys(t, "Enter")
			s.awaitTyped(t, of, "", 0)
			said += "花子: " + less + wide + "\n"
		}
		alice.awaitAll(t, said)
	})
}

func TestInputCommandName(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		bot := r.overhear(t, 2)
		s := watchAt(t, of, r, 3, "--name", "花子")
		s.write(t, "/name a:b")
		s.keys(t, "Enter")
		s.awaitRow(t, of.input()-1, ` "a:b" has a colo`) // and so on
		s.awaitTyped(t, of, "/name a:b", 9)
		s.keys(t, "C-u")
		s.write(t, "/name 次郎")
		s.awaitTyped(t, of, "/name 次郎", 10)
		s.keys(t, "Enter")
		s.awaitTyped(t, of, "", 0)
		s.await(t, "* │ you are 次郎")
		bot.stdout.await(t, `"name":"次郎","old":"花子"`)
		if of.width >= 100 {
			s.await(t, "│ 次郎 (you)")
		}
		s.write(t, "//name")
		s.keys(t, "Enter")
		s.await(t, "次郎 │ /name")
		alice.awaitAll(t, "次郎: /name\n") // and no command
	})
}

func TestInputCommandWho(t *testing.T) {
	t.Parallel()
	atEachSize(t, func(t *testing.T, of size) {
		r := openRoom(t)
		alice := r.speak(t, "中村", 1)
		s := watchAt(t, of, r, 2, "--name", "花子")
		alice.say(t, "魚\n")
		s.await(t, "│ 魚")
		who := func() {
			s.write(t, "/who")
			s.awaitTyped(t, of, "/who", 4)
			s.keys(t, "Enter")
			s.awaitTyped(t, of, "", 0)
		}
		if of.width >= 100 { // they were there
			s.await(t, "│ 花子 (you)")
			who()
			s.awaitGone(t, "(you)")
		}
		who()
		s.await(t, "花子 (you)")
		s.await(t, "2 here")
		if of.width >= 60 { // beside the feed
			s.await(t, "│ 中村")
			s.await(t, "│ 魚")
		} else { // in its place
			s.await(t, " 中村")
			s.awaitGone(t, "│ 魚")
		}
		who()
		s.awaitGone(t, "(you)")
		s.await(t, "│ 魚")
	})
}

func TestInputCommandClear(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, of size, flags ...string) {
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		s := watchAt(t, of, r, 2, append(flags, "--name", "花子")...)
		for i := range 60 {
			alice.say(t, fmt.Sprintf("古い %d\n", i))
		}
		s.awaitRow(t, of.latest(), "古い 59")
		s.keys(t, "PPage")
		s.awaitReading(t, of, true)
		s.write(t, "/clear")
		s.awaitTyped(t, of, "/clear", 6)
		s.keys(t, "Enter")
		s.awaitTyped(t, of, "", 0)
		s.awaitGone(t, "古い")
		s.awaitReading(t, of, false)
		alice.say(t, "新しい\n")
		s.await(t, "│ 新しい")
		s.keys(t, "PPage") // goes nowhere
		s.write(t, "これ")
		s.keys(t, "Enter")
		s.await(t, "│ これ")
		if s.has(t, "古い") {
			t.Error("what was cleared comes back")
		}
		alice.awaitAll(t, "花子: これ\n") // and no command
	})
}
