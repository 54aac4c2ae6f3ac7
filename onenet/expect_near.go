package onenet

import "slices"

// How much a record gains by what it has in common with what is expected. The sums order the records: the right device with a
// wrong value stands before another device with the right one, and that before what is only of the right kind.
const (
	nearDevice   = 8 // the device asked for
	nearName     = 6 // the stream, topic, command or cause asked for, in a record of the right kind
	nearElse     = 5 // the device id asked for, in another product
	nearKind     = 4
	nearContents = 3 // the value, payload, body or answer asked for
	nearKindred  = 2 // of a kind that may tell why the right one did not come
)

// nearRef says how near the device of a record comes to the one asked for. Who asks for none gets nothing.
func nearRef(product ProductID, device DeviceID, r *Record) int {
	switch {
	case device == "" || r.Device != device:
		return 0
	case product != "" && r.Product != product:
		return nearElse
	}
	return nearDevice
}

// fitsRef tells whether the record is of the product and the device asked for; empty ones are not asked for.
func fitsRef(product ProductID, device DeviceID, r *Record) bool {
	return (product == "" || product == r.Product) && (device == "" || device == r.Device)
}

// nearest keeps the records that come nearest: of two that come equally near, the newer.
type nearest struct {
	list []candidate
}

type candidate struct {
	*Record
	near int
}

func (n *nearest) offer(r *Record, near int) {
	const most = 3
	if near <= 0 {
		return
	}
	at := slices.IndexFunc(n.list, func(c candidate) bool { return near >= c.near })
	if at < 0 {
		at = len(n.list)
	}
	n.list = slices.Insert(n.list, at, candidate{r, near})
	n.list = n.list[:min(len(n.list), most)]
}

func (n *nearest) records() []*Record {
	var list []*Record
	for _, c := range n.list {
		list = append(list, c.Record)
	}
	return list
}

// who names a device as a sentence does: "of device 7", "of product 1", or nothing.
func who(product ProductID, device DeviceID) string {
	switch {
	case product != "" && device != "":
		return " of device " + string(product) + "/" + string(device)
	case device != "":
		return " of device " + string(device)
	case product != "":
		return " of product " + string(product)
	}
	return ""
}
