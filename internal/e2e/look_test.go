//go:build unix

package e2e_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A look is how a character is drawn: its colour as SGR writes it, and whether it is faint.
type look struct {
	colour string
	faint  bool
}

// A drawn is a row of the screen, with the look of each byte.
type drawn struct {
	text  string
	looks []look
}

// only is how text is drawn, and whether it is there and looks the same throughout.
func (d *drawn) only(text string) (look, bool) {
	at := strings.LastIndex(d.text, text)
	if at < 0 {
		return look{}, false
	}
	looks := slices.Compact(slices.Clone(d.looks[at : at+len(text)]))
	return looks[0], len(looks) == 1
}

// sgr is what sets colours and the like.
var sgr = regexp.MustCompile(`\x1b\[([\d;:]*)m`)

// obey is the look behind an SGR sequence with such parameters.
func (l look) obey(parameters string) look {
	fields := strings.FieldsFunc(parameters, func(c rune) bool { return c == ';' || c == ':' })
	if len(fields) == 0 {
		return look{}
	}
	for i := 0; i < len(fields); i++ {
		switch n, _ := strconv.Atoi(fields[i]); {
		case n == 0:
			l = look{}
		case n == 2:
			l.faint = true
		case n == 22:
			l.faint = false
		case n == 39:
			l.colour = ""
		case n == 38, n == 48:
			end := min(i+3, len(fields)) // a number in a palette
			if i+1 < len(fields) && fields[i+1] == "2" {
				end = min(i+5, len(fields)) // red, green, blue
			}
			if n == 38 {
				l.colour = strings.Join(fields[i:end], ";")
			}
			i = end - 1
		case 30 <= n && n <= 37, 90 <= n && n <= 97:
			l.colour = fields[i]
		}
	}
	return l
}

// drawn is what the screen shows, and how.
func (s *screen) drawn(t *testing.T) []drawn {
	t.Helper()
	var rows []drawn
	var now look // is not reset at the end of a row
	for row := range strings.SplitSeq(s.do(t, "capture-pane", "-ep"), "\n") {
		var d drawn
		add := func(text string) {
			d.text += text
			d.looks = append(d.looks, slices.Repeat([]look{now}, len(text))...)
		}
		done := 0
		for _, at := range sgr.FindAllStringSubmatchIndex(row, -1) {
			add(row[done:at[0]])
			now = now.obey(row[at[2]:at[3]])
			done = at[1]
		}
		add(row[done:])
		rows = append(rows, d)
	}
	return rows
}

// awaitDrawn waits until all on the screen is as it should be; wrong says what is not, or "".
func (s *screen) awaitDrawn(t *testing.T, wrong func([]drawn) string) {
	t.Helper()
	missing := ""
	await(t, func() bool { missing = wrong(s.drawn(t)); return missing == "" }, func() string { return missing })
}

// resize makes the terminal larger or smaller.
func (s *screen) resize(t *testing.T, to size) {
	t.Helper()
	s.do(t, "resize-window", "-x", strconv.Itoa(to.width), "-y", strconv.Itoa(to.height))
}

// inTerminal is the script of a client in a terminal that has only these settings for colours.
func inTerminal(r *room, settings string, flags ...string) string {
	return `unset NO_COLOR CLICOLOR CLICOLOR_FORCE COLORTERM TERM_PROGRAM GOOGLE_CLOUD_SHELL
		export ` + settings + `
		exec "$CLIENT" ` + strings.Join(append(flags, r.tcp), " ")
}

// inColumn is a name as the column has it, on a screen of a size.
func (of size) inColumn(name string, cells int) string {
	column := 10
	if of.width < 40 {
		column = 5
	}
	if cells > column {
		name, cells = name[:column-1]+"…", column // none but ASCII is that long here
	}
	return strings.Repeat(" ", column-cells) + name
}

// fill has so much said that the latest is in the lowest row of every screen.
func fill(t *testing.T, p *process) {
	t.Helper()
	p.say(t, strings.Repeat("行\n", sizes[0].height))
}

// clock stands before the names where there is room.
var clock = regexp.MustCompile(`^ \d\d:\d\d $`)

