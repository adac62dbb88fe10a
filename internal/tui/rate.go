package tui

import (
	"fmt"
	"math"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	// rateTime is how often the rate is looked at, while lines come.
	rateTime = time.Second

	// rateMemory is how long ago what has come counts about a third of what comes now.
	rateMemory = 3 * time.Second
)

// A rate is how many lines come in a second, smoothed. It is looked at once a second, and
// only while lines come: then there is one rateMsg on its way.
type rate struct {
	ticking bool
	at      time.Time // when it was last looked at
	count   uint64    // of lines, then
	still   bool      // nothing had come then
	perSec  float64
}

// start looks at the rate a second from now, unless that is on its way.
func (r *rate) start(now time.Time, before, count uint64) tea.Cmd {
	if r.ticking || count == before {
		return nil
	}
	*r = rate{ticking: true, at: now, count: before}
	return r.again()
}

func (r *rate) again() tea.Cmd {
	return tea.Tick(rateTime, func(time.Time) tea.Msg { return rateMsg{} })
}

// look takes in what has come since the last time. Once nothing has come for two seconds, it
// ends.
func (r *rate) look(now time.Time, count uint64) tea.Cmd {
	took := max(now.Sub(r.at), time.Millisecond)
	fresh := float64(count - r.count)
	weight := 1 - math.Exp(-float64(took)/float64(rateMemory))
	r.perSec += (fresh/took.Seconds() - r.perSec) * weight
	if r.still && fresh == 0 {
		*r = rate{}
		return nil
	}
	r.at, r.count, r.still = now, count, fresh == 0
	return r.again()
}

// String is the rate in two digits, or "" where it is less than a line a second.
func (r *rate) String() string {
	perSec := r.perSec
	if perSec < 1 {
		return ""
	}
	digits := math.Pow(10, math.Floor(math.Log10(perSec))-1)
	perSec = math.Round(perSec/digits) * digits
	for _, unit := range []struct {
		size float64
		name string
	}{{1e6, "M"}, {1e3, "k"}} {
		if perSec >= unit.size {
			perSec /= unit.size
			if perSec < 10 {
				return fmt.Sprintf("%.1f%s/s", perSec, unit.name)
			}
			return fmt.Sprintf("%.0f%s/s", perSec, unit.name)
		}
	}
	return fmt.Sprintf("%.0f/s", perSec)
}
