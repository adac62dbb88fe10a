package tui

import (
	"strings"
	"testing"
)

func TestComposerCompletesWhatStandsBeforeTheCursor(t *testing.T) {
	names := []string{"hanako", "Hans", "花子", "花子 二号", "Ann Lee", "annika", "🎉party", "ｶﾞﾝﾏ"}
	commands := []string{"/name", "/names", "/find"}
	const tab, back = "Tab", "S-Tab"
	tests := []struct{ keys, before, after string }{
		{"Tab", "han|", "hanako: |"},
		{"Tab Tab", "han|", "Hans: |"},
		{"Tab Tab Tab", "han|", "han|"}, // what was typed
		{"Tab Tab Tab Tab", "han|", "hanako: |"},
		{"S-Tab", "han|", "Hans: |"},
		{"S-Tab S-Tab S-Tab", "han|", "han|"},
		{"Tab S-Tab", "han|", "han|"},
		{"Tab", "HAN|", "hanako: |"}, // in any case
		{"Tab", "hi han|", "hi hanako |"},
		{"Tab", "hi\nhan|", "hi\nhanako: |"}, // each line has a start
		{"Tab", "@han|", "@hanako |"},
		{"Tab", "これ@花|", "これ@花子 |"},
		{"Tab Tab", "これ@花|", "これ@花子 二号 |"},
		{"Tab", "これ花|", "これ花|"},               // not in the middle of a word
		{"Tab", "これ\u3000花|", "これ\u3000花子 |"}, // the space of Japanese
		{"Tab", "花|", "花子: |"},
		{"Tab", "花子 |", "花子 二号: |"}, // names may hold spaces
		{"Tab", "hi ann l|", "hi Ann Lee |"},
		{"Tab", "hi ann |", "hi Ann Lee |"},
		{"Tab", "joann|", "joann|"},
		{"Tab", "🎉|", "🎉party: |"},
		{"Tab", "ｶﾞ|", "ｶﾞﾝﾏ: |"},
		{"Tab", "hans|", "Hans: |"}, // all of it is there
		{"Tab Tab", "hans|", "Hans: |"},
		{"Tab", "x|", "x|"},
		{"Tab", "|", "hanako: |"},
		{"S-Tab", "|", "ｶﾞﾝﾏ: |"}, // no command, unless it is begun
		{"Tab", "hi |", "hi hanako |"},
		{"Tab", "hanako\uFFFD|", "hanako\uFFFD|"},
		{"Tab", "han| there", "hanako:| there"}, // the space is there
		{"Tab", "hi han| there", "hi hanako| there"},
		{"Tab Tab", "hi han| there", "hi Hans| there"},
		{"Tab", "hi han|there", "hi hanako |there"},
		{"Tab ^_", "hi han|", "hi han|"},
		{"Tab Tab ^_", "hi han|", "hi han|"}, // undone as one
		{"Tab x Tab", "han|", "hanako: x|"},
		{"Tab Left Right Tab", "@han|", "@hanako hanako |"}, // another key ended it: this one begins anew

		{"Tab", "/n|", "/name |"},
		{"Tab Tab", "/n|", "/names |"},
		{"Tab", "/FI|", "/find |"},
		{"Tab", "/|", "/name |"},
		{"Tab", "hi /n|", "hi /n|"}, // commands stand at the beginning
		{"Tab", "\n/n|", "\n/n|"},
		{"Tab", "/find han|", "/find hanako |"},
		{"Tab", "/n| x", "/name| x"},
	}
	for _, tt := range tests {
		c := composerAt(t, tt.before)
		for _, name := range strings.Fields(tt.keys) {
			switch name {
			case tab, back:
				c.Complete(append(names, commands...), name == back)
			default:
				pressAll(c, name)
			}
		}
		if got := marked(c); got != tt.after {
			t.Errorf("%s makes %q of %q, want %q", tt.keys, got, tt.before, tt.after)
		}
		checkShow(t, c, 7, 3)
	}
}

func TestComposerSaysWhetherThereIsSomethingToComplete(t *testing.T) {
	c := composerAt(t, "x|")
	if c.Complete([]string{"hanako"}, false) || c.Complete(nil, true) {
		t.Error("something begins with x")
	}
	pressAll(c, "^U h")
	if !c.Complete([]string{"hanako"}, false) {
		t.Error("nothing begins with h")
	}
	pressAll(c, "^R")
	if c.Complete([]string{"hanako"}, false) || !c.Busy() {
		t.Error("it completes in a search")
	}
}

func TestComposerCompletesWithinTheLimit(t *testing.T) {
	c := composerAt(t, "hi h|")
	c.SetLimit(9, 9)
	if !c.Complete([]string{"hanako", "ha"}, false) || !c.Refused() || marked(c) != "hi h|" {
		t.Errorf("%q, refused %t", marked(c), c.Refused())
	}
	c.SetLimit(10, 10)
	if c.Complete([]string{"hanako", "ha"}, false); c.Refused() || marked(c) != "hi hanako |" {
		t.Errorf("with a higher limit %q, refused %t", marked(c), c.Refused())
	}
}

func TestComposerCompletesNothingHarmful(t *testing.T) {
	c := composerAt(t, "h|")
	c.Complete([]string{"h\x1b[2J\n\xff"}, false)
	if c.Text() != "h[2J : " {
		t.Errorf("completed to %q", c.Text())
	}
}

func BenchmarkComposerComplete(b *testing.B) {
	names := make([]string, 10_000)
	for i := range names {
		names[i] = strings.Repeat("花子", 10)
	}
	c := newComposer(32 << 10)
	c.SetText(strings.Repeat("花 ", 5000) + "x")
	for b.Loop() {
		c.deed = deedOther
		c.Complete(names, false)
	}
}
