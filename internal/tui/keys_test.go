package tui

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// tells reports whether a command brings a message, or the first one of a batch does.
func tells(cmd tea.Cmd, want string) bool {
	if cmd == nil {
		return false
	}
	msg := cmd()
	if batch, ok := msg.(tea.BatchMsg); ok {
		msg = batch[0]()
	}
	return strings.Contains(strings.ToLower(fmt.Sprintf("%T", msg)), want)
}

// newFull is a room in which there is much to scroll through, numbered from 0 to 99.
func newFull(t *testing.T) *screen {
	t.Helper()
	s := newFramed(t, 80, 24, "bob", "carol")
	for i := range 100 {
		s.happen(s.line(uint64(i+1), "bob", fmt.Sprintf("line %d.", i)))
	}
	return s
}

func TestEveryKeyOfTheScreen(t *testing.T) {
	alt := func(k tea.KeyType) tea.KeyMsg { return tea.KeyMsg{Type: k, Alt: true} }
	for name, test := range map[string]func(t *testing.T, s *screen){
		"F1 opens and closes the help": func(t *testing.T, s *screen) {
			s.press(tea.KeyF1)
			s.want("Screen", "F1             help")
			s.wantNot("line 99.")
			s.press(tea.KeyF1)
			s.want("line 99.")
		},
		"the help scrolls, and stays within its ends": func(t *testing.T, s *screen) {
			s.press(tea.KeyF1, tea.KeyUp, tea.KeyPgUp)
			s.want("F1             help")
			s.press(tea.KeyDown)
			s.wantNot(" Screen")
			for range 20 {
				s.press(tea.KeyPgDown)
			}
			s.want("said by this program")
			s.press(tea.KeyPgUp)
			s.wantNot("said by this program")
			s.press(tea.KeyEsc, tea.KeyF1)
			s.want("F1             help")
		},
		"while there is help, text is still typed": func(t *testing.T, s *screen) {
			s.press(tea.KeyF1)
			s.write("hello")
			s.want(" > hello", "F1             help")
		},
		"PgUp and PgDn": func(t *testing.T, s *screen) {
			s.press(tea.KeyPgUp)
			s.want("line 61.", "line 80.")
			s.wantNot("line 60.", "line 81.")
			s.press(tea.KeyPgDown)
			s.want("line 99.")
		},
		"Ctrl+Up and Ctrl+Down": func(t *testing.T, s *screen) {
			s.press(tea.KeyCtrlUp)
			s.wantNot("line 99.")
			s.press(tea.KeyCtrlDown)
			s.want("line 99.")
		},
		"End on empty input, Ctrl+End and Esc lead to the latest": func(t *testing.T, s *screen) {
			for _, k := range []tea.KeyType{tea.KeyEnd, tea.KeyCtrlEnd, tea.KeyEsc} {
				s.press(tea.KeyPgUp, k)
				s.want("line 99.")
			}
			s.write("x")
			s.press(tea.KeyPgUp, tea.KeyHome, tea.KeyEnd)
			s.wantNot("line 99.")
			s.write("y")
			s.want(" > xy")
		},
		"Alt+U leads to what is new": func(t *testing.T, s *screen) {
			s.alt('u')
			s.want("nothing is new")
			s.press(tea.KeyPgUp)
			for i := range 50 {
				s.happen(s.line(uint64(101+i), "bob", fmt.Sprintf("new %d.", i)))
			}
			s.press(tea.KeyEnd)
			s.wantNot("50 new since")
			s.alt('u')
			s.want("50 new since 20:58", "new 0.")
		},
		"F2 shows the members": func(t *testing.T, s *screen) {
			s.press(tea.KeyF2)
			s.want("│ alice (you)")
			s.press(tea.KeyF2)
			s.wantNot("(you)")
		},
		"Ctrl+PgDn and Ctrl+PgUp scroll the members": func(t *testing.T, s *screen) {
			for i := range 40 {
				s.happen(join(fmt.Sprint("x", i), fmt.Sprintf("m%02d", i), uint64(i+4)))
			}
			s.press(tea.KeyF2)
			s.want("│ alice (you)", "↓ 25 more")
			s.press(tea.KeyCtrlPgDown)
			s.wantNot("(you)")
			s.want("↑ 19 more", "line 99.")
			s.press(tea.KeyCtrlPgDown, tea.KeyCtrlPgDown)
			s.want("│ m39", "↑ 25 more")
			s.wantNot("↓")
			s.press(tea.KeyCtrlPgUp, tea.KeyCtrlPgUp, tea.KeyCtrlPgUp)
			s.want("│ alice (you)")
			s.wantNot("↑")
		},
		"PgUp and PgDn scroll the members where they hide the feed": func(t *testing.T, s *screen) {
			s.Update(tea.WindowSizeMsg{Width: 50, Height: 12})
			for i := range 40 {
				s.happen(join(fmt.Sprint("x", i), fmt.Sprintf("m%02d", i), uint64(i+4)))
			}
			s.press(tea.KeyF2)
			s.View()
			s.press(tea.KeyPgDown)
			s.wantNot("(you)")
			s.press(tea.KeyPgUp)
			s.want("(you)")
			s.press(tea.KeyEsc)
			s.want("m00, m01 and 38 others joined")
		},
		"Alt+M takes the mouse and gives it back": func(t *testing.T, s *screen) {
			if !tells(s.alt('m'), "enablemousecellmotion") || !s.has("mouse") {
				t.Error("the mouse is not asked for, or nobody is told")
			}
			if !tells(s.alt('m'), "disablemouse") {
				t.Error("the mouse is not given back")
			}
		},
		"Ctrl+F on empty input finds, elsewhere it moves": func(t *testing.T, s *screen) {
			s.write("x")
			s.press(tea.KeyCtrlA, tea.KeyCtrlF)
			s.wantNot("find:")
			s.write("y")
			s.want(" > xy")
			s.press(tea.KeyCtrlC, tea.KeyCtrlF)
			s.want(" find:")
		},
		"F3 finds, with text in the input, which stays": func(t *testing.T, s *screen) {
			s.write("half a thought")
			s.press(tea.KeyF3)
			s.write("LINE 4")
			s.want(" find: LINE 4", "11 lines")
			s.press(tea.KeyEnter)
			s.want("1 of 11", "▸ line 49.")
			s.press(tea.KeyF3, tea.KeyEnter)
			s.want("3 of 11", "▸ line 47.")
			s.Update(alt(tea.KeyEnter))
			s.want("2 of 11", "▸ line 48.")
			for range 10 {
				s.press(tea.KeyEnter)
			}
			s.want("nothing older is found", "▸ line 4.")
			for range 11 {
				s.Update(alt(tea.KeyEnter))
			}
			s.want("nothing newer is found", "▸ line 49.")
			s.press(tea.KeyEsc)
			s.want(" > half a thought", "▸ line 49.", "1 of 11")
		},
		"Esc closes the bar, then ends the find, then leads to the latest": func(t *testing.T, s *screen) {
			s.press(tea.KeyF3)
			s.write("line 4.")
			s.press(tea.KeyEnter, tea.KeyEsc)
			s.wantNot("find:")
			s.want("1 of 1", "▸")
			s.press(tea.KeyEsc)
			s.wantNot("1 of 1", "▸", "line 99.")
			s.want("line 4.")
			s.press(tea.KeyEsc)
			s.want("line 99.")
		},
		"the bar opens where something hides the feed": func(t *testing.T, s *screen) {
			s.Update(tea.WindowSizeMsg{Width: 50, Height: 24})
			s.press(tea.KeyF1, tea.KeyF3)
			s.want("line 99.", " find:")
			s.press(tea.KeyEsc, tea.KeyF2, tea.KeyF3)
			s.want("line 99.", " find:")
			s.press(tea.KeyEsc, tea.KeyF1, tea.KeyF2)
			s.want("(you)")
		},
		"what is not found is said": func(t *testing.T, s *screen) {
			s.press(tea.KeyF3)
			s.write("nowhere")
			s.want("nothing is found")
			s.press(tea.KeyEnter)
			s.want("nothing older is found")
		},
		"the bar is edited like any line": func(t *testing.T, s *screen) {
			s.press(tea.KeyF3)
			s.write("line 98")
			s.press(tea.KeyBackspace)
			s.want("line 9", "11 lines")
			s.press(tea.KeyCtrlW)
			s.write("98")
			s.want("find: line 98", "1 line")
			s.paste("\nand\nmore\nlines\nstill\n")
			s.want("find: line 98and more lines still")
			s.press(tea.KeyCtrlU, tea.KeyCtrlR)
			s.wantNot("search")
			if tells(s.press(tea.KeyCtrlD), "quit") || !s.has(" find:") {
				t.Error("Ctrl+D in the bar does something")
			}
		},
		"while there is a bar, the feed scrolls": func(t *testing.T, s *screen) {
			s.press(tea.KeyF3, tea.KeyPgUp)
			s.wantNot("line 99.")
			s.press(tea.KeyEnd)
			s.want("line 99.")
		},
		"Tab completes who spoke last": func(t *testing.T, s *screen) {
			s.happen(s.line(200, "carol", "hi"))
			s.press(tea.KeyTab)
			s.want(" > carol: ")
			s.press(tea.KeyTab)
			s.want(" > bob: ")
			s.press(tea.KeyShiftTab)
			s.want(" > carol: ")
			s.write("ask @b")
			s.press(tea.KeyTab)
			s.want(" > carol: ask @bob ")
			s.write("zz")
			s.press(tea.KeyTab)
			s.want("nothing begins so")
			s.press(tea.KeyCtrlC)
			s.write("al")
			s.press(tea.KeyTab)
			s.want("nothing begins so") // but this side's own name
		},
		"Enter sends, Alt+Enter begins a line": func(t *testing.T, s *screen) {
			s.write("one")
			s.Update(alt(tea.KeyEnter))
			s.write("two")
			s.want(" > one", "   two")
			s.press(tea.KeyEnter)
			if !slices.Equal(s.sent, []string{"one\ntwo\n"}) || !s.composer.Empty() {
				t.Errorf("sent %q", s.sent)
			}
		},
		"Up and Down go through what was sent": func(t *testing.T, s *screen) {
			s.say("first")
			s.say("second")
			s.press(tea.KeyUp, tea.KeyUp)
			s.want(" > first")
			s.press(tea.KeyDown)
			s.want(" > second")
		},
		"Ctrl+R searches what was sent": func(t *testing.T, s *screen) {
			s.say("first")
			s.say("second")
			s.press(tea.KeyCtrlR)
			s.write("fi")
			s.want("search `fi': first")
			s.press(tea.KeyEnter)
			if s.sent[len(s.sent)-1] != "first\n" {
				t.Errorf("sent %q", s.sent)
			}
		},
		"a long paste is asked about": func(t *testing.T, s *screen) {
			s.paste("a\nb\nc\nd")
			s.want("Send 4 lines (7 bytes)? Enter sends, ^E edits, Esc drops")
			s.press(tea.KeyPgUp, tea.KeyF1, tea.KeyTab)
			s.want("Send 4 lines", "line 99.")
			s.press(tea.KeyEsc)
			s.wantNot("Send 4 lines")
			s.write("before")
			s.paste("a\nb\nc\nd")
			s.press(tea.KeyCtrlC)
			s.wantNot("Send 4 lines")
			s.want(" > before")
			s.press(tea.KeyCtrlC)
			s.paste("a\nb\nc\nd")
			s.press(tea.KeyCtrlE)
			s.want("   d")
			s.press(tea.KeyCtrlC)
			s.paste("a\nb\nc\nd")
			s.press(tea.KeyEnter)
			if !slices.Equal(s.sent, []string{"a\nb\nc\nd\n"}) {
				t.Errorf("sent %q", s.sent)
			}
		},
		"Ctrl+L draws anew": func(t *testing.T, s *screen) {
			if !tells(s.press(tea.KeyCtrlL), "clearscreen") {
				t.Error("nothing is drawn")
			}
		},
		"Ctrl+Z suspends": func(t *testing.T, s *screen) {
			if !tells(s.press(tea.KeyCtrlZ), "suspend") {
				t.Error("nothing is suspended")
			}
		},
		"Ctrl+C closes the bar and clears the input before it quits": func(t *testing.T, s *screen) {
			s.write("x")
			s.press(tea.KeyF3)
			s.write("line")
			s.press(tea.KeyCtrlC)
			s.want(" > x")
			s.wantNot("lines")
			s.press(tea.KeyCtrlC)
			s.wantNot("> x")
			s.press(tea.KeyCtrlC)
			if !tells(s.press(tea.KeyCtrlC), "quit") {
				t.Error("it does not quit")
			}
		},
		"Ctrl+D on empty input quits": func(t *testing.T, s *screen) {
			if !tells(s.press(tea.KeyCtrlD), "quit") {
				t.Error("it does not quit")
			}
		},
	} {
		t.Run(name, func(t *testing.T) { test(t, newFull(t)) })
	}
}

