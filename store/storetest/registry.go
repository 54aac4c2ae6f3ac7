package storetest

import (
	"encoding/json"
	"time"

	"github.com/onelan/onelan/onenet"
)

var registryCases = []testCase{
	{"an empty store has nothing, and says so", emptyStore},
	{"a product comes back as it went in, and is replaced whole", productFields},
	{"products are listed by id, shorter ids first", productOrder},
	{"a product is found by its master key and by its register code", productBySecret},
	{"product ids and register codes are taken once", productUnique},
	{"a device comes back as it went in, and is replaced but for its logins", deviceFields},
	{"device ids and auth infos are taken once in a product", deviceUnique},
	{"the first login activates, the newest is remembered", logins},
	{"what is read belongs to the reader", ownership},
}

func emptyStore(c *check) {
	ctx := c.Context()
	_, err := c.s.Product(ctx, demoProduct)
	c.kind("an absent product", onenet.ErrNotFound, err)
	_, err = c.s.ProductBySecret(ctx, "nobody's")
	c.kind("an unknown secret", onenet.ErrNotFound, err)
	_, err = c.s.ProductBySecret(ctx, "")
	c.kind("an empty secret", onenet.ErrNotFound, err)
	_, err = c.s.Device(ctx, demo)
	c.kind("an absent device", onenet.ErrNotFound, err)
	_, err = c.s.Key(ctx, "nobody's")
	c.kind("an absent key", onenet.ErrNotFound, err)
	_, err = c.s.File(ctx, demoProduct, "nothing")
	c.kind("an absent file", onenet.ErrNotFound, err)
	_, err = c.s.Command(ctx, "nothing")
	c.kind("an absent command", onenet.ErrNotFound, err)

	keys, err := c.s.Keys(ctx, demoProduct)
	c.ok(err)
	streams, err := c.s.Streams(ctx, demo)
	c.ok(err)
	points, err := c.s.Points(ctx, onenet.PointQuery{Ref: demo})
	c.ok(err)
	commands, n, err := c.s.Commands(ctx, onenet.CommandQuery{Ref: demo})
	c.ok(err)
	queue, err := c.s.Queue(ctx, demo)
	c.ok(err)
	if len(keys)+len(streams)+len(points)+len(commands)+n+len(queue) != 0 {
		c.Error("lists of what is absent must be empty")
	}
	c.same("an empty store", state{}, c.everything())
}

func productFields(c *check) {
	p := product(demoProduct)
	p.AllowDup = true
	c.apply(onenet.Batch{AddProducts: []onenet.Product{p}})
	got, err := c.s.Product(c.Context(), p.ID)
	c.ok(err)
	c.same("the product", p, got)

	p = onenet.Product{
		ID: demoProduct, Name: "灯", Dialect: "suite", MasterKey: "new", RegisterCode: "", CreatedAt: after(1),
	}
	c.apply(onenet.Batch{PutProducts: []onenet.Product{p}})
	got, err = c.s.Product(c.Context(), p.ID)
	c.ok(err)
	c.same("the replaced product", p, got)
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutProducts: []onenet.Product{product("404")}})
}

func productOrder(c *check) {
	var b onenet.Batch
	for _, id := range []onenet.ProductID{"100000", "99999", "100001", "abc", "9"} {
		b.AddProducts = append(b.AddProducts, product(id))
	}
	c.apply(b)
	list, err := c.s.Products(c.Context())
	c.ok(err)
	var got []onenet.ProductID
	for _, p := range list {
		got = append(got, p.ID)
	}
	c.same("the order", []onenet.ProductID{"9", "abc", "99999", "100000", "100001"}, got)
}

func productBySecret(c *check) {
	c.seed()
	for secret, want := range map[onenet.Secret]onenet.ProductID{
		"master=244754": demoProduct, "register244754": demoProduct,
		"master=88001": otherProduct, "register88001": otherProduct,
	} {
		got, err := c.s.ProductBySecret(c.Context(), secret)
		c.ok(err)
		c.same("the product of "+string(secret), want, got.ID)
	}
	bare := product("1")
	bare.MasterKey, bare.RegisterCode = "", ""
	c.apply(onenet.Batch{AddProducts: []onenet.Product{bare}})
	_, err := c.s.ProductBySecret(c.Context(), "")
	c.kind("an empty secret", onenet.ErrNotFound, err)
}

func productUnique(c *check) {
	c.seed()
	c.refuse(onenet.ErrExists, onenet.Batch{AddProducts: []onenet.Product{product(demoProduct)}})
	clash := product("1")
	clash.RegisterCode = product(demoProduct).RegisterCode
	c.refuse(onenet.ErrExists, onenet.Batch{AddProducts: []onenet.Product{clash}})
	clash = product(otherProduct)
	clash.RegisterCode = product(demoProduct).RegisterCode
	c.refuse(onenet.ErrExists, onenet.Batch{PutProducts: []onenet.Product{clash}})

	bare, bare2 := product("1"), product("2")
	bare.RegisterCode, bare2.RegisterCode = "", ""
	c.apply(onenet.Batch{AddProducts: []onenet.Product{bare, bare2}})
	c.apply(onenet.Batch{PutProducts: []onenet.Product{product(demoProduct)}}) // its own code is no clash
}

