//go:build linux

package e2e_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// everyStranger is whoever can reach the port.
var everyStranger = map[string]attacker{
	"silence":         silence,
	"resets":          resets,
	"noise":           noise,
	"long lines":      longLines,
	"SOH":             storm,
	"bombs":           bombs,
	"HTTP":            overHTTP,
	"TLS":             overTLS,
	"who never reads": deaf,
	"flood":           surge("refused.per_ip", 1, 8),
}

// dial connects from the nth address of an attacker, to the port with TLS if it is to begin
// with a handshake.
func (at target) dial(secured bool, n int) (*net.TCPConn, error) {
	to := at.plain
	if secured {
		to = at.tls
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, at.network, byte(n))}, Timeout: patience}
	conn, err := d.Dial("tcp", to)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(patience)) // nothing is to take longer
	return conn.(*net.TCPConn), nil
}

// again makes an attacker of what is done with one connection, by so many workers at a time,
// again and again. It comes from many addresses, so that none has too many connections.
func again(workers int, once func(ctx context.Context, conn *net.TCPConn) figures) attacker {
	return assault(workers, false, once)
}

func assault(workers int, secured bool, once func(ctx context.Context, conn *net.TCPConn) figures) attacker {
	return func(ctx context.Context, at target) figures {
		return parallel(workers, func() figures {
			counted := make(figures)
			for ctx.Err() == nil {
				conn, err := at.dial(secured, 1+rand.IntN(250))
				if err != nil {
					_ = pause(ctx, 10*time.Millisecond) // the loop looks at ctx
					continue
				}
				counted["connections"]++
				counted.add(once(ctx, conn))
				conn.Close()
			}
			return counted
		})
	}
}

// parallel adds up what a number of workers count.
func parallel(workers int, work func() figures) figures {
	counted := make(figures)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			found := work()
			mu.Lock()
			defer mu.Unlock()
			counted.add(found)
		})
	}
	all.Wait()
	return counted
}

// harmless turns bytes into what no line of the conversation begins with, wherever it is cut.
func harmless(p []byte) []byte {
	for i, c := range p {
		if isOurs(c) {
			p[i] = c | 0x80
		}
	}
	return p
}

// silence says nothing, half a line, or that it is finished, and stays, as hosts do whose
// other half is gone.
var silence = again(20, func(ctx context.Context, conn *net.TCPConn) figures {
	switch rand.IntN(4) {
	case 0:
		_, _ = conn.Write([]byte("half a line")) // the server may do what it likes
	case 1:
		_ = conn.CloseWrite()
	case 2:
		_, _ = conn.Write([]byte{1})
	}
	end := time.Now().Add(time.Duration(rand.IntN(7000)) * time.Millisecond) // a hello has 5 s
	if deadline, _ := ctx.Deadline(); deadline.Before(end) {
		end = deadline
	}
	_ = conn.SetReadDeadline(end)
	_, _ = io.Copy(io.Discard, conn)
	return nil
})

// phases are what comes one after another in the life of a framed member, and what it waits
// for each time.
var phases = []struct {
	say   string
	await byte // the last that is to come before the next; 0: nothing
}{
	{say: ""},
	{say: "\x01", await: '\n'},
	{say: `{"type":"hel`},
	{say: `lo","nonce":"0123456789abcdef"}` + "\n", await: '\n'},
	{say: `{"type":"say","ref":1,"text":"h`},
	{say: `ello"}` + "\n", await: '\n'},
	{say: `{"type":"ping"}` + "\n"},
}

// resets break off in every phase, with what has come unread.
var resets = again(8, func(_ context.Context, conn *net.TCPConn) figures {
	_ = conn.SetLinger(0)
	last := rand.IntN(len(phases) + 2)
	if last >= len(phases) { // a plain one
		_, _ = conn.Write([]byte("a line\nand a half"[:1+rand.IntN(17)]))
		return nil
	}
	in := bufio.NewReader(conn)
	for _, phase := range phases[:last+1] {
		if _, err := io.WriteString(conn, phase.say); err != nil {
			return nil
		}
		if phase.await != 0 {
			if _, err := in.ReadSlice(phase.await); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return nil
			}
		}
	}
	return nil
})