// TestLookOfNames has screens of all sizes in one room, so that they show the same.
func TestLookOfNames(t *testing.T) {
	t.Parallel()
	speakers := []struct {
		name  string
		cells int
	}{{"bob", 3}, {"美咲", 4}, {"constantine", 11}}
	r := openRoom(t)
	said := make([]*process, len(speakers))
	for i, who := range speakers {
		said[i] = r.speak(t, who.name, i+1)
	}
	screens := make([]*screen, len(sizes))
	for i, of := range sizes {
		screens[i] = sitAt(t, of, inTerminal(r, "TERM=xterm-256color", "--theme dark"))
		r.awaitMembers(t, len(speakers)+i+1)
		screens[i].awaitCursor(t, 3, of.input())
	}
	fill(t, said[0])
	colours := map[string]string{} // of the names
	for i, who := range []int{0, 1, 2, 2, 0, 1} {
		who, text := speakers[who], fmt.Sprintf("行 %d", i)
		said[slices.Index(speakers, who)].say(t, text+"\n")
		for i, of := range sizes {
			screens[i].awaitDrawn(t, func(rows []drawn) string {
				row := rows[of.latest()]
				name := of.inColumn(who.name, who.cells)
				before, _, ok := strings.Cut(row.text, name+" │ "+text)
				if !ok || clock.MatchString(before) != (of.width >= 60) || of.width < 60 && before != "" {
					return fmt.Sprintf("%s: %q, want %q in its column", of, row.text, name)
				}
				name = strings.TrimLeft(name, " ")
				got, ok := row.only(name)
				if !ok || got.faint || !strings.HasPrefix(got.colour, "38;5;") {
					return fmt.Sprintf("%s: the name in %q has the look %+v, want a colour of its own", of, row.text, got)
				}
				if colours[who.name] == "" {
					colours[who.name] = got.colour
				}
				if got.colour != colours[who.name] {
					return fmt.Sprintf("%s: the colour of %s is %s, and was %s", of, who.name, got.colour, colours[who.name])
				}
				if got, ok := row.only(text); !ok || got != (look{}) {
					return fmt.Sprintf("%s: what %s says has the look %+v", of, who.name, got)
				}
				return ""
			})
		}
	}
	for _, a := range speakers {
		screens[0].awaitDrawn(t, func(rows []drawn) string { // there is room for the pane
			for _, row := range rows {
				row.text = strings.TrimRight(row.text, " ")
				if !strings.HasSuffix(row.text, " │ "+a.name) {
					continue
				}
				if got, _ := row.only(a.name); got.colour != colours[a.name] {
					return fmt.Sprintf("%s has the colour %s among the members, and %s before a line", a.name, got.colour, colours[a.name])
				}
				return ""
			}
			return a.name + " is not among the members"
		})
		for _, b := range speakers {
			if a != b && colours[a.name] == colours[b.name] {
				t.Errorf("%s and %s have one colour, %s", a.name, b.name, colours[a.name])
			}
		}
	}
}

// TestLookOfWhoComesAndGoes has screens of all sizes in one room, so that they show the same.
func TestLookOfWhoComesAndGoes(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.speak(t, "alice", 1)
	other := watchAt(t, size{80, 24}, r, 2, "--name", "bo")
	screens := make([]*screen, len(sizes))
	for i, of := range sizes {
		screens[i] = sitAt(t, of, inTerminal(r, "TERM=xterm-256color"))
		r.awaitMembers(t, i+3)
		screens[i].awaitCursor(t, 3, of.input())
	}
	say := func(text string) {
		t.Helper()
		alice.say(t, text+"\n")
		for i, of := range sizes {
			screens[i].awaitRow(t, of.latest(), "│ "+text)
		}
	}
	fill(t, alice)
	say("before") // ends what is told of those who came
	var guest *process
	for n, step := range []struct {
		told string
		does func()
	}{
		{"美咲 joined", func() { guest = r.speak(t, "美咲", len(sizes)+3) }},
		{"美咲 left", func() { _ = guest.stdin.Close() }},
		{"bo is now al", func() { other.write(t, "/name al"); other.keys(t, "Enter") }},
	} {
		step.does()
		for _, s := range screens {
			s.await(t, "* │ "+step.told)
		}
		text := fmt.Sprint("line ", n)
		say(text)
		for i, of := range sizes {
			screens[i].awaitDrawn(t, func(rows []drawn) string {
				told, line := rows[of.latest()-1], rows[of.latest()]
				if got, ok := told.only("* │ " + step.told); !ok || got != (look{faint: true}) {
					return fmt.Sprintf("%s: %q has the look %+v, want all of it faint", of, told.text, got)
				}
				if got, ok := line.only(text); !ok || got != (look{}) {
					return fmt.Sprintf("%s: %q has the look %+v", of, line.text, got)
				}
				if got, ok := line.only("alice"); !ok || got.faint {
					return fmt.Sprintf("%s: the name in %q has the look %+v", of, line.text, got)
				}
				return ""
			})
		}
	}
}

// colourful finds what sets a colour of the sixteen, or one beyond them.
var colourful = regexp.MustCompile(`\x1b\[(?:[\d:]*;)*(?:[34][0-8]|9[0-7]|10[0-7])[\d;:]*m`)

// beyondSixteen finds what sets a colour that terminals with sixteen do not have.
var beyondSixteen = regexp.MustCompile(`\x1b\[(?:[\d:]*;)*[34]8[;:][\d;:]*m`)

