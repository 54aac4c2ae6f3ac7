package onenet

import (
	"context"
	"slices"
	"strings"
	"time"
)

// TokenRefusal recognises a token of the newer OneNET platforms (version=…&res=…&et=…&method=…&sign=…) that was sent to
// open a call, and says what stands in it; nil when it is none. The legacy platform of onelan verifies none: a token is
// signed with a product's access key, which products of this platform do not have.
func TokenRefusal(s Secret, now time.Time) *Refusal {
	t, ok := parseToken(string(s))
	if !ok || tooLong(string(s)) {
		return nil
	}
	return Refuse(CallToken).Want("an API key in the header api-key", t.describe(now)).Near("%s", t.platform())
}

// misnamed lists the mistakes behind a device id that no device has. The last one always answers.
func misnamed() []detector {
	return []detector{idIsKey, idIsAuth, idOfOther, idIsProduct, idIsTitle, idMisspelt, idPlaceholder, idUnknown}
}

// misnamedDevice is the first of misnamed that answers.
func misnamedDevice(ctx context.Context, c *clues) *Refusal { return detect(ctx, c, misnamed()) }

// whyNotFound explains an error of kind ErrNotFound.
func (p *Platform) whyNotFound(ctx context.Context, c *clues, e *Error) *Refusal {
	switch e.Noun {
	case "device":
		c.Device = e.Name
		return p.look(ctx, c, misnamed(), unknownDeviceBrief)
	case "command":
		return c.noCommand(ctx, e.Name)
	case "datastream":
		return c.noStream(ctx, StreamID(e.Name))
	}
	return Refuse(CallNotFound).Want("a "+e.Noun+" of product "+c.Product, c.showNamed(ctx, e))
}

// showNamed writes what an error is about; a key is masked, known or not.
func (c *clues) showNamed(ctx context.Context, e *Error) string {
	if e.Noun == "key" {
		return Secret(e.Name).Mask()
	}
	return c.show(ctx, e.Name)
}

func unknownDeviceBrief(c *clues) *Refusal {
	return Refuse(CallUnknownDevice).Want("the id of a device of product "+c.Product, Secret(c.Device).Mask())
}

// notDevice begins a refusal of something that stands where a device id belongs.
func (c *clues) notDevice(ctx context.Context, cause Cause) *Refusal {
	return Refuse(cause).Want(c.someDevice(ctx), c.show(ctx, c.Device))
}

func idIsKey(ctx context.Context, c *clues) *Refusal {
	what, id, ok := c.keyOf(ctx, Secret(c.Device))
	if !ok {
		return nil
	}
	return c.notDevice(ctx, CallKeyForID).Near("it is %s of product %s", what, id)
}

func idIsAuth(ctx context.Context, c *clues) *Refusal {
	list := c.withAuthInfo(ctx, Secret(c.Device))
	if len(list) == 0 {
		return nil
	}
	return c.notDevice(ctx, CallAuthForID).Near("it is the auth info of device %s of product %s", list[0].ID, list[0].Product)
}

// idOfOther finds the device in another product.
func idOfOther(ctx context.Context, c *clues) *Refusal {
	list := c.withID(ctx, c.Device)
	if len(list) == 0 {
		return nil
	}
	return Refuse(CallOtherProduct).Want("a device of product "+c.Product, c.show(ctx, c.Device)).
		Near("device %s is in product %s, the key opens product %s", c.Device, productsOf(list), c.Product)
}

func idIsProduct(ctx context.Context, c *clues) *Refusal {
	p, ok := c.productByID(ctx, c.Device)
	if !ok {
		return nil
	}
	return c.notDevice(ctx, CallProductForID).Near("%s is a product (%s)", p.ID, p.Name)
}

func idIsTitle(ctx context.Context, c *clues) *Refusal {
	list := c.withTitle(ctx, strings.TrimFunc(c.Device, invisible))
	if len(list) == 0 {
		return nil
	}
	return Refuse(CallTitleForID).Want(string(list[0].ID), c.show(ctx, c.Device)).
		Near("device %s of product %s has this name", list[0].ID, list[0].Product)
}

func idMisspelt(ctx context.Context, c *clues) *Refusal {
	ids := c.idsOf(ctx, ProductID(c.Product))
	s, i := misspelt(c.Device, ids)
	if s == nil {
		return nil
	}
	return Refuse(CallIDMisspelt).Want(ids[i], c.show(ctx, c.Device)).Near("%s", s.how(c.Device, ids[i]))
}

func idPlaceholder(ctx context.Context, c *clues) *Refusal {
	says, ok := placeholder(strings.TrimPrefix(c.Device, ":")) // :id in some documentation
	if !ok {
		return nil
	}
	return c.notDevice(ctx, CallIDHolder).Near("the device id %s", says)
}

// idUnknown is what is left when an id names nothing and resembles nothing.
func idUnknown(ctx context.Context, c *clues) *Refusal {
	r := c.notDevice(ctx, CallUnknownDevice)
	ids := c.idsOf(ctx, ProductID(c.Product))
	if len(ids) == 0 {
		return r.Near("product %s has no devices yet", c.Product)
	}
	if list := resembling(c.Device, ids); len(list) > 0 {
		return r.Near("it resembles %s", oneOf(list))
	}
	return r
}

// noStream names the streams that the device has.
func (c *clues) noStream(ctx context.Context, id StreamID) *Refusal {
	r := Refuse(CallNoStream).Want("a stream of device "+c.show(ctx, c.Device), c.show(ctx, string(id)))
	streams, err := c.store.Streams(ctx, DeviceRef{ProductID(c.Product), DeviceID(c.Device)})
	streams, _ = found(c, streams, err)
	var names []string
	for _, s := range streams[:min(len(streams), fewDevices)] {
		names = append(names, string(s.ID))
	}
	switch alike := resembling(string(id), names); {
	case len(names) == 0:
		return r.Near("the device has no streams yet")
	case len(alike) > 0:
		return r.Near("it resembles %s", oneOf(alike))
	}
	return r.Near("the device has %s", oneOf(names))
}

// noCommand says what the id of a command is instead, or what is wrong with its form.
func (c *clues) noCommand(ctx context.Context, id string) *Refusal {
	r := Refuse(CallNoCommand).Want("the cmd_uuid of a command of product "+c.Product, c.show(ctx, id))
	plain := strings.Trim(id, marks+":")
	switch list := c.withID(ctx, id); {
	case len(list) > 0:
		return r.Near("%s is a device; its commands are listed by GET /cmds/history/%s", id, id)
	case slices.Contains([]string{"cmd_uuid", "uuid", "cmd_id", "undefined", "null", "None", "NULL"}, plain):
		return r.Near("the program put nothing into the place of the id")
	case len(id) != 36:
		return r.Near("a command id has 36 characters, this one has %d", len(id))
	}
	return r
}
