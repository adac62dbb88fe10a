package tui

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// A screen is a model without a terminal, in a room that the test speaks for.
type screen struct {
	*model
	t    *testing.T
	now  time.Time
	sent []string
	full bool // the outbox takes nothing
}

func newScreen(t *testing.T, name string, width, height int) *screen {
	t.Helper()
	lipgloss.SetColorProfile(termenv.Ascii)
	s := &screen{t: t, now: time.Date(2026, 11, 23, 20, 58, 0, 0, time.UTC)}
	board := newBoard(func() time.Time { return s.now })
	board.zone = time.UTC
	board.configure(Config{Name: name}, nil)
	offer := func(line []byte) (uint64, bool) {
		if !s.full {
			s.sent = append(s.sent, string(line))
		}
		return uint64(len(s.sent)), !s.full
	}
	s.model = newModel(Config{Title: "localhost:1234"}, board, offer, t.Context().Done(), nil)
	s.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return s
}

// arrive is what the session's goroutine and the watching command do.
func (s *screen) arrive(data string) {
	s.board.handle(session.Received{Data: []byte(data)})
	s.Update(changedMsg{})
}

func (s *screen) press(keys ...tea.KeyType) (last tea.Cmd) {
	for _, k := range keys {
		_, last = s.Update(tea.KeyMsg{Type: k})
	}
	return last
}

func (s *screen) write(typed string) { s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(typed)}) }

// rows are the rows of the screen, as a terminal without styles would show them.
func (s *screen) rows() []string {
	s.t.Helper()
	rows := strings.Split(s.View(), "\n")
	if len(rows) != max(1, s.height) {
		s.t.Fatalf("%d rows on a screen of %d:\n%s", len(rows), s.height, s.View())
	}
	for i, row := range rows {
		row = strings.TrimRight(ansi.Strip(row), " ")
		if text.Width(row) > s.width {
			s.t.Errorf("row %d is wider than %d cells: %q", i, s.width, row)
		}
		rows[i] = row
	}
	return rows
}

func (s *screen) has(want string) bool {
	s.t.Helper()
	return strings.Contains(strings.Join(s.rows(), "\n"), want)
}

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares the screen with a file.
func (s *screen) golden(name string) {
	s.t.Helper()
	got := strings.Join(s.rows(), "\n") + "\n"
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		s.t.Errorf("the screen is not %s (%v):\n%s", file, err, got)
	}
}

func TestScreenAtEverySize(t *testing.T) {
	for _, size := range []struct{ width, height int }{{120, 40}, {80, 24}, {50, 12}, {20, 5}, {19, 4}} {
		s := newScreen(t, "", size.width, size.height)
		s.arrive("花子: おはよう、デモは14時です\n")
		s.arrive("bob: deploy finished https://ci.example/42 and a rest that is long enough to need another row or two\n")
		s.arrive("no name here\r\n\x1b]0;title\x07\u202eevil\n")
		s.write("👨‍👩‍👧‍👦 hello")
		s.golden(fmt.Sprintf("%dx%d", size.width, size.height))
	}
}

func TestOwnLineIsSentAndShownAtOnce(t *testing.T) {
	for name, want := range map[string]string{"": "hello\n", "alice": "alice: hello\n"} {
		s := newScreen(t, name, 80, 24)
		s.write("hello")
		s.press(tea.KeyEnter)
		if len(s.sent) != 1 || s.sent[0] != want {
			t.Errorf("sent %q, want %q", s.sent, want)
		}
		if !s.has(" │ hello") || !s.composer.Empty() {
			t.Errorf("the line is not in the feed, or still in the input:\n%s", s.View())
		}
		s.press(tea.KeyEnter)
		if len(s.sent) != 1 {
			t.Errorf("an empty line was sent: %q", s.sent)
		}
	}
}

func TestLineStaysWhenTheOutboxIsFull(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.full = true
	s.write("precious")
	s.press(tea.KeyEnter)
	if s.composer.Text() != "precious" || !s.has("this one is kept here") {
		t.Errorf("the line is lost, or nobody was told:\n%s", s.View())
	}
	s.full = false
	s.press(tea.KeyEnter)
	if len(s.sent) != 1 || s.has("this one is kept here") {
		t.Errorf("sent %q", s.sent)
	}
}

func TestReadingBackIsNotDisturbed(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	for i := range 100 {
		s.arrive(fmt.Sprintf("line %d\n", i))
	}
	s.press(tea.KeyPgUp, tea.KeyPgUp)
	before := s.rows()[1:21]
	for i := range 50 {
		s.arrive(fmt.Sprintf("more %d\n", i))
	}
	after := s.rows()
	if strings.Join(before, "\n") != strings.Join(after[1:21], "\n") {
		t.Errorf("the rows moved:\n%s", s.View())
	}
	if !s.has("[ ↓ 50 new · End ]") {
		t.Errorf("nothing says what is new:\n%s", s.View())
	}
	s.press(tea.KeyEnd)
	if !s.has("more 49") || s.has("new · End") {
		t.Errorf("End does not lead to the latest:\n%s", s.View())
	}
	s.press(tea.KeyCtrlUp)
	if s.has("more 49") || !s.has("[ reading back · End ]") {
		t.Errorf("a line back is not a line back:\n%s", s.View())
	}
	s.press(tea.KeyCtrlDown)
	if !s.has("more 49") {
		t.Errorf("a line forward is not a line forward:\n%s", s.View())
	}
	s.press(tea.KeyPgUp)
	s.press(tea.KeyPgDown)
	if !s.has("more 49") || s.has("reading back") {
		t.Errorf("a page back and forward is not where it was:\n%s", s.View())
	}
}

