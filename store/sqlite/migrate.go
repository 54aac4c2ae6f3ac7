package sqlite

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// The layouts of the database, one file for each step from the layout before.
// PRAGMA user_version says how many of them a database has seen. A file that was
// released is never changed.
//
//go:embed schema/*.sql
var schema embed.FS

// ourDatabase is the application id in the header of the file: "onel".
const ourDatabase = 0x6f6e656c

// layouts gives the text of each step, in order.
func layouts() ([]string, error) {
	names, err := fs.Glob(schema, "schema/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var list []string
	for _, name := range names {
		text, err := schema.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, string(text))
	}
	return list, nil
}

// isOurs refuses, before anything is changed, a database that another program made or
// a newer version of this one.
func isOurs(c *conn, path string) error {
	owner, err := one(c, "PRAGMA application_id")
	if err != nil {
		return err
	}
	tables, err := one(c, "SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	if owner != ourDatabase && (owner != 0 || tables > 0) {
		return &Problem{
			What: fmt.Sprintf("%s is the database of another program", path),
			Hint: "choose another directory with --data DIR",
		}
	}
	version, err := one(c, "PRAGMA user_version")
	if err != nil {
		return err
	}
	steps, err := layouts()
	if err != nil || int(version) <= len(steps) {
		return err
	}
	return &Problem{
		What: fmt.Sprintf("%s was made by a newer onelan: its layout is %d, this program knows up to %d", path, version, len(steps)),
		Hint: "update onelan, or choose another directory with --data DIR",
	}
}

// migrate takes the steps that the database has not seen, each in a transaction.
func migrate(c *conn) error {
	version, err := one(c, "PRAGMA user_version")
	if err != nil {
		return err
	}
	steps, err := layouts()
	if err != nil {
		return err
	}
	for n := int(version); n < len(steps); n++ {
		if err := layout(c, n+1, steps[n]); err != nil {
			return err
		}
	}
	return nil
}

// layout takes one step, whole or not at all.
func layout(c *conn, version int, text string) error {
	err := run(c, fmt.Sprintf("BEGIN IMMEDIATE;\n%s;\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;",
		text, ourDatabase, version))
	if err == nil {
		return nil
	}
	if !c.AutocommitEnabled() {
		err = errors.Join(err, exec(c, "ROLLBACK"))
	}
	return fmt.Errorf("layout %d: %w", version, err)
}

// run runs the statements of a script one after the other.
func run(c *conn, script string) error {
	for strings.TrimSpace(script) != "" {
		stmt, rest, err := c.PrepareTransient(script)
		if err != nil {
			return err
		}
		_, err = stmt.Step()
		if err := errors.Join(err, stmt.Finalize()); err != nil {
			return err
		}
		script = script[len(script)-rest:]
	}
	return nil
}
