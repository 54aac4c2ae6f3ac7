package main

import (
	"os"
	"path/filepath"
	"time"

	"github.com/onelan/onelan/internal/clock"
)

// syncTime is how long this disk takes to keep 16 KiB more of a file for good (median):
// no message that waits for the disk is acknowledged sooner.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 16<<10)
	var took []time.Duration
	for range 101 {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		began := clock.System().Now()
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, clock.System().Now().Sub(began))
	}
	return median(took), nil
}
