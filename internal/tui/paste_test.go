package tui

import (
	"strings"
	"testing"
	"testing/synctest"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/wire"
)

func TestPasteIsTakenUpToThreeLinesAnd4KiB(t *testing.T) {
	line := strings.Repeat("x", askPasteBytes)
	tests := []struct {
		name, paste string
		asks        bool
	}{
		{"three lines", "a\nb\nc", false},
		{"three lines and the end of the last", "a\r\nb\r\nc\r\n", false},
		{"four lines", "a\nb\nc\nd", true},
		{"four lines by old line ends", "a\rb\rc\rd", true},
		{"4 KiB", line, false},
		{"4 KiB of what stays", line + "\x00\x1b", false},
		{"more than 4 KiB", line + "y", true},
		{"more than 4 KiB of Japanese", strings.Repeat("日", 1366), true},
	}
	for _, tt := range tests {
		c := newComposer(32 << 10)
		if pressAll(&c, "ab Left"); !c.Press(pasted(tt.paste)) {
			t.Errorf("%s: not taken", tt.name)
		}
		want := strings.TrimSuffix(harmless(tt.paste), "\n")
		if c.Busy() != tt.asks || c.Text() != "a"+want+"b" || (c.text != "ab") == tt.asks {
			t.Errorf("%s: asks %t, want %t; the text is %.20q of %d bytes", tt.name, c.Busy(), tt.asks, c.Text(), c.Bytes())
		}
		if !tt.asks {
			if pressAll(&c, "^_"); marked(&c) != "a|b" {
				t.Errorf("%s: undone to %.20q", tt.name, marked(&c))
			}
		}
	}
}

func TestPasteIsAskedForWithItsSize(t *testing.T) {
	tests := []struct{ paste, want string }{
		{"a\nb\nc\nd", "Send 4 lines (7 bytes)?"},
		{strings.Repeat("x\n", 14), "Send 14 lines (27 bytes)?"},
		{strings.Repeat("x", 5200), "Send 1 line (5.2 kB)?"},
		{strings.Repeat(strings.Repeat("x", 99)+"\n", 10_000), "Send 10000 lines (1.0 MB)?"},
		{strings.Repeat(strings.Repeat("x", 99)+"\n", 9_999), "Send 9999 lines (999.9 kB)?"},
	}
	for _, tt := range tests {
		c := newComposer(32 << 10)
		c.Press(pasted(tt.paste))
		if got, want := c.Question(), tt.want+" Enter sends, ^E edits, Esc drops"; got != want {
			t.Errorf("it asks %q, want %q", got, want)
		}
	}
	c := newComposer(1024)
	if c.Question() != "" {
		t.Errorf("an empty composer asks %q", c.Question())
	}
}

func TestPasteIsAnswered(t *testing.T) {
	const four = "1\n2\n3\n4"
	press := func(t tea.KeyType) tea.KeyMsg { return tea.KeyMsg{Type: t} }
	tests := []struct {
		name  string
		msg   tea.KeyMsg
		taken bool
		text  string // what would be sent then
		asks  bool
	}{
		{"Enter is for others", enter, false, "a" + four + "b", true},
		{"Ctrl+E", press(tea.KeyCtrlE), true, "a" + four + "b", false},
		{"Esc", press(tea.KeyEsc), true, "ab", false},
		{"Ctrl+C", press(tea.KeyCtrlC), true, "ab", false},
		{"typing does nothing", typed("x"), true, "a" + four + "b", true},
		{"nor do keys", press(tea.KeyBackspace), true, "a" + four + "b", true},
		{"nor those of the screen", press(tea.KeyPgUp), true, "a" + four + "b", true},
		{"one more paste is added", pasted("5\r\n"), true, "a" + four + "\n5b", true},
	}
	for _, tt := range tests {
		c := composerAt(t, "a|b")
		c.Press(pasted(four))
		if got := c.Press(tt.msg); got != tt.taken {
			t.Errorf("%s: taken %t", tt.name, got)
		}
		if c.Text() != tt.text || c.Bytes() != len(tt.text) || c.Busy() != tt.asks || c.Empty() {
			t.Errorf("%s: %q, asks %t, want %q, %t", tt.name, c.Text(), c.Busy(), tt.text, tt.asks)
		}
	}

	c := composerAt(t, "a|b")
	c.Press(pasted(four))
	if entry, added := c.Accept(); entry != "a"+four+"b" || !added || !c.Empty() || c.Busy() {
		t.Errorf("sent %q, %t; %q is left", entry, added, c.Text())
	}
	if pressAll(c, "Up"); c.Text() != "a"+four+"b" {
		t.Errorf("the history has %q", c.Text())
	}
	c.Press(pasted(four))
	if c.Clear(); !c.Empty() || c.Busy() {
		t.Errorf("cleared, %q is left", c.Text())
	}
	if c.Press(pasted(four)); c.Empty() || c.text != "" {
		t.Error("a paste into an empty composer is nothing")
	}
}

