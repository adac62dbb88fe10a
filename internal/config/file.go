package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/urfave/cli/v2"

	"bcast/internal/home"
)

// maxFile is how large a settings file may be, in bytes.
const maxFile = 1 << 20

// A fileError is what is wrong in a settings file.
type fileError struct {
	path string
	line int // from 1
	text string
}

func (e fileError) Error() string { return fmt.Sprintf("%s:%d: %s", e.path, e.line, e.text) }

// read reads what the file says about flags, by their names. A file that does not
// exist says nothing, unless a person has named it.
func (file *settingsFile) read(flags []Flag) (map[string]setting, error) {
	path := file.path
	if path == "" {
		return nil, nil
	}
	source, err := load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !file.named:
		return nil, nil
	case err != nil:
		return nil, err
	}
	file.found = true
	var table map[string]any
	if err := toml.Unmarshal(source, &table); err != nil {
		return nil, syntaxError(path, err)
	}
	settings := make(map[string]setting)
	for _, key := range keysOf(source) {
		i := slices.IndexFunc(flags, func(f Flag) bool { return f.Name == key.name })
		if i < 0 && file.borrowed {
			continue
		}
		if i < 0 {
			return nil, fileError{path, key.line, unknown(key.name, flags)}
		}
		values, err := fromTOML(flags[i], table[key.name])
		if err != nil {
			return nil, fileError{path, key.line, err.Error()}
		}
		settings[key.name] = setting{flags[i], values, origin{fromFile, fmt.Sprintf("%s:%d", path, key.line)}}
	}
	return settings, nil
}

func load(path string) ([]byte, error) {
	cannot := func(err error) error {
		if reason := (*fs.PathError)(nil); errors.As(err, &reason) {
			err = fmt.Errorf("%w: mend that, or choose another file with --config", reason.Err)
		}
		return fmt.Errorf("cannot read the settings in %s: %w", path, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, cannot(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	source, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(source) > maxFile {
		err = fmt.Errorf("it is larger than %s: choose another file with --config", FormatSize(maxFile))
	}
	if err != nil {
		return nil, cannot(err)
	}
	return source, nil
}

// syntaxError says where a file is not TOML.
func syntaxError(path string, err error) error {
	line, text := 1, err.Error()
	if wrong := (*toml.DecodeError)(nil); errors.As(err, &wrong) {
		line, _ = wrong.Position()
	}
	return fileError{path, line, strings.TrimPrefix(text, "toml: ") + `: write lines like name = "text", each name once`}
}

// A key is a name in a settings file.
type key struct {
	name string // with a dot where it is in a section
	line int    // from 1
}

// keysOf finds the keys of a file that is TOML, sections among them. What toml decodes
// does not say where it was.
func keysOf(source []byte) []key {
	var keys []key
	var parser unstable.Parser
	parser.Reset(source)
	for parser.NextExpression() {
		expression := parser.Expression()
		var names []string
		line := 0
		for it := expression.Key(); it.Next(); {
			if line == 0 {
				line = 1 + bytes.Count(source[:it.Node().Raw.Offset], []byte("\n"))
			}
			names = append(names, string(it.Node().Data))
		}
		keys = append(keys, key{strings.Join(names, "."), line})
		if expression.Kind != unstable.KeyValue {
			break // what follows is inside of it
		}
	}
	return keys
}

// unknown says that nothing is set under a name.
func unknown(name string, flags []Flag) string {
	var known []cli.Flag
	for _, f := range flags {
		known = append(known, f.cli())
	}
	hint := ""
	if like := cli.SuggestFlag(known, name, true); like != "" {
		hint = fmt.Sprintf(": do you mean %s?", strings.TrimLeft(like, "-"))
	}
	return fmt.Sprintf("there is no setting %q%s", name, hint)
}

// fromTOML takes the value that a key has in the file as a flag would get it.
func fromTOML(f Flag, value any) ([]string, error) {
	wrong := func(value any) error {
		return fmt.Errorf("%s: %s is not what it takes: write %s", f.Name, kindOf(value), formOf(f))
	}
	switch value := value.(type) {
	case string:
		switch f.Kind {
		case Switch, Number, List:
			return nil, wrong(value)
		case File:
			return []string{home.Expand(value)}, nil
		default:
			return []string{value}, nil
		}
	case bool:
		if f.Kind == Switch {
			return []string{strconv.FormatBool(value)}, nil
		}
	case int64:
		if f.Kind == Number || f.Kind == Size {
			return []string{strconv.FormatInt(value, 10)}, nil
		}
	case []any:
		if f.Kind != List {
			break
		}
		values := []string{}
		for _, element := range value {
			text, ok := element.(string)
			if !ok {
				return nil, wrong(element)
			}
			values = append(values, text)
		}
		return values, nil
	}
	return nil, wrong(value)
}

// kindOf names what stands in the file.
func kindOf(value any) string {
	switch value := value.(type) {
	case string:
		return fmt.Sprintf("the text %q", value)
	case bool, int64, float64:
		return fmt.Sprint(value)
	case []any:
		return "a list"
	case map[string]any:
		return "a section"
	default:
		return "a time" // all that is left in TOML
	}
}

// formOf says how a value is written in the file.
func formOf(f Flag) string {
	switch f.Kind {
	case Switch:
		return "true or false"
	case Number:
		return "a number, without quotes"
	case List:
		return `a list of texts, as in ["one", "two"]`
	case Size:
		return `a size, as in "64KiB" or 4096`
	case Duration:
		return `a duration, as in "2s"`
	default:
		return "a text in quotes"
	}
}
