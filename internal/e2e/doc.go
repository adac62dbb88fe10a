// Package e2e holds the promises against the real programs: it builds
// bcast-server and bcast-client, and runs them with the nc, ncat, socat and curl
// of the machine.
//
// It has tests only. They know of the programs what anybody sees: arguments,
// streams, the log, exit codes. They must not import what they test.
package e2e
