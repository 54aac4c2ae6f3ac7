package onenet

import (
	"context"
	"strings"
)

// misspeltProduct finds a slip of spelling in the user name.
func misspeltProduct(ctx context.Context, c *clues) *Refusal {
	if c.userProduct(ctx) != nil {
		return nil
	}
	var ids []string
	for _, p := range c.allProducts(ctx) {
		ids = append(ids, string(p.ID))
	}
	s, i := misspelt(c.Product, ids)
	if s == nil {
		return nil
	}
	return Refuse(s.cause).In(FieldProduct).Want(ids[i], c.show(ctx, c.Product)).
		Near("user name and product id: %s", s.how(c.Product, ids[i]))
}

// misspeltDevice finds a slip of spelling in the client id.
func misspeltDevice(ctx context.Context, c *clues) *Refusal {
	ids := c.idsOf(ctx, ProductID(c.Product))
	s, i := misspelt(c.Device, ids)
	if s == nil {
		return nil
	}
	return Refuse(s.cause).In(FieldDevice).Want(ids[i], c.show(ctx, c.Device)).
		Near("client id and device id: %s", s.how(c.Device, ids[i]))
}

func (c *clues) idsOf(ctx context.Context, id ProductID) []string {
	var ids []string
	for _, d := range c.devicesOf(ctx, id) {
		ids = append(ids, string(d.ID))
	}
	return ids
}

// maxParts bounds into how many parts a text is cut.
const maxParts = 8

// unglue cuts a text at &, at the other field if it begins or ends with that, and at other marks
// with which ids are glued together; nil when it is all of one piece.
func unglue(s, other string) []string {
	parts := strings.SplitN(s, "&", maxParts)
	if rest, ok := strings.CutPrefix(s, other); ok && other != "" {
		parts = append(parts, rest)
	}
	if rest, ok := strings.CutSuffix(s, other); ok && other != "" {
		parts = append(parts, rest)
	}
	parts = append(parts, strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("&/:;,|@#+_-", r) })...)
	if len(parts) < 3 { // all there is, as cut at & and as cut at marks
		return nil
	}
	return parts[:min(len(parts), 2*maxParts)]
}

// gluedProduct finds a product id glued to something else in the user name.
func gluedProduct(ctx context.Context, c *clues) *Refusal {
	if c.userProduct(ctx) != nil {
		return nil
	}
	for _, part := range unglue(c.Product, c.Device) {
		if p, ok := c.productByID(ctx, part); ok {
			return Refuse(LoginAmpersand).In(FieldProduct).Want(string(p.ID), c.show(ctx, c.Product)).
				Near("the part %s of the user name is a product", p.ID)
		}
	}
	if !strings.Contains(c.Product, "&") {
		return nil
	}
	return Refuse(LoginAmpersand).In(FieldProduct).Want(c.someProduct(ctx), c.show(ctx, c.Product)).
		Near("a user name such as deviceName&productKey belongs to another cloud")
}

// gluedDevice finds a device id or title glued to something else in the client id.
func gluedDevice(ctx context.Context, c *clues) *Refusal {
	for _, part := range unglue(c.Device, c.Product) {
		d, ok := c.deviceByRef(ctx, DeviceRef{ProductID(c.Product), DeviceID(part)})
		if !ok {
			list := c.withTitle(ctx, part)
			if len(list) == 0 || string(list[0].Product) != c.Product || !strings.Contains(c.Device, "&") && !strings.Contains(c.Device, c.Product) {
				continue
			}
			d = list[0] // a title is a common word: it counts beside & or the product id
		}
		return Refuse(LoginAmpersand).In(FieldDevice).Want(string(d.ID), c.show(ctx, c.Device)).
			Near("the part %s of the client id is device %s", part, d.ID)
	}
	if !strings.Contains(c.Device, "&") {
		return nil
	}
	return Refuse(LoginAmpersand).In(FieldDevice).Want(c.someDevice(ctx), c.show(ctx, c.Device)).
		Near("a client id of several parts belongs to another cloud")
}

// untidyProduct finds white space, quotes or full-width characters in a user name that is
// wrong without them too: no id contains any.
func untidyProduct(ctx context.Context, c *clues) *Refusal {
	if c.userProduct(ctx) != nil {
		return nil
	}
	return c.untidy(ctx, FieldProduct, c.Product)
}

// untidyDevice finds the same in a client id.
func untidyDevice(ctx context.Context, c *clues) *Refusal {
	return c.untidy(ctx, FieldDevice, c.Device)
}

func (c *clues) untidy(ctx context.Context, f Field, s string) *Refusal {
	var cause Cause
	switch {
	case tidy(s) == s || tidy(s) == "" || tooLong(s):
		return nil
	case dense(s) != s:
		cause = LoginSpace
	case unquoted(s) != s:
		cause = LoginQuotes
	default:
		cause = LoginFullWidth
	}
	want := tidy(s)
	if c.secret(ctx, s) || c.secret(ctx, want) {
		want = Secret(want).Mask()
	}
	r := Refuse(cause).In(f).Want(want, c.show(ctx, s))
	clean := c.Attempt
	clean.Product, clean.Device = tidy(clean.Product), tidy(clean.Device)
	if _, ok := c.deviceByRef(ctx, clean.Ref()); !ok {
		rest := c.again(ctx, clean, unknownPair())
		if rest == nil {
			return nil
		}
		r = r.Near("and without that, %s", rest.Says)
	}
	return r
}

// untidyPassword finds a mix-up behind white space or quotes.
func untidyPassword(ctx context.Context, c *clues) *Refusal {
	clean := c.Attempt
	clean.Credential = Secret(trimmed(string(c.Credential)))
	if clean.Credential == c.Credential || clean.Credential == "" || tooLong(string(c.Credential)) {
		return nil
	}
	r := c.again(ctx, clean, wrongPassword())
	if r == nil {
		return nil
	}
	if r.Cause == LoginWrongPassword {
		return nil
	}
	if r.NearMiss == "" {
		r.NearMiss = r.Says
	}
	return r.Want(r.Expected, c.Credential.Mask()).Near("%s; besides, white space or quotes surround it", r.NearMiss)
}

// trimmed is s without white space and quotes at its ends.
func trimmed(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return invisible(r) || strings.ContainsRune(marks, r) })
}
