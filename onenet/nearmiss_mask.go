package onenet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A client id or user name is shown, but for one that is a secret in the wrong field,
// or so close to one that it would tell it.

// presentable is an attempt that has not been let in as it may be recorded.
func (p *Platform) presentable(ctx context.Context, a Attempt) Attempt {
	ctx, cancel := context.WithTimeout(ctx, guessFor)
	defer cancel()
	c := newClues(p, a)
	// Who cannot look it up cannot know: then it is masked too.
	if c.secret(ctx, a.Product) || c.err != nil {
		a.Product = Secret(a.Product).Mask()
	}
	if c.secret(ctx, a.Device) || c.err != nil {
		a.Device = Secret(a.Device).Mask()
	}
	return a
}

// show writes a client id or user name so that white space in it can be seen; a secret is masked.
func (c *clues) show(ctx context.Context, s string) string {
	if c.secret(ctx, s) {
		return Secret(s).Mask()
	}
	return fmt.Sprintf("%q", clip(s))
}

func (c *clues) showAll(ctx context.Context, a Attempt) string {
	return fmt.Sprintf("client id %s, user name %s, password %s", c.show(ctx, a.Device), c.show(ctx, a.Product), a.Credential.Mask())
}

// secret tells whether a text is, contains or all but spells a secret.
func (c *clues) secret(ctx context.Context, s string) bool {
	if tooLong(s) || !utf8.ValidString(s) {
		return s != "" // nobody's id
	}
	is, known := c.secrets[s]
	if !known {
		is = !c.isID(ctx, s) && (c.hasSecret(ctx, s) || c.nearSecret(ctx, s))
		c.secrets[s] = is
	}
	return is
}

// hasSecret looks a text up, as it is and tidied, and its parts if it is glued together.
func (c *clues) hasSecret(ctx context.Context, s string) bool {
	forms := append(strings.SplitN(s, "&", maxParts), tidy(s), trimmed(s))
	slices.Sort(forms)
	return slices.ContainsFunc(slices.Compact(forms), func(form string) bool { return c.isSecret(ctx, form) })
}

func (c *clues) isID(ctx context.Context, s string) bool {
	_, ok := c.productByID(ctx, s)
	return ok || len(c.withID(ctx, s)) > 0
}

func (c *clues) isSecret(ctx context.Context, s string) bool {
	if looksLikeKey(s) || strings.HasPrefix(s, "sign=") {
		return true
	}
	if _, _, ok := c.keyOf(ctx, Secret(s)); ok {
		return true
	}
	return len(c.withAuthInfo(ctx, Secret(s))) > 0
}

// looksLikeKey tells whether a text has the form of an API key or a signature, known or not.
func looksLikeKey(s string) bool {
	return len(s) >= 20 && len(s) <= 88 && strings.Contains(s, "=") && strings.Trim(s, letters+digits+"+/=") == ""
}

// nearSecret tells whether it is a secret but for a slip: one of the product that the user name
// names or, if it names none, of any.
func (c *clues) nearSecret(ctx context.Context, s string) bool {
	if c.nearby == nil {
		c.nearby = c.secretsNearby(ctx)
	}
	return len(resembling(s, c.nearby)) > 0
}

func (c *clues) secretsNearby(ctx context.Context) []string {
	var secrets []string
	of := ProductID(c.Product)
	if c.userProduct(ctx) == nil {
		of = ""
	}
	for _, d := range slices.Concat(c.withID(ctx, c.Device), c.devicesOf(ctx, of)) {
		if !d.AuthInfo.Equal(Secret(d.ID)) {
			secrets = append(secrets, string(d.AuthInfo))
		}
	}
	for _, p := range c.allProducts(ctx) {
		secrets = append(secrets, string(p.MasterKey), string(p.RegisterCode))
	}
	return secrets
}
