package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"bcast/internal/session"
	"bcast/internal/text"
)

// A pump does what Bubble Tea does with commands: it runs each, and has Update take what it
// brings.
type pump struct {
	m    *model
	msgs chan tea.Msg
	seen map[string]int
	at   map[string]time.Time // when a message of a type came last
	t    *testing.T
}

func newPump(t *testing.T, m *model) *pump {
	return &pump{m: m, t: t, msgs: make(chan tea.Msg), seen: map[string]int{}, at: map[string]time.Time{}}
}

func (p *pump) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { // the bubble waits for it
		select {
		case p.msgs <- cmd():
		case <-p.m.done:
		}
	}()
}

func (p *pump) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range msg {
			p.start(cmd)
		}
		return
	}
	name := strings.TrimPrefix(fmt.Sprintf("%T", msg), "tui.")
	if name == "sequenceMsg" || strings.HasPrefix(name, "tea.sequence") {
		return // nothing was typed before
	}
	p.seen[name]++
	if last, ok := p.at[name]; ok && name != "changedMsg" && time.Since(last) < time.Second {
		p.t.Errorf("%s came %v after the last one", name, time.Since(last))
	}
	p.at[name] = time.Now()
	_, cmd := p.m.Update(msg)
	p.m.View()
	p.start(cmd)
}

// run lets time pass.
func (p *pump) run(d time.Duration) {
	for end := time.After(d); ; {
		select {
		case msg := <-p.msgs:
			p.take(msg)
		case <-end:
			return
		}
	}
}

// A sleeper is what rests and wakes.
type sleeper struct {
	awake bool
	t     *testing.T
}

func (s *sleeper) Wake() { s.awake = true }

func (s *sleeper) Rest() {
	if !s.awake {
		s.t.Error("what rests was told to rest")
	}
	s.awake = false
}

func TestNothingComesButTheMinuteWhenNothingHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := newBoard(time.Now)
		board.zone = time.UTC
		done := make(chan struct{})
		m := newModel(Config{Title: "localhost:1234"}, board, nil, done, nil)
		frames := &sleeper{t: t}
		m.pace.of = frames
		p := newPump(t, m)
		p.start(m.Init())
		p.start(watch(board.wake, done, 0))
		p.take(tea.WindowSizeMsg{Width: 80, Height: 24})
		p.run(20*time.Second + time.Second/3)
		p.seen = map[string]int{}

		for range 600 {
			p.run(time.Second)
			if frames.awake && time.Since(p.at["minuteMsg"]) > 2*time.Second {
				t.Errorf("a frame is looked for, %v after the last change", time.Since(p.at["minuteMsg"]))
			}
		}
		if len(p.seen) != 2 || p.seen["minuteMsg"] != 10 || p.seen["restMsg"] != 10 {
			t.Errorf("in ten minutes came %v, want ten new minutes, with a rest behind each", p.seen)
		}
		if now, header := time.Now().UTC(), ansi.Strip(m.View()); !strings.Contains(header, now.Format("15:04")) {
			t.Errorf("it is %v, and the header is %q", now, header[:80])
		}
		if second := p.at["minuteMsg"].Second(); second != 0 {
			t.Errorf("the clock was looked at %d seconds after the minute", second)
		}

		// A minute of lines, ten a second: the rate is looked at once a second, and a while longer.
		p.seen = map[string]int{}
		for range 600 {
			board.handle(session.Received{Data: []byte("x\n")})
			p.run(time.Second / 10)
			if !frames.awake {
				t.Error("no frame is looked for while lines come")
			}
		}
		if !strings.Contains(m.View(), "10/s") {
			t.Errorf("the rate is %q", m.rate.String())
		}
		if n := p.seen["rateMsg"]; n < 55 || n > 61 {
			t.Errorf("the rate was looked at %d times in a minute", n)
		}
		p.run(20 * time.Second)
		if strings.Contains(m.View(), "/s") {
			t.Errorf("the rate is still %q", m.rate.String())
		}
		p.seen = map[string]int{}
		p.run(time.Minute)
		if len(p.seen) != 2 || p.seen["minuteMsg"] != 1 || p.seen["restMsg"] != 1 {
			t.Errorf("afterwards came %v", p.seen)
		}
		close(done)
		time.Sleep(2 * time.Minute) // until the last timer has gone
	})
}

