package onenet

// ValidID tells whether a product or a device may have this id: 1 to 64 printable
// characters that a topic can carry.
func ValidID(id string) bool { return plausibleID(id) }

// Check says what is out of its bounds in what a person sets of a device; ErrInvalid, with the
// field as its Noun.
func (d Device) Check() error { return d.check() }
