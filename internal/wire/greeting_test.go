package wire_test

import (
	"errors"
	"strings"
	"testing"

	"bcast/internal/wire"
)

const challenge = "0123456789abcdef0123456789abcdef"

func TestGreetingIsReadAsItIsWritten(t *testing.T) {
	want := wire.Greeting{Epoch: "e-1_X", Challenge: challenge}
	written := wire.AppendGreeting([]byte("before "), want)
	if got := "before \x01bcast/1 e-1_X " + challenge + "\n"; string(written) != got {
		t.Fatalf("it is written %q, want %q", written, got)
	}
	if got, err := wire.ParseGreeting(written[len("before "):]); got != want || err != nil {
		t.Errorf("it is read as %+v, %v, want %+v", got, err, want)
	}
}

func TestGreetingOfALaterServerMayHaveMoreWords(t *testing.T) {
	got, err := wire.ParseGreeting([]byte("\x01bcast/1 e " + challenge + " what={ever} ~!\n"))
	if want := (wire.Greeting{Epoch: "e", Challenge: challenge}); got != want || err != nil {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestGreetingOfAnotherVersionSaysSo(t *testing.T) {
	for _, test := range []struct{ greeting, version string }{
		{"\x01bcast/2 e " + challenge + "\n", "2"},
		{"\x01bcast/12\n", "12"},
		{"\x01bcast/999 {all} else\n", "999"},
	} {
		_, err := wire.ParseGreeting([]byte(test.greeting))
		var version *wire.VersionError
		if !errors.As(err, &version) || version.Version != test.version || errors.Is(err, wire.ErrGreeting) {
			t.Errorf("%q: %v, want a VersionError with %s", test.greeting, err, test.version)
		}
	}
}

func TestWhatIsNoGreetingIsRefused(t *testing.T) {
	longest := "\x01bcast/1 e " + challenge + " "
	longest += strings.Repeat("x", wire.MaxGreeting-len(longest)-1) + "\n"
	if _, err := wire.ParseGreeting([]byte(longest)); err != nil {
		t.Errorf("the longest greeting: %v", err)
	}
	for _, greeting := range []string{
		"",
		"\x01",
		"\n",
		"bcast/1 e " + challenge + "\n",
		"\x01\x01bcast/1 e " + challenge + "\n",
		"\x01Bcast/1 e " + challenge + "\n",
		"\x01bcast/1 e " + challenge,
		"\x01bcast/1 e " + challenge + "\r\n",
		"\x01bcast/1 e " + challenge + " \n",
		"\x01bcast/1 e " + challenge + "  x\n",
		"\x01bcast/1 e " + challenge + " \x1B[m\n",
		"\x01bcast/1 e " + challenge + " é\n",
		"\x01bcast/1 e " + challenge + "\nx\n",
		"\x01bcast/1  e " + challenge + "\n",
		"\x01bcast/1 e  " + challenge + "\n",
		"\x01bcast/1\te " + challenge + "\n",
		"\x01bcast/1\n",
		"\x01bcast/1 \n",
		"\x01bcast/1 e\n",
		"\x01bcast/1 e \n",
		"\x01bcast/1 e " + challenge[:15] + "\n",
		"\x01bcast/1 e " + challenge + challenge + "x\n",
		"\x01bcast/1 e. " + challenge + "\n",
		"\x01bcast/1 " + strings.Repeat("e", 65) + " " + challenge + "\n",
		"\x01bcast/ e " + challenge + "\n",
		"\x01bcast/0 e " + challenge + "\n",
		"\x01bcast/01 e " + challenge + "\n",
		"\x01bcast/1000 e " + challenge + "\n",
		"\x01bcast/1.1 e " + challenge + "\n",
		"\x01bcast/-1 e " + challenge + "\n",
		longest[:len(longest)-1] + "x\n",
	} {
		if got, err := wire.ParseGreeting([]byte(greeting)); !errors.Is(err, wire.ErrGreeting) || got != (wire.Greeting{}) {
			t.Errorf("%q: %+v, %v, want ErrGreeting", greeting, got, err)
		}
	}
}

func FuzzParseGreeting(f *testing.F) {
	f.Add([]byte("\x01bcast/1 e " + challenge + "\n"))
	f.Add([]byte("\x01bcast/1 e " + challenge + " later\n"))
	f.Add([]byte("\x01bcast/2\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		g, err := wire.ParseGreeting(p)
		if err != nil {
			return
		}
		again, err := wire.ParseGreeting(wire.AppendGreeting(nil, g))
		if err != nil || again != g {
			t.Fatalf("%q is %+v, which is %+v, %v", p, g, again, err)
		}
	})
}