// Help and completion read these lists.
func TestEveryBindingIsListed(t *testing.T) {
	for _, keyMap := range []interface{ All() []key.Binding }{
		defaultKeyMap(), defaultFindKeyMap(), defaultComposerKeyMap(), searchKeys, questionKeys,
	} {
		fields := reflect.ValueOf(keyMap)
		listed := keyMap.All()
		if len(listed) != fields.NumField() {
			t.Errorf("%T has %d bindings, and %d are listed", keyMap, fields.NumField(), len(listed))
		}
		for i := range fields.NumField() {
			want := fields.Field(i).Interface().(key.Binding)
			if want.Help().Key == "" || want.Help().Desc == "" || !slices.ContainsFunc(listed, func(k key.Binding) bool {
				return k.Help() == want.Help()
			}) {
				t.Errorf("%T.%s is not listed, or says nothing", keyMap, fields.Type().Field(i).Name)
			}
		}
	}
}

func TestHelpNamesEveryBinding(t *testing.T) {
	s := newFramed(t, 80, 200)
	s.press(tea.KeyF1)
	for _, keys := range [][]key.Binding{s.keys.All(), s.find.keys.All(), s.composer.KeyMap.All(), searchKeys.All(), questionKeys.All()} {
		for _, k := range keys {
			s.want(fmt.Sprintf("  %-*s%s", helpKeys+1, k.Help().Key, k.Help().Desc))
		}
	}
	for _, command := range slashRows() {
		s.want(command.what, command.does)
	}
}

