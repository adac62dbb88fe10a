package wire_test

import (
	"os"
	"strings"
	"testing"

	"bcast/internal/wire"
)

// readChapter reads what stands under a heading of doc/protocol.md, up to the next one.
func readChapter(t *testing.T, heading string) string {
	t.Helper()
	file, err := os.ReadFile("../../doc/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, ok := strings.Cut(string(file), "\n### "+heading+"\n")
	if !ok {
		t.Fatalf("doc/protocol.md has no chapter %q", heading)
	}
	chapter, _, _ = strings.Cut(chapter, "\n### ")
	return chapter
}

// examples returns the frames that stand in a chapter, each written as this package writes it.
func examples(t *testing.T, heading string) (frames []string) {
	t.Helper()
	for line := range strings.Lines(readChapter(t, heading)) {
		if frame, ok := strings.CutPrefix(line, "    {"); ok {
			frames = append(frames, "{"+frame)
		}
	}
	if len(frames) == 0 {
		t.Fatalf("the chapter %q has no frames", heading)
	}
	return frames
}

func TestExamplesOfTheSpecificationAreFrames(t *testing.T) {
	for _, example := range examples(t, "What a client sends") {
		frame, err := wire.DecodeClient([]byte(example), wire.DefaultMaxLine)
		if err != nil {
			t.Errorf("%s%v", example, err)
		} else if got := string(frame.Append(nil)); got != example {
			t.Errorf("the example\n%sis written\n%s", example, got)
		}
	}
	for _, example := range examples(t, "What the server sends") {
		frame, err := wire.DecodeServer([]byte(example), wire.DefaultMaxLine)
		if err != nil {
			t.Errorf("%s%v", example, err)
		} else if got := string(frame.Append(nil)); got != example {
			t.Errorf("the example\n%sis written\n%s", example, got)
		}
	}
}

func TestSpecificationNamesEveryCodeAndReason(t *testing.T) {
	errors := readChapter(t, "Errors")
	for _, code := range []wire.Code{
		wire.CodeTooLong, wire.CodeSyntax, wire.CodeUTF8, wire.CodeDepth, wire.CodeDuplicate, wire.CodeTrailing,
		wire.CodeMissing, wire.CodeType, wire.CodeValue, wire.CodeConflict,
		wire.CodeHello, wire.CodeName, wire.CodeRef, wire.CodeAuth,
	} {
		if !strings.Contains(errors, "| `"+string(code)+"` |") {
			t.Errorf("the chapter of errors does not have %q", code)
		}
	}
	server := readChapter(t, "What the server sends")
	for _, reason := range []string{wire.ByeStopping, wire.ByeReplaced, wire.ByeIdle, wire.ByeEnd, wire.ByeKicked} {
		if !strings.Contains(server, "`"+reason+"`") {
			t.Errorf("the chapter of the server's frames does not have the reason %q", reason)
		}
	}
}