func TestBreakShowsAndIsMarked(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.board.handle(session.Connected{})
	s.arrive("half a li")
	s.board.handle(session.Disconnected{Err: errors.New("gone"), Attempt: 1, Retry: 240 * time.Millisecond})
	s.now = s.now.Add(5 * time.Second)
	s.board.handle(session.Disconnected{Err: errors.New("gone"), Attempt: 2, Retry: 400 * time.Millisecond})
	s.Update(changedMsg{})
	if !s.has("[down: attempt 2 in 400ms]") || !s.has("half a li") {
		t.Errorf("the break does not show:\n%s", s.View())
	}
	s.board.handle(session.Connected{})
	s.Update(changedMsg{})
	if !s.has("disconnected 20:58:00 to 20:58:05, lines may be missing") || !s.has("[up]") {
		t.Errorf("the break is not marked:\n%s", s.View())
	}
}

// quits tells whether a command ends the program.
func quits(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	_, quit := cmd().(tea.QuitMsg)
	return quit
}

func TestCtrlCClearsThenQuitsTheSecondTime(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.write("half a thought")
	if cmd := s.press(tea.KeyCtrlC); cmd != nil || !s.composer.Empty() {
		t.Errorf("Ctrl+C on a full input does not just clear it")
	}
	if s.press(tea.KeyCtrlC); !s.has("^C again quits") {
		t.Errorf("nothing says how to quit:\n%s", s.View())
	}
	s.Update(forgetMsg{s.hints})
	if s.has("again quits") || s.armed {
		t.Errorf("it is not forgotten:\n%s", s.View())
	}
	s.press(tea.KeyCtrlC)
	s.write("x")
	s.press(tea.KeyBackspace)
	if s.armed {
		t.Error("another key between the two does not count")
	}
	s.press(tea.KeyCtrlC)
	if !quits(s.press(tea.KeyCtrlC)) {
		t.Error("twice on an empty input does not quit")
	}
}

func TestHintOfAnotherKeyIsNotForgottenEarly(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.press(tea.KeyCtrlC)
	old := s.hints
	s.write("x")
	s.press(tea.KeyCtrlC, tea.KeyCtrlC)
	s.Update(forgetMsg{old})
	if !s.armed || !s.has("again quits") {
		t.Error("the end of an old hint ended a new one")
	}
}

func TestCtrlDQuitsOnEmptyInputOnly(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.write("x")
	if quits(s.press(tea.KeyCtrlD)) {
		t.Error("Ctrl+D quits while something is typed")
	}
	s.press(tea.KeyCtrlC)
	if !quits(s.press(tea.KeyCtrlD)) {
		t.Error("Ctrl+D on an empty input does not quit")
	}
}

func TestTooLongALineIsRefusedWithAWord(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	limit := wire.DefaultMaxLine - len("\n")
	s.write(strings.Repeat("x", limit))
	s.write("y")
	if !s.has(fmt.Sprintf("too long: a line has up to %d bytes", limit)) || s.composer.Bytes() != limit {
		t.Errorf("nothing says why the key does nothing:\n%s", s.View())
	}
}

func TestTypedWordIsNoKey(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	for _, word := range []string{"enter", "ctrl+c", "pgup", "ctrl+d"} {
		s.write(word)
	}
	if s.composer.Text() != "enterctrl+cpgupctrl+d" || len(s.sent) != 0 {
		t.Errorf("typed words did something: %q is left, sent %q", s.composer.Text(), s.sent)
	}
}

func TestViewIsDrawnOnlyWhenSomethingChanged(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.arrive("one\n")
	s.View()
	s.board.handle(session.Received{Data: []byte("two\n")})
	if s.has("two") {
		t.Error("the view was drawn again without a message that says so")
	}
	s.Update(changedMsg{})
	if !s.has("two") {
		t.Error("the view was not drawn again")
	}
}

func TestWatchComesOnceAFrameHoweverMuchArrives(t *testing.T) {
	board := newBoard(time.Now)
	for range 1000 {
		board.handle(session.Received{Data: []byte("x\n")})
	}
	if _, ok := watch(board.wake, t.Context().Done(), 0)().(changedMsg); !ok {
		t.Fatal("nothing says that lines came")
	}
	done := make(chan struct{})
	close(done)
	if msg := watch(board.wake, done, 0)(); msg != nil {
		t.Errorf("a thousand lines left more than one token: %v", msg)
	}
	if msg := watch(board.wake, done, time.Hour)(); msg != nil {
		t.Errorf("the end does not end the wait of a frame: %v", msg)
	}
}

func BenchmarkFlood(b *testing.B) {
	board := newBoard(time.Now)
	board.feed.Resize(66, 20)
	chunk := []byte(strings.Repeat("bob: "+strings.Repeat("x", 58)+"\n", 1024))
	b.SetBytes(int64(len(chunk)))
	for b.Loop() {
		board.handle(session.Received{Data: chunk})
		board.feed.Rows()
	}
	b.ReportMetric(float64(1024*b.N)/b.Elapsed().Seconds(), "lines/s")
}
