//go:build race

package sim_test

// raceDetector builds the program as the tests are built: e2e does the same, so there is one build for both.
const raceDetector = true
