package onenet

import "context"

// ChangeProduct replaces what a person may set of a product: its name, keys and AllowDup; id, dialect and time stay. An empty
// key or register code is made up. Who is logged in stays so: keys are looked at when a device comes. ErrNotFound
// without the product, ErrExists when another has the register code.
func (p *Platform) ChangeProduct(ctx context.Context, product Product) (Product, error) {
	have, err := p.store.Product(ctx, product.ID)
	if err != nil {
		return Product{}, err
	}
	product.Dialect, product.CreatedAt = have.Dialect, have.CreatedAt
	product = product.withKeys()
	return product, p.store.Apply(ctx, Batch{PutProducts: []Product{product}})
}

// withKeys is the product with the keys made up that it has not.
func (p Product) withKeys() Product {
	if p.MasterKey == "" {
		p.MasterKey = NewKey()
	}
	if p.RegisterCode == "" {
		p.RegisterCode = Secret(randomText(16, letters+digits))
	}
	return p
}
