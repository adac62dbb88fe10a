package peer_test

import (
	"strings"
	"testing"
	"time"
)

const (
	soh = "\x01"

	// window and helloTime are the protocol's, and tooLate is behind them.
	window    = 150 * time.Millisecond
	helloTime = 5 * time.Second
	tooLate   = helloTime + time.Millisecond
)

// bytewise are the bytes of text, each alone.
func bytewise(text string) (steps []any) {
	for i := range len(text) {
		steps = append(steps, text[i:i+1])
	}
	return steps
}

func TestContract05_OnlyLoneSOHIsGreetedAndAllElseIsRelayed(t *testing.T) {
	binary := soh + strings.Repeat("\x00\xff\x01\n{\r", 20_000)
	for _, test := range []struct {
		name    string
		steps   []any // what is sent at once, and how much time passes
		greeted bool
		relayed string
	}{
		{"SOH alone, and the end", []any{soh}, true, soh},
		{"SOH alone, 6 s, and the end", []any{soh, helloTime + time.Second}, true, soh},
		{"SOH alone, 6 s, and more", []any{soh, helloTime + time.Second, "x\ny"}, true, soh + "x\ny"},
		{"SOH and a line in one", []any{soh + "x\n"}, false, soh + "x\n"},
		{"SOH, then a line", []any{soh, "x\n"}, true, soh + "x\n"},
		{"SOH, then a newline", []any{soh, "\n"}, true, soh + "\n"},
		{"SOH twice", []any{soh, soh, "\n"}, true, soh + soh + "\n"},
		{"SOH and { in one", []any{soh + "{\"type\":\"ping\"}\n"}, false, soh + "{\"type\":\"ping\"}\n"},
		{"SOH, {, and the end", []any{soh, "{"}, true, soh + "{"},
		{"SOH, {, and the rest too late", []any{soh, `{"a"`, tooLate, ":1}\n"}, true, soh + `{"a"` + ":1}\n"},
		{"SOH, { and 4,096 bytes", []any{soh, "{" + strings.Repeat("x", 4095), "y\n"}, true, soh + "{" + strings.Repeat("x", 4095) + "y\n"},
		{"SOH, { and 4,096 bytes in two", []any{soh, "{", strings.Repeat("x", 4095), "y\n"}, true, soh + "{" + strings.Repeat("x", 4095) + "y\n"},
		{"SOH, then an HTTP request", []any{soh, "GET / HTTP/1.1\r\n\r\n"}, true, soh + "GET / HTTP/1.1\r\n\r\n"},
		{"SOH too late", []any{window + 1, soh, "x\n"}, false, soh + "x\n"},
		{"SOH behind a line", []any{"x\n", soh, "y\n"}, false, "x\n" + soh + "y\n"},
		{"SOH in a line", []any{"x", soh, "y\n"}, false, "x" + soh + "y\n"},
		{"SOH behind what may be a request", []any{"GET ", soh, "y\n"}, false, "GET " + soh + "y\n"},
		{"a file that begins with SOH in one", []any{binary}, false, binary},
		{"a file that begins with SOH, alone", []any{soh, binary[1:]}, true, binary},
		{"a file that begins with SOH in single bytes", bytewise(binary[:200]), true, binary[:200]},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				reader := b.connect()
				pass(window)
				sender := b.connect()
				for _, step := range test.steps {
					switch step := step.(type) {
					case string:
						sender.say(step)
					case time.Duration:
						pass(step)
					}
				}
				greeting := sender.heard()
				sender.Close()
				if got := reader.heard(); got != test.relayed {
					t.Errorf("%.60q was relayed (%d bytes), want %.60q (%d)", got, len(got), test.relayed, len(test.relayed))
				}
				if strings.HasPrefix(greeting, soh+"bcast/1 ") != test.greeted || (greeting != "") != test.greeted {
					t.Errorf("the sender heard %q, greeted is to be %v", greeting, test.greeted)
				}
			})
		})
	}
}

