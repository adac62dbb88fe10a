package chatlog

import (
	"time"

	"bcast/internal/feed"
)

const (
	// stamp is how the time of an entry stands before it, with the blank behind it.
	stamp = time.DateTime + " "

	// unsure stands before what this side said where it is not sure that others see it.
	unsure = "* not sure that others see this: "
)

// AppendEntry appends an entry of the feed as a line of text to b:
//
//	2026-11-23 21:00:01 hanako: good morning
//	2026-11-23 21:00:01   the next line of her message, or one of somebody without a name
//	2026-11-23 21:00:02 * bob joined
//
// Since no name begins with "*" or a blank, no member can write what another one, or the
// client, would have said.
func AppendEntry(b []byte, e feed.Entry) []byte {
	b = e.At.AppendFormat(b, stamp)
	switch e.Kind {
	case feed.Mark, feed.Note:
		b = append(b, "* "...)
	case feed.Rest:
		b = append(b, "  "...)
	case feed.Unsure:
		b = append(b, unsure...)
		b = appendName(b, e.Name)
	default:
		b = appendName(b, e.Name)
	}
	b = append(b, e.Text...)
	return append(b, '\n')
}

func appendName(b []byte, name string) []byte {
	if name == "" {
		return append(b, "  "...)
	}
	return append(append(b, name...), ": "...)
}
