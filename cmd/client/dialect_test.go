package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"bcast/internal/session"
)

// TestDialectIsWhatTheFlagsSay looks at the first byte that a plain server gets.
func TestDialectIsWhatTheFlagsSay(t *testing.T) {
	for args, test := range map[string]struct {
		want string
		err  error
	}{
		"":             {"\x01hi\n", nil},
		"--name alice": {"\x01alice: hi\n", nil},
		"--plain":      {"hi\n", nil},
		"--json":       {"\x01", session.ErrNotFramed},
	} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan string, 1)
		go func() { // ends with the connection
			conn, err := ln.Accept()
			if err != nil {
				got <- err.Error()
				return
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = io.WriteString(conn, "a plain line\n")
			all, _ := io.ReadAll(conn)
			got <- string(all)
		}()
		var stdout, stderr bytes.Buffer
		err = run(t.Context(), append([]string{"bcast-client", ln.Addr().String()}, strings.Fields(args)...), strings.NewReader("hi\n"), &stdout, &stderr)
		if !errors.Is(err, test.err) {
			t.Errorf("%q: the client ended with %v, want %v", args, err, test.err)
		}
		if said := <-got; said != test.want {
			t.Errorf("%q: the server got %q, want %q", args, said, test.want)
		}
		ln.Close()
	}
}
