package main

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestNoServerIsAskedForFrames looks at the first byte that a server gets.
func TestNoServerIsAskedForFrames(t *testing.T) {
	for args, want := range map[string]string{
		"":             "hi\n",
		"--name alice": "alice: hi\n",
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
		if err != nil {
			t.Errorf("%q: the client ended with %v", args, err)
		}
		if said := <-got; said != want {
			t.Errorf("%q: the server got %q, want %q", args, said, want)
		}
		ln.Close()
	}
}