func TestWheelScrollsWhatItIsOver(t *testing.T) {
	s := newFull(t)
	wheel := func(button tea.MouseButton, x int) {
		s.View() // which Bubble Tea asks for after each message
		s.Update(tea.MouseMsg{Button: button, X: x, Y: 5})
	}
	wheel(tea.MouseButtonWheelUp, 10)
	s.want("line 96.")
	s.wantNot("line 97.")
	wheel(tea.MouseButtonWheelDown, 10)
	s.want("line 99.")
	for i := range 40 {
		s.happen(join(fmt.Sprint("x", i), fmt.Sprintf("m%02d", i), uint64(i+4)))
	}
	s.press(tea.KeyF2)
	wheel(tea.MouseButtonWheelDown, 70)
	s.want("line 99.", "↑ 4 more")
	wheel(tea.MouseButtonWheelUp, 58)
	s.want("│ alice (you)")
	wheel(tea.MouseButtonWheelUp, 57)
	s.wantNot("line 99.")
	s.press(tea.KeyF1)
	wheel(tea.MouseButtonWheelDown, 70)
	s.wantNot(" Screen")
	before := s.View()
	s.view = "as it was"
	for _, button := range []tea.MouseButton{tea.MouseButtonLeft, tea.MouseButtonNone, tea.MouseButtonRight} {
		s.Update(tea.MouseMsg{Button: button})
	}
	if s.View() != "as it was" {
		t.Errorf("a click draws the screen anew, which was\n%s", before)
	}
}

func TestWhatComesWhileTheTerminalIsAwayIsNew(t *testing.T) {
	s := newFull(t)
	s.happen(s.line(101, "bob", "seen"))
	s.Update(tea.BlurMsg{})
	s.happen(s.line(102, "bob", "not seen"), s.line(103, "bob", "nor this"))
	s.want("2 new since 20:58")
	if s.index("new since") != s.index("not seen")-1 {
		t.Errorf("the line is not above what is new:\n%s", s.View())
	}
	s.Update(tea.FocusMsg{})
	s.happen(s.line(104, "bob", "seen again"))
	s.want("2 new since")
	s.Update(tea.BlurMsg{})
	s.Update(tea.ResumeMsg{}) // who continues the program is there
	s.happen(s.line(105, "bob", "and again"))
	s.want("2 new since")
}
