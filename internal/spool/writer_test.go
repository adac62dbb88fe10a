package spool_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/spool"
)

// form is that of the tests' records: "level message key=value", without a time.
func form(w io.Writer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
}

// lost is the line that says so.
func lost(n uint64) string { return fmt.Sprintf("level=WARN msg=\"log records lost\" count=%d\n", n) }

func info(msg string) string { return "level=INFO msg=" + msg + "\n" }

// A disk takes what is written, as long as there is room for it.
type disk struct {
	mu   sync.Mutex
	text strings.Builder
	room int
	err  error // when there is none
}

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, _ := d.text.Write(p[:min(len(p), d.room)])
	d.room -= n
	if n < len(p) {
		return n, d.err
	}
	return n, nil
}

func (d *disk) has(room int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = room
}

func (d *disk) want(t *testing.T, text string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if got := d.text.String(); got != text {
		t.Errorf("the log is\n%s\nwant\n%s", got, text)
	}
}

func TestRecordsComeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 1 << 20}
		w := spool.New(d)
		log := w.Logger(form)
		var all strings.Builder
		for i := range 1000 {
			msg := fmt.Sprint("n", i)
			log.Info(msg) //nolint:sloglint // a message tells them apart
			all.WriteString(info(msg))
		}
		w.Close()
		d.want(t, all.String())
		if n := w.Lost(); n > 0 {
			t.Errorf("%d records are lost", n)
		}
	})
}

// fill logs more than the queue holds, while nothing is taken from it, and returns how many
// records are in the queue, and how many are not.
func fill(t *testing.T, w *spool.Writer, log *slog.Logger) (queued, dropped uint64) {
	t.Helper()
	before := w.Lost()
	const records = 30_000
	long := strings.Repeat("x", 100)
	for range records {
		log.Info(long) //nolint:sloglint // only its length matters
	}
	synctest.Wait()
	dropped = w.Lost() - before
	queued = records - dropped
	if most := uint64(spool.Size / len(info(long))); queued != most {
		t.Errorf("%d records wait, want as many as there is room for, %d", queued, most)
	}
	return queued, dropped
}

func TestReaderThatTakesNothingHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, in := io.Pipe()
		w := spool.New(in)
		log := w.Logger(form)
		queued, dropped := fill(t, w, log)

		lines := bufio.NewScanner(out)
		want := func(line string) {
			t.Helper()
			if !lines.Scan() || lines.Text()+"\n" != line {
				t.Fatalf("the log has %q, want %q", lines.Text(), line)
			}
		}
		long := info(strings.Repeat("x", 100))
		for i := range queued {
			want(long)
			if i == 10 { // there is room again
				synctest.Wait()
				log.Info("later")
			}
		}
		want(lost(dropped))
		want(info("later"))
		log.Info("latest")
		want(info("latest"))

		queued, dropped = fill(t, w, log) // and once more, but nothing follows
		for range queued {
			want(long)
		}
		want(lost(dropped))
		w.Close()
	})
}

func TestErrorsEndNothing(t *testing.T) {
	for name, err := range map[string]error{"full": syscall.ENOSPC, "nobody reads": syscall.EPIPE} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &disk{room: len(info("one")) + 10, err: err}
				w := spool.New(d)
				log := w.Logger(form)
				log.Info("one")
				log.Info("two") // in part
				log.Info("three")
				log.Info("four")
				synctest.Wait()
				if n := w.Lost(); n != 3 {
					t.Errorf("%d records are lost, want 3", n)
				}
				d.has(1 << 20)
				log.Info("five")
				w.Close()
				d.want(t, info("one")+info("two")[:10]+"\n"+lost(3)+info("five"))
			})
		})
	}
}

func TestCloseWritesTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, in := io.Pipe()
		w := spool.New(in)
		w.Logger(form).Info("stopped")
		text := make(chan string)
		go func() {
			time.Sleep(900 * time.Millisecond) // a slow reader
			line, _ := bufio.NewReader(out).ReadString('\n')
			text <- line
		}()
		begin := time.Now()
		closed := make(chan struct{})
		go func() { w.Close(); close(closed) }()
		if got := <-text; got != info("stopped") {
			t.Errorf("the log has %q", got)
		}
		<-closed
		if took := time.Since(begin); took != 900*time.Millisecond {
			t.Errorf("it took %v to close", took)
		}
	})
}

func TestCloseWaitsForASecondAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, in := io.Pipe()
		w := spool.New(in)
		log := w.Logger(form)
		log.Info("stopped")
		begin := time.Now()
		w.Close()
		if took := time.Since(begin); took != time.Second {
			t.Errorf("it took %v to close, want a second", took)
		}
		log.Info("too late")
		if n := w.Lost(); n != 1 {
			t.Errorf("%d records are lost, want that behind the end", n)
		}
		out.Close()
		w.Close() // may be called again
	})
}

func TestTextWithoutLoggerIsWrittenToo(t *testing.T) {
	d := &disk{room: 5, err: syscall.ENOSPC}
	w := spool.New(d)
	fmt.Fprintln(w, "bcast-server: it failed")
	w.Close()
	d.want(t, "bcast")
	if n := w.Lost(); n != 1 {
		t.Errorf("%d records are lost, want 1", n)
	}
}