func TestPasteIsRefusedWithTheReason(t *testing.T) {
	mebibyte := strings.Repeat("sixteen  bytes \n", 1<<16-1) + "sixteen bytes..."
	tests := []struct{ name, paste, want string }{
		{"10 KB", strings.Repeat("ten bytes\n", 1000), ""},
		{"1 MiB", mebibyte, ""},
		{"1 MiB and a byte", mebibyte + "x", "too long: up to 1.0 MB can be pasted at once"},
		{"3 MiB", strings.Repeat(mebibyte, 3), "too long: up to 1.0 MB can be pasted at once"},
		{"a line over the limit", "a\n" + strings.Repeat("x", 1025) + "\nb\nc", "too long: a line has up to 1024 bytes"},
		{"lines up to the limit", strings.Repeat(strings.Repeat("x", 1024)+"\n", 5), ""},
	}
	for _, tt := range tests {
		c := newComposer(1024)
		c.Press(pasted(tt.paste))
		if c.Refusal() != tt.want || c.Refused() != (tt.want != "") {
			t.Errorf("%s: refused %q, want %q", tt.name, c.Refusal(), tt.want)
		}
		if got := c.Text() == strings.TrimSuffix(tt.paste, "\n"); got != (tt.want == "") {
			t.Errorf("%s: %d of %d bytes are there", tt.name, c.Bytes(), len(tt.paste))
		}
	}

	c := newComposer(1024)
	c.Press(pasted(strings.Repeat("ten bytes\n", 1000)))
	if !c.Press(tea.KeyMsg{Type: tea.KeyCtrlE}) || !c.Refused() || c.Bytes() != 9999 || !c.Busy() {
		t.Errorf("to edit it: refused %q, %d bytes, asks %t", c.Refusal(), c.Bytes(), c.Busy())
	}

	c = newComposer(8)
	pressAll(&c, "1234567")
	c.Press(pasted("a\nb\nc\nd"))
	if c.Press(enter) {
		t.Errorf("%q can be sent: %q", c.Text(), c.Refusal())
	}
	c = newComposer(8)
	pressAll(&c, "12345678")
	c.Press(pasted("a\nb\nc\nd"))
	if !c.Press(enter) || !c.Refused() || !c.Busy() {
		t.Error("a line that the paste makes too long can be sent")
	}
}

func TestPasteIsTakenIfEachLineFits(t *testing.T) {
	for text, fits := range map[string]bool{
		"": true, "abcd": true, "abcde": false, "ab\ncd": true, "abcd\nabcd": true,
		"ab\nabcde": false, "日\n本": true, "日本\n": false, "abcd\n\n\nx": true,
	} {
		if got := linesFit(text, 4); got != fits {
			t.Errorf("%q fits: %t, want %t", text, got, fits)
		}
	}
}

