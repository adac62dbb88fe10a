//go:build !unix

package term

import (
	"os"
	"time"
)

// canWait says that waitReadable does not know.
const canWait = false

func waitReadable(*os.File, time.Duration) bool { return false }
