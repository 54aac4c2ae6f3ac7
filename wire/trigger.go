package wire

import (
	"strconv"

	"github.com/onelan/onelan/onenet"
)

// AppendFiring appends the body that a trigger posts to its URL (section 5.8). The threshold stands in it as it was
// given, and not at all when the trigger has none.
func AppendFiring(dst []byte, f onenet.Firing) []byte {
	dst = append(dst, `{"trigger":{"id":`...)
	dst = strconv.AppendInt(dst, int64(f.Trigger.ID), 10)
	if len(f.Trigger.Threshold) > 0 {
		dst = append(append(dst, `,"threshold":`...), f.Trigger.Threshold...)
	}
	dst = appendString(append(dst, `,"type":`...), string(f.Trigger.Type))
	dst = appendString(append(dst, `},"current_data":[{"dev_id":`...), string(f.Ref.Device))
	dst = appendString(append(dst, `,"ds_id":`...), string(f.Stream))
	dst = appendString(append(dst, `,"ds_uuid":`...), onenet.StreamUUID(f.Ref, f.Stream))
	dst = appendString(append(dst, `,"at":`...), FormatTrigger(f.At))
	dst = append(dst, `,"value":`...)
	if len(f.Value) == 0 {
		return append(dst, `null}]}`...)
	}
	return append(append(dst, f.Value...), `}]}`...)
}
