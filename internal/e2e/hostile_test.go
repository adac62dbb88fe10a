//go:build unix

package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// An attack is what a stranger sends to a terminal, one or more lines.
type attack struct {
	name, text string
	shows      string // a part of what is to be seen of it
}

// attacks begins with what is longer than a screen.
var attacks = append([]attack{
	{"a line of 1 MB", strings.Repeat("long ", 200_000), "long long"},
	{"title (CVE-2003-0063)", "\x1b]2;evil\x07\x1b[21t", "␛]2;evil␇␛[21t"},
	{"report of a string (CVE-2008-2383)", "\x1bP$q\nevil\n\x1b\\", "␛P$q"},
	{"graphics query (CVE-2021-33477)", "\x1bGQ\nevil", "␛GQ"},
	{"font query (CVE-2022-45063)", "\x1b]50;i$(evil)\x07\x1b]50;?\x07", "␛]50;i$(evil)␇␛]50;?␇"},
	{"report in DECRQSS (CVE-2022-45872)", "\x1bP$q;evil\x1b\\", "␛P$q;evil␛\\"},
	{"combining characters (CVE-2021-27135)", "a" + strings.Repeat("\u0300", 3000) + "z", "a" + strings.Repeat("\u0300", 8) + "z"},
	{"many marks of many kinds", "Z\u0351\u036b\u0343\u032a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e\u0320\u034dALGO", "ALGO"},
	{"bidi (CVE-2021-42574)", "\u202eevil\u2066x\u2069 \u200f\u061c", "<U+202E>evil<U+2066>x<U+2069> <U+200F><U+061C>"},
	{"clear and home", "\x1b[2J\x1b[H\x1bc\x1b[3J", "␛[2J␛[H␛c␛[3J"},
	{"identify", "\x05\x1b[c\x1b[>c\x1b[6n\x1b[5n\x1b[?1$p\x1b]11;?\x07\x1b[18t\x1b[>q", "␅␛[c␛[>c␛[6n␛[5n␛[?1$p␛]11;?␇␛[18t␛[>q"},
	{"clipboard", "\x1b]52;c;ZXZpbA==\x07\x1b]52;c;?\x07", "␛]52;c;ZXZpbA==␇␛]52;c;?␇"},
	{"backspace over the row", strings.Repeat("\b", 20) + "\r\x1b[A\x1b[5;5Hevil\x7f", "␈␍␛[A␛[5;5Hevil␡"},
	{"modes", "\x1b[?1049l\x1b[?25l\x1b[?7h\x1b[?1003h\x1b[?1h\x1b=\x1b[4h\x1b[2;5r", "␛[?1049l␛[?25l␛[?7h␛[?1003h␛[?1h␛=␛[4h␛[2;5r"},
	{"printer, and no end", "\x1b[5i\x1b[?5i\x0e\x1b(0\x1bN\x1b#8", "␛[5i␛[?5i␎␛(0␛N␛#8"},
	{"link", "\x1b]8;;http://evil.example/\x1b\\good\x1b]8;;\x1b\\", "␛]8;;http://evil.example/␛\\good␛]8;;␛\\"},
	{"tmux passthrough", "\x1bPtmux;\x1b\x1b]2;evil\x07\x1b\\\x1bkevil\x1b\\", "␛Ptmux;␛␛]2;evil␇␛\\␛kevil␛\\"},
	{"our own marker", "\x1b_bcast:0;0\x1b\\\x1b_bcast:\x1b\\\x1b_bcast;0;0\x1b\\", "␛_bcast:0;0␛\\␛_bcast:␛\\␛_bcast;0;0␛\\"},
	{"end of paste and synchronized output", "\x1b[201~evil\x1b[200~\x1b[?2026hevil", "␛[201~evil␛[200~␛[?2026hevil"},
	{"C1 in UTF-8 and alone", "\u009b2J\u009d2;evil\u009c\x9b2J\x9d2;evil\x9c", "<U+009B>2J<U+009D>2;evil<U+009C>\ufffd2J\ufffd2;evil\ufffd"},
	{"invalid UTF-8", "\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe3\x81", strings.Repeat("\ufffd", 13)},
	{"separators, tags, a BOM", "\u2028\u2029\ufeff\U000E0068\u0085", "<U+2028><U+2029><U+FEFF><U+E0068><U+0085>"},
	{"tabs", strings.Repeat("\t", 5) + "x", strings.Repeat(" ", 40) + "x"},
}, controls()...)

