package main

import (
	"fmt"
	"io"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"bcast/internal/bench"
)

// A benchBar shows on a terminal how far a run has come, and nothing elsewhere.
type benchBar struct{ bar *progressbar.ProgressBar }

// barSteps is how finely the bar moves.
const barSteps = 1000

func newBenchBar(stderr io.Writer) benchBar {
	file := terminal(stderr)
	if file == nil {
		return benchBar{}
	}
	return benchBar{progressbar.NewOptions(barSteps,
		progressbar.OptionSetWriter(file),
		progressbar.OptionSetWidth(30),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionClearOnFinish(),
	)}
}

// show is called a few times a second.
func (b benchBar) show(p bench.Progress) {
	if b.bar == nil {
		return
	}
	what := "connecting"
	switch p.Stage {
	case bench.Connecting:
	case bench.Joining:
		what = "joining"
	case bench.Measuring:
		what = fmt.Sprintf("%s lines", humanize.SIWithDigits(float64(p.Delivered), 1, ""))
	}
	b.bar.Describe(fmt.Sprintf("%-14s", what))
	_ = b.bar.Set(min(int(p.Share*barSteps), barSteps-1)) // the last step would end it
}

// clear takes the bar off the terminal.
func (b benchBar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
