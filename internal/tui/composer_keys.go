package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// composerKeyMap is the keys that edit a line. They are readline's.
type composerKeyMap struct {
	Left, Right         key.Binding
	WordLeft, WordRight key.Binding
	Home, End           key.Binding

	Backspace, Delete           key.Binding
	KillHome, KillEnd           key.Binding
	KillWordLeft, KillWordRight key.Binding
	KillSpaceLeft               key.Binding
	Yank, YankOlder             key.Binding
	Transpose                   key.Binding
	Undo                        key.Binding
}

func defaultComposerKeyMap() composerKeyMap {
	bind := func(help, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, does))
	}
	return composerKeyMap{
		Left:      bind("^B", "character left", "left", "ctrl+b"),
		Right:     bind("^F", "character right", "right", "ctrl+f"),
		WordLeft:  bind("Alt+B", "word left", "ctrl+left", "alt+left", "alt+b"),
		WordRight: bind("Alt+F", "word right", "ctrl+right", "alt+right", "alt+f"),
		Home:      bind("^A", "beginning", "home", "ctrl+a"),
		End:       bind("^E", "end", "end", "ctrl+e"),

		Backspace:     bind("Backspace", "delete left", "backspace", "ctrl+h"),
		Delete:        bind("^D", "delete right", "delete", "ctrl+d"),
		KillHome:      bind("^U", "cut to the beginning", "ctrl+u"),
		KillEnd:       bind("^K", "cut to the end", "ctrl+k"),
		KillWordLeft:  bind("Alt+Backspace", "cut the word left", "alt+backspace", "alt+ctrl+h"),
		KillWordRight: bind("Alt+D", "cut the word right", "alt+d"),
		KillSpaceLeft: bind("^W", "cut back to a space", "ctrl+w"),
		Yank:          bind("^Y", "paste what was cut", "ctrl+y"),
		YankOlder:     bind("Alt+Y", "after ^Y: what was cut before", "alt+y"),
		Transpose:     bind("^T", "swap two characters", "ctrl+t"),
		Undo:          bind("^_", "undo", "ctrl+_"),
	}
}

// isTyped reports whether msg is text. It has to be asked before a key binding is: bindings
// compare names, and the word "home" that an input method hands over at once, or a slow
// connection, has the same name as the key.
func isTyped(msg tea.KeyMsg) bool {
	return (msg.Type == tea.KeyRunes || msg.Type == tea.KeySpace) && !msg.Alt
}
