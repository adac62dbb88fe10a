package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// killRingSize is how many pieces of text a kill ring keeps.
const killRingSize = 10

// A killRing keeps what was killed, which is readline's word for cut.
type killRing struct {
	texts []string // the newest last
	top   int      // the one that is yanked next
}

// add puts s on top as the newest piece. Of too many, the oldest goes.
func (r *killRing) add(s string) {
	if len(r.texts) == killRingSize {
		r.texts = slices.Delete(r.texts, 0, 1)
	}
	r.texts = append(r.texts, s)
	r.top = len(r.texts) - 1
}

// join adds text to the newest piece, which is on top, at its beginning and its end.
func (r *killRing) join(before, after string) {
	r.texts[r.top] = before + r.texts[r.top] + after
}

// rotate puts the next older piece on top, after the oldest the newest.
func (r *killRing) rotate() {
	r.top = (r.top + len(r.texts) - 1) % len(r.texts)
}

// editKills does what a key is for that cuts or pastes what was cut, and reports whether msg was
// one.
func (c *composer) editKills(msg tea.KeyMsg, last composerDeed) bool {
	switch k := c.KeyMap; {
	case key.Matches(msg, k.KillHome):
		c.kill(killHome(c.text, c.cursor), last)
	case key.Matches(msg, k.KillEnd):
		c.kill(killEnd(c.text, c.cursor), last)
	case key.Matches(msg, k.KillWordLeft):
		c.kill(wordBefore(c.text, c.cursor, wordOf), last)
	case key.Matches(msg, k.KillWordRight):
		c.kill(wordAfter(c.text, c.cursor), last)
	case key.Matches(msg, k.KillSpaceLeft):
		c.kill(wordBefore(c.text, c.cursor, wordBetweenSpaces), last)
	case key.Matches(msg, k.Yank):
		c.yank()
	case key.Matches(msg, k.YankOlder):
		c.yankOlder(last)
	default:
		return false
	}
	return true
}

// killHome returns how far ^U cuts: to the beginning of the line, and from there the end of the
// line before.
func killHome(s string, at int) int {
	if start := lineStart(s, at); start < at {
		return start
	}
	return max(0, at-1)
}

// killEnd returns how far ^K cuts: to the end of the line, and from there the line end itself.
func killEnd(s string, at int) int {
	if end := lineEnd(s, at); end > at {
		return end
	}
	return min(at+1, len(s))
}

// kill moves the text between the cursor and at, which is an edge, to the kill ring. Kills
// that follow each other make one piece, in the order in which it was read.
func (c *composer) kill(at int, last composerDeed) {
	from, to := min(at, c.cursor), max(at, c.cursor)
	killed := c.text[from:to]
	switch {
	case killed == "":
		c.deed = last // nothing was done, so nothing came in between
		return
	case last != deedKill:
		c.kills.add(killed)
	case at < c.cursor:
		c.kills.join(killed, "")
	default:
		c.kills.join("", killed)
	}
	c.replace(from, to, "")
	c.deed = deedKill
}

// yank inserts what was killed last, or what the ring was rotated to.
func (c *composer) yank() {
	if len(c.kills.texts) > 0 {
		c.yankOver(c.cursor, c.cursor)
	}
}

// yankOlder puts the next older piece in the place of the one that was yanked just now.
func (c *composer) yankOlder(last composerDeed) {
	if last != deedYank {
		return
	}
	c.deed = deedYank
	c.kills.rotate()
	c.yankOver(c.yanked.from, c.yanked.to)
}

// yankOver puts the top of the ring in the place of the text between from and to. If it does
// not fit, nothing changes, and after a yank the next rotation goes on from here.
func (c *composer) yankOver(from, to int) {
	s := c.kills.texts[c.kills.top]
	if c.replace(from, to, s) {
		c.deed = deedYank
		c.yanked.from, c.yanked.to = from, from+len(s)
	}
}
