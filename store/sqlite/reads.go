package sqlite

import (
	"context"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// read runs f on a connection that sees one moment of the database.
func (s *Store) read(ctx context.Context, f func(*conn) error) error {
	return s.readWith(ctx, s.pool, f)
}

func (s *Store) readWith(ctx context.Context, p *pool, f func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := p.run(ctx, f)
	switch {
	case err == nil || isRefusal(err):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case s.isClosed():
		return errClosed
	}
	return problem(s.dir, err)
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// clauses collects the conditions of a query.
type clauses struct {
	conditions []string
	args       []any
}

func (w *clauses) add(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

func (w *clauses) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// Product implements onenet.Store.
func (s *Store) Product(ctx context.Context, id onenet.ProductID) (onenet.Product, error) {
	return s.product(ctx, onenet.NotFound("product", string(id)), "WHERE id = ?", string(id))
}

// ProductBySecret implements onenet.Store.
func (s *Store) ProductBySecret(ctx context.Context, secret onenet.Secret) (onenet.Product, error) {
	return s.product(ctx, onenet.NotFound("key", secret.Mask()),
		"WHERE ?1 <> '' AND (master_key = ?1 OR register_code = ?1) ORDER BY length(id), id LIMIT 1", string(secret))
}

func (s *Store) product(ctx context.Context, missing error, clause string, args ...any) (onenet.Product, error) {
	list, err := s.products(ctx, clause, args...)
	if err == nil && len(list) == 0 {
		err = missing
	}
	if err != nil {
		return onenet.Product{}, err
	}
	return list[0], nil
}

// Products implements onenet.Store.
func (s *Store) Products(ctx context.Context) ([]onenet.Product, error) {
	return s.products(ctx, "ORDER BY length(id), id")
}

func (s *Store) products(ctx context.Context, clause string, args ...any) (list []onenet.Product, err error) {
	err = s.read(ctx, func(c *conn) error {
		list, err = products(c, clause, args...)
		return err
	})
	return list, err
}

// products reads the products that a clause chooses.
func products(c *conn, clause string, args ...any) (list []onenet.Product, err error) {
	err = query(c, "SELECT id, name, dialect, master_key, register_code, allow_dup, created_at FROM product "+clause,
		func(r *row) error {
			list = append(list, onenet.Product{
				ID: onenet.ProductID(r.text()), Name: r.text(), Dialect: onenet.Dialect(r.text()),
				MasterKey: onenet.Secret(r.text()), RegisterCode: onenet.Secret(r.text()), AllowDup: r.flag(), CreatedAt: r.time(),
			})
			return nil
		}, args...)
	return list, err
}

// Key implements onenet.Store.
func (s *Store) Key(ctx context.Context, secret onenet.Secret) (k onenet.Key, err error) {
	err = s.read(ctx, func(c *conn) error {
		list, err := keys(c, "WHERE secret = ?", string(secret))
		if err == nil && len(list) == 0 {
			err = onenet.NotFound("key", secret.Mask())
		}
		if err == nil {
			k = list[0]
		}
		return err
	})
	return k, err
}

// Keys implements onenet.Store.
func (s *Store) Keys(ctx context.Context, id onenet.ProductID) (list []onenet.Key, err error) {
	err = s.read(ctx, func(c *conn) error {
		list, err = keys(c, "WHERE product = ? ORDER BY created_at, pk", string(id))
		return err
	})
	return list, err
}
