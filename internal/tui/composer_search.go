package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// maxQuery is the longest query, in bytes.
const maxQuery = 256

// A search looks for a query in the history while it is being typed, as readline does: each key
// finds the next entry that has it.
type search struct {
	on     bool
	query  string
	failed bool   // there is no further entry with the query
	last   string // the query of the search before this

	at     int // where in the text the query was found
	origin struct{ entry, cursor int }
}

// prompt stands before what was found.
func (s *search) prompt() string {
	word := "search `"
	if s.failed {
		word = "not found `"
	}
	return word + strings.ReplaceAll(s.query, "\n", "␊") + "': "
}

// startSearch begins with the text that is there, which stays until there is a query.
func (c *composer) startSearch() {
	last := c.search.query
	if last == "" {
		last = c.search.last
	}
	c.search = search{on: true, last: last, at: c.cursor}
	c.search.origin.entry, c.search.origin.cursor = c.recall.at, c.cursor
}

// pressSearch does what a key is for while the history is being searched. It reports false if
// that is over and the key has its usual meaning, what was found being the text.
func (c *composer) pressSearch(msg tea.KeyMsg) bool {
	s := &c.search
	switch k := searchKeys; {
	case isTyped(msg):
		c.narrow(msg)
	case key.Matches(msg, k.Older):
		c.findNext(-1)
	case key.Matches(msg, k.Newer):
		c.findNext(1)
	case key.Matches(msg, k.Backspace):
		s.query = s.query[:clusterBefore(s.query, len(s.query))]
		c.findHere(-1)
	case key.Matches(msg, k.Accept):
		s.on = false
	case key.Matches(msg, k.GiveUp):
		s.on = false
		c.recallAt(s.origin.entry)
		c.cursor = s.origin.cursor
	default:
		s.on = false
		return false
	}
	return true
}

// narrow adds to the query, of typed text as much as there is room for. What has been found
// stays, if it has that, too.
func (c *composer) narrow(msg tea.KeyMsg) {
	s := &c.search
	more, room := typedText(msg), maxQuery-len(s.query)
	if len(more) > room {
		c.refusal = "too long to search for"
		if more = fitting(more, room); msg.Paste || more == "" {
			return
		}
	}
	for i, r := range more { // as if each came alone: of what is not found, the beginning is
		s.query += string(r)
		if i == 0 || !s.failed {
			c.findHere(-1)
		}
	}
}

// findHere looks for another query, from where the last one was found.
func (c *composer) findHere(direction int) {
	s := &c.search
	s.failed = s.query != "" && !c.findFrom(s.at, direction)
}

// findNext goes to the next match in the direction, older (-1) or newer (1). Without a query it
// takes the last one.
func (c *composer) findNext(direction int) {
	s := &c.search
	if s.query == "" {
		s.query = s.last
		c.findHere(direction)
		return
	}
	s.failed = !c.findFrom(s.at+direction, direction)
}

// findFrom looks for the query from a place in the text on, then through the entries in the
// direction, and goes where it finds it. Entries like the text are passed over, as nobody could
// see that they are others.
func (c *composer) findFrom(from, direction int) bool {
	query := c.search.query
	for entry := c.recall.at; entry >= 0 && entry <= len(c.recall.entries); entry += direction {
		s := c.look(entry)
		switch {
		case entry == c.recall.at:
		case s == c.text:
			continue
		case direction < 0:
			from = len(s)
		default:
			from = 0
		}
		if at := indexFrom(s, query, from, direction); at >= 0 {
			c.recallAt(entry)
			c.search.at = at
			c.cursor = clusterBefore(s, at+1)
			return true
		}
	}
	return false
}

// indexFrom returns the first place at or behind from where s has query, or the last place at or
// before it, or -1. The query is not empty; from may be one beyond s on either side.
func indexFrom(s, query string, from, direction int) int {
	switch {
	case direction < 0:
		return strings.LastIndex(s[:min(len(s), from+len(query))], query)
	case from > len(s):
		return -1
	}
	at := strings.Index(s[from:], query)
	if at < 0 {
		return -1
	}
	return from + at
}