// controls is every control character before a letter, and those that begin a sequence
// without its end.
func controls() (all []attack) {
	for c := range rune(0x20) {
		if c != '\n' {
			all = append(all, attack{fmt.Sprintf("C0 %02X", c), "x" + string(c) + "y", ""})
		}
	}
	all = append(all, attack{"C0 7F", "x\x7fy", "x␡y"})
	for c := rune(0x80); c < 0xa0; c++ {
		all = append(all, attack{fmt.Sprintf("C1 %02X", c), "x" + string(c) + "y\n" + "x" + string([]byte{byte(c)}) + "y", fmt.Sprintf("x<U+%04X>y", c)})
	}
	for _, c := range "]P_^Xk[" {
		all = append(all, attack{"unterminated ESC " + string(c), "\x1b" + string(c) + "2;evil", "␛" + string(c) + "2;evil"})
	}
	for i, a := range all {
		if c := []rune(a.text)[1]; a.shows == "" {
			all[i].shows = "x" + string('␀'+c) + "y"
			if c == '\t' {
				all[i].shows = "x   "
			}
		}
	}
	return all
}

func above(i int) string { return fmt.Sprintf("above %d.", i) }
func below(i int) string { return fmt.Sprintf("below %d.", i) }

// corpus is all attacks, each between two rows, and a last line.
func corpus() string {
	var all strings.Builder
	for i, a := range attacks {
		all.WriteString(above(i) + "\n" + a.text + "\n" + below(i) + "\n")
	}
	return all.String() + "the end.\n"
}

// wantText checks that rows, which begin as a pattern says, show the corpus from an attack
// on: what belongs to each, and nothing that was not said.
func wantText(t *testing.T, rows []string, row *regexp.Regexp, from int) {
	t.Helper()
	all := strings.Join(rows, "\n")
	at := 0
	for i := from; i < len(attacks); i++ {
		a := attacks[i]
		begin, end := strings.Index(all[at:], above(i)), strings.Index(all[at:], below(i))
		if begin < 0 || end < begin {
			t.Errorf("%s: the rows above and below are not there", a.name)
			continue
		}
		shown := all[at+begin : at+end]
		if !strings.Contains(shown, a.shows) {
			t.Errorf("%s: %q does not show %q", a.name, shown, a.shows)
		}
		if want := strings.Count(a.text, "\n") + 2; i > 0 && strings.Count(shown, "\n") > want+1 { // one may be wrapped
			t.Errorf("%s: %q has more rows than the %d of its lines", a.name, shown, want)
		}
		for _, r := range strings.Split(shown, "\n")[1:] {
			if !row.MatchString(r) {
				t.Errorf("%s: the row %q does not begin like one of the feed", a.name, r)
			}
		}
		at += end
		if i+1 < len(attacks) && strings.Count(all[at:at+max(0, strings.Index(all[at:], above(i+1)))], "\n") != 1 {
			t.Errorf("%s: something stands behind it", a.name)
		}
	}
}

// ofFeed is how the rows of the feed begin.
var ofFeed = regexp.MustCompile(`^( \d\d:\d\d|      ) {1,11}\S* [│←] `)

// withCorpus checks a screen of the client, on which the corpus has come.
func (s *screen) withCorpus(t *testing.T, before string, height, from int) {
	t.Helper()
	s.await(t, "the end.")
	s.wantIntact(t, before, height)
	wantText(t, s.rows(t), ofFeed, from)
}

// wantIntact checks the flags of the terminal, the rows around the feed, and that nothing
// was typed.
func (s *screen) wantIntact(t *testing.T, before string, height int) {
	t.Helper()
	if got := s.ask(t, flags); got != before {
		t.Errorf("the terminal is\n%s, was\n%s", got, before)
	}
	rows := s.rows(t)
	if !strings.HasPrefix(rows[0], " bcast  127.0.0.1:") || !strings.Contains(rows[0], "[up") {
		t.Errorf("the header is %q", rows[0])
	}
	if got := strings.TrimSpace(rows[height-2]); got != ">" {
		t.Errorf("something was typed into the input: %q", got)
	}
	if got := rows[height-1]; !strings.HasPrefix(got, " F1 help  ") {
		t.Errorf("the last row is %q", got)
	}
}

// tall is how many rows a screen has that shows the corpus at once, but for what is long.
const tall = 400

func (s *screen) growTall(t *testing.T) (before string) {
	t.Helper()
	s.do(t, "resize-window", "-x", "80", "-y", fmt.Sprint(tall))
	await(t, func() bool { return strings.HasPrefix(s.rows(t)[tall-1], " F1 help  ") }, func() string { return "the screen does not grow" })
	return s.ask(t, flags)
}

