package feed_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"bcast/internal/feed"
	"bcast/internal/text"
)

// found describes what is found in the rows on the screen: in brackets, and with a ">" the
// entry that is chosen.
func found(f *feed.Feed) string {
	var rows []string
	for _, row := range f.Rows() {
		spans, chosen := f.Matches(row)
		shown, at := "", 0
		for _, span := range spans {
			shown += row.Text[at:span.From] + "[" + row.Text[span.From:span.To] + "]"
			at = span.To
		}
		if shown += row.Text[at:]; chosen {
			shown = ">" + shown
		}
		rows = append(rows, shown)
	}
	return strings.Join(rows, "|")
}

func TestFindMarksWholeCharactersOfTheTextAcrossRows(t *testing.T) {
	for _, c := range []struct{ name, query, text, want string }{
		{"nothing", "", "deploy", "deploy"},
		{"not there", "x", "deploy", "deploy"},
		{"any case", "DePloy", "a deploy, a DEPLOY", "a [deploy],|a [DEPLOY]"},
		{"the first of those that overlap", "aa", "aaaaa", "[aa][aa]a"},
		{"over a break", "deploy finished", "a deploy finished now", "a [deploy]|[finished]|now"},
		{"over a break in a word", "456789012", "0123456789012345", "0123[456789]|[012]345"},
		{"not what is left out at a break", "y ", "a deploy finished", "a deplo[y]|finished"},
		{"Japanese over a break", "うご", "おはようございます", "おはよ[う]|[ご]ざいま|す"},
		{"other alphabets", "ПРИВЕТ", "а, привет", "а, [привет]"},
		{"with a width of its own", "straſſe k", "STRASSE \u212A", "[STRASSE \u212A]"},
		{"longer than it is folded", "s", "ſaſ\u212As", "[ſ]a[ſ]\u212A[s]"},
		{"the mark on a letter", "e", "ne" + "\u0301" + "e", "n[e\u0301][e]"},
		{"a letter under a mark", "\u0301", "ne\u0301", "n[e\u0301]"},
		{"one of a family", "👨", family, "[" + family + "]"},
		{"two of a family", "👨\u200D👩", family, "[" + family + "]"},
		{"two in a character", "\u0301", "e\u0301\u0301x", "[e\u0301\u0301]x"},
		{"with other alphabets than the text", "дa", "data", "data"},
		{"not valid", "\xE3", "おは\uFFFD", "おは[\uFFFD]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := numbered(0, 10, 5)
			if c.name == "Japanese over a break" {
				f.Resize(8, 5)
			}
			f.Append(feed.Entry{Text: c.text})
			f.Find(c.query)
			if got := found(f); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			want := 0
			if strings.Contains(c.want, "[") {
				want = 1
			}
			if _, count := f.Found(); count != want {
				t.Errorf("%d found, want %d", count, want)
			}
		})
	}
}

func TestFindInACellThatIsTooNarrow(t *testing.T) {
	f := numbered(0, 1, 5)
	f.Append(feed.Entry{Text: "aおは\u3099b"})
	f.Find("\u3099")
	if got := found(f); got != "a|…|[…]|b" {
		t.Errorf("got %s, want the second sign to stand for it", got)
	}
}

func TestClipCutsSpansToTheRow(t *testing.T) {
	f := numbered(0, 8, 5)
	f.Append(feed.Entry{Text: "01234 6789 abcdef"})
	rows := slices.Clone(f.Rows())
	f.Resize(1, 5)
	f.Append(feed.Entry{Text: "おはaよ"})
	rows = append(rows, f.Rows()[len(f.Rows())-4:]...)
	for i, want := range []string{
		"01234 [{1 3} {4 5}]", "6789 [{0 4}]", "abcdef [{0 1} {2 3}]",
		"… [{0 3}]", "… [{0 3}]", "a []", "… [{0 3}]",
	} {
		spans := []text.Span{{From: 1, To: 3}, {From: 4, To: 6}, {From: 6, To: 6}, {From: 6, To: 12}, {From: 13, To: 14}}
		if rows[i].Text == "a" {
			spans = spans[:2]
		}
		if i == len(rows)-1 {
			spans = []text.Span{{From: 0, To: 7}, {From: 7, To: 8}}
		}
		if got := fmt.Sprint(rows[i].Text, " ", rows[i].Clip(nil, spans)); got != want {
			t.Errorf("row %d: got %s, want %s", i, got, want)
		}
	}
}

// A letter must find exactly those that are the same but for their case, behind a letter
// of ASCII and behind one that is not.
func TestFindFoldsEveryLetterAsUnicodeHasIt(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 1})
	for r := rune(' '); r <= unicode.MaxRune; r++ {
		next := unicode.SimpleFold(r)
		if 0xD800 <= r && r < 0xE000 || r > 0x3400 && r%37 != 0 && next == r { // of those without case, some
			continue
		}
		for _, before := range []string{"", "a", "é", "あ"} {
			f.Append(feed.Entry{Text: strings.ToUpper(before) + string(next)})
			f.Find(before + string(r))
			if _, count := f.Found(); count != 1 {
				t.Errorf("%q does not find %U in %U", before, r, next)
			}
			if f.Find(before + string(r+1)); !strings.EqualFold(string(r+1), string(r)) {
				if _, count := f.Found(); count != 0 {
					t.Errorf("%q finds %U in %U", before, r+1, next)
				}
			}
		}
	}
}

