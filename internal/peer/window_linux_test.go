package peer_test

import (
	"io"
	"net"
	"testing"
	"time"
)

// TestContract05_ServerThatIsLateWaitsForWhatHasCome has a server that does not come to read
// within the window.
func TestContract05_ServerThatIsLateWaitsForWhatHasCome(t *testing.T) {
	v := open(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	serve := v.members.Open(conn, func() {})
	if _, err := io.WriteString(client, soh); err != nil {
		t.Fatal(err)
	}
	<-time.After(2 * window)
	if !serve(t.Context()) {
		t.Fatal("the connection has ended")
	}
	_ = client.SetReadDeadline(time.Now().Add(patience))
	first := make([]byte, len(soh))
	if _, err := io.ReadFull(client, first); err != nil || string(first) != soh {
		t.Errorf("the client that has asked for frames hears %q, want the greeting", first)
	}
	client.Close()
	serve(t.Context())
}
