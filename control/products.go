package control

import (
	"net/http"

	"github.com/onelan/onelan/control/lab"
	"github.com/onelan/onelan/onenet"
)

func productID(r *http.Request) onenet.ProductID { return onenet.ProductID(r.PathValue("product")) }

// shown is a secret as the caller wants it: masked, unless it asks for secrets.
func shown(r *http.Request, s onenet.Secret) string {
	if queryOf(r).isSet("secrets") {
		return string(s)
	}
	return s.Mask()
}

func productOf(r *http.Request, p onenet.Product) lab.Product {
	return lab.Product{
		ID: p.ID, Name: p.Name, Dialect: p.Dialect, AllowDup: &p.AllowDup, CreatedAt: p.CreatedAt,
		MasterKey: shown(r, p.MasterKey), RegisterCode: shown(r, p.RegisterCode),
	}
}

func (d *door) products(r *http.Request) (answer, error) {
	list, err := d.p.Products(r.Context())
	out := lab.Products{Products: []lab.Product{}}
	for _, p := range list {
		out.Products = append(out.Products, productOf(r, p))
	}
	return ok(out), err
}

func (d *door) addProduct(r *http.Request) (answer, error) {
	in, err := decode[lab.Product](r)
	if err != nil {
		return answer{}, err
	}
	p, err := d.p.AddProduct(r.Context(), onenet.Product{
		ID: in.ID, Name: in.Name, Dialect: in.Dialect, AllowDup: in.AllowDup == nil || *in.AllowDup,
		MasterKey: onenet.Secret(in.MasterKey), RegisterCode: onenet.Secret(in.RegisterCode),
	})
	return created(productOf(r, p)), err
}

func (d *door) product(r *http.Request) (answer, error) {
	p, err := d.p.Product(r.Context(), productID(r))
	return ok(productOf(r, p)), err
}

// changeProduct changes what is given. A new master key is in force for the next login and the next call.
func (d *door) changeProduct(r *http.Request) (answer, error) {
	change, err := decode[lab.ProductChange](r)
	if err != nil {
		return answer{}, err
	}
	p, err := d.p.Product(r.Context(), productID(r))
	if err != nil {
		return answer{}, err
	}
	changed(&p.Name, change.Name)
	changed(&p.AllowDup, change.AllowDup)
	if change.MasterKey != nil {
		p.MasterKey = onenet.Secret(*change.MasterKey)
	}
	if change.RegisterCode != nil {
		p.RegisterCode = onenet.Secret(*change.RegisterCode)
	}
	p, err = d.p.ChangeProduct(r.Context(), p)
	return ok(productOf(r, p)), err
}

func (d *door) removeProduct(r *http.Request) (answer, error) {
	return done(), d.p.RemoveProduct(r.Context(), productID(r))
}

func (d *door) topics(r *http.Request) (answer, error) {
	if _, err := d.p.Product(r.Context(), productID(r)); err != nil {
		return answer{}, err
	}
	list, err := d.p.Topics(r.Context(), productID(r))
	return ok(lab.Topics{Topics: append([]string{}, list...)}), err
}

func (d *door) triggers(r *http.Request) (answer, error) {
	if _, err := d.p.Product(r.Context(), productID(r)); err != nil {
		return answer{}, err
	}
	list, _, err := d.p.Triggers(r.Context(), onenet.TriggerFilter{Product: productID(r)})
	out := lab.Triggers{Triggers: []lab.Trigger{}}
	for _, t := range list {
		out.Triggers = append(out.Triggers, lab.Trigger{
			ID: t.ID, Title: t.Title, Stream: t.Stream, Devices: t.Devices, URL: t.URL, Type: t.Type, Threshold: t.Threshold, CreatedAt: t.CreatedAt,
		})
	}
	return ok(out), err
}
