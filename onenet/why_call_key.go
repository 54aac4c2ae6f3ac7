package onenet

import (
	"context"
	"fmt"
	"strings"
)

// masterOnly is what the error of a call that wants the master key says.
const masterOnly = "only the master key may make this call, it is a device key"

// NeedMaster is the error of a call that only the product's master key may make (reference, section 5.3).
func (a Access) NeedMaster() error {
	if a.Master {
		return nil
	}
	return Errorf(ErrUnauthorized, "api-key", "", masterOnly)
}

// unknownKey lists the mistakes behind a key that opens nothing, those with the strongest evidence
// first. The last one always answers.
func unknownKey() []detector {
	return []detector{
		keyToken, keyIsCode, keyIsAuth, keyIsID, keyIsName, keyMisspelt, keyPlaceholder, keyUnknown,
	}
}

// whyClosed explains an error of kind ErrUnauthorized.
func (p *Platform) whyClosed(ctx context.Context, c *clues, e *Error) *Refusal {
	a := c.call
	switch {
	case a.RegisterCode != "":
		return p.look(ctx, c, []detector{codeMisspelt, codeUnknown}, unknownCodeBrief)
	case a.Access.Product == "":
		return p.look(ctx, c, unknownKey(), unknownKeyBrief)
	case e.Why == masterOnly:
		return Refuse(CallNeedsMaster).Want("the master key of product "+string(a.Access.Product), "a device key")
	}
	return p.look(ctx, c, []detector{closedDevice, misnamedDevice}, closedBrief)
}

func unknownKeyBrief(c *clues) *Refusal {
	return Refuse(CallUnknownKey).Want("an API key", c.Credential.Mask())
}

func unknownCodeBrief(c *clues) *Refusal {
	return Refuse(CallRegisterCode).Want("the register code of a product", c.call.RegisterCode.Mask())
}

func closedBrief(c *clues) *Refusal {
	return Refuse(CallOtherDevice).Want("a device that the key opens", Secret(c.Device).Mask()) // masked: it may be anything
}

// notKey begins a refusal of something that stands where the key belongs.
func (c *clues) notKey(cause Cause) *Refusal {
	return Refuse(cause).Want("an API key", c.Credential.Mask())
}

func keyToken(_ context.Context, c *clues) *Refusal {
	return TokenRefusal(c.Credential, c.now)
}

// keyIsCode finds a register code in the place of the key.
func keyIsCode(ctx context.Context, c *clues) *Refusal {
	p, ok := c.secretOfProduct(ctx, c.Credential)
	if !ok {
		return nil
	}
	return c.notKey(CallCodeForKey).Near("it is the register code of product %s", p.ID)
}

// keyIsAuth finds an auth info in the place of the key.
func keyIsAuth(ctx context.Context, c *clues) *Refusal {
	list := c.withAuthInfo(ctx, c.Credential)
	if len(list) == 0 {
		return nil
	}
	return c.notKey(CallAuthForKey).Near("it is the auth info of device %s of product %s", list[0].ID, list[0].Product)
}

// keyIsID finds an id in the place of the key.
func keyIsID(ctx context.Context, c *clues) *Refusal {
	text := string(c.Credential)
	if p, ok := c.productByID(ctx, text); ok {
		return c.notKey(CallIDForKey).Near("it is the id of product %s", p.ID)
	}
	if list := c.withID(ctx, text); len(list) > 0 {
		return c.notKey(CallIDForKey).Near("it is the id of a device of product %s", list[0].Product)
	}
	return nil
}

// keyIsName finds the name of a product or a device in the place of the key.
func keyIsName(ctx context.Context, c *clues) *Refusal {
	text := string(c.Credential)
	for _, p := range c.allProducts(ctx) {
		if p.Name == text {
			return c.notKey(CallNameForKey).Near("it is the name of product %s", p.ID)
		}
	}
	if list := c.withTitle(ctx, text); len(list) > 0 {
		return c.notKey(CallNameForKey).Near("it is the name of device %s of product %s", list[0].ID, list[0].Product)
	}
	return nil
}

// keySlips are the slips of logins as they are told of keys.
var keySlips = map[Cause]Cause{
	LoginSpace: CallKeySpace, LoginQuotes: CallKeyQuotes, LoginCase: CallKeyCase, LoginEncoded: CallKeyEncoded,
	LoginCut: CallKeyCut, LoginLonger: CallKeyLonger,
}

// keyMisspelt finds a slip of spelling in the key.
func keyMisspelt(ctx context.Context, c *clues) *Refusal {
	keys, of := c.allKeys(ctx)
	s, i := misspelt(string(c.Credential), keys)
	if s == nil {
		return nil
	}
	cause, known := keySlips[s.cause]
	if !known {
		cause = CallKeyTypo
	}
	return Refuse(cause).Want(Secret(keys[i]).Mask(), c.Credential.Mask()).
		Near("compared with %s: %s", of[i], s.how(string(c.Credential), keys[i]))
}

