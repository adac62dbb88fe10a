// Package bench measures a line broadcaster, ours or any other: members join over
// sockets, some send lines, all check what they receive, and a [Report] says how
// fast it was and whether every line came, once and in order.
//
// It speaks plain lines and asks for nothing else. It must not know what is
// measured, nor how a report is shown.
package bench
