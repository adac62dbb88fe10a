package server_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"bcast/internal/server"
)

// explosive echoes lines, and panics when one asks for it.
func explosive(_ context.Context, conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if lines.Text() == "panic" {
			panic("as you wish")
		}
		_, _ = fmt.Fprintln(conn, lines.Text())
	}
}

func TestContract09_APanicInOneHandlerDisturbsNobodyElse(t *testing.T) {
	var log logBuffer
	srv := newServer(t, server.Config{Handler: server.HandlerFunc(explosive), Logger: log.logger()})
	address := startTCP(t, srv)
	bystander, victim := dialTCP(t, address), dialTCP(t, address)
	check := func(conn net.Conn) {
		t.Helper()
		_, _ = fmt.Fprintln(conn, "hello")
		if got, err := bufio.NewReader(conn).ReadString('\n'); got != "hello\n" {
			t.Fatalf("heard %q, %v", got, err)
		}
	}
	check(bystander)
	check(victim)

	_, _ = fmt.Fprintln(victim, "panic")
	wantClosed(t, victim)
	check(bystander)
	check(dialTCP(t, address))
	if got := srv.Stats().Panics; got != 1 {
		t.Errorf("%d panics counted, want 1", got)
	}
	lines := log.lines("ERROR")
	if len(lines) != 1 {
		t.Fatalf("%d errors logged, want 1: %q", len(lines), lines)
	}
	for _, want := range []string{"as you wish", victim.LocalAddr().String(), "server_test.explosive"} {
		if !strings.Contains(lines[0], want) {
			t.Errorf("the log does not say %q: %s", want, lines[0])
		}
	}
}

func TestContract09_AThousandResetsLeaveNothingBehind(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo})
	address := startTCP(t, srv)
	bystander := dialTCP(t, address)
	for range 1000 {
		conn := dialTCP(t, address)
		if err := conn.SetLinger(0); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close() // resets
	}
	roundTrip(t, bystander)
	last := dialTCP(t, address)
	roundTrip(t, last) // so all before it have been accepted

	// The echo takes no notice of Shutdown: a handler that missed a reset would stay.
	_ = bystander.Close()
	_ = last.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if stats := srv.Stats(); stats.Open != 0 || stats.Panics != 0 {
		t.Errorf("%+v, want none open and no panic", stats)
	}
}
