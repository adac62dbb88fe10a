package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// A slashCommand is one that the person gives the client itself.
type slashCommand struct {
	name  string // with the slash
	arg   string // as the help has it: "NAME", or "[NAME]" where it can be left out; "": none
	does  string // as the help has it
	run   func(m *model, arg string) (cmd tea.Cmd, problem string)
	words func(m *model) []string // that the argument can be; nil: any
}

// slashCommands are all there are: the help and completion read them, too.
func slashCommands() []slashCommand {
	return []slashCommand{
		{name: "/name", arg: "NAME", does: "be called otherwise", run: (*model).slashName},
		{name: "/who", does: "who is here", run: (*model).slashWho},
		{name: "/find", arg: "[WORDS]", does: "look for words", run: (*model).slashFind},
		{name: "/ignore", arg: "[NAME]", does: "show nothing of somebody, or again; who that is", run: (*model).slashIgnore, words: (*model).ignorable},
		{name: "/save", arg: "FILE", does: "write what is here to a new file", run: (*model).slashSave},
		{name: "/clear", does: "forget what is here", run: (*model).slashClear},
		{name: "/help", does: "keys and commands", run: (*model).slashHelp},
		{name: "/quit", does: "leave", run: (*model).slashQuit},
	}
}

// slash does what a text is for that begins with a slash: it is a command of the client, and
// stays in the composer where it cannot be done. Else it returns the text that is to be
// sent, where "//" stands for a slash.
func (m *model) slash(typed string) (text string, cmd tea.Cmd, done bool) {
	if text, ok := strings.CutPrefix(typed, "//"); ok {
		return "/" + text, nil, false
	}
	if !strings.HasPrefix(typed, "/") {
		return typed, nil, false
	}
	name, arg, _ := strings.Cut(typed, " ")
	arg = strings.TrimSpace(arg)
	command, ok := findSlash(name)
	if !ok {
		return "", m.say(unknownSlash(name)), true
	}
	if problem := command.check(arg); problem != "" {
		return "", m.say(problem), true
	}
	cmd, problem := command.run(m, arg)
	if problem != "" {
		return "", m.say(problem), true
	}
	m.accept()
	return "", cmd, true
}

func findSlash(name string) (slashCommand, bool) {
	for _, command := range slashCommands() {
		if strings.EqualFold(command.name, name) {
			return command, true
		}
	}
	return slashCommand{}, false
}

// usage is how a command is written.
func (c slashCommand) usage() string { return strings.TrimSpace(c.name + " " + c.arg) }

// check says what is wrong with an argument, or "".
func (c slashCommand) check(arg string) string {
	switch {
	case c.arg == "" && arg != "":
		return c.name + " takes nothing behind it"
	case strings.Contains(arg, "\n"):
		return c.name + " takes one line: // sends a line that begins with /"
	case arg == "" && c.arg != "" && !strings.HasPrefix(c.arg, "["):
		return "write " + c.usage() + ": " + c.does
	}
	return ""
}

// unknownSlash says that there is no command of a name, and which was meant, if that is
// near.
func unknownSlash(name string) string {
	nearest, best := "", 3 // letters that differ
	for _, command := range slashCommands() {
		if n := distance(strings.ToLower(name), command.name); n < best {
			nearest, best = command.name, n
		}
	}
	if nearest != "" {
		return "did you mean " + nearest + "? // sends a line that begins with /"
	}
	return "there is no such command: /help lists them, // sends a line that begins with /"
}

// distance is how many letters are to be put in, left out, changed or swapped with the next
// to make b of a.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	if len(from) > 2*len(to) {
		return len(from)
	}
	var before []int
	last := make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := range from {
		row := make([]int, len(to)+1)
		row[0] = i + 1
		for j := range to {
			cost := 1
			if from[i] == to[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(to)]
}
