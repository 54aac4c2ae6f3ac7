//go:build race

package e2e

// raceDetector builds the program with the race detector where the tests have it: a race
// makes the program's exit code 66, and every test looks at that.
const raceDetector = true