// allKeys lists the keys that a misspelt one may mean, and what each is.
func (c *clues) allKeys(ctx context.Context) (keys, of []string) {
	products := c.allProducts(ctx)
	for _, p := range products {
		keys, of = append(keys, string(p.MasterKey)), append(of, fmt.Sprintf("the master key of product %s", p.ID))
	}
	for _, p := range products {
		list, err := c.store.Keys(ctx, p.ID)
		list, _ = found(c, list, err)
		for _, k := range list[:min(len(list), manyKeys)] {
			keys, of = append(keys, string(k.Key)), append(of, fmt.Sprintf("a device key of product %s", p.ID))
		}
		if len(keys) > manyProducts+manyKeys {
			break
		}
	}
	return keys, of
}

func keyPlaceholder(_ context.Context, c *clues) *Refusal {
	if says, ok := placeholder(string(c.Credential)); ok {
		return c.notKey(CallKeyHolder).Near("the key %s", says)
	}
	return nil
}

// keyUnknown is what is left when a key is nothing and resembles nothing.
func keyUnknown(ctx context.Context, c *clues) *Refusal {
	r := c.notKey(CallUnknownKey)
	switch n := len(c.Credential); {
	case len(c.allProducts(ctx)) == 0:
		return r.Near("there is no product at all yet")
	case n == 44 && looksLikeKey(string(c.Credential)):
		return r.Near("44 characters in base64 are an access key of the newer platforms; it signs tokens and is not sent itself")
	}
	return r
}

// codeMisspelt finds a key, or a slip, in the place of a register code.
func codeMisspelt(ctx context.Context, c *clues) *Refusal {
	code := c.call.RegisterCode
	r := unknownCodeBrief(c)
	if what, id, ok := c.keyOf(ctx, code); ok {
		return r.Near("it is %s of product %s", what, id)
	}
	if p, ok := c.productByID(ctx, string(code)); ok {
		return r.Near("it is the id of product %s", p.ID)
	}
	var codes []string
	for _, p := range c.allProducts(ctx) {
		codes = append(codes, string(p.RegisterCode))
	}
	s, i := misspelt(string(code), codes)
	if s == nil {
		return nil
	}
	return r.Near("compared with the register code of product %s: %s", c.allProducts(ctx)[i].ID, s.how(string(code), codes[i]))
}

func codeUnknown(_ context.Context, c *clues) *Refusal { return unknownCodeBrief(c) }

// closedDevice explains why the key does not open a device that exists.
func closedDevice(ctx context.Context, c *clues) *Refusal {
	access := c.call.Access
	if d, ok := c.commandDevice(ctx); ok {
		c.Device = string(d.Device)
	}
	list := c.withID(ctx, c.Device)
	switch {
	case len(list) == 0:
		return nil
	case list[0].Product != access.Product:
		return Refuse(CallOtherProduct).Want("a key of product "+productsOf(list), c.keyName()).
			Near("device %s is in product %s, the key opens product %s", c.Device, productsOf(list), access.Product)
	case !access.Key.Covers(list[0].ID):
		return Refuse(CallOtherDevice).Want("a key that is bound to device "+c.Device, c.keyName()).Near("%s", boundTo(access.Key))
	case len(access.streams(list[0].ID, c.call.Method)) > 0:
		return Refuse(CallKeyStream).Want("a key of the whole device", c.keyName()).
			Near("it opens the streams %s", c.streamNames(access))
	}
	return Refuse(CallKeyMethod).Want("a key with the access method "+c.call.Method, c.keyName()).
		Near("it may %s", methodsOf(access.Key, list[0].ID))
}

// commandDevice is the device of the command that the call names.
func (c *clues) commandDevice(ctx context.Context) (DeviceRef, bool) {
	if c.call.Command == "" || tooLong(string(c.call.Command)) {
		return DeviceRef{}, false
	}
	cmd, err := c.store.Command(ctx, c.call.Command)
	cmd, ok := found(c, cmd, err)
	return cmd.Ref(), ok
}

// keyName says what kind of key it is that was sent.
func (c *clues) keyName() string {
	kind := "a device key"
	if c.call.Access.Master {
		kind = "the master key"
	}
	return kind + " of product " + string(c.call.Access.Product)
}

func (c *clues) streamNames(a Access) string {
	var names []string
	for _, s := range a.streams(DeviceID(c.Device), c.call.Method) {
		names = append(names, string(s))
	}
	return oneOf(names)
}

// boundTo says which devices a key opens.
func boundTo(k Key) string {
	var ids []string
	for _, p := range k.Permissions {
		for _, r := range p.Resources {
			ids = append(ids, string(r.Device))
		}
	}
	if len(ids) == 0 {
		return "the key is bound to no device"
	}
	return "the key is bound to " + oneOf(ids)
}

// methodsOf lists what a key may do to a device.
func methodsOf(k Key, id DeviceID) string {
	var all []string
	for _, p := range k.Permissions {
		for _, r := range p.Resources {
			if r.Device == id {
				all = append(all, p.Methods...)
				break
			}
		}
	}
	return strings.Join(all, ", ")
}
