package tui

import (
	"slices"
	"strings"

	past "bcast/internal/history"
)

// The bounds of the history that a composer holds, and of an entry of it, which a paste exceeds:
// those of what is kept for later runs.
const (
	maxRecallEntries = past.MaxEntries
	maxRecallBytes   = past.MaxBytes
	maxRecallEntry   = past.MaxEntry
)

// A recall is what was sent, to be sent again. Behind its entries stands the draft: what was
// written before the person went back to them.
type recall struct {
	entries []string // the oldest first
	size    int      // bytes in them
	at      int      // the entry that is being edited; len(entries) is the draft

	edits map[int]composerState // what was done to the others since the last one was sent
}

// SetHistory takes entries of earlier runs, the oldest first, made harmless as pasted text is.
// What is written stays.
func (c *composer) SetHistory(entries []string) {
	c.recallAt(len(c.recall.entries))
	c.recall = recall{}
	for _, entry := range entries {
		c.recall.add(harmless(entry))
	}
}

// add puts entry behind the others, goes on behind it, and forgets what was edited. It reports
// false if it leaves it out: it is blank, too long, or there already as the newest.
func (r *recall) add(entry string) bool {
	n := len(r.entries)
	added := strings.TrimSpace(entry) != "" && len(entry) <= maxRecallEntry &&
		(n == 0 || r.entries[n-1] != entry)
	if added {
		r.entries = append(r.entries, entry)
		r.size += len(entry)
	}
	for len(r.entries) > maxRecallEntries || r.size > maxRecallBytes {
		r.size -= len(r.entries[0])
		r.entries = slices.Delete(r.entries, 0, 1)
	}
	r.at, r.edits = len(r.entries), nil
	return added
}

// recallAt puts an entry, or the draft, in the place of the text, which is kept with all that
// can be undone.
func (c *composer) recallAt(at int) {
	r := &c.recall
	if at == r.at {
		return
	}
	if r.edits == nil {
		r.edits = map[int]composerState{}
	}
	r.edits[r.at] = c.composerState
	r.at = at
	edited, ok := r.edits[at]
	if !ok {
		edited = composerState{text: r.entries[at], cursor: len(r.entries[at])}
	}
	c.composerState = edited
}

// look returns the text of an entry, or of the draft, as it was left.
func (c *composer) look(at int) string {
	if at == c.recall.at {
		return c.text
	}
	if edited, ok := c.recall.edits[at]; ok {
		return edited.text
	}
	return c.recall.entries[at]
}
