package onenet

import (
	"context"
	"fmt"
	"strings"
)

// mixes are the ways in which the three fields stand in each other's place. A mix that moves
// the password counts only if the password found that way opens the device, or all but.
var mixes = []struct {
	cause Cause
	field Field
	mend  func(a Attempt) Attempt
	moved bool // the password is moved
}{
	{LoginSwapped, FieldDevice, func(a Attempt) Attempt {
		a.Product, a.Device = a.Device, a.Product
		return a
	}, false},
	{LoginUserPassSwapped, FieldProduct, func(a Attempt) Attempt {
		a.Product, a.Credential = string(a.Credential), Secret(a.Product)
		return a
	}, true},
	{LoginIDPassSwapped, FieldDevice, func(a Attempt) Attempt {
		a.Device, a.Credential = string(a.Credential), Secret(a.Device)
		return a
	}, true},
	{LoginRotated, FieldDevice, func(a Attempt) Attempt {
		a.Product, a.Device, a.Credential = a.Device, string(a.Credential), Secret(a.Product)
		return a
	}, true},
	{LoginRotated, FieldDevice, func(a Attempt) Attempt {
		a.Product, a.Device, a.Credential = string(a.Credential), a.Product, Secret(a.Device)
		return a
	}, true},
}

// fieldsMixed finds two or three fields in each other's place.
func fieldsMixed(ctx context.Context, c *clues) *Refusal {
	for _, m := range mixes {
		right := m.mend(c.Attempt)
		d, ok := c.deviceByRef(ctx, right.Ref())
		if !ok {
			continue
		}
		fit := c.fit(ctx, d, right.Credential)
		if m.moved && fit == opensNot {
			continue
		}
		return Refuse(m.cause).In(m.field).Want(c.showAll(ctx, right), c.showAll(ctx, c.Attempt)).
			Near("that way round, device %s of product %s is found, %s", d.ID, d.Product, fit)
	}
	return nil
}

// opens tells whether the credential proves to be the device.
func (c *clues) opens(ctx context.Context, d Device, s Secret) bool {
	if tooLong(string(s)) {
		return false
	}
	_, err := c.platform.prove(ctx, d, s)
	return err == nil
}

// How well a password fits a device, as a person reads it.
const (
	opensIt     = "and the password opens it"
	almostOpens = "and the password is right but for a slip"
	opensNot    = "but the password does not open it"
)

// fit tells how well a credential fits. For a device whose auth info is its id a slip
// proves nothing: it is the id that would be found in its place.
func (c *clues) fit(ctx context.Context, d Device, s Secret) string {
	switch {
	case c.opens(ctx, d, s):
		return opensIt
	case !d.AuthInfo.Equal(Secret(d.ID)) && c.secretSlip(ctx, d, string(s)) != nil:
		return almostOpens
	}
	return opensNot
}

func emptyUser(_ context.Context, c *clues) *Refusal {
	if c.Product != "" {
		return nil
	}
	return Refuse(LoginEmptyUser).In(FieldProduct).Want("the product id", "nothing")
}

// keyForProduct finds an API key or register code in the user name.
func keyForProduct(ctx context.Context, c *clues) *Refusal {
	if c.userProduct(ctx) != nil {
		return nil
	}
	what, id, ok := c.keyOf(ctx, Secret(c.Product))
	if !ok {
		return nil
	}
	return Refuse(LoginKeyForProduct).In(FieldProduct).Want("the product id, such as "+string(id), Secret(c.Product).Mask()).
		Near("the user name is %s of product %s", what, id)
}

// keyForID finds an API key or register code in the client id.
func keyForID(ctx context.Context, c *clues) *Refusal {
	what, id, ok := c.keyOf(ctx, Secret(c.Device))
	if !ok {
		return nil
	}
	return Refuse(LoginKeyForID).In(FieldDevice).Want(c.someDevice(ctx), Secret(c.Device).Mask()).
		Near("the client id is %s of product %s", what, id)
}

// keyOf tells what of which product the secret is.
func (c *clues) keyOf(ctx context.Context, s Secret) (what string, of ProductID, ok bool) {
	if p, ok := c.secretOfProduct(ctx, s); ok {
		if p.MasterKey.Equal(s) {
			return "the master key", p.ID, true
		}
		return "the register code", p.ID, true
	}
	if k, ok := c.key(ctx, s); ok {
		return "a device key", k.Product, true
	}
	return "", "", false
}

// authForProduct finds an auth info in the user name.
func authForProduct(ctx context.Context, c *clues) *Refusal {
	list := c.withAuthInfo(ctx, Secret(c.Product))
	if len(list) == 0 || c.userProduct(ctx) != nil {
		return nil
	}
	d := list[0]
	return Refuse(LoginAuthForProduct).In(FieldProduct).Want("the product id, such as "+string(d.Product), Secret(c.Product).Mask()).
		Near("the user name is the auth info of device %s of product %s", d.ID, d.Product)
}

// authForID finds an auth info in the client id.
func authForID(ctx context.Context, c *clues) *Refusal {
	list := c.withAuthInfo(ctx, Secret(c.Device))
	if len(list) == 0 {
		return nil
	}
	d := list[0]
	return Refuse(LoginAuthForID).In(FieldDevice).Want("the device id, such as "+string(d.ID), Secret(c.Device).Mask()).
		Near("the client id is the auth info of device %s of product %s", d.ID, d.Product)
}

