// Command bcast-client joins a bcast room, from a pipe or a terminal.
package main

import (
	"context"
	"io"
	"os"
	"syscall"

	"bcast/internal/config"
	"bcast/internal/tui/term/quiet"
)

func main() {
	quiet.Restore()
	err := run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		complain(os.Stderr, err)
	}
	os.Exit(config.ExitCode(err))
}

// run does what the command line says until ctx or a signal ends it; SIGHUP comes when
// the terminal is closed. The second signal is left to the system, which ends the program
// at once, and so is SIGPIPE.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	ctx, stop := config.UntilSignal(ctx, syscall.SIGHUP)
	defer stop()
	return command(stdin, stdout, stderr).Run(ctx, args, stdout)
}
