package text_test

import (
	"fmt"
	"strings"
	"testing"

	"bcast/internal/text"
)

func TestContract12_EveryControlIsShown(t *testing.T) {
	shown := func(line, want string) {
		t.Helper()
		if got := text.Clean([]byte(line)); got != want {
			t.Errorf("Clean(%+q) = %+q, want %+q", line, got, want)
		}
	}
	for c := rune(0); c < 0x20; c++ {
		if c != '\t' {
			shown("a"+string(c)+"b", "a"+string('\u2400'+c)+"b")
		}
	}
	shown("a\x7Fb", "a␡b")
	for c := rune(0x80); c < 0xA0; c++ {
		shown("a"+string(c)+"b", fmt.Sprintf("a<U+%04X>b", c))
		shown("a"+string([]byte{byte(c)})+"b", "a\uFFFDb")
	}
}

func TestContract12_EveryFormatCharacterIsShown(t *testing.T) {
	for _, r := range "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069" + // bidi
		"\u2028\u2029" + // separators
		"\uFEFF" + // BOM
		"\u00AD\u180E\u200B\u2060\u2061\u2064\u206A\u206F\uFFF9\uFFFB" + // invisible
		"\u0600\u06DD\u070F\u08E2\U000110BD" + // visible, but format
		"\U000E0000\U000E0001\U000E0020\U000E0041\U000E007F" + // tags
		"\u2065\uFFF0\uFFF8\U000E0080\U000E00FF\U000E01F0\U000E0FFF" + // reserved
		"\uFDD0\uFDEF\uFFFE\uFFFF\U0010FFFF" { // noncharacters
		line, want := "a"+string(r)+"b", fmt.Sprintf("a<U+%04X>b", r)
		if got := text.Clean([]byte(line)); got != want {
			t.Errorf("Clean(%+q) = %+q, want %+q", line, got, want)
		}
	}
}

func TestContract12_KnownAttacks(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{
			// xterm: set the title to a command, have it reported (CSI 21 t) as if typed,
			// and leave it to the reader to press Enter.
			name: "CVE-2003-0063",
			line: "\x1B]2;;wget 127.0.0.1/.bd;sh .bd;exit;\x07\x1B[21t\x1B]2;xterm\x07Press Enter>\x1B[8m;",
			want: "␛]2;;wget 127.0.0.1/.bd;sh .bd;exit;␇␛[21t␛]2;xterm␇Press Enter>␛[8m;",
		},
		{
			// xterm: DECRQSS (DCS $ q) of an unknown setting is echoed, newlines included.
			name: "CVE-2008-2383",
			line: "\x1BP$q\nwhoami\n\x1B\\",
			want: "␛P$q␊whoami␊␛\\",
		},
		{
			// The same with 8-bit controls: DCS and ST as UTF-8, then as bare bytes.
			name: "CVE-2008-2383, 8 bit",
			line: "\u0090$q\nwhoami\n\u009C\x90$q\nwhoami\n\x9C",
			want: "<U+0090>$q␊whoami␊<U+009C>\uFFFD$q␊whoami␊\uFFFD",
		},
		{
			// rxvt: the answer to the graphics query ESC G Q ends in a newline.
			name: "CVE-2021-33477",
			line: "\x1BGQ",
			want: "␛GQ",
		},
		{
			// xterm: the answer to the font query (OSC 50) holds a ^G, which the line editor
			// of zsh in vi mode takes for a command on what stands before it.
			name: "CVE-2022-45063",
			line: "\x1B]50;i$(touch /tmp/hack-like-its-1999)\x07\x1B]50;?\x07",
			want: "␛]50;i$(touch /tmp/hack-like-its-1999)␇␛]50;?␇",
		},
		{
			// iTerm2: the answer to DECRQSS is echoed with its newlines.
			name: "CVE-2022-45872",
			line: "\x1BP$q\n;open -a Calculator\n\x1B\\",
			want: "␛P$q␊;open -a Calculator␊␛\\",
		},
		{
			// xterm: selecting a cell with very many combining characters writes past a buffer.
			name: "CVE-2021-27135",
			line: "A" + strings.Repeat("\u0300\u0316\u20DD", 1000) + "Z",
			want: "A\u0300\u0316\u20DD\u0300\u0316\u20DD\u0300\u0316Z",
		},
		{
			// "Trojan source": what is read is not what is written.
			name: "CVE-2021-42574",
			line: "/*\u202E } \u2066if (isAdmin)\u2069 \u2066 begin admins only */",
			want: "/*<U+202E> } <U+2066>if (isAdmin)<U+2069> <U+2066> begin admins only */",
		},
		{
			// A sequence without an end, which strippers take for the rest of the line.
			name: "unterminated OSC",
			line: "\x1B]0;title and the rest",
			want: "␛]0;title and the rest",
		},
		{
			name: "line overwritten",
			line: "rm -rf ~\recho hi  \b\b",
			want: "rm -rf ~␍echo hi  ␈␈",
		},
		{
			// Text that only a program reads: "hi" in tag characters.
			name: "tag smuggling",
			line: "ok\U000E0068\U000E0069",
			want: "ok<U+E0068><U+E0069>",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := text.Clean([]byte(c.line)); got != c.want {
				t.Errorf("Clean(%+q)\n got %+q\nwant %+q", c.line, got, c.want)
			}
		})
	}
}
