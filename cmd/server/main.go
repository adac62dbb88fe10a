// Command bcast-server is a room for anything that speaks TCP: what one client
// sends, every other client receives.
package main

import (
	"context"
	"io"
	"os"
	"runtime/debug"

	"bcast/internal/config"
	"bcast/internal/spool"
)

// garbage is how much garbage there may be, in percent of what lives. There is little
// of it, and most of what lives is many small things for each client.
const garbage = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	stderr := spool.New(os.Stderr)
	err := run(context.Background(), os.Args, os.Stdin, os.Stdout, stderr)
	if err != nil {
		complain(stderr, err)
	}
	stderr.Close()
	os.Exit(config.ExitCode(err))
}

// run does what the command line says until ctx or a signal ends it. The second
// signal is left to the system, which ends the program at once.
func run(ctx context.Context, args []string, _ io.Reader, stdout io.Writer, stderr *spool.Writer) error {
	ctx, stop := config.UntilSignal(ctx)
	defer stop()
	return command(stdout, stderr).Run(ctx, args, stdout)
}
