package onenet

import (
	"context"
	"errors"
)

// Attempt is what a device shows at the door, as it spelled it.
type Attempt struct {
	Product    string // MQTT: user name
	Device     string // MQTT: client id
	Credential Secret // MQTT: password
	Addr       string // where it comes from
}

// Ref names the device the attempt claims to be.
func (a Attempt) Ref() DeviceRef { return DeviceRef{ProductID(a.Product), DeviceID(a.Device)} }

// CredentialKind says what a login was proved with.
type CredentialKind string

// Kinds of credentials (reference, section 1.2).
const (
	ByAuthInfo  CredentialKind = "auth-info"
	ByMasterKey CredentialKind = "master-key"
	ByDeviceKey CredentialKind = "device-key"
)

// Login is an attempt that was let in.
type Login struct {
	Device Device
	By     CredentialKind
}

// Login decides whether a device may come in. A refusal is recorded here.
func (p *Platform) Login(ctx context.Context, a Attempt) (Login, *Refusal) {
	switch {
	case p.switches.AutoRegister:
		p.autoRegister(ctx, a, "registered by itself (auto_register); without that switch it would have been refused")
	case p.Admits(a.Ref()):
		p.autoRegister(ctx, a, "added at its login, as was asked for")
		p.admitted.drop(a.Ref())
	}
	login, refusal := p.Explain(ctx, a)
	if refusal != nil {
		p.TurnedDown(ctx, a, refusal)
		return Login{}, refusal
	}
	if login.By == ByMasterKey {
		p.Warn(a.Ref(), a.Addr, "", Refuse(LoginMasterKey))
	}
	return login, nil
}

// TurnedDown records that somebody was not let in. A secret that stands in the place of an id, as it
// does when fields are mixed up, is masked.
func (p *Platform) TurnedDown(ctx context.Context, a Attempt, r *Refusal) {
	p.Refused(p.presentable(ctx, a), r, "", nil)
}

// Explain decides as Login does and records nothing.
func (p *Platform) Explain(ctx context.Context, a Attempt) (Login, *Refusal) {
	if a.Device == "" {
		return Login{}, Refuse(LoginEmptyID).In(FieldDevice).Want("the device id", "nothing")
	}
	d, err := p.store.Device(ctx, a.Ref())
	switch {
	case errors.Is(err, ErrNotFound):
		return Login{}, p.whyUnknown(ctx, a)
	case err != nil:
		return Login{}, p.storeRefusal(err)
	case d.Blocked:
		return Login{}, Refuse(LoginBlocked).Want("a device that is not blocked", "device "+a.Device)
	}
	by, err := p.prove(ctx, d, a.Credential)
	switch {
	case errors.Is(err, ErrUnauthorized):
		return Login{}, p.whyWrongPassword(ctx, a, d)
	case err != nil:
		return Login{}, p.storeRefusal(err)
	}
	return Login{Device: d, By: by}, nil
}

func (p *Platform) storeRefusal(err error) *Refusal {
	p.log.Error("login not checked", "err", err)
	return Refuse(LoginStore).Want("an answer from the store", "an error")
}

// prove checks the credential: auth info, master key of the product, or a key bound to the device.
func (p *Platform) prove(ctx context.Context, d Device, c Secret) (CredentialKind, error) {
	if c == "" {
		return "", ErrUnauthorized
	}
	if d.AuthInfo.Equal(c) {
		return ByAuthInfo, nil
	}
	product, err := p.store.Product(ctx, d.Product)
	if err != nil {
		return "", err
	}
	if product.MasterKey.Equal(c) {
		return ByMasterKey, nil
	}
	k, err := p.store.Key(ctx, c)
	if err == nil && k.Product == d.Product && k.Covers(d.ID) {
		return ByDeviceKey, nil
	}
	if err == nil || errors.Is(err, ErrNotFound) {
		return "", ErrUnauthorized
	}
	return "", err
}

// autoRegister creates what an attempt misses, for quick starts: the product, the
// device, with the password as its auth info; text is for the journal. What it cannot create is refused as ever, with
// the reason: here nobody knows yet whether an id is a secret in the wrong field, so nothing is logged.
func (p *Platform) autoRegister(ctx context.Context, a Attempt, text string) {
	if a.Credential == "" || !plausibleID(a.Product) || !plausibleID(a.Device) {
		return
	}
	if _, err := p.store.Device(ctx, a.Ref()); !errors.Is(err, ErrNotFound) {
		return
	}
	if _, err := p.store.Product(ctx, ProductID(a.Product)); errors.Is(err, ErrNotFound) {
		if _, err := p.AddProduct(ctx, Product{ID: ProductID(a.Product), Name: "auto " + a.Product}); err != nil {
			return
		}
	}
	d, err := p.AddDevice(ctx, Device{
		Product: ProductID(a.Product), ID: DeviceID(a.Device), Title: "auto " + a.Device, AuthInfo: a.Credential,
	})
	if err != nil {
		return
	}
	p.journal.Append(Record{
		Kind: KindSystem, Product: d.Product, Device: d.ID, Addr: a.Addr,
		Text: text,
	})
}

// plausibleID keeps ids that no topic could carry out of the registry.
func plausibleID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r > '~' || r == '/' || r == '+' || r == '#' || r == '$' {
			return false
		}
	}
	return true
}
