package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// composerKeyMap is the keys that edit what is being written. They are readline's.
type composerKeyMap struct {
	NewLine                key.Binding
	Complete, CompleteBack key.Binding // for [composer.Complete]; Press leaves them alone
	Up, Down, Search       key.Binding
	Left, Right            key.Binding
	WordLeft, WordRight    key.Binding
	Home, End              key.Binding

	Backspace, Delete           key.Binding
	KillHome, KillEnd           key.Binding
	KillWordLeft, KillWordRight key.Binding
	KillSpaceLeft               key.Binding
	Yank, YankOlder             key.Binding
	Transpose                   key.Binding
	Undo                        key.Binding
}

// bind makes a binding of keys by Bubble Tea's names, with the words that help has for them.
func bind(help, does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, does))
}

func defaultComposerKeyMap() composerKeyMap {
	return composerKeyMap{
		NewLine:      bind("Alt+Enter", "new line", "alt+enter"),
		Complete:     bind("Tab", "complete a name or command", "tab"),
		CompleteBack: bind("Shift+Tab", "the one before", "shift+tab"),

		Up:     bind("Up", "row up, older line", "up"),
		Down:   bind("Down", "row down, newer line", "down"),
		Search: bind("^R", "search older lines", "ctrl+r"),

		Left:      bind("^B", "character left", "left", "ctrl+b"),
		Right:     bind("^F", "character right", "right", "ctrl+f"),
		WordLeft:  bind("Alt+B", "word left", "ctrl+left", "alt+left", "alt+b"),
		WordRight: bind("Alt+F", "word right", "ctrl+right", "alt+right", "alt+f"),
		Home:      bind("^A", "beginning of the line", "home", "ctrl+a"),
		End:       bind("^E", "end of the line", "end", "ctrl+e"),

		Backspace:     bind("Backspace", "delete left", "backspace", "ctrl+h"),
		Delete:        bind("^D", "delete right", "delete", "ctrl+d"),
		KillHome:      bind("^U", "cut to the beginning of the line", "ctrl+u"),
		KillEnd:       bind("^K", "cut to the end of the line", "ctrl+k"),
		KillWordLeft:  bind("Alt+Backspace", "cut the word left", "alt+backspace", "alt+ctrl+h"),
		KillWordRight: bind("Alt+D", "cut the word right", "alt+d"),
		KillSpaceLeft: bind("^W", "cut back to a space", "ctrl+w"),
		Yank:          bind("^Y", "paste what was cut", "ctrl+y"),
		YankOlder:     bind("Alt+Y", "after ^Y: what was cut before", "alt+y"),
		Transpose:     bind("^T", "swap two characters", "ctrl+t"),
		Undo:          bind("^_", "undo", "ctrl+_"),
	}
}

// All returns the bindings in the order in which help lists them.
func (k composerKeyMap) All() []key.Binding {
	return []key.Binding{
		k.NewLine, k.Complete, k.CompleteBack, k.Up, k.Down, k.Search,
		k.Left, k.Right, k.WordLeft, k.WordRight, k.Home, k.End,
		k.Backspace, k.Delete, k.KillHome, k.KillEnd, k.KillWordLeft, k.KillWordRight, k.KillSpaceLeft,
		k.Yank, k.YankOlder, k.Transpose, k.Undo,
	}
}

// searchKeyMap is the keys that do something else while the history is being searched. Every
// other key ends the search and does what it does.
type searchKeyMap struct {
	Older, Newer, Backspace, Accept, GiveUp key.Binding
}

// searchKeys are fixed, as readline's are.
var searchKeys = searchKeyMap{
	Older:     bind("^R", "older", "ctrl+r"),
	Newer:     bind("^S", "newer", "ctrl+s"),
	Backspace: bind("Backspace", "shorter", "backspace", "ctrl+h"),
	Accept:    bind("Esc", "edit what was found", "esc"),
	GiveUp:    bind("^G", "back to what was written", "ctrl+g", "ctrl+c"),
}

// All returns the bindings in the order in which help lists them.
func (k searchKeyMap) All() []key.Binding {
	return []key.Binding{k.Older, k.Newer, k.Backspace, k.Accept, k.GiveUp}
}

// questionKeyMap is the keys that answer a question about a paste.
type questionKeyMap struct {
	Send, Edit, Drop key.Binding
}

var questionKeys = questionKeyMap{
	Send: bind("Enter", "sends", "enter"),
	Edit: bind("^E", "edits", "ctrl+e"),
	Drop: bind("Esc", "drops", "esc", "ctrl+c", "ctrl+g"),
}

// isTyped reports whether msg is text. It has to be asked before a key binding is: bindings
// compare names, and the word "home" that an input method hands over at once, or a slow
// connection, has the same name as the key.
func isTyped(msg tea.KeyMsg) bool {
	return (msg.Type == tea.KeyRunes || msg.Type == tea.KeySpace) && !msg.Alt
}
