//go:build race

package peer_test

// raceDetector makes everything some ten times slower.
const raceDetector = true
