package tui

import "strings"

// glyphs are the characters that the frame is made of. Those of the sign column, between a
// name and what it says, are different ones: no state is told by colour alone. They take one
// cell each, and so does the ellipsis.
type glyphs struct {
	bar      string // nothing special
	waits    string // it has no receipt yet
	unsure   string // it is not sure that others see it, or once only
	mention  string // it is meant for this side, and there is no room to say so
	found    string // the match that was gone to
	rule     string // of a separator
	ellipsis string // for what is left out
	down, up string // there is more
	dot      string // between two parts of a hint

	ascii *strings.Replacer // of what hints are written with; nil: they stay
}

func newGlyphs(ascii bool) glyphs {
	g := glyphs{
		bar: "│", waits: "…", unsure: "!", mention: "←", found: "▸",
		rule: "─", ellipsis: "…", down: "↓", up: "↑", dot: "·",
	}
	if !ascii {
		return g
	}
	a := glyphs{
		bar: "|", waits: "~", unsure: "!", mention: "<", found: ">",
		rule: "-", ellipsis: "~", down: "v", up: "^", dot: "-",
	}
	a.ascii = strings.NewReplacer(g.bar, a.bar, g.waits, "...", g.found, a.found, g.rule, a.rule,
		g.down, a.down, g.up, a.up, g.mention, a.mention, g.dot, a.dot, "–", "-", "—", "-", "’", "'", "“", `"`, "”", `"`)
	return a
}

// hint returns a hint of ours in the characters that there are.
func (g *glyphs) hint(s string) string {
	if g.ascii == nil {
		return s
	}
	return g.ascii.Replace(s)
}
