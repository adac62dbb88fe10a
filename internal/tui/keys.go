package tui

import (
	"github.com/charmbracelet/bubbles/key"
)

// keyMap is the keys of the screen, in the order of the help. Those of the input line are the
// composer's.
type keyMap struct {
	Help, Find, FindNext                     key.Binding
	Send                                     key.Binding
	PageUp, PageDown, LineUp, LineDown       key.Binding
	Latest, Unread                           key.Binding
	Members, MembersUp, MembersDown          key.Binding
	Mouse, Close, Redraw, Suspend, Quit, End key.Binding
}

// findKeyMap is the keys of the find bar, besides those that edit its line.
type findKeyMap struct {
	Older, Newer, Close key.Binding
}

func defaultKeyMap() keyMap {
	return keyMap{
		Help:        bind("F1", "help", "f1"),
		Find:        bind("^F", "find, on empty input", "ctrl+f"),
		FindNext:    bind("F3", "find", "f3"),
		Send:        bind("Enter", "send", "enter"),
		PageUp:      bind("PgUp", "a page back", "pgup"),
		PageDown:    bind("PgDn", "a page forward", "pgdown"),
		LineUp:      bind("^Up", "a line back", "ctrl+up"),
		LineDown:    bind("^Down", "a line forward", "ctrl+down"),
		Latest:      bind("End", "the latest, on empty input", "end", "ctrl+end", "esc"),
		Unread:      bind("Alt+U", "to the first that is new", "alt+u"),
		Members:     bind("F2", "who is here", "f2"),
		MembersUp:   bind("^PgUp", "members further up", "ctrl+pgup"),
		MembersDown: bind("^PgDn", "members further down", "ctrl+pgdown"),
		Mouse:       bind("Alt+M", "the mouse scrolls, or selects", "alt+m"),
		Close:       bind("Esc", "close, end the find, to the latest", "esc"),
		Redraw:      bind("^L", "redraw", "ctrl+l"),
		Suspend:     bind("^Z", "suspend", "ctrl+z"),
		Quit:        bind("^C", "clear, on empty input twice: quit", "ctrl+c"),
		End:         bind("^D", "quit, on empty input", "ctrl+d"),
	}
}

func defaultFindKeyMap() findKeyMap {
	return findKeyMap{
		Older: bind("Enter", "older", "enter", "f3"),
		Newer: bind("Alt+Enter", "newer", "alt+enter", "f15"), // terminals call Shift+F3 so
		Close: bind("Esc", "close", "esc"),
	}
}

// All returns the bindings in the order in which help lists them.
func (k keyMap) All() []key.Binding {
	return []key.Binding{
		k.Help, k.Send, k.Find, k.FindNext, k.PageUp, k.PageDown, k.LineUp, k.LineDown, k.Latest, k.Unread,
		k.Members, k.MembersUp, k.MembersDown, k.Mouse, k.Close, k.Redraw, k.Suspend, k.Quit, k.End,
	}
}

// All returns the bindings in the order in which help lists them.
func (k findKeyMap) All() []key.Binding { return []key.Binding{k.Older, k.Newer, k.Close} }

// All returns the bindings in the order in which help lists them.
func (k questionKeyMap) All() []key.Binding { return []key.Binding{k.Send, k.Edit, k.Drop} }
