// Package admin is what the people who run a room see and do: it shows the figures of the
// packages below it, and asks those to act.
//
// A [Control] serves them over a Unix socket that only the server's own user can open, and
// a [Client] asks it. It knows nothing of flags and of how answers are shown.
package admin
