package onenet

import (
	"context"
	"strings"
)

// wrong begins a refusal of the password.
func (c *clues) wrong(cause Cause) *Refusal {
	return Refuse(cause).In(FieldCredential).Want(c.target.AuthInfo.Mask(), c.Credential.Mask())
}

func emptyPassword(_ context.Context, c *clues) *Refusal {
	if c.Credential != "" {
		return nil
	}
	return c.wrong(LoginEmptyPassword)
}

// authOfOther finds the auth info of another device in the password.
func authOfOther(ctx context.Context, c *clues) *Refusal {
	list := c.withAuthInfo(ctx, c.Credential)
	if len(list) == 0 {
		return nil
	}
	d := list[0]
	if d.Product == c.target.Product {
		return c.wrong(LoginOtherAuth).Near("it is the auth info of device %s", d.ID)
	}
	return c.wrong(LoginOtherAuth).Near("it is the auth info of device %s of product %s", d.ID, d.Product)
}

// masterOfOther finds the master key of another product in the password.
func masterOfOther(ctx context.Context, c *clues) *Refusal {
	p, ok := c.secretOfProduct(ctx, c.Credential)
	if !ok || !p.MasterKey.Equal(c.Credential) {
		return nil
	}
	return c.wrong(LoginOtherMaster).Near("it is the master key of product %s", p.ID)
}

// registerCode finds a register code in the password.
func registerCode(ctx context.Context, c *clues) *Refusal {
	p, ok := c.secretOfProduct(ctx, c.Credential)
	if !ok {
		return nil
	}
	return c.wrong(LoginRegisterCode).Near("it is the register code of product %s", p.ID)
}

// keyOfOther finds a device key in the password that does not open this device.
func keyOfOther(ctx context.Context, c *clues) *Refusal {
	k, ok := c.key(ctx, c.Credential)
	switch {
	case !ok:
		return nil
	case k.Product != c.target.Product:
		return c.wrong(LoginOtherKey).Near("it is a key of product %s", k.Product)
	}
	var bound []string
	for _, p := range k.Permissions {
		for _, r := range p.Resources {
			bound = append(bound, string(r.Device))
		}
	}
	if len(bound) == 0 {
		return c.wrong(LoginKeyUnbound).Near("the key is bound to no device")
	}
	return c.wrong(LoginKeyUnbound).Near("the key is bound to %s", oneOf(bound))
}

// titleForPassword finds the name of a device or of the product in the password.
func titleForPassword(ctx context.Context, c *clues) *Refusal {
	text := string(c.Credential)
	if text == c.target.Title {
		return c.wrong(LoginTitleForPass)
	}
	if p := c.userProduct(ctx); p != nil && p.Name == text {
		return c.wrong(LoginTitleForPass).Near("it is the name of product %s", p.ID)
	}
	if list := c.withTitle(ctx, text); len(list) > 0 {
		return c.wrong(LoginTitleForPass).Near("it is the name of device %s of product %s", list[0].ID, list[0].Product)
	}
	return nil
}

// idForPassword finds an id in the password.
func idForPassword(ctx context.Context, c *clues) *Refusal {
	text := string(c.Credential)
	if text == c.Device {
		return c.wrong(LoginIDForPassword).Near("it is the device's own id")
	}
	if _, ok := c.productByID(ctx, text); ok {
		return c.wrong(LoginIDForPassword).Near("it is the id of a product")
	}
	if list := c.withID(ctx, text); len(list) > 0 {
		return c.wrong(LoginIDForPassword).Near("it is the id of a device of product %s", list[0].Product)
	}
	return nil
}

// gluedPassword finds the right password glued to something else.
func gluedPassword(ctx context.Context, c *clues) *Refusal {
	parts := strings.SplitN(string(c.Credential), "&", maxParts)
	for i, part := range parts {
		if len(parts) > 1 && c.opens(ctx, c.target, Secret(part)) {
			return c.wrong(LoginAmpersand).Near("part %d of the password alone opens the device", i+1)
		}
	}
	return nil
}

// misspeltPassword finds a slip of spelling in the password.
func misspeltPassword(ctx context.Context, c *clues) *Refusal {
	s := c.secretSlip(ctx, c.target, string(c.Credential))
	if s == nil {
		return nil
	}
	return Refuse(s.slip.cause).In(FieldCredential).Want(s.right.Mask(), c.Credential.Mask()).
		Near("password and %s: %s", s.what, s.slip.how(string(c.Credential), string(s.right)))
}

// secretSlip is a slip that leads to something that opens a device.
type secretSlip struct {
	slip  *slip
	right Secret
	what  string
}

// secretSlip compares a text with all that opens the device; nil when a slip explains nothing.
func (c *clues) secretSlip(ctx context.Context, d Device, shown string) *secretSlip {
	rights, whats := []string{string(d.AuthInfo)}, []string{"auth info"}
	if p, ok := c.productByID(ctx, string(d.Product)); ok {
		rights, whats = append(rights, string(p.MasterKey)), append(whats, "the product's master key")
	}
	keys, err := c.store.Keys(ctx, d.Product)
	keys, _ = found(c, keys, err)
	for _, k := range keys[:min(len(keys), manyKeys)] {
		if k.Covers(d.ID) {
			rights, whats = append(rights, string(k.Key)), append(whats, "a key of the device")
		}
	}
	s, i := misspelt(shown, rights)
	if s == nil {
		return nil
	}
	return &secretSlip{s, Secret(rights[i]), whats[i]}
}

func plainWrongPassword(_ context.Context, c *clues) *Refusal { return c.wrong(LoginWrongPassword) }
