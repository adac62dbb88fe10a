package text_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"bcast/internal/text"
)

func TestNameIsANickname(t *testing.T) {
	for name, want := range map[string]string{
		"alice":                    "alice",
		"  Alice   B. ":            "Alice B.",
		"花子":                       "花子",
		"ﾊﾅｺ":                      "ハナコ",
		"ＡＢＣ":                      "ABC",
		"👩🏽":                       "👩🏽",
		"the guest-1":              "the guest-1",
		strings.Repeat("x", 32):    strings.Repeat("x", 32),
		strings.Repeat("花", 32):    strings.Repeat("花", 32),
		"guest":                    "guest",
		"O'Brien-Müller <ops@lan>": "O'Brien-Müller <ops@lan>",
	} {
		if got, err := text.Name(name); got != want || err != nil {
			t.Errorf("Name(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestNameRefusesWhatIsNone(t *testing.T) {
	for _, name := range []string{
		"", "   ", "a:b", "a：b", "*", "*server", "guest-7", "Guest-7", "ｇuest-7",
		strings.Repeat("x", 33), strings.Repeat("👨‍👩‍👧‍👦", 6), "👩‍💻",
		"a\nb", "a\tb", "\x1b[31mred", "a\x00b", "a\u202eb", "a\u200bb", "a\ufeffb", "a\xffb", "\u009b31m",
		"z" + strings.Repeat("\u0300", 20),
		"\u2066alice\u2069", "ali\u200dce", "ali\u200cce", "alice\ufe0f", "ali\u00adce", "ali\u034fce", "alice\u2060", "\u061calice",
		"\u2800", "alice\u2800", "\U0001D159", "\U00013441", "\u3164", "\u115f\u1160", "\uffa0",
		"\u0301", "\u0301alice", " \u0301alice", "\u0e33",
		"＊", "gueſt-7", "ＧＵＥＳＴ-7", " guest-", strings.Repeat("花", 43),
	} {
		got, key, err := text.Nickname(name)
		var wrong *text.NameError
		if !errors.As(err, &wrong) || got != "" || key != "" {
			t.Errorf("Nickname(%q) = %q, %q, %v; want a NameError alone", name, got, key, err)
		}
		if got, err := text.Name(name); err == nil {
			t.Errorf("Name(%q) = %q, want an error", name, got)
		}
	}
}

func TestNamesOfOneKeyAreOneName(t *testing.T) {
	for _, same := range [][]string{
		{"alice", "Alice", "ALICE", " alice ", "ＡＬＩＣＥ", "ａｌｉｃｅ", "Ａlice"},
		{"Alice B.", "alice  b.", "alice\u3000b.", "alice\u00a0B."},
		{"José", "Jose\u0301", "JOSÉ"},
		{"ハナコ", "ﾊﾅｺ"},
		{"ΑΣ", "ασ"},
		{"ﬁsh", "fish"},
	} {
		for _, name := range same {
			_, want, _ := text.Nickname(same[0])
			if _, key, err := text.Nickname(name); err != nil || key != want {
				t.Errorf("Nickname(%q) has the key %q, %v; want %q, that of %q", name, key, err, want, same[0])
			}
		}
	}
	seen := make(map[string]string)
	for _, name := range []string{"alice", "alice b.", "aliceb", "alice-2", "jose", "josé", "ハナコ", "はなこ", "花子"} {
		_, key, err := text.Nickname(name)
		if err != nil || seen[key] != "" {
			t.Errorf("Nickname(%q) has the key %q, %v, as has %q", name, key, err, seen[key])
		}
		seen[key] = name
	}
}

func TestNameErrorSaysWhatToDo(t *testing.T) {
	for name, want := range map[string]string{
		" ":                     "a name needs at least one character",
		"a：b":                   `"a:b" has a colon, which ends a name: leave it out`,
		"*server":               `"*server" begins like a name that the room gives: begin with something other than * or guest-`,
		"ｇuest-1":               `"guest-1" begins like a name that the room gives: begin with something other than * or guest-`,
		"a\u202eb":              `"a\u202eb" has characters that do not belong in a name: use letters, digits, signs and spaces`,
		"alice\u2800":           "\"alice\u2800\" has characters that a terminal does not show: leave them out",
		"\u0301x":               "\"\u0301x\" begins with a mark that has no letter under it: begin with a letter, a digit or a sign",
		strings.Repeat("x", 33): `"` + strings.Repeat("x", 33) + `" is too long: a name has up to 32 characters and 128 bytes`,
		strings.Repeat("花", 43): `"` + strings.Repeat("花", 42) + `"... is too long: a name has up to 32 characters and 128 bytes`,
	} {
		if _, _, err := text.Nickname(name); err == nil || err.Error() != want {
			t.Errorf("Nickname(%q) says\n%v, want\n%s", name, err, want)
		}
	}
}

func TestNameErrorIsBoundedAndSafeWhateverWasAskedFor(t *testing.T) {
	for _, fill := range []string{"\x00", "\xff", "\x1b", "\"", "\u202e", "\U0010ffff", "花", "\ufdfa", "x", "\u0301"} {
		_, _, err := text.Nickname(strings.Repeat(fill, 1024/len(fill)))
		if err == nil {
			t.Errorf("%q is a name", fill)
			continue
		}
		if said := err.Error(); len(said) >= 1024 || !utf8.ValidString(said) || strings.ContainsAny(said, "\x00\x1b\u202e\ufffd") {
			t.Errorf("for %q it says %d bytes: %q", fill, len(said), said)
		}
	}
}

func TestStemLeavesRoomForANumber(t *testing.T) {
	for name, want := range map[string]string{
		"alice":                          "alice",
		"花子":                             "花子",
		"alice-2":                        "alice-2",
		"guest":                          "gues",
		"Guest":                          "Gues",
		"guests":                         "guests",
		strings.Repeat("x", 25):          strings.Repeat("x", 25),
		strings.Repeat("x", 32):          strings.Repeat("x", 25),
		strings.Repeat("x", 24) + " yyy": strings.Repeat("x", 24),
		strings.Repeat("👩🏽", 16):         strings.Repeat("👩🏽", 15),
		strings.Repeat("e\u0323\u0302\u0301", 3) + strings.Repeat("x", 29): strings.Repeat("ệ\u0301", 3) + strings.Repeat("x", 22),
		strings.Repeat("x\u0323\u0302", 25):                                strings.Repeat("x\u0323\u0302", 24),
		strings.Repeat("・", 25) + "花":                                      "", // such dots are letters beside one of Japan only
	} {
		nick, err := text.Name(name)
		if err != nil {
			t.Errorf("Name(%q): %v", name, err)
			continue
		}
		if got := text.Stem(nick); got != want {
			t.Errorf("Stem(%q) = %q, want %q", nick, got, want)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{
		"alice", " 花子　さん ", "guest-1:*", "Ａ\u0301 ﾊﾟ", "ΑΣ ς", "・花", "l·l", "\u0d4e\u0d4ea",
		strings.Repeat("x", 31) + "\u0301y", "İstanbul", "ẞ ŉ ǰ", "\ufdfa", "ﾞ", "क्क्क्क",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		name, key, err := text.Nickname(asked)
		if plain, err2 := text.Name(asked); plain != name || (err == nil) != (err2 == nil) {
			t.Errorf("Name(%q) = %q, %v, but Nickname = %q, %v", asked, plain, err2, name, err)
		}
		if err != nil {
			if said := err.Error(); len(said) >= 1024 {
				t.Errorf("Nickname(%q) says %d bytes", asked, len(said))
			}
			return
		}
		if again, key2, err := text.Nickname(name); again != name || key2 != key || err != nil {
			t.Errorf("Nickname(%q) = %q, %q, but Nickname of that = %q, %q, %v", asked, name, key, again, key2, err)
		}
		if text.Clean([]byte(name)) != name || strings.ContainsAny(name, ":\n") || len(name) > 128 {
			t.Errorf("Nickname(%q) = %q, which is not what a terminal may see", asked, name)
		}
		if strings.HasPrefix(key, "guest-") || strings.HasPrefix(strings.ToLower(name), "guest-") {
			t.Errorf("Nickname(%q) = %q, %q, which is as the room calls others", asked, name, key)
		}
		stem := text.Stem(name)
		if stem == "" {
			return
		}
		_, base, _ := text.Nickname(stem + "-2")
		for _, number := range []string{"3", "10", "999999"} {
			numbered := stem + "-" + number
			want := strings.TrimSuffix(base, "2") + number
			if shown, key, err := text.Nickname(numbered); shown != numbered || key != want || err != nil {
				t.Errorf("Stem(%q) = %q, but Nickname(%q) = %q, %q, %v; want it as it is, and the key %q", name, stem, numbered, shown, key, err, want)
			}
		}
	})
}

func BenchmarkNickname(b *testing.B) {
	for _, name := range []string{"alice", "花子"} {
		b.Run(fmt.Sprint(len(name)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := text.Nickname(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
