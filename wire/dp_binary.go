package wire

import (
	"bytes"
	"encoding/binary"

	"github.com/onelan/onelan/onenet"
)

// decodeBinary reads a block of type 2: JSON header, four length bytes, the file.
func (d *decoder) decodeBinary() *onenet.Refusal {
	if r := d.header(); r != nil {
		return r
	}
	if !d.beginJSON() {
		return d.whyJSON()
	}
	p, at := d.fileHeader()
	if r := d.finishJSON(); r != nil {
		return r
	}
	if r := d.file(p.File); r != nil {
		return r
	}
	d.add(p, at)
	return d.refusal
}

// fileHeader reads {"ds_id":…,"at":…,"desc":…}. desc may be any JSON; null is none.
func (d *decoder) fileHeader() (p onenet.Datapoint, at int) {
	root := d.scan.pos
	p.File = &onenet.File{}
	for d.scan.open('{', 0); d.scan.more('}'); {
		switch name, _ := d.name(); name {
		case "ds_id":
			var id string
			id, at = d.id(onenet.DataNoDsID, "a string")
			p.Stream = onenet.StreamID(id)
		case "at":
			p.At = d.at()
		case "desc":
			p.File.Desc = d.raw(1)
		default:
			d.scan.skip(1)
		}
	}
	switch {
	case at == 0:
		d.refuse(onenet.DataNoDsID, root, `"ds_id"`, "an object without it")
	case p.Stream == "":
		d.refuse(onenet.DataEmptyStream, at, "a stream name", "an empty one")
	}
	if string(p.File.Desc) == "null" {
		p.File.Desc = nil
	}
	return p, at
}

// file reads the length and the bytes of the file.
func (d *decoder) file(f *onenet.File) *onenet.Refusal {
	behind := d.payload[d.block.end():]
	if len(behind) < 4 {
		return d.whyBinary(behind)
	}
	n := binary.BigEndian.Uint32(behind)
	if n == 0 || n > MaxDPBinary || int(n) > len(behind)-4 {
		return d.whyBinary(behind)
	}
	f.Size = int(n)
	f.Data = bytes.Clone(behind[4 : 4+f.Size])
	d.block.tail = 4 + f.Size
	return nil
}
