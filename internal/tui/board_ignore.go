package tui

import (
	"slices"

	"bcast/internal/text"
)

// ignored is whose lines, coming and going are not shown.
type ignored struct {
	names map[string]string // as they were written, by what names are compared by
	known map[string]bool   // names of late; nil: none was looked at since the last change
}

// maxKnownNames is how many names are remembered in known.
const maxKnownNames = 256

// keyOf is what names are compared by.
func keyOf(name string) string {
	if _, key, err := text.Nickname(name); err == nil {
		return key
	}
	return name // of a guest, or what no room should have let in
}

// toggle ignores a name, or does so no more, and reports which.
func (i *ignored) toggle(name string) bool {
	key := keyOf(name)
	i.known = nil
	if _, ok := i.names[key]; ok {
		delete(i.names, key)
		return false
	}
	if i.names == nil {
		i.names = make(map[string]string)
	}
	i.names[key] = name
	return true
}

// has reports whether a name, which has passed the gate, is ignored.
func (i *ignored) has(name string) bool {
	if len(i.names) == 0 || name == "" {
		return false
	}
	is, ok := i.known[name]
	if !ok {
		_, is = i.names[keyOf(name)]
		if i.known == nil || len(i.known) == maxKnownNames {
			i.known = make(map[string]bool)
		}
		i.known[name] = is
	}
	return is
}

// list returns the names as they were written, in order.
func (i *ignored) list() []string {
	list := make([]string, 0, len(i.names))
	for _, name := range i.names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// toggleIgnored is ignored.toggle.
func (b *board) toggleIgnored(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ignored.toggle(name)
}

func (b *board) listIgnored() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ignored.list()
}

func (b *board) isIgnored(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ignored.has(name)
}
