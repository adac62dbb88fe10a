package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"bcast/internal/bench"
)

// writeReport writes a report for people. What seldom happens is left out where it
// has not.
func writeReport(w io.Writer, r bench.Report) error {
	out := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(out, name+"\t"+format+"\n", args...)
	}
	count := func(name string, n int64) {
		row(name, "%s", humanize.Comma(n))
	}
	seldom := func(name string, n int64) {
		if n > 0 {
			count(name, n)
		}
	}
	row("room", "%s, %s, %s", r.Address, english.Plural(r.Receivers, "receiver", ""), english.Plural(r.Senders, "sender", ""))
	row("sent", "%s lines of %s, %s", humanize.Comma(r.Sent), english.Plural(r.Size, "byte", ""), pace(r))
	row("delivered", "%s lines in %.2f s", humanize.Comma(r.Delivered), r.Wall.Seconds())
	row("throughput", "%s lines/s, %s MB/s", humanize.Comma(int64(r.LinesPerSecond)), humanize.CommafWithDigits(r.BytesPerSecond/1e6, 1))
	if r.Rate > 0 {
		l := r.Latency
		row("latency", "p50 %v, p90 %v, p99 %v, p99.9 %v, max %v", digits(l.P50), digits(l.P90), digits(l.P99), digits(l.P999), digits(l.Max))
	}
	count("lost", r.Lost)
	count("doubled", r.Doubled)
	count("misordered", r.Misordered)
	if r.OneOrder != nil {
		row("one order", "%s", map[bool]string{true: "yes", false: "no"}[*r.OneOrder])
	}
	seldom("not sent", r.Unsent)
	seldom("broken", r.Broken)
	seldom("echoed", r.Echoed)
	seldom("foreign", r.Foreign)
	seldom("closed", int64(r.Closed))
	return out.Flush()
}

// pace says how the lines were sent.
func pace(r bench.Report) string {
	if r.Rate == 0 {
		return "as fast as it goes"
	}
	return humanize.Comma(int64(r.Rate)) + " lines/s"
}

// digits is a time with the three digits that were measured, or a few more.
func digits(ns int64) time.Duration {
	d := time.Duration(ns)
	unit := time.Nanosecond
	for d/unit >= 10_000 {
		unit *= 10
	}
	return d.Round(unit)
}