func TestFindGoesFromMatchToMatch(t *testing.T) {
	f := numbered(0, 20, 5)
	for i := range 40 {
		e := said(fmt.Sprint(i))
		if i%10 == 3 {
			e.Text = fmt.Sprint("Match ", i)
		}
		f.Append(e)
	}
	f.Find("match")
	for _, step := range []struct {
		name string
		run  func() bool
		ok   bool
		nth  int
		want string
	}{
		{"older", f.FindOlder, true, 1, "31|32|>[Match] 33|34|35"},
		{"older", f.FindOlder, true, 2, "21|22|>[Match] 23|24|25"},
		{"newer", f.FindNewer, true, 1, "31|32|>[Match] 33|34|35"},
		{"newer", f.FindNewer, false, 1, "31|32|>[Match] 33|34|35"},
		{"one that is on the screen", func() bool { f.FindOlder(); f.Up(9); f.Down(7); return f.FindNewer() }, true, 1, "31|32|>[Match] 33|34|35"},
		{"older", f.FindOlder, true, 2, "21|22|>[Match] 23|24|25"},
		{"older", f.FindOlder, true, 3, "11|12|>[Match] 13|14|15"},
		{"older", f.FindOlder, true, 4, "1|2|>[Match] 3|4|5"},
		{"older", f.FindOlder, false, 4, "1|2|>[Match] 3|4|5"},
		{"a longer query", func() bool { f.Find("match 3"); return true }, true, 2, "1|2|>[Match 3]|4|5"},
		{"another one", func() bool { f.Find("ch 2"); return true }, true, 0, "1|2|Match 3|4|5"},
		{"older than the screen", f.FindOlder, false, 0, "1|2|Match 3|4|5"},
		{"newer than the screen", f.FindNewer, true, 1, "21|22|>Mat[ch 2]3|24|25"},
		{"a shorter one", func() bool { f.Find("match"); return true }, true, 2, "21|22|>[Match] 23|24|25"},
		{"away from it", func() bool { f.Find("3"); f.Find("match"); f.End(); return f.FindOlder() }, true, 3, "11|12|>[Match] 13|14|15"},
		{"nothing", func() bool { f.Find(""); return f.FindOlder() || f.FindNewer() }, false, 0, "11|12|Match 13|14|15"},
	} {
		if got := step.run(); got != step.ok {
			t.Errorf("%s: %v, want %v", step.name, got, step.ok)
		}
		if got := found(f); got != step.want {
			t.Errorf("%s\n got %s\nwant %s", step.name, got, step.want)
		}
		if nth, _ := f.Found(); nth != step.nth {
			t.Errorf("%s: match %d, want %d", step.name, nth, step.nth)
		}
	}
}

func TestFindShowsTheRowOfALongEntry(t *testing.T) {
	f := numbered(20, 4, 3)
	f.Append(said("aaaabbbbccccddddeeeeffffNEEDggggneedhhhhiiii"))
	for i := range 20 {
		f.Append(said(fmt.Sprint(i)))
	}
	f.Find("need")
	f.FindOlder()
	if got := found(f); got != ">ffff|>[NEED]|>gggg" {
		t.Errorf("on the screen %s", got)
	}
}

func TestFindLooksAtNamesToo(t *testing.T) {
	f := numbered(3, 20, 5)
	f.Find("LIC")
	f.Append(feed.Entry{Name: "bob", Text: "nothing"})
	if _, count := f.Found(); count != 3 {
		t.Errorf("%d found, want 3", count)
	}
	if got := f.MatchesName("alice"); !slices.Equal(got, []text.Span{{From: 1, To: 4}}) {
		t.Errorf("in the name: %v", got)
	}
	if f.Find(""); f.MatchesName("alice") != nil {
		t.Error("found in a name, with nothing looked for")
	}
}

func TestWhatIsNotInTheFeedIsNotChosen(t *testing.T) {
	f := numbered(1, 20, 5)
	f.Find("0")
	f.FindOlder()
	if spans, chosen := f.Matches(feed.Row{Entry: said("100"), Text: "100"}); chosen || len(spans) != 2 {
		t.Errorf("found %v, chosen %v, want two and false", spans, chosen)
	}
}

func TestFindKeepsUpWithWhatComesAndGoes(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 100})
	f.Resize(20, 5)
	f.Find("x")
	random := rand.New(rand.NewPCG(5, 6))
	for range 2_000 {
		e := said("-")
		if random.IntN(3) == 0 {
			e.Text = "X"
		}
		f.Append(e)
		want := 0
		for e := range f.All() {
			want += strings.Count(e.Text, "X")
		}
		if _, count := f.Found(); count != want {
			t.Fatalf("%d found, want %d", count, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	for i, query := range queries {
		f.Add(query+"ſ K s", query, []byte{byte(i), byte(i + 1), byte(i), 3, byte(i + 2)}, byte(i))
	}
	f.Fuzz(func(t *testing.T, line, query string, picks []byte, width byte) {
		e := feed.Entry{Name: text.Clean([]byte(query + "x")), Text: text.Clean([]byte(line)) + madeOf(picks)}
		query = text.Clean([]byte(query))
		fd, m := feed.New(feed.Config{}), &model{chosen: -1, entries: []feed.Entry{e}}
		fd.Resize(2+int(width), 1000)
		fd.Append(e)
		for _, q := range []string{query[:len(query)/2], query, madeOf(picks[len(picks)/2:])} {
			q = strings.ToValidUTF8(q, "")
			fd.Find(q)
			m.find(q)
			compareFound(t, fd, m)
		}
	})
}
