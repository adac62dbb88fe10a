package term

import (
	"reflect"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// frameTime is how often Bubble Tea v1 looks for a new frame, unless it is told otherwise.
const frameTime = time.Second / 60

// A Pace is how often a program looks whether there is a new frame. Bubble Tea v1 does so 60 times a second for as
// long as it runs, which costs about a hundredth of a processor when nothing happens at all, and has no way to
// stop. So a Pace stops the ticker of its renderer, which is where this version has always had it; in another one,
// a Pace that does not find it does nothing.
//
// Its methods are called by Update: the renderer makes its ticker before the first call of that.
type Pace struct {
	program *tea.Program
	ticker  *time.Ticker
	resting bool
}

// PaceOf returns the pace of a program, which looks for frames.
func PaceOf(program *tea.Program) *Pace { return &Pace{program: program} }

// Rest ends the looking for frames. What was drawn a moment ago should be on the terminal by then.
func (p *Pace) Rest() {
	if p.ticker == nil {
		p.ticker = tickerOf(p.program)
	}
	if p.ticker != nil {
		p.ticker.Stop()
		p.resting = true
	}
}

// Wake begins the looking for frames again.
func (p *Pace) Wake() {
	if p.resting {
		p.ticker.Reset(frameTime)
		p.resting = false
	}
}

// tickerOf returns the ticker of a program's renderer, or nil.
func tickerOf(program *tea.Program) *time.Ticker {
	renderer := reflect.ValueOf(program).Elem().FieldByName("renderer")
	if renderer.Kind() != reflect.Interface || renderer.Elem().Kind() != reflect.Pointer {
		return nil
	}
	ticker := renderer.Elem().Elem().FieldByName("ticker")
	if !ticker.IsValid() || ticker.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return (*time.Ticker)(ticker.UnsafePointer())
}
