package chatlog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/chatlog"
	"bcast/internal/feed"
	"bcast/internal/wire"
)

var nine = time.Date(2026, 11, 23, 21, 0, 1, 0, time.Local)

func said(name, text string) feed.Entry {
	return feed.Entry{Kind: feed.Line, At: nine, Name: name, Text: text}
}

// A file is a log and where it lies.
type file struct {
	*chatlog.Log
	t    *testing.T
	path string
	told chan error // why it ended
}

// open opens a log. The test closes it.
func open(t *testing.T, path string) *file {
	t.Helper()
	f := &file{t: t, path: path, told: make(chan error, 10)}
	var err error
	if f.Log, err = chatlog.Open(path, func(err error) { f.told <- err }, func() {}); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *file) has() string {
	f.t.Helper()
	text, err := os.ReadFile(f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

func (f *file) want(want string) {
	f.t.Helper()
	if got := f.has(); got != want {
		f.t.Errorf("the log has\n%.1000swant\n%.1000s", got, want)
	}
}

func TestEntriesAreWrittenAsPeopleReadThem(t *testing.T) {
	for want, e := range map[string]feed.Entry{
		"hanako: おはよう": said("hanako", "おはよう"),
		"alice: mine":  {Kind: feed.Own, At: nine, Name: "alice", Text: "mine"},
		"* not sure that others see this: alice: mine": {Kind: feed.Unsure, At: nine, Name: "alice", Text: "mine"},
		"  by nc":            said("", "by nc"),
		"  hanako: not hers": {Kind: feed.Rest, At: nine, Text: "hanako: not hers"},
		"* bob joined":       {Kind: feed.Note, At: nine, Text: "bob joined"},
		"* reconnected":      {Kind: feed.Mark, At: nine, Text: "reconnected"},
		"  * bob joined":     said("", "* bob joined"),
		"guest-1: ":          said("guest-1", ""),
	} {
		if got := string(chatlog.AppendEntry(nil, e)); got != "2026-11-23 21:00:01 "+want+"\n" {
			t.Errorf("%+v is logged as %q, want %q", e, got, want)
		}
	}
}

func TestLogIsFlushedASecondAfterTheFirstThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, filepath.Join(t.TempDir(), "log"))
		defer f.Close()
		want := ""
		for range 3 {
			f.Entry(said("bob", "one"))
			time.Sleep(900 * time.Millisecond) // in the bubble: it is flushed each second
			f.Entry(said("bob", "two"))
			time.Sleep(99 * time.Millisecond) // not yet
			synctest.Wait()
			f.want(want)
			time.Sleep(2 * time.Millisecond) // now
			synctest.Wait()
			want += "2026-11-23 21:00:01 bob: one\n2026-11-23 21:00:01 bob: two\n"
			f.want(want)
			time.Sleep(time.Hour) // in the bubble: there is nothing to flush
		}
	})
}

func TestMuchIsWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, filepath.Join(t.TempDir(), "log"))
		defer f.Close()
		for range 10 {
			before := len(f.has())
			f.Entry(said("bob", strings.Repeat("x", 100_000)))
			synctest.Wait()
			if got := len(f.has()) - before; got < 100_000 {
				t.Errorf("%d bytes were written, want all of the line", got)
			}
		}
	})
}

func TestCloseWritesWhatWaits(t *testing.T) {
	for range 100 {
		f := open(t, filepath.Join(t.TempDir(), "log"))
		f.Entry(said("bob", "last"))
		f.Close()
		f.Entry(said("bob", "too late"))
		f.want("2026-11-23 21:00:01 bob: last\n")
	}
}

func TestLogIsAppendedToAndItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for range 2 {
		f := open(t, path)
		f.Entry(said("bob", "hello"))
		f.Close()
	}
	f := open(t, path)
	f.want(strings.Repeat("2026-11-23 21:00:01 bob: hello\n", 2))
	f.Close()
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
}