func fullDevice(ref onenet.DeviceRef) onenet.Device {
	ele := 370000.5
	d := device(ref)
	d.Desc, d.Tags = "in the yard", []string{"demo", "灯", `q"uote`}
	d.Location = &onenet.Location{Lon: 106.5, Lat: -29.25, Ele: &ele}
	d.Private, d.Blocked = true, true
	d.Other = json.RawMessage(`{"version":"1.0.0","n":[1,null,"x"]}`)
	d.ActivatedAt, d.LastLogin = after(1), after(2)
	return d
}

func deviceFields(c *check) {
	c.seed()
	ref := onenet.DeviceRef{Product: demoProduct, Device: "full"}
	d := fullDevice(ref)
	c.apply(onenet.Batch{AddDevices: []onenet.Device{d}})
	got, err := c.s.Device(c.Context(), ref)
	c.ok(err)
	c.same("the device", d, got)

	next := onenet.Device{
		Product: ref.Product, ID: ref.Device, Title: "new", AuthInfo: "new", Protocol: "HTTP", CreatedAt: after(9),
		Location: &onenet.Location{Lon: 1, Lat: 2}, ActivatedAt: after(50), LastLogin: after(60),
	}
	c.apply(onenet.Batch{PutDevices: []onenet.Device{next}})
	next.ActivatedAt, next.LastLogin = d.ActivatedAt, d.LastLogin
	got, err = c.s.Device(c.Context(), ref)
	c.ok(err)
	c.same("the replaced device", next, got)
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutDevices: []onenet.Device{device(ghost)}})

	bare, err := c.s.Device(c.Context(), demo)
	c.ok(err)
	c.same("the bare device", device(demo), bare)
	if !bare.ActivatedAt.IsZero() || !bare.LastLogin.IsZero() || bare.Location != nil {
		c.Errorf("what was never set must be zero: %+v", bare)
	}
}

func deviceUnique(c *check) {
	c.seed() // equal ids and auth infos in two products are no clash
	c.refuse(onenet.ErrExists, onenet.Batch{AddDevices: []onenet.Device{device(demo)}})
	clash := device(ghost)
	clash.AuthInfo = device(demo).AuthInfo
	c.refuse(onenet.ErrExists, onenet.Batch{AddDevices: []onenet.Device{clash}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{AddDevices: []onenet.Device{device(onenet.DeviceRef{Product: "404", Device: "1"})}})

	second := device(onenet.DeviceRef{Product: demoProduct, Device: "2"})
	c.apply(onenet.Batch{AddDevices: []onenet.Device{second}})
	second.AuthInfo = device(demo).AuthInfo
	c.refuse(onenet.ErrExists, onenet.Batch{PutDevices: []onenet.Device{second}})
	second.AuthInfo = "moved on"
	c.apply(onenet.Batch{PutDevices: []onenet.Device{second}})
	third := device(onenet.DeviceRef{Product: demoProduct, Device: "3"})
	third.AuthInfo = "sn-2" // free again
	c.apply(onenet.Batch{AddDevices: []onenet.Device{third}})

	for _, id := range []onenet.DeviceID{"4", "5"} {
		bare := device(onenet.DeviceRef{Product: demoProduct, Device: id})
		bare.AuthInfo = ""
		c.apply(onenet.Batch{AddDevices: []onenet.Device{bare}})
	}
}

func logins(c *check) {
	c.seed()
	mark := func(seconds float64) onenet.Batch {
		return onenet.Batch{Logins: []onenet.LoginMark{{Ref: demo, At: after(seconds)}}}
	}
	c.apply(mark(10))
	c.apply(mark(20.5))
	d, err := c.s.Device(c.Context(), demo)
	c.ok(err)
	c.same("activation", after(10), d.ActivatedAt)
	c.same("newest login", after(20.5), d.LastLogin)
	other, err := c.s.Device(c.Context(), twin)
	c.ok(err)
	c.same("the neighbour of the same id", device(twin), other)
	c.refuse(onenet.ErrNotFound, onenet.Batch{Logins: []onenet.LoginMark{{Ref: demo, At: after(30)}, {Ref: ghost, At: after(30)}}})
}

func ownership(c *check) {
	c.seed()
	ref := onenet.DeviceRef{Product: demoProduct, Device: "full"}
	given := fullDevice(ref)
	value := []byte("1.5")
	c.apply(onenet.Batch{
		AddDevices: []onenet.Device{given},
		Points:     []onenet.StoredPoint{point(ref, "t", start, string(value))},
	})
	given.Tags[0], *given.Location.Ele = "spoilt", 0
	for range 2 { // the second round sees what the first one spoilt
		d, err := c.s.Device(c.Context(), ref)
		c.ok(err)
		c.same("the device", fullDevice(ref), d)
		d.Tags[0], d.Other[0], d.Location.Lon = "spoilt", 'x', 0
		ps, err := c.s.Points(c.Context(), onenet.PointQuery{Ref: ref})
		c.ok(err)
		c.same("the value", "1.5", string(ps[0].Value))
		ps[0].Value[0] = 'x'
	}
}

// in moves a time into another zone, with a fraction that no store keeps.
func in(zone *time.Location, t time.Time) time.Time { return t.In(zone).Add(999 * time.Microsecond) }
