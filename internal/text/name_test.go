package text_test

import (
	"strings"
	"testing"

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
	} {
		if got, err := text.Name(name); err == nil {
			t.Errorf("Name(%q) = %q, want an error", name, got)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add("alice")
	f.Add(" 花子　さん ")
	f.Add("guest-1:*")
	f.Fuzz(func(t *testing.T, name string) {
		nick, err := text.Name(name)
		if err != nil {
			return
		}
		if again, err := text.Name(nick); again != nick || err != nil {
			t.Errorf("Name(%q) = %q, but Name of that = %q, %v", name, nick, again, err)
		}
		if text.Clean([]byte(nick)) != nick || strings.ContainsAny(nick, ":\n") {
			t.Errorf("Name(%q) = %q, which is not what a terminal may see", name, nick)
		}
	})
}
