package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// conn is a connection that keeps its statements as they are between two runs. The library's own cache clears
// their parameters, and SQLite then plans nearly every one of them anew, which takes longer than most of them run:
// its planner looks at the parameters. See TestStatementsAreNotPlannedAgain.
type conn struct {
	*sqlite.Conn
	stmts map[string]*sqlite.Stmt
}

func newConn(c *sqlite.Conn) *conn { return &conn{c, map[string]*sqlite.Stmt{}} }

// statement is a statement ready to be bound. Each of its parameters must be.
func (c *conn) statement(sql string) (*sqlite.Stmt, error) {
	if s := c.stmts[sql]; s != nil {
		return s, s.Reset()
	}
	s, err := c.Prepare(sql)
	if err == nil {
		c.stmts[sql] = s
	}
	return s, err
}

// bind binds all parameters.
func bind(s *sqlite.Stmt, args []any) error {
	if n := s.BindParamCount(); n != len(args) {
		return fmt.Errorf("%d arguments for %d parameters", len(args), n)
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case nil:
			s.BindNull(i + 1)
		case bool:
			s.BindBool(i+1, v)
		case int:
			s.BindInt64(i+1, int64(v))
		case int64:
			s.BindInt64(i+1, v)
		case byte:
			s.BindInt64(i+1, int64(v))
		case string:
			s.BindText(i+1, v)
		case []byte:
			s.BindBytes(i+1, v)
		default:
			return fmt.Errorf("argument %d is a %T", i+1, arg)
		}
	}
	return nil
}

// pool are connections that read.
type pool struct {
	raw *sqlitex.Pool

	mu    sync.Mutex
	conns map[*sqlite.Conn]*conn // guarded by mu
}

func openPool(path string, size int) (*pool, error) {
	raw, err := sqlitex.NewPool(path, sqlitex.PoolOptions{Flags: sqlite.OpenReadWrite, PoolSize: size, PrepareConn: prepareReader})
	if err != nil {
		return nil, err
	}
	return &pool{raw: raw, conns: map[*sqlite.Conn]*conn{}}, nil
}

func (p *pool) take(ctx context.Context) (*conn, error) {
	raw, err := p.raw.Take(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns[raw] == nil {
		p.conns[raw] = newConn(raw)
	}
	return p.conns[raw], nil
}

// close ends the reads that run, and waits for them.
func (p *pool) close() error {
	if p == nil {
		return nil
	}
	return p.raw.Close()
}

// run runs f, which sees one moment of the database.
func (p *pool) run(ctx context.Context, f func(*conn) error) (err error) {
	c, err := p.take(ctx)
	if err != nil {
		return err
	}
	defer p.raw.Put(c.Conn)
	if err := exec(c, "BEGIN"); err != nil {
		return err
	}
	defer func() { // however f ends: the consumer of a dump runs in it
		c.SetInterrupt(nil) // an interrupted connection must go back clean, too
		err = errors.Join(err, exec(c, "COMMIT"))
	}()
	return f(c)
}