// noise is random bytes, in pieces, that end in every way there is.
var noise = again(2, func(_ context.Context, conn *net.TCPConn) figures {
	p := make([]byte, 1+rand.IntN(200_000))
	for i := range p {
		p[i] = byte(rand.Uint32())
	}
	harmless(p)
	for len(p) > 0 {
		n := min(len(p), 1+rand.IntN(30_000))
		if _, err := conn.Write(p[:n]); err != nil {
			return nil
		}
		p = p[n:]
	}
	switch rand.IntN(3) {
	case 0:
		_ = conn.SetLinger(0)
	case 1:
		_ = conn.CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}
	return nil
})

// longLines is lines of 100 MB. What has begun is finished.
var longLines = again(1, func(ctx context.Context, conn *net.TCPConn) figures {
	_ = conn.SetDeadline(time.Now().Add(3 * patience))
	go io.Copy(io.Discard, conn) //nolint:errcheck // ends with the connection; a client that reads is not cut
	piece := []byte(strings.Repeat("long ", 200_000))
	for range 100 {
		if _, err := conn.Write(piece); err != nil {
			return figures{"broken lines": 1}
		}
	}
	_, _ = conn.Write([]byte{'\n'})
	_ = pause(ctx, 3*time.Second) // the others are to come to something, too
	return figures{"lines": 1}
})

// openings are what clients may begin with that ask for frames, and are none.
var openings = []string{
	"\x01", "\x01\x01", "\x01\n", "\x01\x00", "\x01{", "\x01hello\n", "\x01\x16\x03\x01", "\x01GET / HTTP/1.1\r\n\r\n",
	"\x01" + `{"type":"hello"}` + "\n", "\x01\x01\x01\x01\n\x01\n",
}

// answers are what may follow a greeting in the place of a hello.
var answers = []string{
	"", "\n", "x\n", "{", "{\n", "{}\n", "[]\n", "null\n", "\x01", "\x01\n", "\xff\xfe\n", `{"type":"hello"}` + "\n",
	`{"type":"hello","nonce":"short"}` + "\n",
	`{"type":"hello","nonce":"0123456789abcdef"`,
	`{"type":"hello","nonce":"0123456789abcdef","resume":{"session":"0123456789abcdef0123456789abcdef","epoch":"none","seq":9}}` + "\n",
	`{"type":"hello","nonce":"0123456789abcdef","resume":{"session":"\u0000"}}` + "\n",
	`{"type":"say","ref":1,"text":"` + evil[:22] + `"}` + "\n",
	`{"type":"hello","nonce":"0123456789abcdef","name":"` + strings.Repeat("x", 3900) + `"}` + "\n",
	"{" + strings.Repeat("x", 5000) + "\n",
}

// storm begins with SOH in every way, and goes on in every wrong one.
var storm = again(12, func(_ context.Context, conn *net.TCPConn) figures {
	if rand.IntN(2) == 0 {
		_, _ = io.WriteString(conn, openings[rand.IntN(len(openings))])
	} else {
		if _, err := conn.Write([]byte{1}); err != nil {
			return nil
		}
		if _, err := bufio.NewReader(conn).ReadSlice('\n'); err != nil {
			return nil
		}
		_, _ = io.WriteString(conn, answers[rand.IntN(len(answers))])
	}
	switch rand.IntN(3) {
	case 0:
		_ = conn.SetLinger(0)
	case 1:
		_ = conn.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	_, _ = io.Copy(io.Discard, conn)
	return nil
})

// frameBombs are frames that cost who reads them carelessly more than they cost their sender.
var frameBombs = []string{
	`{"type":"say","ref":1,"text":` + strings.Repeat("[", 300_000) + "}",
	`{"type":"say","ref":1,"text":"` + evil[:8] + `","x":` + strings.Repeat(`{"a":`, 60_000) + "1" + strings.Repeat("}", 60_000) + "}",
	`{"type":"say","ref":1,"text":"` + strings.Repeat("x", 390_000) + `"}`,
	`{"type":"say","ref":1,"text":"` + strings.Repeat(`\u0000`, 64_000) + `x`,
	`{"type":"say","ref":1,"text":"` + evil[:8] + `"` + strings.Repeat(`,"a":1`, 60_000) + "}",
	`{"type":"say","ref":1,"text":"` + evil[:8] + `"` + manyFields() + "}",
	`{"type":"say","ref":1e999,"text":"` + evil[:8] + `"}`,
	`{"type":"say","ref":-1,"text":"` + evil[:8] + `"}`,
	`{"type":"say","ref":99999999999999999999,"text":"` + evil[:8] + `"}`,
	`{"type":"say","ref":` + strings.Repeat("9", 100_000) + `,"text":"` + evil[:8] + `"}`,
	`{"type":"say","ref":1.0,"text":"` + evil[:8] + `"}`,
	"{\"type\":\"say\",\"ref\":1,\"text\":\"" + evil[:8] + "\xff\xc0\xaf\"}",
	`{"type":"say","ref":1,"text":"` + evil[:8] + `\ud800"}`,
	`{"type":"say","ref":1,"text":"` + evil[:8] + `","text":"` + evil[:8] + `"}`,
	`{"type":"say","ref":1,"data":"` + strings.Repeat("*", 1000) + `"}`,
	`{"type":"say","ref":1,"text":null}`,
	`{"type":"name","name":"` + strings.Repeat(`\u202e`, 1000) + `"}`,
	`{"type":"ping","id":"` + strings.Repeat("x", 300_000) + `"}`,
	strings.Repeat(" ", 300_000), "null", "[]", "1e999", `"`, "\x00", "{",
}

func manyFields() string {
	var all strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&all, `,"f%d":0`, i)
	}
	return all.String()
}

