package term

import (
	"os"
	"time"
)

// ProbeFor is Probe, which waits as long as it is told to.
var ProbeFor = probe

// WaitReadable is how Input waits.
var WaitReadable = waitReadable

// NewInputWith is NewInput, which waits and knows the time as it is told to.
func NewInputWith(file *os.File, wait func(time.Duration) bool, now func() time.Time) *Input {
	return &Input{File: file, wait: wait, now: now}
}
