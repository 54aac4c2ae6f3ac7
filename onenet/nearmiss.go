package onenet

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// This family of files finds the mistake behind a refused login: nearmiss.go the order in which mistakes
// are looked for and the look-ups, nearmiss_ids.go and nearmiss_password.go those that look-ups prove,
// nearmiss_slip.go the slips of spelling and nearmiss_spelling.go where they are looked for, nearmiss_foreign.go
// placeholders and logins meant for other clouds, nearmiss_mask.go what of it all may be shown.
//
// Nothing here decides who comes in, so a guess may be wrong about what a person meant; but each
// needs evidence: the text is right elsewhere, or right but for one slip that has a name.

// detector recognises one mistake, or returns nil.
type detector func(ctx context.Context, c *clues) *Refusal

// unknownPair lists the mistakes behind a product and device that do not belong
// together, those with the strongest evidence first. The last one always answers.
func unknownPair() []detector {
	return []detector{
		tokenSent, otherCloud, fieldsMixed,
		emptyUser, keyForProduct, authForProduct, deviceForProduct, nameForProduct,
		gluedProduct, misspeltProduct, placeholderProduct, untidyProduct, unknownProduct,
		authForID, keyForID, productForID, titleForID, otherProduct,
		gluedDevice, misspeltDevice, placeholderDevice, untidyDevice, unknownDevice,
	}
}

// wrongPassword lists the mistakes behind a password that does not open the device. The
// last one always answers.
func wrongPassword() []detector {
	return []detector{
		emptyPassword, tokenSent, otherCloud,
		authOfOther, masterOfOther, registerCode, keyOfOther, titleForPassword, idForPassword,
		gluedPassword, misspeltPassword, untidyPassword, placeholderPassword, plainWrongPassword,
	}
}

// whyUnknown explains why there is no such device in such a product.
func (p *Platform) whyUnknown(ctx context.Context, a Attempt) *Refusal {
	return p.guess(ctx, newClues(p, a), unknownPair(), unknownBrief)
}

// whyWrongPassword explains why the password does not open the device.
func (p *Platform) whyWrongPassword(ctx context.Context, a Attempt, d Device) *Refusal {
	c := newClues(p, a)
	c.target = d
	return p.guess(ctx, c, wrongPassword(), wrongPasswordBrief)
}

const (
	guessesAtOnce = 2           // searches for near misses; more wait
	guessFor      = time.Second // that long, their own search included
)

// guess searches for the likely mix-up. A search costs more than a login, and anybody may cause one by
// being refused: so few run at once, none for long, and whoever finds no room gets the brief answer.
func (p *Platform) guess(ctx context.Context, c *clues, list []detector, brief func(*clues) *Refusal) *Refusal {
	r, err := p.search(ctx, c, list, brief)
	if err != nil {
		return p.storeRefusal(err)
	}
	return r
}

// search is guess; its error is that of a look-up.
func (p *Platform) search(ctx context.Context, c *clues, list []detector, brief func(*clues) *Refusal) (*Refusal, error) {
	limited, cancel := context.WithTimeout(ctx, guessFor)
	defer cancel()
	select {
	case p.guesses <- struct{}{}:
		defer func() { <-p.guesses }()
	case <-limited.Done():
		return brief(c).Near("many logins or calls are being refused; onelan explain looks for the likely mix-up of a login"), nil
	}
	r := detect(limited, c, list)
	switch {
	case c.err == nil:
		return r, nil
	case limited.Err() != nil && ctx.Err() == nil:
		return brief(c), nil
	}
	return nil, c.err
}

// unknownBrief is the answer without a search to a device that is not found.
func unknownBrief(c *clues) *Refusal {
	return Refuse(LoginUnknownDevice).In(FieldDevice).
		Want("the id of a device of the product in the user name", Secret(c.Device).Mask()) // masked: it may be anything
}

// wrongPasswordBrief is the answer without a search to a password that does not fit.
func wrongPasswordBrief(c *clues) *Refusal {
	return Refuse(LoginWrongPassword).In(FieldCredential).Want(c.target.AuthInfo.Mask(), c.Credential.Mask())
}

// detect asks one detector after the other. It returns nil when a look-up failed (c.err): an answer
// made of look-ups that failed would be a guess.
func detect(ctx context.Context, c *clues, list []detector) *Refusal {
	for _, d := range list {
		r := d(ctx, c)
		switch {
		case c.err != nil:
			return nil
		case r != nil:
			return r
		}
	}
	return Refuse(LoginWrongPassword).In(FieldCredential) // not reached: both lists end with one that answers
}

// again looks at the attempt as it would be with something put right; nil when a look-up failed.
func (c *clues) again(ctx context.Context, a Attempt, list []detector) *Refusal {
	next := newClues(c.platform, a)
	next.target = c.target
	r := detect(ctx, next, list)
	c.err = cmp.Or(c.err, next.err)
	return r
}

// The bounds of a search. A text longer than longestClue is compared with nothing.
const (
	longestClue    = 2048 // bytes; an auth info has at most 512 characters
	fewDevices     = 500  // of one product, looked through for slips
	fewLikeDevices = 50   // that share a beginning, or a title
	manyProducts   = 1000
	manyKeys       = 200
)

// clues is one attempt while its mistake is looked for. One goroutine uses it. The
// first failure of the store stays in err, and every look-up after it finds nothing.
type clues struct {
	Attempt
	platform *Platform
	store    Store
	now      time.Time
	target   Device      // the device that the password does not open; zero for an unknown pair
	call     CallAttempt // of a refused call; zero for a login
	err      error

	product  *Product // of the user name, once looked up
	asked    bool     // product is looked up
	products []Product
	devices  map[ProductID][]Device
	byID     map[string][]Device
	secrets  map[string]bool // texts that were looked at: whether they are secret
	nearby   []string        // secrets that a text may all but spell
}

