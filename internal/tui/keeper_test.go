package tui

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
)

func TestWhatWasSentIsThereInTheNextRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "history")
	s := newFramed(t, 80, 24)
	keeper, earlier := openKeeper(path, s.board)
	if keeper == nil || len(earlier) != 0 {
		t.Fatalf("the keeper is %v, and has %q", keeper, earlier)
	}
	s.keeper = keeper
	s.say("first")
	s.say("/clear")
	s.say("/nonsense")
	s.press(tea.KeyCtrlC)
	s.full = true
	s.say("not sent")
	s.press(tea.KeyCtrlC)
	s.full = false
	s.paste("a\nb\nc\nd")
	s.press(tea.KeyEnter)
	keeper.close()

	keeper, earlier = openKeeper(path, s.board)
	defer keeper.close()
	if want := []string{"first", "/clear", "a\nb\nc\nd"}; !slices.Equal(earlier, want) {
		t.Errorf("kept %q, want %q", earlier, want)
	}
	next := newFramed(t, 80, 24)
	next.composer.SetHistory(earlier)
	next.press(tea.KeyUp)
	next.want(" > a", "   d")
}

func TestWithoutAPathNothingIsKept(t *testing.T) {
	s := newFramed(t, 80, 24)
	keeper, earlier := openKeeper("", s.board)
	s.keeper = keeper
	s.say("hello")
	keeper.close()
	if keeper != nil || earlier != nil || len(s.sent) != 1 {
		t.Errorf("the keeper is %v, and has %q; sent %q", keeper, earlier, s.sent)
	}
}

func TestHistoryThatCannotBeKeptIsToldOnce(t *testing.T) {
	s := newFramed(t, 80, 24)
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if keeper, _ := openKeeper(filepath.Join(dir, "history"), s.board); keeper != nil {
		t.Error("a file is taken for a folder")
	}
	s.Update(changedMsg{})
	s.want("* │ no history: ")

	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	keeper, _ := openKeeper(filepath.Join(dir, "history"), s.board)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.keeper = keeper
	for range 3 * keeperQueue {
		s.say("hello")
		s.say("again")
	}
	keeper.close()
	s.Update(changedMsg{})
	if n := strings.Count(strings.Join(s.rows(), " "), "is not kept any more"); n > 1 || len(s.sent) != 6*keeperQueue {
		t.Errorf("told %d times, and sent %d lines", n, len(s.sent))
	}
	s.board.feed.Find("is not kept any more")
	if _, n := s.board.feed.Found(); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestPlainServerGetsTheNameBeforeEachLine(t *testing.T) {
	s := newScreen(t, "alice", 80, 24)
	s.paste("one\ntwo\n\nthree")
	s.press(tea.KeyEnter)
	if want := []string{"alice: one\nalice: two\nalice: \nalice: three\n"}; !slices.Equal(s.sent, want) {
		t.Errorf("sent %q, want %q", s.sent, want)
	}
	s.want("alice │ one", "alice │ two", "alice │ three")
}

func TestWhatIsTooMuchForOneMessageGoesAsSeveral(t *testing.T) {
	s := newFramed(t, 80, 24)
	line := strings.Repeat("x", 30_000)
	s.paste(line + "\n" + line + "\n" + line + "\n" + line)
	s.press(tea.KeyEnter)
	if len(s.sent) != 2 || s.sent[0] != line+"\n"+line+"\n" || s.sent[1] != s.sent[0] {
		t.Errorf("sent %d messages", len(s.sent))
	}
	taken := 0
	s.offer = func([]byte) (uint64, bool) { taken++; return uint64(taken), taken == 1 }
	s.paste(strings.Repeat(line+"\n", 9) + "last")
	s.press(tea.KeyEnter)
	if want := strings.Repeat(line+"\n", 7) + "last"; s.composer.Text() != want {
		t.Errorf("%d bytes are left, want %d", len(s.composer.Text()), len(want))
	}
	s.want("this one is kept here", "Send 8 lines (210.0 kB)?")
	s.offer = func([]byte) (uint64, bool) { return 9, true }
	s.press(tea.KeyEnter)
	if !s.composer.Empty() {
		t.Errorf("%d bytes are left", s.composer.Bytes())
	}
}

func TestWhatTheComposerTakesCanBeSent(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.happen(session.Connected{Framed: true, You: me, Count: 1, MaxLine: 100})
	r := rand.New(rand.NewPCG(8, 9))
	taken := 0
	for range 2000 {
		var lines []string
		for range 1 + r.IntN(6) {
			lines = append(lines, strings.Repeat("x", r.IntN(130)/(1+r.IntN(4))))
		}
		text := strings.Join(lines, "\n")
		ok := linesFit(text, s.board.limit(1))
		messages, fits := s.board.messages(text)
		if ok != fits || ok && strings.Join(messages, "\n") != text {
			t.Fatalf("%q is taken %v and can be sent %v, as %q", text, ok, fits, messages)
		}
		if ok {
			taken++
		}
	}
	if taken < 100 || taken > 1900 {
		t.Errorf("of 2000 texts, %d are taken", taken)
	}
}

func TestWhatCannotBeSentOfAPasteIsKeptWhateverItsSize(t *testing.T) {
	for name, test := range map[string]struct {
		text, behind string
		taken        int // messages
	}{
		"few lines of so many that none more could be typed": {strings.Repeat("x\n", 2*7281) + "y\nz", "", 2},
		"more than can be pasted, with what was typed":       {"1\n" + strings.Repeat(strings.Repeat("x", 65_520)+"\n", 16), strings.Repeat("z", 60_000), 1},
	} {
		s := newFramed(t, 80, 24)
		s.composer.SetText(test.behind)
		s.press(tea.KeyHome)
		s.paste(test.text + "\n")
		if s.composer.Text() != test.text+test.behind {
			t.Fatalf("%s: %s", name, s.composer.Refusal())
		}
		taken := ""
		s.offer = func(message []byte) (uint64, bool) {
			if test.taken == 0 {
				return 0, false
			}
			test.taken--
			taken += string(message)
			return 1, true
		}
		s.press(tea.KeyEnter)
		if got := taken + s.composer.Text(); got != test.text+test.behind {
			t.Errorf("%s: %d bytes are sent and %d kept, of %d", name, len(taken), s.composer.Bytes(), len(test.text+test.behind))
		}
	}
}
