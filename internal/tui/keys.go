package tui

import (
	"github.com/charmbracelet/bubbles/key"
)

// keyMap is the keys of the screen. Those of the input line are the composer's.
type keyMap struct {
	Send, PageUp, PageDown, LineUp, LineDown, Latest, Members, Close, Redraw, Suspend, Clear, Quit key.Binding
}

func defaultKeyMap() keyMap {
	bind := func(help, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, does))
	}
	return keyMap{
		Send:     bind("Enter", "send", "enter"),
		PageUp:   bind("PgUp", "back", "pgup"),
		PageDown: bind("PgDn", "forward", "pgdown"),
		LineUp:   bind("^Up", "line back", "ctrl+up"),
		LineDown: bind("^Down", "line forward", "ctrl+down"),
		Latest:   bind("End", "latest", "end", "ctrl+end", "esc"),
		Members:  bind("F2", "who", "f2"),
		Close:    bind("Esc", "close", "esc"),
		Redraw:   bind("^L", "redraw", "ctrl+l"),
		Suspend:  bind("^Z", "suspend", "ctrl+z"),
		Clear:    bind("^C", "clear, twice: quit", "ctrl+c"),
		Quit:     bind("^D", "quit", "ctrl+d"),
	}
}

// shown is what the help line names, the most wanted first.
func (k keyMap) shown(framed bool) []key.Binding {
	if !framed { // such a server does not say who is here
		return []key.Binding{k.Send, k.PageUp, k.PageDown, k.Latest, k.Clear, k.Suspend}
	}
	return []key.Binding{k.Send, k.PageUp, k.PageDown, k.Latest, k.Members, k.Clear, k.Suspend}
}
