package config

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal returns a context that ends with the first SIGINT or SIGTERM, or one of
// the others that the program was not started to ignore, as nohup does with SIGHUP. The
// second is left to the system, which ends the program at once: by then nobody
// listens for it. stop ends the waiting.
func UntilSignal(ctx context.Context, others ...os.Signal) (until context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	for _, other := range others {
		if !signal.Ignored(other) {
			signal.Notify(signals, other)
		}
	}
	go func() { // ends with stop
		select {
		case <-signals:
		case <-ctx.Done():
		}
		signal.Stop(signals) // before anybody hears that it is time to stop
		cancel()
	}()
	return ctx, cancel
}