func newClues(p *Platform, a Attempt) *clues {
	return &clues{
		Attempt: a, platform: p, store: p.store, now: p.clock.Now(),
		devices: map[ProductID][]Device{}, byID: map[string][]Device{}, secrets: map[string]bool{},
	}
}

// found sorts out the answer of a look-up.
func found[T any](c *clues, v T, err error) (T, bool) {
	if err != nil && !errors.Is(err, ErrNotFound) && c.err == nil {
		c.err = err
	}
	if err != nil || c.err != nil {
		var none T
		return none, false
	}
	return v, true
}

func (c *clues) productByID(ctx context.Context, id string) (Product, bool) {
	if tooLong(id) {
		return Product{}, false
	}
	v, err := c.store.Product(ctx, ProductID(id))
	return found(c, v, err)
}

func (c *clues) deviceByRef(ctx context.Context, ref DeviceRef) (Device, bool) {
	if tooLong(string(ref.Product)) || tooLong(string(ref.Device)) {
		return Device{}, false
	}
	v, err := c.store.Device(ctx, ref)
	return found(c, v, err)
}

// secretOfProduct finds the product whose master key or register code it is.
func (c *clues) secretOfProduct(ctx context.Context, s Secret) (Product, bool) {
	if tooLong(string(s)) {
		return Product{}, false
	}
	v, err := c.store.ProductBySecret(ctx, s)
	return found(c, v, err)
}

func (c *clues) key(ctx context.Context, s Secret) (Key, bool) {
	if tooLong(string(s)) {
		return Key{}, false
	}
	v, err := c.store.Key(ctx, s)
	return found(c, v, err)
}

func tooLong(s string) bool { return s == "" || len(s) > longestClue }

// devicesWhere lists devices; the filter must have a Limit.
func (c *clues) devicesWhere(ctx context.Context, f DeviceFilter) []Device {
	list, _, err := c.store.Devices(ctx, f)
	list, _ = found(c, list, err)
	return list
}

// withID lists the devices of that id in all products, that of the user name first.
func (c *clues) withID(ctx context.Context, id string) []Device {
	if tooLong(id) {
		return nil
	}
	list, known := c.byID[id]
	if !known {
		list = c.ownFirst(c.devicesWhere(ctx, DeviceFilter{IDs: []DeviceID{DeviceID(id)}, Limit: fewLikeDevices}))
		c.byID[id] = list
	}
	return list
}

// withAuthInfo lists the devices with that auth info, those of the user name's product
// first. A device whose auth info is just its id, as it is unless somebody
// chooses one, tells nothing.
func (c *clues) withAuthInfo(ctx context.Context, s Secret) []Device {
	if tooLong(string(s)) {
		return nil
	}
	list := c.devicesWhere(ctx, DeviceFilter{AuthInfo: s, Limit: fewLikeDevices})
	list = slices.DeleteFunc(list, func(d Device) bool { return d.AuthInfo.Equal(Secret(d.ID)) })
	return c.ownFirst(list)
}

// withTitle lists the devices of that title: of the user name's product or, if it has none, of any.
func (c *clues) withTitle(ctx context.Context, title string) []Device {
	if tooLong(title) {
		return nil
	}
	other := func(d Device) bool { return d.Title != title }
	list := c.devicesWhere(ctx, DeviceFilter{Product: ProductID(c.Product), Keywords: title, Limit: fewDevices})
	if list = slices.DeleteFunc(list, other); len(list) > 0 {
		return list
	}
	return slices.DeleteFunc(c.devicesWhere(ctx, DeviceFilter{Keywords: title, Limit: fewDevices}), other)
}

func (c *clues) ownFirst(list []Device) []Device {
	return firstly(list, func(d Device) bool { return string(d.Product) == c.Product })
}

// firstly moves what is good to the front and keeps the order otherwise.
func firstly[T any](list []T, good func(T) bool) []T {
	rank := func(v T) int {
		if good(v) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b T) int { return rank(a) - rank(b) })
	return list
}

// userProduct is the product that the user name names, nil when there is none.
func (c *clues) userProduct(ctx context.Context) *Product {
	if !c.asked {
		if p, ok := c.productByID(ctx, c.Product); ok {
			c.product = &p
		}
		c.asked = true
	}
	return c.product
}

// allProducts lists the products, each that has the client id's device first.
func (c *clues) allProducts(ctx context.Context) []Product {
	if c.products != nil {
		return c.products
	}
	all, err := c.store.Products(ctx)
	all, _ = found(c, all, err)
	owners := map[ProductID]bool{}
	for _, d := range c.withID(ctx, c.Device) {
		owners[d.Product] = true
	}
	c.products = firstly(all, func(p Product) bool { return owners[p.ID] })
	c.products = c.products[:min(len(all), manyProducts)]
	return c.products
}

// devicesOf lists devices of the product (of all when id is empty) that a misspelt client id may mean: all
// when they are few, else the first ones and those that begin as the client id does.
func (c *clues) devicesOf(ctx context.Context, id ProductID) []Device {
	if list, ok := c.devices[id]; ok {
		return list
	}
	list := c.devicesWhere(ctx, DeviceFilter{Product: id, Limit: fewDevices})
	if start := []rune(tidy(c.Device)); len(list) == fewDevices && len(start) > 1 && len(start) <= longestClue {
		list = append(list, c.devicesWhere(ctx, DeviceFilter{
			Product: id, Keywords: string(start[:(len(start)+1)/2]), Limit: fewLikeDevices,
		})...)
	}
	c.devices[id] = list
	return list
}
