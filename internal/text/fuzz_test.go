package text_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

// maxCleaned is the longest that Clean's result can be: 8 cells for a tab, and the notice.
const maxCleaned = 8*text.MaxShown + len(" ... + bytes") + 20

// seeds are lines in which each rule of Clean has something to do.
var seeds = []string{
	"plain text, nothing to do",
	"おはよう\r",
	"日本\tﾊﾟ\t\tb",
	"\x1B]2;title\x07\x1B[21t\x9B31m\u009B0m\x7F",
	"a\xE3\x81\xC0\xAF\xED\xA0\x80\xF4\x90\x80\x80",
	"\u202Eabc\u2066\u2069\uFEFF\u2028\U000E0041\uFFFE\u2065",
	"👨‍👩‍👧‍👦\u200D🇯🇵👩🏽‍🚀❤️‍🔥1️⃣x\u200D\uFE0F\U000E0100",
	"⌚\uFE0E🏻\u200D\u200C\u200D⌚",
	"a" + strings.Repeat("\u0301", 12) + "क" + strings.Repeat("\u094D", 9) + "क",
	"क" + strings.Repeat("\u0301", 7) + "\u094D\u0903" + "ष" + strings.Repeat("\u0301", 8), // virama
	"ᄀ" + strings.Repeat("\u0301", 9) + "ᅡ\u0301\u200Cᆨ",                                   // jamo
	"\u0D4E\t\u0301\u0D4E\u200D\u0D4E🇯\uFE0F🇵",                                             // prepended letters
}

// pieces are what lines are made of that try how the rules meet: one of each kind that
// Clean or the grapheme segmentation knows.
var pieces = []string{
	"a", "1", "#", " ", "\t", "\r", "\n", "\x1B", "\u009B", "\x9B", "\xE3\x81", "あ", "ﾊ", "\uFF9F", // plain
	"\u0301", "\u20E3", "\u0903", "\u0E33", "\u094D", "\u034F", // marks: above, keycap, spacing, virama, joiner
	"क", "ष", "\u0D4E", "ᄀ", "ᅡ", "ᆨ", "가", "\u115F", // conjuncts, prepended, jamo
	"⌚", "❤", "👩", "🏻", "🇯", "🇵", "©", // emoji
	"\u200D", "\u200C", "\uFE0E", "\uFE0F", "\uFE00", "\U000E0100", // joiners, selectors
	"\u202E", "\u2028", "\uFEFF", "\U000E0041", "\u2065", "\uFFFE", "\u0600", // spelled out
}

// The line that is tried is raw, followed by the pieces that picks names; a long one is
// repeated until it is cut.
func FuzzClean(f *testing.F) {
	for _, line := range seeds {
		f.Add([]byte(line), []byte{}, false)
		f.Add([]byte(line), []byte{}, true)
	}
	for i := range pieces {
		f.Add([]byte{}, []byte{byte(i), byte(i + 1), byte(i), byte(i + 2)}, false)
	}
	f.Fuzz(func(t *testing.T, raw, picks []byte, long bool) {
		line := bytes.Clone(raw)
		for _, pick := range picks {
			line = append(line, pieces[int(pick)%len(pieces)]...)
		}
		if long {
			line = repeat(line)
		}
		got := text.Clean(line)
		if len(got) > maxCleaned {
			t.Errorf("%d bytes of %d, want at most %d", len(got), len(line), maxCleaned)
		}
		if !utf8.ValidString(got) {
			t.Errorf("not valid UTF-8: %+q", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point) ||
				unicode.Is(unicode.Cf, r) && r != '\u200D' {
				t.Errorf("%U let through: %+q", r, got)
			}
		}
		for cluster := graphemes.FromString(got); cluster.Next(); {
			checkCluster(t, cluster.Value())
		}
		if again := text.Clean([]byte(got)); len(got) <= text.MaxShown && again != got {
			t.Errorf("cleaned again\n got %+q\nwant %+q", again, got)
		}
	})
}

// checkCluster fails t if a cluster has too many marks, or what only emoji may have.
func checkCluster(t *testing.T, cluster string) {
	t.Helper()
	marks, selectors, joiners, pictographs := 0, 0, 0, 0
	needed := strings.ContainsAny(cluster, "\u200D\uFE0E\uFE0F") // isPictograph takes long
	for _, r := range cluster {
		switch {
		case isSelector(r):
			selectors++
		case r == '\u200D':
			joiners++
		case needed && isPictograph(r):
			pictographs++
		}
		if unicode.Is(unicode.M, r) {
			marks++
		}
	}
	if marks > 8 {
		t.Errorf("cluster with %d marks: %+q", marks, cluster)
	}
	if joiners > max(0, pictographs-1) {
		t.Errorf("cluster with %d joiners and %d emoji: %+q", joiners, pictographs, cluster)
	}
	if selectors > pictographs && !strings.Contains(cluster, "\uFE0F\u20E3") {
		t.Errorf("cluster with %d selectors and %d emoji: %+q", selectors, pictographs, cluster)
	}
}

// The stream is written in parts as long as sizes has it, over and over.
func FuzzGate(f *testing.F) {
	for _, sizes := range []string{"\x01", "\x02\x05", "\xFF\x00\x03"} {
		for _, line := range seeds {
			f.Add([]byte(line+"\r\n\n"+line), false, []byte(sizes))
			f.Add([]byte(line), true, []byte(sizes))
			f.Add([]byte(line+"\r\n\n"), true, []byte(sizes))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte, long bool, sizes []byte) {
		if long {
			stream = repeat(stream)
		}
		var got bytes.Buffer
		gate := text.NewGate(&got)
		rest := stream
		for i := 0; len(rest) > 0 && i < 8*len(stream); i++ {
			size := len(rest)
			if len(sizes) > 0 {
				size = min(size, int(sizes[i%len(sizes)]))
			}
			if n, err := gate.Write(rest[:size]); n != size || err != nil {
				t.Fatalf("Write of %d bytes: %d, %v", size, n, err)
			}
			rest = rest[size:]
		}
		if err := gate.Flush(); err != nil {
			t.Fatal(err)
		}
		if want := cleanedLines(stream[:len(stream)-len(rest)]); got.String() != want {
			t.Errorf("stream %+q in parts of %v\n got %+q\nwant %+q", stream, sizes, got.String(), want)
		}
	})
}

// cleanedLines is what a Gate has to make of a stream.
func cleanedLines(stream []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(stream) {
		b.WriteString(text.Clean(bytes.TrimSuffix(line, []byte("\n"))))
		b.WriteByte('\n')
	}
	return b.String()
}

// repeat returns b so often in a row that it is too long for a line.
func repeat(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	return bytes.Repeat(b, (text.MaxShown+1024)/len(b)+1)
}
