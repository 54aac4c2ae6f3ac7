package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// productCard is a product as the list shows it.
type productCard struct {
	onenet.Product
	Devices, Online int
}

// productsPerPage is how many products a page of the list has.
const productsPerPage = 30

type productsBody struct {
	List  []productCard
	Pager pager
	Form  onenet.Product
	Fault *fault
}

func (d *door) products(r *http.Request) (reply, error) {
	return d.productsPage(r, productsBody{Form: onenet.Product{AllowDup: true}}, 0)
}

func (d *door) productsPage(r *http.Request, b productsBody, status int) (reply, error) {
	list, err := d.p.Products(r.Context())
	if err != nil {
		return nil, err
	}
	b.Pager = newPager("/products", nil, pageOf(r), productsPerPage, len(list))
	if last, gone := b.Pager.gone(); gone {
		return last, nil
	}
	for _, p := range list[b.Pager.First-1 : b.Pager.Last] {
		c, err := d.counted(r, p)
		if err != nil {
			return nil, err
		}
		b.List = append(b.List, c)
	}
	return page{name: "products", nav: "products", title: "products.title", status: status, body: b, live: url.Values{}}, nil
}

func (d *door) counted(r *http.Request, p onenet.Product) (productCard, error) {
	_, total, err := d.p.Devices(r.Context(), onenet.DeviceFilter{Product: p.ID, Limit: 1})
	if err != nil {
		return productCard{}, err
	}
	_, online, err := d.p.DevicesHere(r.Context(), onenet.DeviceFilter{Product: p.ID, Limit: 1}, true)
	return productCard{p, total, online}, err
}

func (d *door) addProduct(r *http.Request) (reply, error) {
	b := productsBody{Form: onenet.Product{
		ID: onenet.ProductID(strings.TrimSpace(r.PostFormValue("id"))), Name: strings.TrimSpace(r.PostFormValue("name")), AllowDup: true,
	}}
	p, err := d.p.AddProduct(r.Context(), b.Form)
	if err != nil {
		var status int
		b.Fault, status = d.faultOf(r, err)
		return d.productsPage(r, b, status)
	}
	return redirect{to: productURL(p.ID) + "&done=added"}, nil
}

func productURL(id onenet.ProductID) string {
	return "/product?" + url.Values{"product": {string(id)}}.Encode()
}

type productBody struct {
	Card   productCard
	Keys   []onenet.Key
	Topics []string
	Fault  *fault
}

func (d *door) product(r *http.Request) (reply, error) {
	return d.productPage(r, nil, 0)
}

func (d *door) productPage(r *http.Request, f *fault, status int) (reply, error) {
	p, err := d.p.Product(r.Context(), onenet.ProductID(r.FormValue("product")))
	if err != nil {
		return nil, err
	}
	b := productBody{Fault: f}
	if b.Card, err = d.counted(r, p); err != nil {
		return nil, err
	}
	if b.Keys, err = d.p.Keys(r.Context(), p.ID); err != nil {
		return nil, err
	}
	if b.Topics, err = d.p.Topics(r.Context(), p.ID); err != nil {
		return nil, err
	}
	title := p.Name
	if title == "" {
		title = string(p.ID)
	}
	return page{name: "product", nav: "products", plain: shown(title), status: status, body: b, live: url.Values{"product": {string(p.ID)}}}, nil
}

func (d *door) changeProduct(r *http.Request) (reply, error) {
	p, err := d.p.Product(r.Context(), onenet.ProductID(r.PostFormValue("product")))
	if err != nil {
		return nil, err
	}
	if err := wants(r, "name", "master_key", "register_code"); err != nil {
		return nil, err
	}
	p.Name = strings.TrimSpace(r.PostFormValue("name"))
	p.MasterKey = onenet.Secret(strings.TrimSpace(r.PostFormValue("master_key")))
	p.RegisterCode = onenet.Secret(strings.TrimSpace(r.PostFormValue("register_code")))
	p.AllowDup = r.PostFormValue("allow_dup") == "1"
	if _, err := d.p.ChangeProduct(r.Context(), p); err != nil {
		f, status := d.faultOf(r, err)
		return d.productPage(r, f, status)
	}
	return redirect{to: productURL(p.ID) + "&done=changed"}, nil
}

func (d *door) askRemoveProduct(r *http.Request) (reply, error) {
	p, err := d.p.Product(r.Context(), onenet.ProductID(r.FormValue("product")))
	if err != nil {
		return nil, err
	}
	c, err := d.counted(r, p)
	if err != nil {
		return nil, err
	}
	return page{name: "ask", nav: "products", title: "product.delete", body: askBody{
		Question: "product.delete.ask", Args: []any{string(p.ID), c.Devices}, Action: "/product/delete", Yes: "product.delete",
		Fields: [][2]string{{"product", string(p.ID)}}, Back: productURL(p.ID),
	}}, nil
}

func (d *door) removeProduct(r *http.Request) (reply, error) {
	if err := d.p.RemoveProduct(r.Context(), onenet.ProductID(r.PostFormValue("product"))); err != nil {
		return nil, err
	}
	return redirect{to: "/products?done=removed"}, nil
}

// addKey makes an API key for the devices that are named.
func (d *door) addKey(r *http.Request) (reply, error) {
	id := onenet.ProductID(r.PostFormValue("product"))
	k := onenet.Key{Product: id, Title: strings.TrimSpace(r.PostFormValue("title"))}
	var resources []onenet.Resource
	for _, name := range splitTags(r.PostFormValue("devices")) {
		resources = append(resources, onenet.Resource{Device: onenet.DeviceID(name)})
	}
	k.Permissions = []onenet.Permission{{Resources: resources}}
	if _, err := d.p.AddKey(r.Context(), k); err != nil {
		f, status := d.faultOf(r, err)
		return d.productPage(r, f, status)
	}
	return redirect{to: d.backTo(r, productURL(id)+"#keys")}, nil
}

func (d *door) removeKey(r *http.Request) (reply, error) {
	id := onenet.ProductID(r.PostFormValue("product"))
	if err := d.p.RemoveKey(r.Context(), id, onenet.Secret(r.PostFormValue("key"))); err != nil {
		return nil, err
	}
	return redirect{to: d.backTo(r, productURL(id)+"#keys")}, nil
}

// backTo is the page that a form wants to come back to, or else.
func (*door) backTo(r *http.Request, otherwise string) string {
	if back := r.PostFormValue("back"); back != "" {
		return localPath(back)
	}
	return otherwise
}

// DevicesText lists the devices that a key opens.
func (b productBody) DevicesText(k onenet.Key) string {
	var names []string
	for _, id := range k.Devices() {
		names = append(names, string(id))
	}
	return strings.Join(names, ", ")
}