// leaveTall quits a screen that has grown, whose stty is not what it was.
func (s *screen) leaveTall(t *testing.T) {
	t.Helper()
	s.keys(t, "C-d")
	await(t, func() bool { return s.ask(t, "#{pane_current_command}") == "cat" }, func() string { return "the client does not end" })
}

func TestContract12_ScreenShowsStrangersTextOnly(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	s := watch(t, r, 2)
	before := s.ask(t, flags)
	for i, a := range attacks {
		if strings.HasPrefix(a.name, "C0") || strings.HasPrefix(a.name, "C1 ") {
			continue // all at once, elsewhere
		}
		alice.say(t, above(i)+"\n"+a.text+"\n"+below(i)+"\n")
		s.await(t, below(i))
		s.wantIntact(t, before, 24)
		rows := strings.Join(s.rows(t), "\n")
		if i > 0 && (!strings.Contains(rows, above(i)) || !strings.Contains(rows, a.shows)) {
			t.Errorf("%s: want %q under the row above, got\n%s", a.name, a.shows, rows)
		}
	}
	s.leave(t)
}

// TestContract12_ScreenShowsOfEveryKindOfTextOnly is the corpus as it comes at once, is told
// to who comes later and who comes back, and lies in what the client has written.
func TestContract12_ScreenShowsOfEveryKindOfTextOnly(t *testing.T) {
	t.Parallel()
	for name, flag := range map[string]string{"framed": "--ascii=false", "plain": "--plain", "in a log of text": "--log=said.log", "in a log of frames": "--log=said.jsonl"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			s := watch(t, r, 2, flag)
			before := s.growTall(t)
			alice.say(t, corpus())
			s.withCorpus(t, before, tall, 1)
			if _, file, ok := strings.Cut(flag, "--log="); ok {
				s.write(t, "/save saved.log")
				s.keys(t, "Enter")
				s.await(t, "saved to saved.log")
				dir := s.ask(t, "#{pane_current_path}")
				s.leaveTall(t)
				showFile(t, filepath.Join(dir, file))
				showFile(t, filepath.Join(dir, "saved.log"))
			}
		})
	}
	t.Run("history", func(t *testing.T) {
		t.Parallel()
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		alice.say(t, corpus())
		s := watch(t, r, 2)
		s.await(t, "the end.")
		before := s.growTall(t)
		s.withCorpus(t, before, tall, 1)
		s.leaveTall(t)
	})
	t.Run("resume", func(t *testing.T) {
		t.Parallel()
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		between := listenAt(t, "127.0.0.1:0")
		s := sit(t, `"$CLIENT" `+between.Addr().String())
		cut := relay(t, between, r)
		s.await(t, "[up")
		before := s.growTall(t)
		cut()
		s.await(t, "[down")
		alice.say(t, corpus())
		relay(t, between, r)
		s.await(t, "[up")
		s.withCorpus(t, before, tall, 1)
		s.keys(t, "C-f") // above what is long
		s.write(t, "reconnected")
		s.keys(t, "Enter")
		s.await(t, "* ▸ reconnected")
	})
}

// relay connects a client with a room until it is cut.
func relay(t *testing.T, ln net.Listener, r *room) (cut func()) {
	t.Helper()
	near := acceptOne(t, ln)
	far, err := net.Dial("tcp", r.tcp)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(near, far); done <- struct{}{} }() // cut waits for both
	go func() { _, _ = io.Copy(far, near); done <- struct{}{} }()
	closed := false
	cut = func() {
		if closed {
			return
		}
		closed = true
		near.Close()
		far.Close()
		<-done
		<-done
	}
	t.Cleanup(cut)
	return cut
}

// ofLog is how the lines of a log begin.
var ofLog = regexp.MustCompile(`^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\S+:| ) |\{"type":"|)`)

// showFile shows a file as people do, on a terminal that takes every sequence in it.
func showFile(t *testing.T, path string) {
	t.Helper()
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(written), "the end.") {
		t.Errorf("%s ends too early", filepath.Base(path))
	}
	s := sit(t, "read start; tail -n 600 "+path+"; echo; echo over")
	s.do(t, "resize-window", "-x", "200", "-y", "1500")
	before := s.ask(t, flags[:strings.Index(flags, "region")])
	s.keys(t, "Enter")
	s.await(t, "\nover\n")
	if got := s.ask(t, flags[:strings.Index(flags, "region")]); got != before {
		t.Errorf("%s: the terminal is\n%s, was\n%s", filepath.Base(path), got, before)
	}
	rows := strings.TrimRight(strings.Join(s.rows(t), "\n"), "\n")
	if _, typed, _ := strings.Cut(rows, "\nover"); typed != "" {
		t.Errorf("%s: something was typed: %q", filepath.Base(path), typed)
	}
	wantPlain(t, filepath.Base(path), strings.ReplaceAll(string(written), "\n", ""))
	if filepath.Ext(path) == ".jsonl" {
		wantFrames(t, string(written))
		return
	}
	wantText(t, strings.Split(rows, "\n"), ofLog, 1)
}

