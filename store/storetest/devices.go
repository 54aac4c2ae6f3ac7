package storetest

import (
	"github.com/onelan/onelan/onenet"
)

var deviceCases = []testCase{
	{"devices are listed by id, shorter ids first, then by product", deviceOrder},
	{"each field of a filter chooses devices, and all of them together", deviceFilters},
	{"a part of an id, a title or a tag is found in every script", deviceParts},
	{"a page comes with the number of all that match", devicePages},
}

// park registers devices that differ in what a filter can ask for.
func (c *check) park() {
	c.seed()
	add := func(id onenet.DeviceID, change func(*onenet.Device)) onenet.Device {
		d := device(onenet.DeviceRef{Product: demoProduct, Device: id})
		change(&d)
		return d
	}
	c.apply(onenet.Batch{AddDevices: []onenet.Device{
		add("1000", func(d *onenet.Device) { d.Title, d.Tags = "Lamp one", []string{"yard", "lamp"} }),
		add("200", func(d *onenet.Device) { d.Title, d.Private, d.CreatedAt = "lamp%", true, after(10) }),
		add("1001", func(d *onenet.Device) { d.Title, d.Tags, d.CreatedAt = "10 watt", []string{"yard"}, after(20) }),
		add("30", func(d *onenet.Device) { d.Title, d.Private, d.CreatedAt = "Lam", true, after(-10) }),
	}})
}

func (c *check) devices(f onenet.DeviceFilter) ([]onenet.DeviceID, int) {
	c.Helper()
	list, n, err := c.s.Devices(c.Context(), f)
	c.ok(err)
	ids := []onenet.DeviceID{}
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return ids, n
}

func deviceOrder(c *check) {
	c.park()
	list, n, err := c.s.Devices(c.Context(), onenet.DeviceFilter{})
	c.ok(err)
	got := []string{}
	for _, d := range list {
		got = append(got, d.Ref().String())
	}
	want := []string{"244754/30", "244754/200", "244754/1000", "244754/1001", "88001/527521926", "244754/527521926"}
	c.same("the order", want, got)
	c.same("the number", len(want), n)
}