func TestEveryAnswerThatDoesNothingSaysWhyAndTheQuestionComesBack(t *testing.T) {
	long := strings.Repeat("x", askPasteBytes+1)
	for name, test := range map[string]struct {
		before, paste string
		full          bool // the outbox
		answer        tea.KeyMsg
		want          string
	}{
		"Enter, for no command":        {"", "/usr\n/bin\n/lib\n/etc", false, enter, "there is no such command"},
		"Enter, for a command misused": {"", "/clear a\nb\nc\nd", false, enter, "/clear takes nothing behind it"},
		"Enter, with a full outbox":    {"", "a\nb\nc\nd", true, enter, "this one is kept here"},
		"Enter, for too long a line":   {strings.Repeat("x", wire.DefaultMaxLine-1), "a\nb\nc\nd", false, enter, "too long: a line has up to"},
		"Ctrl+E, for too much":         {"", strings.Repeat(long+"\n", 20), false, tea.KeyMsg{Type: tea.KeyCtrlE}, "too long: a line has up to"},
		"one more paste, of too much":  {"", "a\nb\nc\nd", false, pasted(strings.Repeat("x\n", maxPaste/2)), "too long: up to 1.0 MB"},
	} {
		s := newScreen(t, "", 120, 24)
		s.write(test.before)
		s.paste(test.paste)
		s.want("Send ")
		s.full = test.full
		s.Update(test.answer)
		s.want(test.want)
		s.Update(forgetMsg{s.hints})
		s.wantNot(test.want)
		s.want("Send ", "Enter sends, ^E edits, Esc drops")
		if len(s.sent) > 0 || !strings.Contains(s.composer.Text(), test.paste[:4]) {
			t.Errorf("%s: sent %.100q, %d bytes are left", name, s.sent, s.composer.Bytes())
		}
	}
}

func TestNewsStandsBeforeAQuestionForAWhileOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(t, "", 40, 24)
		s.paste("a\nb\nc\nd")
		s.board.tell("3 lines saved to a")
		cmd := s.listen()
		s.view = ""
		s.want("3 lines saved to a")
		if cmd == nil {
			t.Fatal("nothing ends it")
		}
		s.Update(cmd())
		s.want("Send 4 lines (7 bytes)?")
	})
}

func TestPasteOfAnyNumberOfLinesIsSentAsMessages(t *testing.T) {
	for name, test := range map[string]struct{ before, paste string }{
		"so many lines that their names are longer than a message": {"", strings.Repeat("ten bytes\n", 11_000) + "end"},
		"a long line behind others that are typed": {
			"typed\nbefore\n", strings.Repeat("x", wire.DefaultMaxLine-1-len("alice: ")) + "\na\nb\nc",
		},
	} {
		s := newFramed(t, 80, 24)
		s.composer.SetText(test.before)
		s.paste(test.paste)
		s.press(tea.KeyEnter)
		got := strings.Join(s.sent, "")
		if len(s.sent) < 2 || got != test.before+test.paste+"\n" || !s.composer.Empty() {
			t.Errorf("%s: %d bytes in %d messages are sent, %d are left\n%s", name, len(got), len(s.sent), s.composer.Bytes(), s.View())
		}
	}
}

func TestLimitThatIsShownIsNeverLessThanNothing(t *testing.T) {
	const many = 10_000
	s := newFramed(t, 80, 24)
	s.paste(strings.Repeat("x\n", many) + "end")
	s.press(tea.KeyCtrlE)
	s.want("too long: the name before each line leaves no room", "20003/65528")
	s.press(tea.KeyEnter, tea.KeyUp) // from the history, which has it though it could not be typed
	s.want("20003/65528")
	s.write("y")
	s.want("too long: the name before each line leaves no room", "20003/0")
	s.press(tea.KeyEnter)
	if got := strings.Join(s.sent, ""); got != strings.Repeat(strings.Repeat("x\n", many)+"end\n", 2) {
		t.Errorf("%d bytes are sent", len(got))
	}
}
