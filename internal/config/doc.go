// Package config is how the commands take their settings: sizes, durations and
// addresses as people write them, in flags, environment variables and a file, with
// errors that name the setting and say what to write instead; and arguments in
// any order. What it knows of flags it tells shells and manuals, too.
//
// It knows how settings are written, not what they are for.
package config
