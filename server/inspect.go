package server

import (
	"context"

	"github.com/onelan/onelan/store/sqlite"
)

// Inspect looks at the database in a data directory without changing it: whether a platform has it open, and whether it is
// whole. It is for the doctor; no Server needs to run.
func Inspect(ctx context.Context, dir string) (sqlite.Health, error) { return sqlite.Inspect(ctx, dir) }
