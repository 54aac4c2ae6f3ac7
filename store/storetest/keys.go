package storetest

import "github.com/onelan/onelan/onenet"

var keyCases = []testCase{
	{"a key comes back with its permissions, and is replaced whole", keyFields},
	{"keys are taken once on the whole platform", keyUnique},
	{"keys are listed by creation, each product's by itself", keyOrder},
	{"a dropped device leaves the keys that opened it", keyLosesDevice},
	{"a dropped key is gone, and only with its product's name", keyDrop},
}

func keyOf(id onenet.ProductID, secret onenet.Secret, devices ...onenet.DeviceID) onenet.Key {
	k := onenet.Key{Product: id, Key: secret, Title: "key " + string(secret), CreatedAt: start}
	for _, d := range devices {
		k.Permissions = append(k.Permissions, onenet.Permission{
			Methods:   []string{"get", "put"},
			Resources: []onenet.Resource{{Device: d}, {Device: d, Stream: "温度"}},
		})
	}
	return k
}

func keyFields(c *check) {
	c.seed()
	k := keyOf(demoProduct, "k1", "1", "2")
	k.Permissions[1].Methods = nil
	c.apply(onenet.Batch{AddKeys: []onenet.Key{k}})
	got, err := c.s.Key(c.Context(), "k1")
	c.ok(err)
	c.same("the key", k, got)
	k = onenet.Key{Product: demoProduct, Key: "k1", Title: "bare", CreatedAt: after(1)}
	c.apply(onenet.Batch{PutKeys: []onenet.Key{k}})
	got, err = c.s.Key(c.Context(), "k1")
	c.ok(err)
	c.same("the replaced key", k, got)
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutKeys: []onenet.Key{keyOf(demoProduct, "k2")}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutKeys: []onenet.Key{keyOf(otherProduct, "k1")}})
}

func keyUnique(c *check) {
	c.seed()
	c.apply(onenet.Batch{AddKeys: []onenet.Key{keyOf(demoProduct, "k1")}})
	c.refuse(onenet.ErrExists, onenet.Batch{AddKeys: []onenet.Key{keyOf(demoProduct, "k1")}})
	c.refuse(onenet.ErrExists, onenet.Batch{AddKeys: []onenet.Key{keyOf(otherProduct, "k1")}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{AddKeys: []onenet.Key{keyOf("404", "k2")}})
}

func keyOrder(c *check) {
	c.seed()
	b := onenet.Batch{AddKeys: []onenet.Key{
		keyOf(demoProduct, "late"), keyOf(demoProduct, "b"), keyOf(otherProduct, "foreign"), keyOf(demoProduct, "a"),
	}}
	b.AddKeys[0].CreatedAt = after(1)
	c.apply(b)
	list, err := c.s.Keys(c.Context(), demoProduct)
	c.ok(err)
	c.same("the keys", []onenet.Key{b.AddKeys[1], b.AddKeys[3], b.AddKeys[0]}, list)
}

func keyLosesDevice(c *check) {
	c.seed()
	both := keyOf(demoProduct, "both", demoDevice, "other")
	mixed := keyOf(demoProduct, "mixed")
	mixed.Permissions = []onenet.Permission{{Resources: []onenet.Resource{{Device: demoDevice}, {Device: "other"}}}}
	foreign := keyOf(otherProduct, "foreign", demoDevice)
	c.apply(onenet.Batch{AddKeys: []onenet.Key{both, mixed, foreign}})
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})

	mixed.Permissions[0].Resources = mixed.Permissions[0].Resources[1:]
	for _, want := range []onenet.Key{keyOf(demoProduct, "both", "other"), mixed, foreign} {
		got, err := c.s.Key(c.Context(), want.Key)
		c.ok(err)
		want.Title = "key " + string(want.Key)
		c.same("the key", want, got)
	}
}

func keyDrop(c *check) {
	c.seed()
	c.apply(onenet.Batch{AddKeys: []onenet.Key{keyOf(demoProduct, "k1"), keyOf(demoProduct, "k2")}})
	c.apply(onenet.Batch{DropKeys: []onenet.KeyRef{{Product: otherProduct, Key: "k1"}, {Product: demoProduct, Key: "k2"}, {Product: demoProduct, Key: "k3"}}})
	list, err := c.s.Keys(c.Context(), demoProduct)
	c.ok(err)
	c.same("the keys left", []onenet.Key{keyOf(demoProduct, "k1")}, list)
	_, err = c.s.Key(c.Context(), "k2")
	c.kind("the dropped key", onenet.ErrNotFound, err)
}
