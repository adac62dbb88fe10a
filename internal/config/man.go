package config

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// manCommand prints the manual page of cmd, of whose commands it is one.
func manCommand(cmd *Command, stdout io.Writer) Command {
	return Command{
		Name:        "man",
		Usage:       "print the manual page",
		Description: "Read it with " + cmd.Name + " man | man -l -, or write it to " + cmd.Name + ".1 in the folder man1 of a $MANPATH.",
		Action: func(context.Context, *Values) error {
			page := page{command: cmd}
			page.write(date())
			_, err := io.WriteString(stdout, page.String())
			return err
		},
	}
}

// date is the day of the source that the program was built from, or today if nobody
// has told the program.
func date() time.Time {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return at
			}
		}
	}
	return time.Now()
}

// A page is a manual page in mdoc, the language of man pages in which one says what
// things are: https://man.openbsd.org/mdoc.7.
type page struct {
	strings.Builder
	command *Command
}

func (p *page) write(at time.Time) {
	cmd := p.command
	fmt.Fprintf(p, ".Dd %s\n", at.Format("January 2, 2006"))
	p.macro("Dt", strings.ToUpper(cmd.Name), "1")
	p.macro("Os")
	p.macro("Sh", "NAME")
	p.macro("Nm", cmd.Name)
	p.macro("Nd", cmd.Usage)
	p.macro("Sh", "SYNOPSIS")
	p.synopsis("", *cmd)
	for _, sub := range cmd.Commands {
		p.synopsis(sub.Name, sub)
	}
	p.macro("Sh", "DESCRIPTION")
	p.paragraphs(cmd.Description)
	p.macro("Sh", "OPTIONS")
	p.flags(cmd.Flags)
	p.macro("Sh", "COMMANDS")
	for _, sub := range cmd.Commands {
		p.macro("Ss", sub.Name)
		p.text(sentence(sub.Usage))
		p.paragraphs(sub.Description)
		if sub.Name != configName { // whose flags are those above
			p.flags(sub.Flags)
		}
	}
	p.settings()
	p.macro("Sh", "EXIT STATUS")
	p.text("0 where all went well, 2 where the command line cannot be understood, 1 for everything else.")
}

// synopsis is how a command is called.
func (p *page) synopsis(name string, cmd Command) {
	p.macro("Nm", p.command.Name)
	if name != "" {
		p.macro("Cm", name)
	}
	if len(cmd.Flags) > 0 {
		p.macro("Op", "Ar", "options")
	}
	if cmd.ArgsUsage != "" {
		p.macro("Ar", cmd.ArgsUsage)
	}
}

// flags lists flags, under their headings if those are many.
func (p *page) flags(flags []Flag) {
	headings := slices.ContainsFunc(flags, func(f Flag) bool { return f.Category != flags[0].Category })
	for i, f := range flags {
		if i == 0 || f.Category != flags[i-1].Category {
			if i > 0 {
				p.macro("El")
			}
			if headings {
				p.macro("Ss", cmp.Or(f.Category, "General"))
			}
			p.WriteString(beginList)
		}
		item := []string{"Fl", "-" + f.Name}
		if f.Kind != Switch {
			item = append(item, "Ar", f.placeholder())
		}
		p.macro("It", item...)
		p.text(sentence(f.meaning()))
		if text := f.defaultText(); text != "" {
			p.text("Default: " + text + ".")
		}
	}
	if len(flags) > 0 {
		p.macro("El")
	}
}

// sentence makes one of a line without a full stop.
func sentence(line string) string { return strings.ToUpper(line[:1]) + line[1:] + "." }

// settings says where else settings come from.
func (p *page) settings() {
	p.macro("Sh", "ENVIRONMENT")
	p.text("Each flag has a variable, over which the flag wins. An empty one says nothing. Lists are written with commas between their elements.")
	p.WriteString(beginCompactList)
	for _, f := range p.command.all() {
		p.macro("It")
		p.macro("Ev", EnvVar(f.Name))
	}
	p.macro("El")
	p.WriteString(beginList)
	p.macro("It", "Ev", "XDG_CONFIG_HOME")
	p.text("The folder in which the settings file is looked for, as " + filepath.Join(folder, p.command.SettingsFile) + ".")
	p.macro("El")
	p.macro("Sh", "FILES")
	p.WriteString(beginList)
	p.macro("It", "Pa", configPlace.shown(p.command.SettingsFile))
	p.text("The settings file, in TOML: a line for each setting, under the name of its flag. " +
		"A variable wins over what stands there, and a flag over both. A ~ before a path is the home folder.")
	p.macro("Pp")
	p.text("The command config prints such a file.")
	p.macro("El")
	p.WriteString(beginExample)
	for _, f := range p.command.inFile() {
		if line, err := inTOML(setting{flag: f, values: f.defaults()}); err == nil {
			p.line(line)
		}
	}
	p.macro("Ed")
}

// What begins a list of things and their explanations, and lines that stay as they are.
const (
	beginList        = ".Bl -tag -width Ds\n"
	beginCompactList = ".Bl -item -compact -offset indent\n"
	beginExample     = ".Bd -literal -offset indent\n"
)

// paragraphs writes text with empty lines between its paragraphs. One whose lines
// begin with two spaces stays as it is.
func (p *page) paragraphs(text string) {
	for i, paragraph := range strings.Split(text, "\n\n") {
		example := strings.HasPrefix(paragraph, "  ")
		switch {
		case example:
			p.WriteString(beginExample)
			for line := range strings.SplitSeq(paragraph, "\n") {
				p.line(strings.TrimPrefix(line, "  "))
			}
			p.macro("Ed")
		case i > 0:
			p.macro("Pp")
			fallthrough
		default:
			p.text(strings.ReplaceAll(paragraph, "\n", " "))
		}
	}
}

// text writes a text in lines that are not long. A sentence begins a line, which is
// how mdoc knows that the one before has ended.
func (p *page) text(text string) {
	const most = 72
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && (strings.HasSuffix(line, ".") || len(line)+1+len(word) > most) {
			p.line(line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	p.line(line)
}

// line writes one line of text.
func (p *page) line(line string) {
	line = roff.Replace(line)
	if strings.HasPrefix(line, ".") {
		line = `\&` + line
	}
	p.WriteString(line + "\n")
}

// macro writes a line that says what its words are. Words that stand for themselves
// are quoted.
func (p *page) macro(name string, words ...string) {
	p.WriteString("." + name)
	for _, word := range words {
		word = roff.Replace(word)
		if strings.Contains(word, " ") {
			word = `"` + strings.ReplaceAll(word, `"`, `\(dq`) + `"`
		}
		p.WriteString(" " + word)
	}
	p.WriteString("\n")
}

// roff writes characters of ASCII so that no printer makes typography of them.
var roff = strings.NewReplacer(`\`, `\e`, `-`, `\-`, "`", `\(ga`, `'`, `\(aq`, `^`, `\(ha`, `~`, `\(ti`)