// wantPlain checks that text has nothing but what is plainly visible: no control of any kind, none of
// bidi, and no byte that is not UTF-8.
func wantPlain(t *testing.T, what, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 || !utf8.ValidString(text) {
		t.Errorf("%s has %q", what, text[max(0, i):min(len(text), max(0, i)+50)])
	}
}

// wantFrames checks that a log of frames says what the corpus does, but for what is longer than a line.
func wantFrames(t *testing.T, log string) {
	t.Helper()
	var said strings.Builder
	for line := range strings.Lines(log) {
		var frame struct {
			Type, Text string
			Data       []byte
		}
		if err := json.Unmarshal([]byte(line), &frame); err != nil {
			t.Errorf("%.100q: %v", line, err)
		}
		if frame.Type == "line" {
			said.WriteString(frame.Text + string(frame.Data) + "\n")
		}
	}
	all := corpus()
	if want := all[strings.Index(all, above(1)):]; !strings.HasSuffix(said.String(), want) {
		t.Errorf("the frames do not say what was said, but %q", said.String()[max(0, said.Len()-len(want)):])
	}
}

func TestContract12_PipeOnATerminalShowsTextOnly(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	s := sit(t, `"$CLIENT" --no-tui `+r.tcp)
	s.do(t, "resize-window", "-x", "80", "-y", "500")
	r.awaitMembers(t, 2)
	before := s.ask(t, flags)
	alice.say(t, corpus())
	s.await(t, "the end.")
	if got := s.ask(t, flags); got != before {
		t.Errorf("the terminal is\n%s, was\n%s", got, before)
	}
	rows := strings.Join(s.rows(t), "\n")
	if _, typed, _ := strings.Cut(strings.TrimRight(rows, "\n"), "the end."); typed != "" {
		t.Errorf("something was typed: %q", typed)
	}
	wantText(t, strings.Split(rows, "\n"), regexp.MustCompile(""), 1)
}

// ofAny is how a row begins where the name is anything.
var ofAny = regexp.MustCompile(`^ \d\d:\d\d .* │ hello`)

// TestContract12_NamesAreTextOnly has a server that takes any name.
func TestContract12_NamesAreTextOnly(t *testing.T) {
	t.Parallel()
	ln := listenAt(t, "127.0.0.1:0")
	s := sit(t, `"$CLIENT" --name me `+ln.Addr().String())
	conn := acceptOne(t, ln)
	f := welcome(t, conn)
	s.await(t, "[up")
	s.do(t, "resize-window", "-x", "120", "-y", fmt.Sprint(tall)) // with the members
	await(t, func() bool { return strings.HasPrefix(s.rows(t)[tall-1], " F1 help  ") }, func() string { return "the screen does not grow" })
	before := s.ask(t, flags)
	for i, a := range attacks[1:] { // no frame is that long
		id := fmt.Sprintf("e%d", i)
		name := a.text[:min(len(a.text), 500)]
		f.send(map[string]any{"type": "join", "id": id, "name": name, "count": 3})
		f.says(id, name, "hello")
		f.send(map[string]any{"type": "rename", "id": id, "name": "x" + name, "old": name})
		f.send(map[string]any{"type": "leave", "id": id, "name": "x" + name, "count": 2})
		f.send(map[string]any{"type": "error", "code": "name", "message": name})
	}
	f.send(map[string]any{"type": "join", "id": "last", "name": "\x1b]2;evil\x07", "count": 2})
	f.says("last", "\x1b]2;evil\x07", "the end.")
	s.await(t, "the end.")
	s.wantIntact(t, before, tall)
	if !s.has(t, "␛]2;evil␇") {
		t.Error("the name is not shown")
	}
	for i, row := range s.rows(t)[1 : tall-3] {
		if strings.Contains(row, "hello") && !ofAny.MatchString(row) {
			t.Errorf("row %d is %q", i+1, row)
		}
	}
}

