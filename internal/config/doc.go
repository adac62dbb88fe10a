// Package config is how the commands take their settings: sizes, durations and
// addresses as people write them, in flags and environment variables, with
// errors that name the setting and say what to write instead; and arguments in
// any order.
//
// It knows how settings are written, not what they are for.
package config
