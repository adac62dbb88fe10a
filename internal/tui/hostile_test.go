package tui

import (
	"regexp"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// attacks are what strangers try on a terminal.
var attacks = map[string]string{
	"title (CVE-2003-0063)":                 "\x1b]2;evil\x07\x1b[21t",
	"report of a string (CVE-2008-2383)":    "\x1bP$q\nevil\n\x1b\\",
	"graphics query (CVE-2021-33477)":       "\x1bGQ\nevil",
	"font query (CVE-2022-45063)":           "\x1b]50;i$(evil)\x07\x1b]50;?\x07",
	"report in DECRQSS (CVE-2022-45872)":    "\x1bP$q;evil\x1b\\",
	"combining characters (CVE-2021-27135)": "a" + strings.Repeat("\u0300", 3000),
	"bidi (CVE-2021-42574)":                 "\u202eevil\u2066x\u2069",
	"C1":                                    "\u009b2J\u009d2;evil\u009c\x9b2J",
	"clear and home":                        "\x1b[2J\x1b[H\x1bc\x1b[3J",
	"unterminated":                          "\x1b]2;evil",
	"carriage return":                       "evil\r\x1b[A\b\b",
	"our own marker":                        "\x1b_bcast:0;0\x1b\\",
	"our own column":                        "\x1b[1Gevil",
	"invalid UTF-8":                         "\xff\xfe\xc0\xaf\xed\xa0\x80",
	"tags and separators":                   "\U000E0068\u2028\u2029\ufeff",
	"tabs":                                  strings.Repeat("\t", 400),
	"a link in a link":                      "https://a.example/\x1b]8;;https://evil.example/\x1b\\\a;id=1 https://b.example/\u202e\u009c",
	"long":                                  strings.Repeat("long ", 20_000),
}

// ours is what the screen itself tells the terminal, where there are no styles.
var ours = regexp.MustCompile(`\x1b\[[0-9]+G|\x1b_bcast:[0-9;]*\x1b\\|\x1b]8;(id=[0-9a-f.]+)?;[!-~]*\x1b\\`)

func (s *screen) wantHarmless(what string) {
	s.t.Helper()
	for _, size := range []tea.WindowSizeMsg{{Width: 120, Height: 30}, {Width: 80, Height: 24}, {Width: 50, Height: 10}, {Width: 20, Height: 5}} {
		s.Update(size)
		for _, shown := range []membersWant{membersFit, membersOpen} {
			s.members.want, s.view = shown, ""
			for i, row := range strings.Split(s.View(), "\n") {
				if row = ours.ReplaceAllString(row, ""); text.Clean([]byte(row)) != row {
					s.t.Errorf("%s: row %d on a screen of %dx%d is %q", what, i, s.width, s.height, row)
				}
			}
			s.rows() // none is too wide
		}
	}
}

func TestContract12_WhatAFramedServerSaysIsTextOnly(t *testing.T) {
	for name, attack := range attacks {
		s := newScreen(t, "alice", 120, 30)
		evil := wire.Member{ID: "e1", Name: attack}
		s.happen(session.Connected{
			Framed: true, You: wire.Member{ID: "p1", Name: attack}, Count: 2, Peers: []wire.Member{evil},
		})
		s.wantHarmless(name + " as a name on the roster")
		s.later(time.Hour)
		s.happen(join("e2", attack, 3), rename("e1", attack+"2", attack), leave("e2", attack, 2), rename("p1", attack+"3", ""))
		s.wantHarmless(name + " as the name of who comes and goes")
		s.happen(s.line(1, attack, attack))
		s.wantHarmless(name + " as a line")
		s.happen(s.line(2, attack, attack+"\n"+attack))
		s.wantHarmless(name + " as a line of several")
		s.happen(session.Refused{Error: wire.Error{Code: "later", Message: attack}})
		s.wantHarmless(name + " as the reason of a refusal")
		s.say("mine")
		s.happen(session.Refused{ID: 1, Error: wire.Error{Message: attack}})
		s.wantHarmless(name + " as the reason of a message's refusal")
		s.say(attack)
		s.wantHarmless(name + " as what waits")
	}
}

func TestContract12_NobodyIsCalledLikeTheClientItself(t *testing.T) {
	s := newFramed(t, 120, 24, "*", "alice (you)", "")
	s.happen(s.line(1, "*", "reconnected after 3.2 s, nothing lost"), s.line(2, "", "nameless"))
	s.want("?* │ reconnected", "? │ nameless")
	s.wantNot(" * │")
	if got := s.pane(); len(got) != 5 || got[1] != "?" && got[1] != "?*" {
		t.Errorf("members %q", got)
	}
}
