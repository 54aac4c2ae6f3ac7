package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/onelan/onelan/onenet"
)

// busyPatience is how long the store waits for another program that holds the
// database, such as a person's SQLite shell.
const busyPatience = 5 * time.Second

func syncPragma(sync string) (string, error) {
	switch sync {
	case "", "full":
		return "PRAGMA synchronous = FULL", nil
	case "normal":
		return "PRAGMA synchronous = NORMAL", nil
	case "off":
		return "PRAGMA synchronous = OFF", nil
	}
	return "", onenet.Invalid("sync", "want full, normal or off, not %q", sync)
}

// claim makes the directory and locks it for this process. The system lets go of the
// lock when the process ends, however it ends.
func claim(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, problem(dir, err)
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	switch free, err := lock.TryLock(); {
	case err != nil:
		return nil, problem(dir, err)
	case !free:
		return nil, &Problem{
			What: fmt.Sprintf("the data directory %s is in use by another onelan", dir),
			Hint: "stop the other one, or choose another directory with --data DIR",
		}
	}
	return lock, nil
}

// openWriter opens the database for writing and brings it up to date.
func openWriter(path, sync string) (*conn, error) {
	if err := touch(path); err != nil {
		return nil, err
	}
	raw, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	c := newConn(raw)
	if err := setUp(c, path, sync); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// touch makes the database file, for its user alone, or shuts others out of the one
// that is there. It finds out as well whether the file can be written: SQLite would
// open it for reading only and say so much later.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(info.Mode().Perm() &^ 0o077)
	}
	return errors.Join(err, f.Close())
}

func setUp(c *conn, path, sync string) error {
	c.SetBusyTimeout(busyPatience)
	if err := isOurs(c, path); err != nil {
		return err
	}
	if err := useWAL(c, path); err != nil {
		return err
	}
	err := pragmas(c.Conn,
		sync,
		"PRAGMA fullfsync = ON", // macOS: its plain fsync leaves data in the disk's cache
		"PRAGMA checkpoint_fullfsync = ON",
		"PRAGMA foreign_keys = ON",
		temporary,
		"PRAGMA cache_size = -16384",           // KiB
		"PRAGMA wal_autocheckpoint = 4000",     // pages
		"PRAGMA journal_size_limit = 67108864", // bytes of WAL kept on disk after a burst
	)
	if err != nil {
		return err
	}
	return migrate(c)
}

// useWAL turns the WAL on. SQLite does not fail where it cannot have one; it goes on
// without, and reads would then wait for writes.
func useWAL(c *conn, path string) error {
	mode := ""
	err := query(c, "PRAGMA journal_mode = WAL", func(r *row) error {
		mode = r.text()
		return nil
	})
	if err == nil && mode != "wal" {
		err = &Problem{
			What: fmt.Sprintf("the file system of %s does not let processes share memory, which the database needs", path),
			Hint: "choose a directory on a disk of this machine with --data DIR",
		}
	}
	return err
}

// prepareReader makes a connection one that only reads.
func prepareReader(c *sqlite.Conn) error {
	c.SetBusyTimeout(busyPatience)
	return pragmas(c, temporary, "PRAGMA query_only = ON")
}

// temporary keeps what SQLite puts aside in memory: a process that has run out of file
// descriptors can still store and read.
const temporary = "PRAGMA temp_store = MEMORY"

func pragmas(c *sqlite.Conn, list ...string) error {
	for _, p := range list {
		if err := sqlitex.ExecuteTransient(c, p, nil); err != nil {
			return err
		}
	}
	return nil
}
