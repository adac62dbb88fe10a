package text_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

// linked returns s with its links in braces.
func linked(s string) string {
	var b strings.Builder
	at := 0
	for _, link := range text.Links(s) {
		b.WriteString(s[at:link.From] + "{" + s[link.From:link.To] + "}")
		at = link.To
	}
	return b.String() + s[at:]
}

func TestLinksEndWhereAReaderSeesTheirEnd(t *testing.T) {
	for _, want := range []string{
		"nothing", "", "://", "http://", "https://", "https:// x", "https://.", "https:///path", "https://-",
		"{https://ci.example/42}",
		"{http://ci.example}",
		"{HTTPS://CI.example/42}",
		"see {https://ci.example/builds/42?a=b&c=%20#d} for the log",
		"{https://a.example}, {https://b.example}. {https://c.example}! {https://d.example}?",
		"{https://a.example/}... {https://b.example/x};",
		"{https://user@a.example:8080/~x/@y/;z=1,2+3*4!$'5'6}",
		"{https://[2001:db8::1]:80/x}",

		// Brackets and quotes.
		"({https://a.example/x})", "({https://a.example/x}).", "[{https://a.example/x}]", "<{https://a.example/x}>",
		"{https://a.example/Go_(language)}", "(see {https://a.example/Go_(language)})", "{https://a.example/x}(",
		"[text]({https://a.example/x}), [more]({https://b.example/})", "({https://a.example/x}),({https://b.example})",
		`"{https://a.example/x}"`, "'{https://a.example/x}'", "*{https://a.example/x}*", "`{https://a.example/x}`",
		"{https://a.example/x}|{https://b.example}", "{https://a.example/x[1]}", "{https://a.example/x}]y",

		// Other scripts.
		"見て{https://a.example/x}を見て", "「{https://a.example/x}」", "{https://a.example/x}。", "{https://a.example/x}에서",
		"{https://a.example/x}（笑）", "{https://a.example/x}\u3000y", "{https://a.example/x}ดู", "{https://a.example/x}👍",
		"{https://de.example/Überblick}", "{https://ru.example/Москва}, да", "{https://bücher.example}",
		"{https://a.example/e\u0301}", "{https://a.example/x}ＡＢ", "{https://a.example/x}…", "{https://a.example/x}—y",

		// Not of the web, or not an address.
		"ftp://a.example", "file:///etc/passwd", "javascript://a.example", "xhttp://a.example", "-https://a.example",
		"a.https://a.example", "éhttps://a.example", "\u0D4Ehttps://a.example", "view-source:{https://a.example}",
		"ttps://a.example", "{https://a.example/http://b.example}", "https//a.example", "https:/a.example",
		"https://\u0301a.example", "https://日本.example",
	} {
		s := strings.NewReplacer("{", "", "}", "").Replace(want)
		if got := linked(s); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWhatIsTooLongOrCutOffIsNoLink(t *testing.T) {
	address := func(size int) string { return "https://" + strings.Repeat("a", size-len("https://")) }
	if got := text.Links(address(2000)); !slices.Equal(got, []text.Span{{From: 0, To: 2000}}) {
		t.Errorf("2000 bytes: %v", got)
	}
	if got := text.Links(address(2001)); got != nil {
		t.Errorf("2001 bytes: %v", got)
	}
	for _, line := range []string{
		strings.Repeat("x ", text.MaxShown/2-50) + address(200),
		strings.Repeat("x ", text.MaxShown/2-50) + address(98) + ".html",
	} {
		if got := text.Links(text.Clean([]byte(line))); len(line) > text.MaxShown && got != nil {
			t.Errorf("a link that was cut off: %v", got)
		}
	}
	const last = "https://a.example/x + 3 bytes"
	if got := linked(last); got != "{https://a.example/x} + 3 bytes" {
		t.Errorf("before what looks like the notice: %s", got)
	}
}

func FuzzLinks(f *testing.F) {
	for i, s := range []string{
		"see https://ci.example/42 (https://a.example/b(c)).", "「http://a.example」https://b.exampleを", "https://é.example/e\u0301ﾞ",
		strings.Repeat("https://", 300), "https://" + strings.Repeat("(a", 1100), "x https://a.example ... +12 bytes",
	} {
		f.Add(s, []byte{byte(i), byte(3 * i), byte(i + 7)})
	}
	allowed := regexp.MustCompile(`^(?i:https?)://[^\s"<>\\^` + "`" + `{|}\x00-\x1F\x7F-\x9F]+$`)
	f.Fuzz(func(t *testing.T, s string, picks []byte) {
		s = text.Clean([]byte(s))
		for _, pick := range picks { // what meets a link
			s += "https://a.b/" + text.Clean([]byte(pieces[int(pick)%len(pieces)]))
		}
		ends := map[int]bool{0: true}
		for cluster := graphemes.FromString(s); cluster.Next(); {
			ends[cluster.End()] = true
		}
		at := 0
		for _, link := range text.Links(s) {
			if link.From < at || link.To <= link.From || link.To > len(s) {
				t.Fatalf("%v after %d in %+q", link, at, s)
			}
			at = link.To
			address := s[link.From:link.To]
			if !allowed.MatchString(address) || len(address) > 2000 || strings.ContainsAny(address[len(address)-1:], ".,:;!?'([") {
				t.Errorf("%+q is taken for a link", address)
			}
			if !ends[link.From] || !ends[link.To] {
				t.Errorf("%+q is not whole in %+q", address, s)
			}
			if again := text.Links(address); !slices.Equal(again, []text.Span{{From: 0, To: len(address)}}) {
				t.Errorf("of %+q by itself: %v", address, again)
			}
		}
	})
}
