package term_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"bcast/internal/tui/term"
)

func TestLink(t *testing.T) {
	const end = "\x1b]8;;\x1b\\"
	for _, test := range []struct{ url, shown, id, want string }{
		{"https://ci.example/42", "the build", "", "\x1b]8;;https://ci.example/42\x1b\\the build" + end},
		{"https://ci.example/42", "https://ci.", "7-1", "\x1b]8;id=7-1;https://ci.example/42\x1b\\https://ci." + end},
		{"http://x/a;b:c?d=e#f", "x", "", "\x1b]8;;http://x/a;b:c?d=e#f\x1b\\x" + end},
		{"http://x/日", "x", "", "\x1b]8;;http://x/%E6%97%A5\x1b\\x" + end},
		{"http://x/" + strings.Repeat("a", 2083-9), "x", "", "\x1b]8;;http://x/" + strings.Repeat("a", 2083-9) + "\x1b\\x" + end},
		{"http://x/" + strings.Repeat("a", 2084-9), "x", "", "x"},
		{"", "x", "1", "x"},
		{"http://x/ y", "x", "", "x"},
		{"http://x/\x1b\\", "x", "", "x"},
		{"http://x/\a", "x", "", "x"},
		{"http://x/\x7f", "x", "", "x"},
		{"http://x/", "x", "a:b", "\x1b]8;;http://x/\x1b\\x" + end},
		{"http://x/", "x", "a;b", "\x1b]8;;http://x/\x1b\\x" + end},
		{"http://x/", "x", "a\a", "\x1b]8;;http://x/\x1b\\x" + end},
		{"http://x/", "x", strings.Repeat("i", 251), "\x1b]8;;http://x/\x1b\\x" + end},
	} {
		got := term.Link(test.url, test.shown, test.id)
		if got != test.want {
			t.Errorf("Link(%q, %q, %q) = %q, want %q", test.url, test.shown, test.id, got, test.want)
		}
		if w := ansi.StringWidth(got); w != ansi.StringWidth(test.shown) {
			t.Errorf("%q has width %d", got, w)
		}
	}
}

func TestALinkIsClosedWhenTheScreenIsLeft(t *testing.T) {
	const open, end = "\x1b]8;id=1;http://x/\x1b\\", "\x1b]8;;\x1b\\"
	for _, test := range []struct{ frame, want string }{
		{open, end},
		{open + "x\x1b]8;;\a", ""},
		{term.Link("http://x/", "x", "1") + open, end},
		{"\x1b]8;;http://y/\a", end},
		{end, ""},
	} {
		r := newRecorder(t)
		r.write(enter + test.frame)
		if out, want := r.write(leave), syncOn+test.want+syncOff+leave+wrapOn+show; out != want {
			t.Errorf("after %q: %q, want %q", test.frame, out, want)
		}
		if out := r.write("text"); out != "text" {
			t.Errorf("then %q", out)
		}
	}
}
