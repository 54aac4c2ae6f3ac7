package onenet

import "github.com/gofrs/uuid/v5"

// streamSpace is the namespace of the uuids of streams.
var streamSpace = uuid.NewV5(uuid.NamespaceDNS, "datastreams.onelan")

// StreamUUID is the uuid of a stream (ds_uuid; reference, sections 5.6 and 5.8): of version 5, and so the same whenever it is asked for.
func StreamUUID(ref DeviceRef, stream StreamID) string {
	return uuid.NewV5(streamSpace, string(ref.Product)+"\x00"+string(ref.Device)+"\x00"+string(stream)).String()
}
