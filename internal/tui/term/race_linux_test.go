//go:build race

package term_test

// raceDetector makes everything some three times slower.
const raceDetector = true
