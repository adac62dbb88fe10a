//go:build !unix

package term

import (
	"os"
	"time"
)

// ask does not ask.
func ask(_, _ *os.File, _ time.Duration) []byte { return nil }
