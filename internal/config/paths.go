package config

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"bcast/internal/home"
)

// folder is the folder of bcast's files in those of the user.
const folder = "bcast"

// A place is where a kind of files belongs: in the folder that a variable names, or if
// it names none, where the system has them.
// https://specifications.freedesktop.org/basedir-spec
type place struct{ variable, unix, darwin, windows string }

var (
	configPlace = place{"XDG_CONFIG_HOME", "~/.config", "~/Library/Application Support", "%AppData%"}
	statePlace  = place{"XDG_STATE_HOME", "~/.local/state", "~/Library/Application Support", "%LocalAppData%"}
)

// system is the place for people to read, as long as they have chosen no other one.
func (p place) system() string {
	switch runtime.GOOS {
	case "windows":
		return p.windows
	case "darwin":
		return p.darwin
	default:
		return p.unix
	}
}

// path is where the file of a name belongs, or "" where the user has no folders.
func (p place) path(name string) string {
	dir := os.Getenv(p.variable)
	if !filepath.IsAbs(dir) { // then it does not count
		dir = p.system()
		if variable, ok := strings.CutPrefix(dir, "%"); ok {
			dir = os.Getenv(strings.TrimSuffix(variable, "%"))
		}
		dir = home.Expand(dir)
	}
	if !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Join(dir, folder, name)
}

// shown is path for people to read, as long as they have chosen no other place.
func (p place) shown(name string) string {
	return filepath.Join(p.system(), folder, name)
}

// StatePath is where a file belongs that a program keeps from one run to the next:
// nothing that anybody would miss much. It is "" where the user has no folders.
func StatePath(name string) string { return statePlace.path(name) }

// ShownStatePath is StatePath for people to read, as long as they have chosen no other
// place.
func ShownStatePath(name string) string { return statePlace.shown(name) }