func TestContract05_NothingIsRelayedOfAnImproperHello(t *testing.T) {
	for name, steps := range map[string][]any{
		"in one":          {soh, `{"a":1}` + "\n"},
		"in single bytes": bytewise(soh + `{"a":1}` + "\n"),
		"with more":       {soh, `{"a":1}` + "\nmore\n"},
		"another frame":   {soh, `{"type":"ping"}` + "\n"},
		"a short nonce":   {soh, `{"type":"hello","nonce":"x"}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				reader := b.connect()
				pass(window)
				sender := b.connect()
				for _, step := range steps {
					sender.say(step.(string))
				}
				_, answer, _ := strings.Cut(sender.heard(), "\n")
				if !strings.HasPrefix(answer, `{"type":"error",`) || !strings.HasSuffix(answer, `"fatal":true}`+"\n") {
					t.Errorf("the answer is %q, want a fatal error", answer)
				}
				if got := reader.heard(); got != "" {
					t.Errorf("%q was relayed", got)
				}
			})
		})
	}
}

func TestContract05_SilentPlainMemberHearsAllSinceItCameWhenTheWindowEnds(t *testing.T) {
	inBubble(t, func(b *bubble) {
		sender := b.connect()
		sender.say("before\n")
		reader := b.connect()
		sender.say("at once\n")
		pass(window - 1)
		sender.say("later\n")
		if got := reader.heard(); got != "" {
			t.Errorf("%q was heard while the window was open", got)
		}
		pass(time.Nanosecond)
		if got := reader.heard(); got != "at once\nlater\n" {
			t.Errorf("%q was heard when the window had ended", got)
		}
		sender.say("then\n")
		if got := reader.heard(); got != "at once\nlater\nthen\n" {
			t.Errorf("%q was heard behind it", got)
		}
	})
}

func TestContract05_PlainMemberThatSpeaksHearsAtOnce(t *testing.T) {
	inBubble(t, func(b *bubble) {
		sender := b.connect()
		sender.say("hello\n")
		speaker := b.connect()
		sender.say("a\n")
		speaker.say("b\n")
		if got := speaker.heard(); got != "a\n" {
			t.Errorf("%q was heard", got)
		}
	})
}

func TestContract05_RequestIsAnsweredAndNothingStandsBefore(t *testing.T) {
	inBubble(t, func(b *bubble) {
		sender := b.connect()
		sender.say("hello\n")
		browser := b.connect()
		sender.say("a\n")
		for _, part := range []string{"GE", "T / HT", "TP/1.1\r\n", "\r\n"} {
			_, _ = browser.Write([]byte(part)) // the last one comes to nobody
		}
		if got := browser.heard(); !strings.HasPrefix(got, "HTTP/1.1 400 Bad Request\r\n") {
			t.Errorf("%q was heard", got)
		}
		if got := sender.heard(); got != "" {
			t.Errorf("%q was relayed", got)
		}
	})
}

// hello is one that tells a session.
const hello = `{"type":"hello","nonce":"9f86d081884c7d65","resume":{"session":"0123456789abcdef0123456789abcdef","epoch":"e","seq":1}}`

func TestContract05_HelloOnPlainConnectionIsNeverRelayed(t *testing.T) {
	for _, test := range []struct {
		name    string
		steps   []any
		relayed string
	}{
		{"first", []any{hello + "\n"}, ""},
		{"behind lines", []any{"a\nb\n" + hello + "\nc\n"}, "a\nb\n"},
		{"in its own read", []any{"a\n", hello + "\n"}, "a\n"},
		{"in single bytes", bytewise("a\n" + hello + "\n"), "a\n"},
		{"with SOH", []any{"a\n" + soh + hello + "\n"}, "a\n"},
		{"with SOH, too late", []any{window + 1, soh, hello + "\n"}, ""},
		{"with SOH, in one", []any{soh + hello + "\n"}, ""},
		{"greeted, too late", []any{soh, tooLate, hello + "\n"}, ""},
		{"half of it too late", []any{soh, hello[:20], tooLate, hello[20:] + "\n"}, ""},
		{"with white space", []any{"a\n", strings.ReplaceAll(hello, ":", " : ") + "\r\n"}, "a\n"},
		{"without a newline", []any{"a\n" + hello}, "a\n"},
		{"spelled otherwise", []any{"a\n", strings.Replace(hello, "hello", `hell\u006f`, 1) + "\n"}, "a\n"},
		{"malformed", []any{"a\n", strings.Replace(hello, "9f86d081884c7d65", "", 1) + "\n"}, "a\n"},
		{"too long", []any{"a\n", strings.TrimSuffix(hello, "}") + `,"x":"` + strings.Repeat("x", 5000) + "\"}\n"}, "a\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				reader := b.connect()
				pass(window)
				sender := b.connect()
				for _, step := range test.steps {
					switch step := step.(type) {
					case string:
						sender.say(step)
					case time.Duration:
						pass(step)
					}
				}
				if test.name == "without a newline" {
					sender.Close()
				}
				if got := reader.heard(); got != test.relayed {
					t.Errorf("%q was relayed, want %q", got, test.relayed)
				}
				pass(time.Minute)
				if _, err := sender.Write([]byte("more\n")); err == nil {
					t.Error("the connection goes on")
				}
			})
		})
	}
}

// A connection that waits in its read takes no more than 1 KiB at first, and looks whether
// there is more.
func TestContract03_11_InputOfExactlyOneReadDoesNotWaitForMore(t *testing.T) {
	const first = 1 << 10
	inBubble(t, func(b *bubble) {
		listener := b.connect()
		pass(time.Second)

		plain := b.connect()
		line := strings.Repeat("x", first-1) + "\n"
		plain.say(line)
		if got := listener.heard(); got != line {
			b.t.Errorf("%d bytes were relayed at once, want %d", len(got), len(line))
		}
		pass(time.Minute)
		plain.say("half")
		pass(time.Minute)
		plain.say(" and half\n")
		if got := listener.heard(); got != line+"half and half\n" {
			b.t.Errorf("%d bytes were relayed in all", len(got))
		}

		framed := b.connect()
		framed.say(soh)
		hello := `{"type":"hello","nonce":"` + nonce + `","pad":"` + strings.Repeat("x", 2*first) + `"}` + "\n"
		framed.say(hello[:first])
		pass(2 * time.Second)
		framed.say(hello[first:])
		if got := framed.heard(); !strings.Contains(got, `"type":"welcome"`) {
			b.t.Errorf("the hello is answered by %q", got)
		}

		slow := b.connect()
		slow.say(line)
		slow.Close()
		pass(time.Second)
		if n := b.room.Stats().Members; n != 2 { // the framed one is in another
			b.t.Errorf("there are %d members, want 2", n)
		}
	})
}