func deviceFilters(c *check) {
	c.park()
	yes, no := true, false
	for _, row := range []struct {
		name   string
		filter onenet.DeviceFilter
		want   []onenet.DeviceID
	}{
		{"product", onenet.DeviceFilter{Product: otherProduct}, []onenet.DeviceID{demoDevice}},
		{"absent product", onenet.DeviceFilter{Product: "404"}, nil},
		{"prefix of id or title", onenet.DeviceFilter{Keywords: "10"}, []onenet.DeviceID{"1000", "1001"}},
		{"prefix in its case", onenet.DeviceFilter{Keywords: "Lam"}, []onenet.DeviceID{"30", "1000"}},
		{"prefix with a wildcard in it", onenet.DeviceFilter{Keywords: "lamp%"}, []onenet.DeviceID{"200"}},
		{"not the middle", onenet.DeviceFilter{Keywords: "amp"}, nil},
		{"part of an id", onenet.DeviceFilter{Contains: "00"}, []onenet.DeviceID{"200", "1000", "1001"}},
		{"part of a title", onenet.DeviceFilter{Contains: "mp "}, []onenet.DeviceID{"1000"}},
		{"part of a tag, of the second too", onenet.DeviceFilter{Contains: "ar"}, []onenet.DeviceID{"1000", "1001"}},
		{"part of id, title or tag", onenet.DeviceFilter{Contains: "1"}, []onenet.DeviceID{"1000", "1001", demoDevice, demoDevice}},
		{"part in any case", onenet.DeviceFilter{Contains: "lAM"}, []onenet.DeviceID{"30", "200", "1000"}},
		{"part of a tag in any case", onenet.DeviceFilter{Contains: "YARD"}, []onenet.DeviceID{"1000", "1001"}},
		{"a percent sign is itself", onenet.DeviceFilter{Contains: "%"}, []onenet.DeviceID{"200"}},
		{"an underscore is itself", onenet.DeviceFilter{Contains: "lam_"}, nil},
		{"no part is what stands around tags", onenet.DeviceFilter{Contains: `"`}, nil},
		{"nor across two tags", onenet.DeviceFilter{Contains: "yard,lamp"}, nil},
		{"ids", onenet.DeviceFilter{IDs: []onenet.DeviceID{"200", "30", "404", "30"}}, []onenet.DeviceID{"30", "200"}},
		{"ids in every product", onenet.DeviceFilter{IDs: []onenet.DeviceID{demoDevice}}, []onenet.DeviceID{demoDevice, demoDevice}},
		{"auth info", onenet.DeviceFilter{Product: demoProduct, AuthInfo: "sn-1000"}, []onenet.DeviceID{"1000"}},
		{"tag", onenet.DeviceFilter{Tag: "yard"}, []onenet.DeviceID{"1000", "1001"}},
		{"part of a tag", onenet.DeviceFilter{Tag: "yar"}, nil},
		{"private", onenet.DeviceFilter{Private: &yes}, []onenet.DeviceID{"30", "200"}},
		{"public", onenet.DeviceFilter{Product: demoProduct, Private: &no}, []onenet.DeviceID{"1000", "1001", demoDevice}},
		{"begin is inclusive", onenet.DeviceFilter{Begin: after(10)}, []onenet.DeviceID{"200", "1001"}},
		{"end is exclusive", onenet.DeviceFilter{End: after(0)}, []onenet.DeviceID{"30"}},
		{"begin behind a millisecond", onenet.DeviceFilter{Begin: after(10).Add(1), End: after(99)}, []onenet.DeviceID{"1001"}},
		{"end behind a millisecond", onenet.DeviceFilter{Product: otherProduct, End: after(0).Add(1)}, []onenet.DeviceID{demoDevice}},
		{
			"all together", onenet.DeviceFilter{
				Product: demoProduct, Keywords: "La", Contains: "ONE", IDs: []onenet.DeviceID{"1000", "30"}, AuthInfo: "sn-1000",
				Tag: "lamp", Private: &no, Begin: after(0), End: after(1), Limit: 5,
			}, []onenet.DeviceID{"1000"},
		},
	} {
		got, n := c.devices(row.filter)
		c.same(row.name, row.want, got)
		c.same(row.name+": the number", len(row.want), n)
	}
}

// A part is looked for letter by letter, in every script: only ASCII has two cases.
func deviceParts(c *check) {
	c.seed()
	add := func(id onenet.DeviceID, title string, tags ...string) onenet.Device {
		d := device(onenet.DeviceRef{Product: demoProduct, Device: id})
		d.Title, d.Tags = title, tags
		return d
	}
	c.apply(onenet.Batch{AddDevices: []onenet.Device{
		add("70", "阳台温室"), add("71", "书房 ESP32", "<温度>"), add("72", "ÄRGER"), add("73", `a\_b'c`, "x&y"),
	}})
	for _, row := range []struct {
		part string
		want []onenet.DeviceID
	}{
		{"台温", []onenet.DeviceID{"70"}},
		{"温", []onenet.DeviceID{"70", "71"}},
		{"房 esp", []onenet.DeviceID{"71"}},
		{"<温", []onenet.DeviceID{"71"}},
		{"ärger", nil},
		{"Ärger", []onenet.DeviceID{"72"}},
		{`\_B'`, []onenet.DeviceID{"73"}},
		{"x&Y", []onenet.DeviceID{"73"}},
	} {
		got, n := c.devices(onenet.DeviceFilter{Contains: row.part})
		c.same(row.part, row.want, got)
		c.same(row.part+": the number", len(row.want), n)
	}
}

func devicePages(c *check) {
	c.park()
	for _, row := range []struct {
		offset, limit int
		want          []onenet.DeviceID
	}{
		{0, 2, []onenet.DeviceID{"30", "200"}},
		{2, 2, []onenet.DeviceID{"1000", "1001"}},
		{4, 2, []onenet.DeviceID{demoDevice}},
		{3, 0, []onenet.DeviceID{"1001", demoDevice}},
		{5, 1, nil},
		{99, 0, nil},
	} {
		got, n := c.devices(onenet.DeviceFilter{Product: demoProduct, Offset: row.offset, Limit: row.limit})
		c.same("the page", row.want, got)
		c.same("the number of all", 5, n)
	}
}
