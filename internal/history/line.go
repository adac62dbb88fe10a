package history

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"
)

// maxRead is how much of a file's end is looked at. A history that is compacted in time is
// shorter, but for entries that other programs add meanwhile.
const maxRead = 4 * MaxBytes

// encode returns an entry as a line of the file.
func encode(entry string) []byte {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(entry); err != nil {
		panic(err) // no string is beyond JSON, and no buffer fails
	}
	return line.Bytes()
}

// decode reports false for what is no entry.
func decode(line []byte) (entry string, ok bool) {
	if err := json.Unmarshal(line, &entry); err != nil {
		return "", false
	}
	return entry, isKept(entry)
}

// read returns the newest entries of a file within the bounds, the oldest first, and how many
// lines it looked at.
func read(file *os.File) (entries []string, lines int, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	start := max(0, info.Size()-maxRead)
	content, err := io.ReadAll(io.NewSectionReader(file, start, info.Size()-start))
	if err != nil {
		return nil, 0, err
	}
	if start > 0 { // in the middle of a line
		_, content, _ = bytes.Cut(content, []byte("\n"))
	}
	all := bytes.Split(content, []byte("\n"))
	size := 0
	for _, line := range slices.Backward(all) {
		entry, ok := decode(line)
		if !ok {
			continue
		}
		if size += len(line) + 1; size > MaxBytes || len(entries) == MaxEntries {
			break
		}
		entries = append(entries, entry)
	}
	slices.Reverse(entries)
	return entries, len(all), nil
}

// torn reports whether the last line of a file has no end.
func torn(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}