// TestLookFollowsTheTerminal has a screen of its own in one room for each sort of terminal,
// which takes all sizes.
func TestLookFollowsTheTerminal(t *testing.T) {
	t.Parallel()
	type terminal struct {
		name, settings string
		flags          []string
		want           *regexp.Regexp // of the colour of names
		never          *regexp.Regexp // in what is written
		*screen
		raw string
	}
	const ascii = "--ascii"
	dark, light := []string{"--theme", "dark"}, []string{"--theme", "light"}
	none := regexp.MustCompile(`^$`)
	terminals := []*terminal{
		{name: "dark", settings: "TERM=xterm-256color COLORTERM=truecolor", flags: dark, want: regexp.MustCompile(`^38;5;\d+$`)},
		{name: "light", settings: "TERM=xterm-256color", flags: append(light, ascii), want: regexp.MustCompile(`^38;5;\d+$`)},
		{name: "dark, sixteen", settings: "TERM=xterm-16color", flags: append(dark, ascii), want: regexp.MustCompile(`^9[1-6]$`), never: beyondSixteen},
		{name: "light, sixteen", settings: "TERM=xterm", flags: light, want: regexp.MustCompile(`^3[1-6]$`), never: beyondSixteen},
		{name: "no colours", settings: "TERM=screen", flags: dark, want: none, never: colourful},
		{name: "NO_COLOR", settings: "TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1", flags: light, want: none, never: colourful},
	}
	r := openRoom(t)
	alice := r.speak(t, "alice", 1)
	for i, of := range terminals {
		of.screen = sitAt(t, sizes[0], inTerminal(r, of.settings, append(of.flags, "--name", fmt.Sprint("hana", i), "--highlight", "deploy")...))
		of.raw = of.screen.raw(t)
		r.awaitMembers(t, i+2)
		of.awaitCursor(t, 3, sizes[0].input())
	}
	fill(t, alice)
	for i := range 3 {
		alice.say(t, fmt.Sprintf("deploy %d\n", i))
	}
	brightness := map[string]int{} // of names, by the name of the terminal
	for _, of := range terminals {
		bar := "│"
		if slices.Contains(of.flags, ascii) {
			bar = "|"
		}
		for i, size := range sizes {
			of.resize(t, size)
			of.awaitCursor(t, 3, size.input())
			of.awaitDrawn(t, func(rows []drawn) string {
				row := rows[size.latest()]
				got, _ := row.only("alice")
				if !strings.Contains(row.text, "alice") || !strings.Contains(row.text, " deploy 2") || !of.want.MatchString(got.colour) {
					return fmt.Sprintf("%s, %s: %q has the look %+v, want a colour as %s", of.name, size, row.text, got, of.want)
				}
				brightness[of.name] = cubeBrightness(got.colour)
				return ""
			})
			if i < 3 {
				of.await(t, "mention")
			}
		}
		of.write(t, "/find deploy") // has a match that is chosen, and others
		of.keys(t, "Enter")
		of.await(t, "of 3")
		shown := strings.Join(of.rows(t), "")
		if bar == "|" && strings.ContainsFunc(shown, func(c rune) bool { return c > '~' }) {
			t.Errorf("%s: with --ascii, the screen is\n%s", of.name, shown)
		}
		if bar != "|" && !strings.Contains(shown, bar) {
			t.Errorf("%s: there is no %s on the screen\n%s", of.name, bar, shown)
		}
		written, err := os.ReadFile(of.raw)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(written), "deploy 2") {
			t.Fatalf("%s: what is written is not there: %s", of.name, quote(string(written)))
		}
		if of.never != nil {
			if colour := of.never.Find(written); colour != nil {
				t.Errorf("%s: %q is written", of.name, colour)
			}
		}
	}
	if brightness["dark"] <= brightness["light"] {
		t.Errorf("names are as bright as %d on dark and %d on light", brightness["dark"], brightness["light"])
	}
}

// cubeBrightness is how bright a colour of the palette's cube is, from 0 to 15.
func cubeBrightness(colour string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(colour, "38;5;"))
	if err != nil || n < 16 || n > 231 {
		return 0
	}
	n -= 16
	return n/36 + n/6%6 + n%6
}

func TestScreenTooSmallSaysSoAndComesBack(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.speak(t, "alice", 1)
	s := sitAt(t, size{19, 4}, `exec "$CLIENT" `+r.tcp)
	r.awaitMembers(t, 2)
	says := func(of size) {
		t.Helper()
		want := "want 20x5"[:min(9, of.width)] + strings.Repeat("\n", of.height-1)
		await(t, func() bool { return strings.Join(s.rows(t), "\n") == want && s.ask(t, "#{cursor_flag}") == "0" },
			func() string { return fmt.Sprintf("at %s there is %q, want %q and no cursor", of, s.rows(t), want) })
	}
	says(size{19, 4})
	fill(t, alice)
	typed := ""
	for i, small := range []size{{19, 40}, {120, 4}, {7, 5}, {20, 1}} {
		s.resize(t, small)
		says(small)
		text := fmt.Sprint("line ", i)
		alice.say(t, text+"\n")
		s.write(t, "x") // is not lost where it is not seen
		typed += "x"
		of := sizes[i]
		s.resize(t, of)
		s.awaitRow(t, of.latest(), "alice │ "+text)
		s.awaitTyped(t, of, typed, len(typed))
		if of.framed() {
			s.awaitRow(t, 0, "[up")
			s.awaitRow(t, of.height-1, "F1 help")
		}
	}
}
