package chatlog

import (
	"bytes"
	"os"
	"time"
)

// maxTail is how far from the end of a log the last entry is looked for, in bytes. An
// entry is at most eight times as long as what is shown of a line, and seldom that.
const maxTail = 16 << 10

// tail looks at the end of a log: when its last entry was, if that is found, and whether
// the last line is whole.
func tail(file *os.File) (last time.Time, whole bool) {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return time.Time{}, true
	}
	end := make([]byte, min(info.Size(), maxTail))
	n, _ := file.ReadAt(end, info.Size()-int64(len(end)))
	if n == 0 {
		return time.Time{}, true // it may be written only
	}
	end = end[:n]
	for line := range bytes.Lines(end) {
		if len(line) < len(time.DateTime) {
			continue
		}
		if at, err := time.ParseInLocation(time.DateTime, string(line[:len(time.DateTime)]), time.Local); err == nil {
			last = at
		}
	}
	return last, end[n-1] == '\n'
}
