package api

// master is the error of a call that only the product's master key may make (reference, section 5.3).
func (c *call) master() error { return c.access.NeedMaster() }