// TestContract12_TheServerLetsNoSuchNameIn asks a real server for each.
func TestContract12_TheServerLetsNoSuchNameIn(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	s := watch(t, r, 1)
	before := s.growTall(t)
	conn, err := net.Dial("tcp", r.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	f := newPeer(t, conn)
	if _, err := io.WriteString(conn, "\x01"); err != nil {
		t.Fatal(err)
	}
	f.read()
	f.send(map[string]any{"type": "hello", "nonce": "0123456789abcdef", "name": "mallory"})
	f.read()
	for i, a := range attacks[1:] {
		f.send(map[string]any{"type": "name", "name": a.text[:min(len(a.text), 500)]})
		f.send(map[string]any{"type": "say", "ref": i + 1, "text": below(i)})
	}
	go func() { _, _ = io.Copy(io.Discard, f.in) }() // ends with the connection
	s.await(t, below(len(attacks)-2))
	s.wantIntact(t, before, tall)
	if s.has(t, "evil") || s.has(t, "[2J") {
		t.Error("the server has let a name in that is none")
	}
}

// A peer is the other side of a framed connection.
type peer struct {
	t   *testing.T
	out net.Conn
	in  *bufio.Reader
	seq int
}

func newPeer(t *testing.T, conn net.Conn) *peer {
	return &peer{t: t, out: conn, in: bufio.NewReader(conn)}
}

func (p *peer) send(frame map[string]any) {
	p.t.Helper()
	b, err := json.Marshal(frame)
	if err == nil {
		_, err = p.out.Write(append(b, '\n'))
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) read() string {
	p.t.Helper()
	frame, err := p.in.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	return frame
}

func (p *peer) says(id, name, text string) {
	p.t.Helper()
	p.seq++
	p.send(map[string]any{
		"type": "line", "seq": p.seq, "from": id, "name": name,
		"at": "2026-01-02T15:04:05.000Z", "text": text,
	})
}

// welcome is a server that lets a client in, which is to be called "me".
func welcome(t *testing.T, conn net.Conn) *peer {
	t.Helper()
	p := newPeer(t, conn)
	if c, err := p.in.ReadByte(); err != nil || c != 1 {
		t.Fatalf("the client began with %q (%v), want SOH", c, err)
	}
	if _, err := io.WriteString(conn, "\x01bcast/1 e1 0123456789abcdef\n"); err != nil {
		t.Fatal(err)
	}
	var hello struct{ Nonce string }
	if err := json.Unmarshal([]byte(p.read()), &hello); err != nil {
		t.Fatal(err)
	}
	p.send(map[string]any{
		"type": "welcome", "nonce": hello.Nonce, "session": "0123456789abcdef0123456789abcdef", "epoch": "e1",
		"you": map[string]any{"id": "p1", "name": "me"}, "seq": 1, "acked": 0, "missed": 0, "count": 1, "peers": []any{},
	})
	go func() { _, _ = io.Copy(io.Discard, p.in) }() // pings; ends with the connection, which the cleanup closes
	return p
}

// notified is a notification, up to the first that can end one.
var notified = regexp.MustCompile(`\x1b\]9;([^\x07\x1b]*)(\x07|\x1b\\)`)

// mostNotified is how much of a message a notification has in any case, in bytes.
const mostNotified = 230

// notices puts attacks together that a notification has room for.
func notices() (all [][]attack) {
	size := mostNotified
	for _, a := range attacks[1:] {
		if strings.Contains(a.text, "\t") {
			continue // it takes as many cells as there are to the next stop
		}
		if size += 10 + max(len(a.text), len(a.shows)); size > mostNotified {
			all, size = append(all, nil), 10+max(len(a.text), len(a.shows))
		}
		all[len(all)-1] = append(all[len(all)-1], a)
	}
	return all
}

// TestContract12_NotificationsAreTextOnly writes down what the terminal gets, too.
func TestContract12_NotificationsAreTextOnly(t *testing.T) {
	t.Parallel()
	for _, some := range notices() {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			s := sit(t, `unset TMUX; "$CLIENT" --notify --name hanako `+r.tcp)
			r.awaitMembers(t, 2)
			s.await(t, "[up")
			before := s.ask(t, flags)
			got := scratchPath()
			s.do(t, "pipe-pane", "cat >"+got)
			text := "@hanako"
			for _, a := range some {
				text += " " + strings.ReplaceAll(a.text, "\n", " ")
			}
			alice.say(t, text+"\n")
			var found []string
			await(t, func() bool {
				raw, _ := os.ReadFile(got) // it may not be there yet
				found = notified.FindStringSubmatch(string(raw))
				return found != nil
			}, func() string { return "the terminal gets no notification" })
			wantPlain(t, "a notification", found[1])
			for _, a := range some {
				if !strings.Contains(found[1], a.shows) {
					t.Errorf("%s: the terminal is told %q, without %q", a.name, found[1], a.shows)
				}
			}
			alice.say(t, "the end.\n")
			s.await(t, "the end.")
			s.wantIntact(t, before, 24)
		})
	}
}