func TestLineThatWasCutOffOnceStaysALineOfItsOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("2026-11-23 20:00:00 bob: whole\n2026-11-23 20:00:00 bob: ha"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	f.Entry(said("bob", "hello"))
	f.Close()
	f.want("2026-11-23 20:00:00 bob: whole\n2026-11-23 20:00:00 bob: ha\n2026-11-23 21:00:01 bob: hello\n")
}

func TestWhatTheLogHasIsNotLoggedAgain(t *testing.T) {
	later := func(e feed.Entry) feed.Entry {
		e.At = e.At.Add(time.Hour)
		return e
	}
	had := []feed.Entry{
		said("bob", "hello"), said("bob", "hello"),
		{Kind: feed.Rest, At: nine, Text: "second"},
		{Kind: feed.Unsure, At: nine, Name: "alice", Text: "mine"},
		said("", "x"),
		later(feed.Entry{Kind: feed.Mark, Text: "reconnected", At: nine}), // by a clock that is fast
		later(feed.Entry{Kind: feed.Own, Name: "alice", Text: "by this side's clock", At: nine}),
	}
	path := filepath.Join(t.TempDir(), "log")
	f := open(t, path)
	for _, e := range had {
		f.Past(e)
	}
	f.Close()
	before := f.has()
	if n := strings.Count(before, "\n"); n != len(had) {
		t.Fatalf("a new log leaves some out:\n%s", before)
	}
	f = open(t, path)
	for _, e := range []feed.Entry{
		had[0], had[1], had[2], said("alice", "mine"), had[4],
		said("bob", "hello"), said("bob", "in the same second"), said("", "y"), said("bob", "in the same second"),
	} {
		f.Past(e)
	}
	f.Entry(had[0]) // that is new
	f.Close()
	const at = "2026-11-23 21:00:01 "
	f.want(before + at + "bob: hello\n" + at + "bob: in the same second\n" + at + "  y\n" + at + "bob: in the same second\n" + at + "bob: hello\n")
}

func TestWhatALongLogHadLongAgoIsNotLoggedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := open(t, path)
	long := strings.Repeat("2030-01-01 00:00:00 bob: ", 400) // none of these is a time
	const n = 700
	at := func(i int) feed.Entry {
		e := said("bob", fmt.Sprint(i, long))
		e.At = e.At.Add(time.Duration(i) * time.Second)
		return e
	}
	for i := range n {
		f.Entry(at(i))
	}
	f.Close()
	before := f.has()
	f = open(t, path)
	for i := range n + 1 {
		f.Past(at(i))
	}
	f.Close()
	f.want(before + string(chatlog.AppendEntry(nil, at(n))))
}

func TestLogThatCannotBeOpenedIsAnError(t *testing.T) {
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "no", "log")} {
		_, err := chatlog.Open(path, func(error) { t.Error("it was told twice") }, func() {})
		if path := (*fs.PathError)(nil); !errors.As(err, &path) {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestLinesOfAPlainServerAreLoggedAsFrames(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "log.jsonl"))
	f.Line(wire.Line{From: "plain", Name: "bob", At: nine.UnixMilli(), Text: []byte("\x1b[2J\u009b2J\u202e\x7f")})
	f.Line(wire.Line{From: "plain", At: nine.UnixMilli(), Text: []byte("\xff")})
	f.Entry(said("bob", "hello"))
	f.Close()
	at := nine.UTC().Format("2006-01-02T15:04:05.000Z")
	f.want(`{"type":"line","seq":1,"from":"plain","name":"bob","at":"` + at + `","text":"\u001b[2J\u009b2J\u202e\u007f"}` + "\n" +
		`{"type":"line","seq":2,"from":"plain","name":"","at":"` + at + `","data":"/w=="}` + "\n")
	for line := range strings.Lines(f.has()) {
		if _, err := wire.DecodeServer([]byte(line), wire.DefaultMaxLine); err != nil {
			t.Errorf("%s is no frame: %v", line, err)
		}
	}
}

func TestLogOfEntriesHasNoFrames(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "log"))
	f.Frame([]byte(`{"type":"count","count":3}`))
	f.Line(wire.Line{From: "plain", Text: []byte("hello")})
	f.Close()
	f.want("")
}
