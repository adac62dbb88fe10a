//go:build linux

package e2e_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// surge makes an attacker that connects from some addresses until the server takes no more,
// and goes on. It holds what it has and reads it, for a while. What is closed by the server
// before anything has come is refused: who is let in hears the conversation.
func surge(reason string, addresses, workers int) attacker {
	return func(ctx context.Context, at target) figures {
		counted := make(figures)
		for ctx.Err() == nil {
			round, end := context.WithTimeout(ctx, 5*time.Second)
			counted.add(wave(round, at, reason, addresses, workers))
			end()
		}
		return counted
	}
}

// wave is one round of a flood.
func wave(ctx context.Context, at target, reason string, addresses, workers int) figures {
	var held sync.WaitGroup
	defer held.Wait()
	n := 0
	var mu sync.Mutex
	return parallel(workers, func() figures {
		counted := make(figures)
		for ctx.Err() == nil {
			mu.Lock()
			n++
			from := 1 + n%addresses
			mu.Unlock()
			conn, err := at.dial(false, from)
			if err != nil {
				continue
			}
			counted["connections"]++
			switch _, err := conn.Read(make([]byte, 1)); {
			case err == nil:
				counted["members"]++
				held.Go(func() { hold(ctx, conn) })
			case errors.Is(err, io.EOF):
				counted[reason]++
				conn.Close()
			default:
				counted["perhaps "+reason]++ // or cut, before anything has come
				conn.Close()
			}
		}
		return counted
	})
}

// hold reads what comes until ctx ends.
func hold(ctx context.Context, conn *net.TCPConn) {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	_, _ = io.Copy(io.Discard, conn) // ends with the connection
}

// exhaust connects more often than there are descriptors, holds that, and lets go.
func exhaust(ctx context.Context, at target) figures {
	counted := make(figures)
	for ctx.Err() == nil {
		var conns []*net.TCPConn
		for i := range 400 {
			conn, err := at.dial(false, 1+i%8)
			if err != nil {
				break
			}
			conns = append(conns, conn)
		}
		counted["connections"] += len(conns)
		_ = pause(ctx, time.Second) // the loop looks at ctx
		for _, conn := range conns {
			conn.Close()
		}
	}
	return counted
}
