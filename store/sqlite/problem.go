package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"zombiezen.com/go/sqlite"
)

// Problem is a fault of the disk or the database, as a person should be told of it.
type Problem struct {
	What string // what happened
	Hint string // what to do next
	Err  error  // what was reported; may be nil
}

// Error is two lines: what happened, and what to do.
func (p *Problem) Error() string {
	what := p.What
	if p.Err != nil {
		what += fmt.Sprintf(" (%v)", p.Err)
	}
	return what + "\nhint: " + p.Hint
}

// Unwrap gives what was reported.
func (p *Problem) Unwrap() error { return p.Err }

// faults are the texts for what SQLite reports. The directory's name takes the place of %s.
var faults = map[sqlite.ResultCode]struct{ what, hint string }{
	sqlite.ResultFull: {
		"the disk of the data directory %s is full",
		"free some space on it; the store goes on by itself, and what was acknowledged is safe",
	},
	sqlite.ResultReadOnly: {
		"the data directory %s or its database cannot be written",
		"make it writable for the user who runs onelan, or choose another one with --data DIR",
	},
	sqlite.ResultPerm: {
		"the database in %s may not be opened",
		"give its files to the user who runs onelan, or choose another directory with --data DIR",
	},
	sqlite.ResultCantOpen: {
		"the database in %s cannot be opened",
		"check that the directory is there and writable, or choose another one with --data DIR",
	},
	sqlite.ResultNotADB: {
		"the file " + databaseName + " in %s is damaged or no database at all",
		"move it away to start afresh, or put a good copy in its place",
	},
	sqlite.ResultCorrupt: {
		"the database " + databaseName + " in %s is damaged",
		"stop onelan and keep a copy; `sqlite3 " + databaseName + " .recover` may save what is left, moving the file away starts afresh",
	},
	sqlite.ResultBusy: {
		"another program holds the database in %s",
		"close what else has " + databaseName + " open for writing, then try again",
	},
	sqlite.ResultLocked: {
		"another program holds the database in %s",
		"close what else has " + databaseName + " open for writing, then try again",
	},
	sqlite.ResultIOErr: {
		"the disk of the data directory %s reports an error",
		"check the disk and the system's log; what was acknowledged before is safe if the disk is",
	},
	sqlite.ResultNoMem: {
		"there is no memory left for the database in %s",
		"close other programs or give onelan more memory",
	},
}

// problem explains an error of the database or the file system. Errors that are no
// fault of theirs stay as they are.
func problem(dir string, err error) error {
	_, known := errors.AsType[*Problem](err)
	if err == nil || known || isRefusal(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	f, ok := faults[codeOf(err)]
	if !ok {
		f.what, f.hint = "the database in %s reports an error", "please report this, with what stands in the parentheses"
	}
	return &Problem{What: fmt.Sprintf(f.what, dir), Hint: f.hint, Err: err}
}

// codeOf gives the kind of a fault, whoever found it.
func codeOf(err error) sqlite.ResultCode {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return sqlite.ResultFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return sqlite.ResultReadOnly
	case isPathError(err):
		return sqlite.ResultCantOpen
	}
	return sqlite.ErrCode(err).ToPrimary()
}

func isPathError(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// hitsAll tells whether an error would meet any batch, whatever is in it.
func hitsAll(err error) bool {
	_, known := faults[codeOf(err)]
	return known
}
