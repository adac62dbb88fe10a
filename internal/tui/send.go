package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
	"bcast/internal/text"
)

// send sends what was typed, or pasted after a question, or does it where it is a command.
// What is too much for one message goes as several. Where not all of them can go now, the
// rest stays in the composer.
func (m *model) send() tea.Cmd {
	typed, cmd, done := m.slash(m.composer.Text())
	if typed == "" || done {
		return cmd
	}
	messages, ok := m.board.messages(typed)
	if !ok {
		return m.say(tooLong(m.board.limit(1)))
	}
	name, framed := m.board.called()
	for i, message := range messages {
		id, ok := m.offer(chunk(message, name, framed))
		if !ok {
			full := m.say(fmt.Sprintf("%d lines wait to be sent: this one is kept here", session.DefaultMaxPending))
			if i == 0 {
				return full
			}
			m.accept()
			m.composer.keep(strings.Join(messages[i:], "\n"))
			return full
		}
		m.show(id, message, framed)
	}
	m.accept()
	return nil
}

// accept puts what was typed, which is done, into the history, and empties the composer.
func (m *model) accept() {
	if entry, added := m.composer.Accept(); added {
		m.keeper.put(entry)
	}
}

// chunk is what the server gets. A plain one knows no names and no messages of several lines,
// so each line has the name.
func chunk(message, name string, framed bool) []byte {
	if name != "" && !framed {
		prefix := name + ": "
		message = prefix + strings.ReplaceAll(message, "\n", "\n"+prefix)
	}
	return []byte(message + "\n")
}

// show shows a message of this side. A plain server sends it to everybody else, so it is
// shown at once; a framed one sends it to this side, too, and until then it waits.
func (m *model) show(id uint64, message string, framed bool) {
	if framed {
		m.board.await(id, text.Clean([]byte(message)))
		return
	}
	for line := range strings.SplitSeq(message, "\n") {
		m.board.say(line)
	}
}
