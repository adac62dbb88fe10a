// Package home knows where a person's own folder is.
package home

import (
	"os"
	"path/filepath"
	"strings"
)

// Expand puts the person's folder in the place of a "~" at the beginning of a path, as a shell
// would. Where the system knows no such folder, and for those of others ("~name"), the path
// stays as it is.
func Expand(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	folder, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(folder, rest)
}