func TestRateIsTwoDigits(t *testing.T) {
	for perSec, want := range map[float64]string{
		0: "", 0.9: "", 1: "1/s", 9.4: "9/s", 12.4: "12/s", 123: "120/s", 999: "1.0k/s", 1234: "1.2k/s",
		56_789: "57k/s", 123_456: "120k/s", 1_234_567: "1.2M/s", 12_345_678: "12M/s",
	} {
		r := rate{perSec: perSec}
		if got := r.String(); got != want {
			t.Errorf("%v lines a second are %q, want %q", perSec, got, want)
		}
	}
}

func TestRateForgetsWhatIsClearedAway(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.arrive(strings.Repeat("x\n", 1000))
	s.later(time.Second)
	s.Update(rateMsg{})
	s.board.feed.Clear()
	s.later(time.Second)
	s.Update(rateMsg{})
	if s.rate.perSec < 0 || s.rate.perSec > 1000 {
		t.Errorf("the rate is %v", s.rate.perSec)
	}
}

// samples are what texts and names are made of.
var samples = []string{
	"a", "word ", "  ", "日本", "語。", "ﾊﾟ", "👨‍👩‍👧‍👦", "🇯🇵", "e\u0301", "ก็", "☺️", "\x1b[31m", "\u202e", "\t", "\xff",
	"https://ci.example/x(y)?q=1#z", "http://例え.jp/パス", "─│…", "alice", "␛", "\u200d", "한글", "क्षि", "ﷺ",
}

func random(r *rand.Rand, most int) string {
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteString(samples[r.IntN(len(samples))])
	}
	return b.String()
}

func TestNoRowIsWiderThanTheScreen(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	keys := []tea.KeyType{
		tea.KeyPgUp, tea.KeyPgDown, tea.KeyEnd, tea.KeyF1, tea.KeyF2, tea.KeyF3, tea.KeyEnter, tea.KeyEsc, tea.KeyTab,
		tea.KeyCtrlC, tea.KeyCtrlPgDown, tea.KeyCtrlPgUp, tea.KeyUp, tea.KeyDown, tea.KeyCtrlR, tea.KeyBackspace,
	}
	for round := range 60 {
		s := newScreen(t, random(r, 3), 80, 24)
		s.title = text.Clean([]byte(random(r, 12)))
		if r.IntN(3) > 0 {
			s.enter(random(r, 6), random(r, 6), "bob", "a name that is much too long for its column")
		}
		if r.IntN(3) == 0 {
			s.glyphs = newGlyphs(true)
		}
		for step := range 40 {
			switch r.IntN(8) {
			case 0:
				s.Update(tea.WindowSizeMsg{Width: 20 + r.IntN(120), Height: 5 + r.IntN(30)})
			case 1:
				s.Update([]tea.Msg{tea.FocusMsg{}, tea.BlurMsg{}}[r.IntN(2)])
			case 2:
				s.write(random(r, 8))
			case 3:
				s.paste(strings.ReplaceAll(random(r, 20), " ", "\n"))
			case 4:
				s.happen(session.Disconnected{Attempt: r.IntN(1e6), Retry: time.Duration(r.IntN(1e12))})
			case 5:
				s.press(keys[r.IntN(len(keys))])
			default:
				s.later(time.Duration(r.IntN(9)) * time.Hour)
				s.happen(s.line(uint64(step+1), random(r, 4), random(r, 30)+[]string{"", "\n", "alice"}[r.IntN(3)]))
			}
			s.rows()
			if t.Failed() {
				t.Fatalf("round %d, step %d, on a screen of %dx%d:\n%s", round, step, s.width, s.height, s.View())
			}
		}
	}
}