// bombs sends them as a member, which is to be told of each that it is wrong, and is alive
// behind it.
var bombs = again(2, func(ctx context.Context, conn *net.TCPConn) figures {
	in := bufio.NewReaderSize(conn, 512<<10)
	if _, err := handshake(conn, in, false); err != nil {
		return figures{"no members": 1}
	}
	counted := make(figures)
	for ctx.Err() == nil {
		if _, err := io.WriteString(conn, frameBombs[rand.IntN(len(frameBombs))]+"\n"); err != nil {
			return figures{"bombs that end it": 1}
		}
		for {
			frame, err := in.ReadSlice('\n')
			if err != nil {
				counted["bombs that end it"]++
				return counted
			}
			if strings.HasPrefix(string(frame[:min(len(frame), 20)]), `{"type":"error"`) {
				break
			}
		}
		counted["errors"]++
	}
	return counted
})

// requests are those of HTTP, with what a page may add.
var requests = func() (all []string) {
	for _, method := range strings.Fields("GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND MKCOL QUERY M-SEARCH") {
		for _, version := range []string{"1.0", "1.1", "2.0"} {
			for _, end := range []string{"\r\n", "\n"} {
				body := strings.Repeat(evil, 3)
				all = append(all, fmt.Sprintf("%s /%s HTTP/%s%sHost: localhost%sContent-Length: %d%s%s%s",
					method, strings.Repeat("x", rand.IntN(2)*7000), version, end, end, len(body), end, end, body))
			}
		}
	}
	return append(all, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"+evil)
}()

// overHTTP speaks as browsers do, also a few bytes at a time.
var overHTTP = again(4, func(_ context.Context, conn *net.TCPConn) figures {
	request := requests[rand.IntN(len(requests))]
	step := len(request)
	if rand.IntN(2) == 0 {
		step = 1 + rand.IntN(500)
	}
	for ; request != ""; request = request[min(step, len(request)):] {
		if _, err := io.WriteString(conn, request[:min(step, len(request))]); err != nil {
			break // it may have its answer already
		}
	}
	_ = conn.CloseWrite()
	answer, _ := io.ReadAll(conn)
	if !strings.Contains(string(answer), "HTTP/1.1 400 Bad Request\r\n") {
		return figures{"perhaps refused.http": 1} // or cut, for a request that came too slowly
	}
	return figures{"refused.http": 1}
})

// overTLS begins with a handshake where lines are spoken.
var overTLS = again(2, func(_ context.Context, conn *net.TCPConn) figures {
	if err := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake(); !errors.Is(err, io.EOF) {
		return figures{"perhaps refused.tls": 1} // or cut
	}
	return figures{"refused.tls": 1}
})

// deaf joins, in one dialect or the other, and reads nothing until it is cut.
var deaf = again(4, func(ctx context.Context, conn *net.TCPConn) figures {
	_ = conn.SetReadBuffer(4 << 10)
	if rand.IntN(2) == 0 {
		if _, err := handshake(conn, bufio.NewReaderSize(conn, 16), false); err != nil {
			return nil
		}
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	for pause(ctx, 50*time.Millisecond) == nil {
		isReset := false
		_ = raw.Control(func(fd uintptr) { // fails where it is closed, which it is not
			info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
			isReset = err == nil && info.State == unix.BPF_TCP_CLOSE
		})
		if isReset {
			return figures{"cut": 1}
		}
	}
	return nil
})
