package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// restTime is for how long nothing has changed before the program stops looking for frames.
const restTime = time.Second

// A pacer is what looks for frames: a *term.Pace.
type pacer interface {
	Wake()
	Rest()
}

// A pace has frames looked for while the screen changes, and no longer: there is one restMsg
// on its way meanwhile.
type pace struct {
	of      pacer // nil: they are looked for all the time
	awake   bool
	changed bool // since the last restMsg was sent on its way
}

// wake is for when the screen has changed.
func (p *pace) wake() tea.Cmd {
	if p.of == nil {
		return nil
	}
	p.changed = true
	if p.awake {
		return nil
	}
	p.awake = true
	p.of.Wake()
	return p.later()
}

// rest is for when a restMsg has come.
func (p *pace) rest() tea.Cmd {
	if p.changed {
		return p.later()
	}
	p.awake = false
	p.of.Rest()
	return nil
}

func (p *pace) later() tea.Cmd {
	p.changed = false
	return tea.Tick(restTime, func(time.Time) tea.Msg { return restMsg{} })
}