// deviceForProduct finds a device id in the user name.
func deviceForProduct(ctx context.Context, c *clues) *Refusal {
	list := c.withID(ctx, c.Product)
	if len(list) == 0 || c.userProduct(ctx) != nil {
		return nil
	}
	return Refuse(LoginDeviceForProduct).In(FieldProduct).Want(string(list[0].Product), c.show(ctx, c.Product)).
		Near("%s is a device of product %s", c.Product, list[0].Product)
}

// productForID finds a product id in the client id.
func productForID(ctx context.Context, c *clues) *Refusal {
	p, ok := c.productByID(ctx, c.Device)
	if !ok {
		return nil
	}
	return Refuse(LoginProductForID).In(FieldDevice).Want(c.someDevice(ctx), c.show(ctx, c.Device)).
		Near("%s is a product (%s)", p.ID, p.Name)
}

// nameForProduct finds a product's name in the user name.
func nameForProduct(ctx context.Context, c *clues) *Refusal {
	if c.userProduct(ctx) != nil {
		return nil
	}
	for _, p := range c.allProducts(ctx) {
		if strings.EqualFold(strings.TrimSpace(p.Name), strings.TrimSpace(c.Product)) {
			return Refuse(LoginNameForProduct).In(FieldProduct).Want(string(p.ID), c.show(ctx, c.Product)).
				Near("product %s has this name", p.ID)
		}
	}
	return nil
}

// titleForID finds a device's title in the client id.
func titleForID(ctx context.Context, c *clues) *Refusal {
	list := c.withTitle(ctx, strings.TrimFunc(c.Device, invisible))
	if len(list) == 0 {
		return nil
	}
	d := list[0]
	r := Refuse(LoginTitleForID).In(FieldDevice).Want(string(d.ID), c.show(ctx, c.Device)).
		Near("device %s of product %s has this name", d.ID, d.Product)
	if len(list) > 1 {
		return r.Near("%d devices have this name, device %s of product %s for one", len(list), d.ID, d.Product)
	}
	return r
}

// otherProduct finds the device in another product.
func otherProduct(ctx context.Context, c *clues) *Refusal {
	list := c.withID(ctx, c.Device)
	if len(list) == 0 {
		return nil
	}
	r := Refuse(LoginOtherProduct).In(FieldProduct).Want(productsOf(list), c.show(ctx, c.Product))
	for _, d := range list {
		if c.opens(ctx, d, c.Credential) {
			return r.Near("device %s is in product %s, and the password opens it there", c.Device, d.Product)
		}
	}
	return r.Near("device %s is in product %s", c.Device, productsOf(list))
}

// productsOf names the products of the first few devices.
func productsOf(list []Device) string {
	var ids []string
	for _, d := range list {
		ids = append(ids, string(d.Product))
	}
	return oneOf(ids)
}

// oneOf writes "a", "a or b", "a, b or c", or the first three of more.
func oneOf(names []string) string {
	const most = 3
	switch n := len(names); {
	case n > most:
		return fmt.Sprintf("%s or one of %d others", strings.Join(names[:most], ", "), n-most)
	case n < 2:
		return strings.Join(names, "")
	default:
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
}

// unknownProduct is what is left when the user name names nothing and resembles nothing.
func unknownProduct(ctx context.Context, c *clues) *Refusal {
	if c.userProduct(ctx) != nil {
		return nil
	}
	got := c.show(ctx, c.Product)
	r := Refuse(LoginUnknownProduct).In(FieldProduct)
	switch list := c.withID(ctx, c.Device); {
	case len(list) > 0:
		return r.Want(productsOf(list), got).Near("device %s is in product %s", c.Device, productsOf(list))
	case newerProductID(c.Product):
		return r.Want("the id of a product", got).
			Near("an id of ten letters and digits belongs to the newer platforms (OneNET Studio, the AIoT platform); here ids are numbers")
	case len(c.allProducts(ctx)) == 0:
		return r.Want("the id of a product", got).Near("there is no product at all yet")
	}
	return r.Want(c.someProduct(ctx), got)
}

// newerProductID tells whether it looks like a product id of the newer platforms.
func newerProductID(s string) bool {
	if len(s) != 10 {
		return false
	}
	return strings.ContainsAny(s, letters) && strings.Trim(s, letters+digits) == ""
}

// unknownDevice is what is left when the client id names nothing and resembles nothing.
func unknownDevice(ctx context.Context, c *clues) *Refusal {
	r := Refuse(LoginUnknownDevice).In(FieldDevice).Want(c.someDevice(ctx), c.show(ctx, c.Device))
	ids := c.idsOf(ctx, ProductID(c.Product))
	if len(ids) == 0 {
		return r.Near("product %s has no devices yet", c.Product)
	}
	if list := resembling(c.Device, ids); len(list) > 0 {
		return r.Near("it resembles %s", oneOf(list))
	}
	return r
}

// someDevice says what client id would do: the ids themselves when they are few.
func (c *clues) someDevice(ctx context.Context) string {
	ids := c.idsOf(ctx, ProductID(c.Product))
	if len(ids) == 0 || len(ids) > 3 {
		return "the id of a device of product " + c.Product
	}
	return oneOf(ids)
}

// someProduct says what user name would do: the ids themselves when they are few.
func (c *clues) someProduct(ctx context.Context) string {
	var ids []string
	for _, p := range c.allProducts(ctx) {
		ids = append(ids, string(p.ID))
	}
	if len(ids) > 3 {
		return "the id of a product"
	}
	return oneOf(ids)
}
