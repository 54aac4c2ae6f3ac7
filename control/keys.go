package control

import (
	"errors"
	"net/http"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func keyOf(r *http.Request, k onenet.Key) lab.Key {
	return lab.Key{Key: shown(r, k.Key), Title: k.Title, Permissions: k.Permissions, CreatedAt: k.CreatedAt}
}

func (d *door) keys(r *http.Request) (answer, error) {
	if _, err := d.p.Product(r.Context(), productID(r)); err != nil {
		return answer{}, err
	}
	list, err := d.p.Keys(r.Context(), productID(r))
	out := lab.Keys{Keys: []lab.Key{}}
	for _, k := range list {
		out.Keys = append(out.Keys, keyOf(r, k))
	}
	return ok(out), err
}

func (d *door) addKey(r *http.Request) (answer, error) {
	in, err := decode[lab.Key](r)
	if err != nil {
		return answer{}, err
	}
	if _, err := d.p.Product(r.Context(), productID(r)); err != nil {
		return answer{}, err
	}
	k, err := d.p.AddKey(r.Context(), onenet.Key{
		Product: productID(r), Key: onenet.Secret(in.Key), Title: in.Title, Permissions: in.Permissions,
	})
	return created(keyOf(r, k)), err
}

// removeKey tells of a key that is not there by its mask: logs show errors.
func (d *door) removeKey(r *http.Request) (answer, error) {
	key := onenet.Secret(r.PathValue("key"))
	if _, err := d.p.Product(r.Context(), productID(r)); err != nil {
		return answer{}, err
	}
	err := d.p.RemoveKey(r.Context(), productID(r), key)
	if errors.Is(err, onenet.ErrNotFound) {
		err = onenet.NotFound("key", key.Mask())
	}
	return done(), err
}
