// Package quiet keeps Bubble Tea v1 from asking the terminal for its background colour before main runs.
//
// Importing Bubble Tea is enough for it to ask, in an init function, and on a terminal that does not answer
// every command then hangs for five seconds, --version too. A terminal that calls itself dumb is not asked.
// So this package says in its own init function that TERM is dumb, and [Restore] takes it back.
//
// It comes first because Go initialises packages whose imports are ready in the order of their import paths:
// this one imports os alone, which Bubble Tea needs too, and "bcast/..." sorts before "github.com/...".
// Whoever renames the module or adds an import here has to keep both true; a test watches.
package quiet

import "os"

const key = "TERM"

var (
	term   string // what TERM was
	wasSet bool
)

func init() {
	term, wasSet = os.LookupEnv(key)
	_ = os.Setenv(key, "dumb") // fails for malformed names only
}

// Restore sets TERM to what it was when the program started, unset included. It is for the first line of
// main, before anything reads the environment or starts another program.
func Restore() {
	if wasSet {
		_ = os.Setenv(key, term)
	} else {
		_ = os.Unsetenv(key)
	}
}
