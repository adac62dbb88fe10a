package feed_test

import (
	"slices"
	"strings"
	"testing"

	"bcast/internal/feed"
	"bcast/internal/text"
)

func TestMessageOfSeveralLinesIsAnEntryForEach(t *testing.T) {
	for _, test := range []struct {
		message string
		texts   []string
	}{
		{"", []string{""}},
		{"one", []string{"one"}},
		{"one\ntwo\r\n\nfour", []string{"one", "two", "", "four"}},
		{"one\n", []string{"one", ""}},
		{"\x1b[2J\n\u202etwo", []string{"␛[2J", "<U+202E>two"}},
	} {
		var want []feed.Entry
		for i, text := range test.texts {
			e := feed.Entry{Kind: feed.Rest, At: noon, Text: text}
			if i == 0 {
				e.Kind, e.Name = feed.Own, "alice"
			}
			want = append(want, e)
		}
		first, rest := feed.Message([]feed.Entry{want[0]}, feed.Own, "alice", []byte(test.message), noon)
		if got := rest; first != want[0] || !slices.Equal(got, want) {
			t.Errorf("%q\n got %+v\nwant %+v", test.message, got, want)
		}
	}
}

func TestNameIsShownAsItIsIfItIsOne(t *testing.T) {
	names := map[string]string{
		"alice":                        "alice",
		"花子":                           "花子",
		"guest-1":                      "guest-1",
		strings.Repeat("x", 32) + "-2": strings.Repeat("x", 32) + "-2",
		strings.Repeat("x", 33):        "?" + strings.Repeat("x", 33),
		"*-2":                          "?*-2",
		"-2":                           "-2",
		"guest-":                       "?guest-",
		"guest-12345":                  "guest-12345",
		"guest-1 ":                     "?guest-1 ",
		"guest-evil":                   "?guest-evil",
		"":                             "?",
		"*":                            "?*",
		"a: b":                         "?a: b",
		"a:":                           "?a:",
		"\x1b[2Jbob":                   "?␛[2Jbob",
		"bob\nalice":                   "?bob␊alice",
		"bob\u202e":                    "?bob<U+202E>",
		" bob":                         "? bob",
		"\u212bsa":                     "?\u212bsa", // not as a room writes it
		"bad \xff":                     "?bad \uFFFD",
		"guest-1\x00":                  "?guest-1␀",
		"ｇuest-1":                      "?ｇuest-1",
	}
	var p feed.Parser
	for range 2 { // the second time they are known
		for name, want := range names {
			for range 2 { // the second time it is the last one
				if got := p.Named(name); got != want {
					t.Errorf("%q is shown as %q, want %q", name, got, want)
				}
			}
		}
	}
}

func TestNameOfAnyLengthTakesLittle(t *testing.T) {
	var p feed.Parser
	for _, name := range []string{strings.Repeat("x", 1<<10), strings.Repeat("\u202e", 300), strings.Repeat("あ", 300)} {
		got := p.Named(name)
		if len(got) > 1<<10 || text.Clean([]byte(got)) != got {
			t.Errorf("%d bytes are shown as %d: %q", len(name), len(got), got)
		}
	}
}

func TestAmendedEntryCountsWithItsSize(t *testing.T) {
	note := func(size int) feed.Entry { return feed.Entry{Kind: feed.Note, Text: strings.Repeat("x", size)} }
	const maxBytes = 10_000
	f := feed.New(feed.Config{MaxBytes: maxBytes})
	for range 5 {
		f.Append(note(1000))
	}
	if f.Amend(note(7000)); f.Len() != 3 {
		t.Errorf("%d entries are left beside a large one, want 2", f.Len()-1)
	}
	f.Amend(note(0))
	for range 6 {
		f.Append(note(1000))
	}
	if f.Len() != 9 {
		t.Errorf("%d entries are kept, want 9: there is space for them", f.Len())
	}
	if f.Amend(note(2 * maxBytes)); f.Len() != 1 {
		t.Errorf("%d entries are kept, want the newest alone", f.Len())
	}
}

func TestNewestEntryIsAmendedWhereNobodyReads(t *testing.T) {
	note := func(text string) feed.Entry { return feed.Entry{Kind: feed.Note, At: noon, Text: text} }
	f := feed.New(feed.Config{})
	f.Resize(20, 2)
	if f.Amend(note("x")) {
		t.Error("an entry was amended that is not there")
	}
	f.Append(said("one"))
	if f.Amend(note("x")) {
		t.Error("what a member said was amended")
	}
	f.Append(said("two"))
	f.Append(note("bob joined"))
	if f.Amend(said("x")) {
		t.Error("what a member said is not counted")
	}
	if !f.Amend(note("bob and carol joined")) {
		t.Error("not amended")
	}
	expect(t, f, "two|bob and carol joined")
	f.Up(1)
	if !f.Amend(note("bob, carol and dave joined")) {
		t.Error("not amended below a reader who reads back")
	}
	expect(t, f, "one|two")
	f.Resize(20, 3)
	if f.End(); !f.Amend(note("bob joined and this needs a second row")) {
		t.Error("not amended at the end")
	}
	expect(t, f, "two|bob joined and this|needs a second row")
	f.Up(1)
	if f.Amend(note("x")) {
		t.Error("a row changed under a reader who reads back")
	}
	expect(t, f, "one|two|bob joined and this")
	if f.Len() != 3 || f.Unread() != 0 {
		t.Errorf("%d entries, %d unread", f.Len(), f.Unread())
	}
}
