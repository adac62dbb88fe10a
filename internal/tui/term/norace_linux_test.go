//go:build !race

package term_test

const raceDetector = false
