package storetest

import (
	"encoding/json"
	"strconv"

	"github.com/onelan/onelan/onenet"
)

var triggerCases = []testCase{
	{"a trigger comes back whole, and is replaced whole", triggerFields},
	{"trigger ids are taken once on the whole platform", triggerUnique},
	{"triggers are listed by id, each product's by itself or all", triggerOrder},
	{"a dropped trigger is gone, and only with its product's name", triggerDrop},
	{"a dropped device leaves the triggers that watch it, and those that watch it alone go", triggerLosesDevice},
	{"a dropped product takes its triggers along", triggerLosesProduct},
}

func trigger(id int, product onenet.ProductID, devices ...onenet.DeviceID) onenet.Trigger {
	return onenet.Trigger{
		ID: id, Product: product, Title: "trigger " + strconv.Itoa(id), Stream: "t", Devices: devices,
		URL: "http://127.0.0.1:8888/hook", Type: onenet.TriggerGreater, Threshold: json.RawMessage(`25.50`), CreatedAt: start,
	}
}

func (c *check) triggers(id onenet.ProductID) []onenet.Trigger {
	c.Helper()
	list, err := c.s.Triggers(c.Context(), id)
	c.ok(err)
	return list
}

func triggerFields(c *check) {
	c.seed()
	full := trigger(7, demoProduct, demoDevice, "not yet there")
	full.Title, full.Stream, full.Type = "太热", "温度", onenet.TriggerInOut
	full.Threshold = json.RawMessage(`{"lolmt":40,"uplmt":52.0}`)
	bare := onenet.Trigger{ID: 9, Product: demoProduct, Type: onenet.TriggerChange, CreatedAt: start}
	c.apply(onenet.Batch{AddTriggers: []onenet.Trigger{full, bare}})
	got := c.triggers(demoProduct)
	c.same("the triggers", []onenet.Trigger{full, bare}, got)
	if got[1].Devices != nil || got[1].Threshold != nil {
		c.Errorf("what was not set came back as %+v", got[1])
	}
	next := trigger(7, demoProduct)
	next.CreatedAt = after(1)
	c.apply(onenet.Batch{PutTriggers: []onenet.Trigger{next}})
	c.same("the triggers then", []onenet.Trigger{next, bare}, c.triggers(demoProduct))
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutTriggers: []onenet.Trigger{trigger(8, demoProduct)}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{PutTriggers: []onenet.Trigger{trigger(7, otherProduct)}})

	full.Threshold[0], full.Devices[0] = 'x', "changed by the caller"
	got[0].Devices = append(got[0].Devices, "changed by the reader")
	c.same("the triggers, which belong to the store", []onenet.Trigger{next, bare}, c.triggers(demoProduct))
}

func triggerUnique(c *check) {
	c.seed()
	c.apply(onenet.Batch{AddTriggers: []onenet.Trigger{trigger(1, demoProduct)}})
	c.refuse(onenet.ErrExists, onenet.Batch{AddTriggers: []onenet.Trigger{trigger(2, demoProduct), trigger(1, demoProduct)}})
	c.refuse(onenet.ErrExists, onenet.Batch{AddTriggers: []onenet.Trigger{trigger(1, otherProduct)}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{AddTriggers: []onenet.Trigger{trigger(2, demoProduct), trigger(3, "404")}})
	c.apply(onenet.Batch{
		DropTriggers: []onenet.TriggerRef{{Product: demoProduct, ID: 1}},
		AddTriggers:  []onenet.Trigger{trigger(1, otherProduct)},
	})
	c.same("the trigger that has the id now", []onenet.Trigger{trigger(1, otherProduct)}, c.triggers(""))
}

func triggerOrder(c *check) {
	c.seed()
	c.same("no triggers", []onenet.Trigger(nil), c.triggers(""))
	ten, two, nine := trigger(10, demoProduct), trigger(2, demoProduct), trigger(9, otherProduct)
	c.apply(onenet.Batch{AddTriggers: []onenet.Trigger{ten, nine, two}})
	c.same("the product's", []onenet.Trigger{two, ten}, c.triggers(demoProduct))
	c.same("the neighbour's", []onenet.Trigger{nine}, c.triggers(otherProduct))
	c.same("all", []onenet.Trigger{two, nine, ten}, c.triggers(""))
	c.same("nobody's", []onenet.Trigger(nil), c.triggers("404"))
}

func triggerDrop(c *check) {
	c.seed()
	c.apply(onenet.Batch{AddTriggers: []onenet.Trigger{trigger(1, demoProduct), trigger(2, demoProduct)}})
	c.apply(onenet.Batch{DropTriggers: []onenet.TriggerRef{
		{Product: demoProduct, ID: 1}, {Product: otherProduct, ID: 2}, {Product: "404", ID: 2}, {Product: demoProduct, ID: 404},
	}})
	c.same("the triggers left", []onenet.Trigger{trigger(2, demoProduct)}, c.triggers(""))
}

func triggerLosesDevice(c *check) {
	c.seed()
	c.apply(onenet.Batch{AddTriggers: []onenet.Trigger{
		trigger(1, demoProduct, "1", demoDevice, "2"), trigger(2, demoProduct, demoDevice), trigger(3, demoProduct),
		trigger(4, otherProduct, demoDevice), trigger(5, demoProduct, "1"),
	}})
	c.refuse(onenet.ErrNotFound, onenet.Batch{
		DropDevices: []onenet.DeviceRef{demo}, PutTriggers: []onenet.Trigger{trigger(2, demoProduct, demoDevice)},
	})
	c.apply(onenet.Batch{DropDevices: []onenet.DeviceRef{demo}})
	want := []onenet.Trigger{
		trigger(1, demoProduct, "1", "2"), trigger(3, demoProduct), trigger(4, otherProduct, demoDevice), trigger(5, demoProduct, "1"),
	}
	c.same("the triggers", want, c.triggers(""))
	c.apply(onenet.Batch{AddDevices: []onenet.Device{device(demo)}})
	c.same("the triggers when the device is made anew", want, c.triggers(""))
}

func triggerLosesProduct(c *check) {
	c.seed()
	c.apply(onenet.Batch{AddTriggers: []onenet.Trigger{trigger(1, demoProduct), trigger(2, otherProduct), trigger(3, demoProduct)}})
	c.apply(onenet.Batch{DropProducts: []onenet.ProductID{demoProduct}, AddProducts: []onenet.Product{product(demoProduct)}})
	c.same("the triggers left", []onenet.Trigger{trigger(2, otherProduct)}, c.triggers(""))
	c.apply(onenet.Batch{AddTriggers: []onenet.Trigger{trigger(1, demoProduct)}}) // the id is free
}
